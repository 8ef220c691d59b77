"""The five written policies as their paragraphs: numbers, headings and bullets.

The texts themselves are not part of this repository; where they lie beside the checkout, `python -m
tests.packs.sources ID` prints what a clause map of one of them must answer.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[3] / "shared" / "policies"
SOURCES = ("pashley-down", "coppice", "bedford", "thorndown", "littletown")

_ANCHOR = re.compile(r"\[bookmark: [^\]]*\]")
_BULLET = re.compile(r"[-·•]\s*(?P<text>.*)")
_NUMBER = re.compile(r"(?P<number>[0-9]{1,2}(?:\.[0-9]{1,2})*)\.?\s+(?P<text>\S.*)")
_ROMAN = re.compile(r"(?P<number>i{1,3})\)\s+(?P<text>.*)")
_CONTENTS = re.compile(r"(?P<heading>[A-Z][^.]{2,60}?)(?:\.{3,})?\t[0-9]+")
_MAX_HEADING = 60
_HEADINGS = {
    "bedford": {
        "INTRODUCTION:",
        "Transparency",
        "Monitoring",
        "Legal Issues",
        "Conclusion",
        "Monitor and Review of The Social Media Policy",
    },
    "pashley-down": {"APPENDIX"},
    "coppice": {"Social Media Policy", "Contents"},
    "thorndown": {"Social Media Policy", "Contents"},
}


@dataclass(slots=True)
class Paragraph:
    """A number or heading; `parts` counts its bullets, `texts` the pieces of running text under it."""

    name: str
    parts: int = 0
    texts: int = 0


def paragraphs(source: str, text: str) -> dict[str, Paragraph]:
    """Every paragraph of a source by its number or heading, in order."""
    return _Reader(_headings(source, text)).read(_lines(source, text))


def _lines(source: str, text: str) -> Iterable[str]:
    """The lines without marks of the conversion and without the list of contents."""
    lines = [line for line in text.splitlines() if not _CONTENTS.fullmatch(line)]
    return [" ".join(_ANCHOR.sub("", line).replace("\N{NO-BREAK SPACE}", " ").split()) for line in lines]


def _headings(source: str, text: str) -> frozenset[str]:
    """Headings without a number: those of the list of contents, and those that only a reader can tell."""
    listed = (_CONTENTS.fullmatch(line) for line in text.splitlines())
    words = {match["heading"].strip() for match in listed if match}
    return frozenset(words | _HEADINGS.get(source, set()))


class _Reader:
    """Reads line by line; knows the paragraph and the section that it stands in."""

    def __init__(self, headings: frozenset[str]) -> None:
        self._headings = headings
        self._found: dict[str, Paragraph] = {}
        self._section = ""
        self._current: Paragraph | None = None

    def read(self, lines: Iterable[str]) -> dict[str, Paragraph]:
        """Every paragraph."""
        for line in lines:
            if line and not line.startswith(("|", "¹")) and "____" not in line:
                self._line(line)
        return self._found

    def _line(self, line: str) -> None:
        bullet = _BULLET.fullmatch(line)
        inner = bullet["text"] if bullet else line
        number = _NUMBER.fullmatch(inner)
        roman = _ROMAN.fullmatch(line)
        if line in self._headings:
            self._open(line.rstrip(":"), section=True)
        elif number and not (bullet and "." not in number["number"]):
            heading = "." not in number["number"] and _is_heading(number["text"])
            self._open(number["number"], section=heading)
        elif roman and self._section == "APPENDIX":
            self._open(f"Appendix {roman['number']}", section=False)
        elif bullet:
            self._bullet(bullet["text"])
        elif self._current is not None:
            self._current.texts += 1

    def _open(self, name: str, section: bool) -> None:
        self._current = self._found.setdefault(name, Paragraph(name))
        if section:
            self._section = name

    def _bullet(self, text: str) -> None:
        if self._current is not None and text:
            self._current.parts += 1


def _is_heading(text: str) -> bool:
    return text.isupper() or (len(text) <= _MAX_HEADING and not text.endswith((".", ":", ",")))


def holes(found: Iterable[Paragraph], answered: Collection[tuple[str, int | None]]) -> list[str]:
    """What has no answer. One for the whole is enough, unless some bullets have answers of their own: then all."""
    missing = []
    for one in found:
        parts = {part for name, part in answered if name == one.name}
        if not parts:
            missing.append(one.name)
        missing += [f"{one.name} ({n})" for n in range(1, one.parts + 1) if parts - {None} and n not in parts]
    return missing


def strangers(found: Iterable[Paragraph], answered: Collection[tuple[str, int | None]]) -> list[str]:
    """Answers to what the source does not have. Where there are no bullets, a part is a piece of running text."""
    known = {one.name: one.parts or one.texts for one in found}
    return [f"{name} ({part})" if part else name for name, part in answered if (part or 0) > known.get(name, -1)]


if __name__ == "__main__":
    for one in paragraphs(sys.argv[1], (FOLDER / f"{sys.argv[1]}.txt").read_text("utf-8")).values():
        print(f"{one.name}  bullets 1 to {one.parts}" if one.parts else one.name)
