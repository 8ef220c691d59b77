"""A document's words (`papers/*.paper`) and the facts of a site → a Paper.

A paper is a Jinja template over a few marks: `# title`, `## section`, `- item`, `| cell | cell |` (the first row is the
head); everything else is a paragraph, ended by an empty line. What an expression puts in is never a mark: a value of
the configuration stands in the paper as it was written. Words that several papers share are included (`_NAME.paper`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from agent.core.prose import Block, Bullets, Grid, Paper, Section, plain
from agent.documents.facts import Facts, Written, wanted
from agent.packs.reading import day

PAPERS = Path(__file__).parent / "papers"
_VALUE, _BAR = "\x1e", "\x1f"  # before each value, so that none begins a mark; for a bar within one


class DocumentKind(StrEnum):
    """The documents that are written."""

    NOTICE = "notice"
    DPIA = "dpia"
    PROCESSING = "processing"
    REVIEW = "review"
    STANDARDS = "standards"

    @property
    def says(self) -> str:
        """What it is, in a line."""
        return _SAYS[self]


_SAYS = {
    DocumentKind.NOTICE: "the privacy notice for staff (UK GDPR, Articles 13 and 14)",
    DocumentKind.DPIA: "a draft of the data protection impact assessment (Article 35)",
    DocumentKind.PROCESSING: "the record of processing activities (Article 30)",
    DocumentKind.REVIEW: "the record of the annual review",
    DocumentKind.STANDARDS: "the points of the DfE, UKSIC and ICO guidance, each with its answer",
}


def write(kind: DocumentKind, facts: Facts) -> Paper:
    """One document."""
    return _parsed(_environment().get_template(f"{kind}.paper").render(f=facts, wanted=wanted))


def _environment() -> Environment:
    # What is made is no HTML but marks of our own; `agent/core/prose.py` escapes each text for where it goes.
    made = Environment(  # noqa: S701
        loader=FileSystemLoader(PAPERS),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_value,
    )
    made.filters["day"] = _day
    return made


def _value(value: object) -> object:
    """What an expression puts in: never the beginning of a mark, never a bar between cells."""
    if isinstance(value, _Words):
        return value
    text = value if isinstance(value, Written) else plain(str(value))
    return _Words(_VALUE + text.replace("|", _BAR))


class _Words(str):
    """What has been taken care of."""

    __slots__ = ()


def _day(on: date) -> str:
    return day(on)


def _parsed(text: str) -> Paper:
    title, lead, sections = "", [], []
    for heading, blocks in _parts(text.split("\n")):
        if heading.startswith("## "):
            sections.append(Section(heading[3:], tuple(blocks)))
        else:
            title = heading.removeprefix("# ")
            lead = [block for block in blocks if isinstance(block, str)]
    return Paper(title, tuple(lead), tuple(sections))


def _parts(lines: Sequence[str]) -> Iterator[tuple[str, list[Block]]]:
    """Each heading with the blocks under it."""
    heading, held = "", list[str]()
    for line in [*lines, "# "]:
        if line.startswith(("# ", "## ")):
            if heading:
                yield _clean(heading), _blocks(held)
            heading, held = line, []
        else:
            held.append(line)


def _blocks(lines: Sequence[str]) -> list[Block]:
    blocks: list[Block] = []
    for filled, group in groupby(lines, key=lambda line: bool(line.strip())):
        if filled:
            blocks += _block(list(group))
    return blocks


def _block(lines: list[str]) -> Iterator[Block]:
    """One paragraph, list or table; a line that begins no item goes on the one above it."""
    if lines[0].startswith("| "):
        rows = [tuple(_clean(cell) for cell in row[1:-1].split("|")) for row in _rows(lines)]
        yield Grid(rows[0], tuple(rows[1:]))
    elif lines[0].startswith("- "):
        items: list[str] = []
        for line in lines:
            if line.startswith("- "):
                items.append(line[2:])
            else:
                items[-1] += f" {line.strip()}"
        yield Bullets(tuple(map(_clean, items)))
    else:
        yield _clean(" ".join(line.strip() for line in lines))


def _rows(lines: list[str]) -> Iterator[str]:
    """A row ends with the line that ends in a bar."""
    row = ""
    for line in lines:
        row = f"{row} {line.strip()}".strip()
        if row.endswith("|"):
            yield row
            row = ""


def _clean(text: str) -> str:
    return " ".join(text.replace(_VALUE, "").replace(_BAR, "|").split())
