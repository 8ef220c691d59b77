"""What a benchmark hands back: rows of measured values, with their ratio and their mark, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Mark:
    """What the project holds itself to: the median of the row's ratio, or without one of its values."""

    limit: float
    at_most: bool = False

    def met_by(self, value: float) -> bool:
        """True if the value keeps it."""
        return value < self.limit if self.at_most else value >= self.limit

    def __str__(self) -> str:
        return f"{'under' if self.at_most else 'at least'} {self.limit:,g}"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing measured in each round. `against` holds the other contender's values of the same rounds."""

    what: str
    who: str
    unit: str
    values: tuple[float, ...]
    against: tuple[float, ...] = ()
    mark: Mark | None = None
    note: str = ""

    @property
    def ratios(self) -> tuple[float, ...]:
        """This row's value over the other's, round by round."""
        if not self.against:
            return ()
        return tuple(mine / other for mine, other in zip(self.values, self.against, strict=True) if other)

    @property
    def met(self) -> bool | None:
        """Whether the mark is kept; None without a mark."""
        if self.mark is None:
            return None
        return self.mark.met_by(median(self.ratios if self.against else self.values))

    def as_json(self) -> dict[str, Any]:
        """The row with its raw values."""
        made: dict[str, Any] = {"what": self.what, "who": self.who, "unit": self.unit, "values": self.values}
        made |= {"median": median(self.values), "ratios": self.ratios, "note": self.note}
        return made | {"mark": str(self.mark) if self.mark else None, "met": self.met}


@dataclass(frozen=True, slots=True)
class Result:
    """All rows of one benchmark."""

    name: str
    title: str
    rows: tuple[Row, ...]

    def as_json(self) -> dict[str, Any]:
        """Everything, raw values included."""
        return {"name": self.name, "title": self.title, "rows": [row.as_json() for row in self.rows]}


def spread(values: Sequence[float], mark: str = "") -> str:
    """`median [min-max]`, with as many digits as say something."""
    return f"{mark}{_short(median(values))} [{_short(min(values))}-{_short(max(values))}]"


def table(results: Iterable[Result]) -> str:
    """The results as text with aligned columns."""
    lines: list[tuple[str, ...]] = [("", "contender", "median [min-max]", "", "ratio", "mark", "note")]
    for result in results:
        lines.append((f"{result.name}: {result.title}", "", "", "", "", "", ""))
        lines += [_cells(row) for row in result.rows]
    return "\n".join(_aligned(lines))


def _cells(row: Row) -> tuple[str, ...]:
    verdict = {True: "met", False: "MISSED", None: ""}[row.met]
    mark = f"{row.mark}: {verdict}" if row.mark else ""
    ratio = spread(row.ratios, "x ") if row.against else ""
    return f"  {row.what}", row.who, spread(row.values), row.unit, ratio, mark, row.note


def _aligned(lines: Sequence[tuple[str, ...]]) -> Iterator[str]:
    rows = [line for line in lines if any(line[1:])]
    widths = [max(len(row[i]) for row in rows) for i in range(len(lines[0]))]
    for line in lines:
        whole = any(line[1:])
        yield "  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() if whole else line[0]


def _short(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
