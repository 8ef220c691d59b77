"""CSV text → cells that know their line and column."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.problems import Place, Problems, did_you_mean

MAX_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class Cell:
    """One value, without the spaces around it."""

    value: str
    place: Place
    column: str

    def say(self, problems: Problems, what: str, hint: str = "") -> None:
        """Note a problem here."""
        problems.add(self.place, self.column, what, hint)


Cells = dict[str, Cell]


def read_csv(
    file: str,
    data: bytes,
    columns: Sequence[str],
    problems: Problems,
    optional: Sequence[str] = (),
    others: bool = False,
) -> Iterator[Cells]:
    """Each line as its cells by column; the first line names the columns, in any order. Never raises.

    Columns that are `optional` may lack; with `others` there may be any further ones.

    Empty lines and lines that begin with # are skipped.
    """
    text = _decode(file, data, problems)
    lines = _lines(file, text or "", problems)
    head = next(lines, None)
    if head is None:
        if text is not None:
            problems.add(Place(file), "", "the first line must name the columns", ",".join(columns))
        return
    names = [cell.value for cell in head]
    if not _check_head(head, columns, optional, others, problems):
        return
    for cells in lines:
        if len(cells) == len(names):
            yield {name: Cell(cell.value, cell.place, name) for name, cell in zip(names, cells, strict=True)}
        else:
            what = f"this line has {len(cells)} values, not {len(names)}"
            problems.add(cells[0].place, "", what, f"the columns are {','.join(names)}")


def _check_head(
    head: list[Cell], columns: Sequence[str], optional: Sequence[str], others: bool, problems: Problems
) -> bool:
    before = len(problems)
    seen: set[str] = set()
    for cell in head:
        if cell.value not in (*columns, *optional) and not others:
            cell.say(
                problems,
                f"the column {cell.value[:40]!r} is not known here",
                did_you_mean(cell.value, (*columns, *optional)),
            )
        elif cell.value in seen and cell.value in (*columns, *optional):
            cell.say(problems, f"the column {cell.value!r} is repeated")
        seen.add(cell.value)
    for missing in [name for name in columns if name not in seen]:
        problems.add(head[0].place, "", f"the column {missing!r} is missing", ",".join(columns))
    return len(problems) == before


def _lines(file: str, text: str, problems: Problems) -> Iterator[list[Cell]]:
    reader = csv.reader(text.splitlines(), strict=True)
    try:
        for values in reader:
            if values and any(values) and not values[0].startswith("#"):
                yield list(_cells(file, reader.line_num, values))
    except csv.Error as error:
        problems.add(Place(file, reader.line_num), "", f"this is not CSV: {error}", "check the quotes")


def _cells(file: str, line: int, values: list[str]) -> Iterator[Cell]:
    """Columns count as if nothing stood in quotes, which is so but in rare lines."""
    column = 1
    for value in values:
        lead = len(value) - len(value.lstrip())
        yield Cell(value.strip(), Place(file, line, column + lead), "")
        column += len(value) + 1


def _decode(file: str, data: bytes, problems: Problems) -> str | None:
    if len(data) > MAX_BYTES:
        problems.add(Place(file), "", f"the file is longer than {MAX_BYTES:,} bytes")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.add(Place(file, line), "", "this is not UTF-8 text", "save the file as `CSV UTF-8`")
        return None
    if "\0" in text:
        problems.add(Place(file, text.count("\n", 0, text.index("\0")) + 1), "", "a NUL character stands here")
        return None
    return text
