"""What a page may be sent: each field declared with its kind and its length, read before the page's own code runs.

The same table makes the OpenAPI description (`openapi.py`), so that what attacks the console knows every field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl

MOST_BODY = 64 * 1024
MOST_FIELDS = 200
TOKEN = "csrf"
"""The field that proves that a form is the console's own."""
ID = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Nothing of these is text; the last turn what stands beside them round."""


class Kind(StrEnum):
    """What a field holds."""

    LINE = "line"
    TEXT = "text"
    SECRET = "secret"
    DATE = "date"
    MOMENT = "moment"
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"
    CHOICES = "choices"


@dataclass(frozen=True, slots=True)
class Input:
    """One field. `says` is its label; `pattern` must fit a line wholly; `most` is characters, or the largest number."""

    name: str
    says: str = ""
    kind: Kind = Kind.LINE
    most: int = 200
    least: int = 0
    needed: bool = True
    pattern: str = ""
    choices: tuple[str, ...] = ()

    def read(self, given: Sequence[str]) -> Any:
        """The value of what was sent; None, "", False or () where nothing was. Raises ValueError with what is wrong."""
        if self.kind is Kind.FLAG:
            return bool(given) and given[-1] not in ("", "no", "0")
        if self.kind is Kind.CHOICES:
            return self._chosen(given)
        text = given[-1] if given else ""
        text = text if self.kind is Kind.SECRET else text.strip().replace("\r\n", "\n")
        if not text:
            if self.needed:
                raise ValueError("must be filled in")
            return "" if self.kind in (Kind.LINE, Kind.TEXT, Kind.SECRET, Kind.CHOICE) else None
        return self._value(text)

    def _chosen(self, given: Sequence[str]) -> tuple[str, ...]:
        if any(one not in self.choices for one in given):
            raise ValueError("is none of the choices")
        if self.needed and not given:
            raise ValueError("needs at least one choice")
        return tuple(dict.fromkeys(given))

    def _value(self, text: str) -> Any:
        if self.kind is Kind.CHOICE:
            if text not in self.choices:
                raise ValueError("is none of the choices")
            return text
        if self.kind is Kind.NUMBER:
            return self._number(text)
        if self.kind in (Kind.DATE, Kind.MOMENT):
            return _instant(text, self.kind)
        if len(text) > self.most:
            raise ValueError(f"has {len(text)} characters; at most {self.most} fit")
        if self.kind is not Kind.SECRET and (_CONTROL.search(text) or (self.kind is Kind.LINE and "\n" in text)):
            raise ValueError("holds characters that are no text")
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise ValueError("does not look as it should")
        return text

    def _number(self, text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) < 10 and self.least <= int(text) <= self.most):
            raise ValueError(f"is a whole number from {self.least} to {self.most}")
        return int(text)


@dataclass(frozen=True, slots=True)
class Given:
    """What was sent: the values that could be read, what was typed (to show again), what is wrong, by field."""

    values: Mapping[str, Any] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


def read(inputs: Iterable[Input], sent: str, strict: bool = True) -> Given:
    """Read what was sent (`name=value&…`) by the table; an unknown field is wrong if `strict`. ValueError: no form."""
    pairs = parse_qsl(sent, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="surrogateescape")
    by_name: dict[str, list[str]] = {}
    for name, value in pairs:
        by_name.setdefault(name, []).append(value)
    by_name.pop(TOKEN, None)
    values, wrong, typed = dict[str, Any](), dict[str, str](), dict[str, str]()
    for one in inputs:
        given = by_name.pop(one.name, [])
        try:
            values[one.name] = one.read(given)
        except ValueError as problem:
            wrong[one.name] = str(problem)
        if one.kind is not Kind.SECRET:
            typed[one.name] = _CONTROL.sub("", "\n".join(given))[: one.most + 1]
    if strict:
        wrong |= dict.fromkeys(by_name, "is not a field of this form")
    return Given(values, typed, wrong)


def _instant(text: str, kind: Kind) -> date | datetime:
    """UK order of day and month, or ISO as browsers send it."""
    shapes = ("%Y-%m-%d", "%d/%m/%Y") if kind is Kind.DATE else ("%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M")
    for shape in shapes:
        try:
            found = datetime.strptime(text, shape)
        except ValueError:
            continue
        if 2000 <= found.year < 2100:
            return found.date() if kind is Kind.DATE else found
    example = "such as 23/11/2026" if kind is Kind.DATE else "such as 23/11/2026 09:30"
    raise ValueError(f"is no {'date' if kind is Kind.DATE else 'date and time'}, {example}")
