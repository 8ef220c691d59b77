"""A case as pages to read and to print: why, who, when, what was found, and what it does not mean.

The letters are DejaVu's, put into the file, where Debian's fonts-dejavu-core is there; else those of a font that every
reader has, in Latin-1 alone. What the font lacks is shown as `?`; the pages say so, and case.json has every letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

from agent.core.audit import Entry, Tag
from agent.core.cases import Case
from agent.core.search import MEANING, Found, Line

MOST_LINES = 1_000
"""Lines of the table on paper; records.csv has all."""
_PLAIN, _WIDE = "Helvetica", "DejaVu"
_FILES = (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf"))
FONTS = Path("/usr/share/fonts/truetype/dejavu")
_LINES_HEAD = ("Day", "Period", "Service", "Visits", "Contacts", "Blocked", "From", "To")
_LINES_WIDTHS = (20, 22, 30, 12, 14, 13, 12, 12)
_ENTRY_HEAD = ("When", "Who", "What", "Entry")
_ENTRY_WIDTHS = (28, 30, 40, 12)
DID = {
    Tag.CASE_OPEN: "asked for the case",
    Tag.CASE_SHOW: "read the case",
    Tag.CASE_DENIED: "was refused something",
    Tag.CASE_CONSENT: "consented, as the first of two",
    Tag.CASE_APPROVE: "approved it",
    Tag.CASE_REFUSE: "refused it",
    Tag.CASE_BREAK_GLASS: "opened it without approval",
    Tag.CASE_REVIEW: "reviewed that",
    Tag.CASE_SEARCH: "searched the record",
    Tag.CASE_HOLD: "had the record held",
    Tag.CASE_RELEASE: "let the record go",
    Tag.CASE_FIND: "noted a finding",
    Tag.CASE_TASK: "set a task",
    Tag.CASE_TASK_DONE: "finished a task",
    Tag.CASE_TELL: "told the subject",
    Tag.CASE_EXPORT: "exported evidence",
    Tag.CASE_SEALED: "sealed a bundle",
    Tag.CASE_DISCLOSE: "handed something over",
    Tag.CASE_CLOSE: "closed it",
}


class Pages(FPDF):
    """A4 pages with the case's number and the page's at the foot."""

    def __init__(self, case: str, made: datetime, fonts: Path) -> None:
        super().__init__()
        self.replaced = False
        self._letters = self._take(fonts)
        self._font = _PLAIN if self._letters is None else _WIDE
        self._case = case
        self.set_title(f"Evidence of case {case}")
        self.set_lang("en-GB")
        self.set_creation_date(made)
        self.set_auto_page_break(True, margin=18)
        self.add_page()

    def footer(self) -> None:
        """What stands below each page."""
        self.set_y(-14)
        self.set_font(self._font, size=8)
        self.cell(0, 6, f"Case {self._case}, confidential. Page {self.page_no()} of {{nb}}", align="C")

    def shown(self, text: str) -> str:
        """The text in the letters that the font has."""
        if self._letters is None:
            plain = text.encode("latin-1", "replace").decode("latin-1")
        else:
            plain = "".join(one if ord(one) in self._letters or one == "\n" else "?" for one in text)
        self.replaced = self.replaced or plain != text
        return plain

    def _take(self, fonts: Path) -> frozenset[int] | None:
        """Take the wide font in, where it is; the letters that it has."""
        if not all((fonts / name).is_file() for _, name in _FILES):
            return None
        for style, name in _FILES:
            self.add_font(_WIDE, style, fonts / name)
        regular, bold = (frozenset(font.cmap) for font in self._taken())
        return regular & bold

    def _taken(self) -> list[TTFFont]:
        return [font for font in self.fonts.values() if isinstance(font, TTFFont)]

    def finished(self) -> bytes:
        """The whole file; nothing can be added any more."""
        content = bytes(self.output())
        for font in self._taken():
            font.close()
        return content

    def heading(self, text: str, size: int = 12) -> None:
        """A heading with some space above it."""
        self.ln(3)
        self.set_font(self._font, "B", size)
        self._block(text, 6)

    def text_of(self, text: str) -> None:
        """A paragraph."""
        self.set_font(self._font, size=9)
        self._block(text, 4.6)

    def facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Lines of a name and what it is."""
        for name, value in pairs:
            if value:
                self.set_font(self._font, "B", 9)
                self.cell(42, 5, self.shown(name))
                self.set_font(self._font, size=9)
                self._block(value, 5)

    def grid(self, head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        """A table whose head stands again on each page."""
        self.set_font(self._font, size=8)
        with self.table(col_widths=tuple(widths), line_height=4.4, text_align="LEFT") as table:
            for row in (head, *rows):
                table.row([self.shown(one) for one in row])

    def _block(self, text: str, height: float) -> None:
        self.multi_cell(0, height, self.shown(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def pages(
    case: Case,
    found: Found,
    entries: Sequence[Entry],
    site: str,
    zone: tzinfo,
    made: datetime,
    key: str,
    fonts: Path = FONTS,
) -> bytes:
    """The pages as a PDF. `key` is the fingerprint by which the bundle is verified."""
    paper = Pages(case.id, made, fonts)
    paper.heading(f"Evidence of case {case.id}", 16)
    paper.text_of(f"{site}, made {_instant(made, zone)}")
    paper.heading("The case")
    paper.facts(list(_facts(case, zone)))
    paper.heading("What these figures mean")
    paper.text_of(MEANING)
    _record(paper, found)
    _words(paper, case, zone)
    paper.heading("Who did what in this case")
    rows = [(_instant(one.at, zone), one.actor, DID.get(one.tag, one.tag.value), str(one.seq)) for one in entries]
    paper.grid(_ENTRY_HEAD, rows, _ENTRY_WIDTHS)
    paper.heading("How to verify it")
    paper.text_of("breaktime evidence verify FILE.zip --key signing.pub, with the school's public key: " + key)
    if paper.replaced:
        paper.text_of("Letters that this page cannot show stand as ?; case.json has every letter.")
    return paper.finished()


def _record(paper: Pages, found: Found) -> None:
    paper.heading("The record")
    if not found.lines:
        paper.text_of("Nothing is recorded of the subject within this case.")
        return
    paper.text_of(f"{found.total} active minutes on {len(found.minutes)} days, by day, period and service.")
    paper.grid(_LINES_HEAD, [_cells(line) for line in found.lines[:MOST_LINES]], _LINES_WIDTHS)
    if len(found.lines) > MOST_LINES:
        paper.text_of(f"{len(found.lines) - MOST_LINES} more lines are not printed; records.csv has every minute.")


def _cells(line: Line) -> tuple[str, ...]:
    numbers = (line.visits, line.contacts, line.blocked)
    times = (f"{line.first:%H:%M}", f"{line.last:%H:%M}")
    return (f"{line.day:%d/%m/%Y}", line.period, line.service, *map(str, numbers), *times)


def _facts(case: Case, zone: tzinfo) -> Iterator[tuple[str, str]]:
    scope = case.scope
    yield "Subject", f"{scope.subject} ({scope.role})"
    yield "Days", f"{scope.first:%d/%m/%Y} to {scope.last:%d/%m/%Y}"
    yield "Services", ", ".join(sorted(scope.services)) or "all that the policy counts as social media"
    yield "Reason", case.reason
    yield "Paragraph", case.clause
    yield "Grounds", case.grounds
    yield "Legal basis", case.basis.replace("-", " ")
    yield "Opened", f"{_instant(case.opened_at, zone)} by {case.opened_by}"
    yield from _standing(case, zone)
    yield "Told", f"{_instant(case.told.at, zone)} by {case.told.officer}: {case.told.how}" if case.told else "not yet"


def _standing(case: Case, zone: tzinfo) -> Iterator[tuple[str, str]]:
    if case.approval:
        for one in case.approval.consents:
            yield "Approved", f"{_instant(one.at, zone)} by {one.officer}, until {_instant(one.expires, zone)}"
        if ground := case.approval.telling.ground:
            telling = case.approval.telling
            yield "Not told at first", f"{ground.replace('-', ' ')}: {telling.why} (assessment {telling.dpia})"
    if case.emergency:
        glass = case.emergency
        yield "Without approval", f"{_instant(glass.at, zone)} by {glass.officer}: {glass.why}; absent: {glass.absent}"
        if glass.review:
            said = "upheld" if glass.review.upheld else "not upheld"
            yield (
                "Reviewed",
                f"{_instant(glass.review.at, zone)} by {glass.review.officer}, {said}: {glass.review.note}",
            )


def _words(paper: Pages, case: Case, zone: tzinfo) -> None:
    texts: tuple[tuple[str, list[Any]], ...] = (
        ("Findings", [f"{_instant(one.at, zone)}, {one.officer}: {one.text}" for one in case.findings]),
        (
            "Tasks",
            [f"{one.kind} by {one.due:%d/%m/%Y}: {'done' if one.done else 'open'}. {one.note}" for one in case.tasks],
        ),
        (
            "Handed over",
            [f"{_instant(one.at, zone)}, to {one.who or one.recipient}: {one.what}" for one in case.disclosures],
        ),
    )
    for title, lines in texts:
        if lines:
            paper.heading(title)
            for line in lines:
                paper.text_of(line)


def _instant(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%d/%m/%Y %H:%M}"
