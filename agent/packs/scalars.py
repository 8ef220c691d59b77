"""The values that stand in configuration files: texts, ids, numbers, times, dates, addresses, hosts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from ipaddress import ip_network

from agent.core.clients import Network
from agent.core.hosts import Host
from agent.packs.shapes import Flag, Scalar, Schema, shown

MAX_TEXT = 1000


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("a text must stand here")
    return text_or_nothing(text)


def text_or_nothing(text: str) -> str:
    """A text that may be empty if it is so in quotes. Raises ValueError if it is too long."""
    if len(text) > MAX_TEXT:
        raise ValueError(f"the text is longer than {MAX_TEXT} characters")
    return " ".join(text.split())


def _pattern(expression: str, what: str) -> Callable[[str], str]:
    fits = re.compile(expression)

    def convert(text: str) -> str:
        if not fits.fullmatch(text):
            raise ValueError(f"{shown(text)} is not {what}")
        return text

    return convert


def integer(low: int, high: int) -> Scalar[int]:
    """A whole number from `low` to `high`."""

    def convert(text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,9}", text) or not low <= int(text) <= high:
            raise ValueError(f"{shown(text)} is not a whole number from {low} to {high}")
        return int(text)

    return Scalar(convert, {"type": "integer", "minimum": low, "maximum": high})


def _clock(text: str) -> int:
    found = re.fullmatch(r"([01][0-9]|2[0-4]):([0-5][0-9])", text)
    minute = int(found[1]) * 60 + int(found[2]) if found else -1
    if not 0 <= minute <= 24 * 60:
        raise ValueError(f"{shown(text)} is not a time of day")
    return minute


def _clock_start(text: str) -> int:
    minute = _clock(text)
    if minute == 24 * 60:
        raise ValueError("24:00 can only be an end; a day begins at 00:00")
    return minute


def _date(text: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(f"{shown(text)} is not a date")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text} is not a day of the calendar") from None


def _instant(text: str) -> datetime:
    if not re.fullmatch(r"[0-9-]{10}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?", text):
        raise ValueError(f"{shown(text)} is not a date and time")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{shown(text)} is not a time of the calendar") from None


def _subnet(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError:
        raise ValueError(f"{shown(text)} is not an address or a subnet") from None


def _host(text: str) -> Host:
    if "/" in text:
        raise ValueError(f"{shown(text)} is a URL, not a host name")
    try:
        return Host.parse(text)
    except ValueError as error:
        raise ValueError(f"{shown(text)}: {error}") from None


def schema_of_text(pattern: str) -> Schema:
    """The schema of a text of this form."""
    return {"type": "string", "pattern": f"^(?:{pattern})$"}


_ID = r"[a-z0-9][a-z0-9-]{0,62}"
_CLOCK_START = "([01][0-9]|2[0-3]):[0-5][0-9]"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
TEXT = Scalar(_text, {"type": ["string", "number"], "minLength": 1})
TEXT_OR_NOTHING = Scalar(text_or_nothing, {"type": ["string", "number"]}, 'nothing is written as ""')
ID = Scalar(
    _pattern(_ID, "an id"),
    schema_of_text(_ID) | {"type": ["string", "integer"]},
    "an id is made of lower-case letters, digits and hyphens",
)
_SETTING = r"[a-z0-9][a-z0-9_-]{0,62}"
SETTING_ID = Scalar(
    _pattern(_SETTING, "a setting's name"),
    schema_of_text(_SETTING) | {"type": ["string", "integer"]},
    "a setting's name is made of lower-case letters, digits, hyphens and underscores",
)
YES_NO = Flag()
CLOCK = Scalar(_clock_start, schema_of_text(_CLOCK_START), "write it as HH:MM, from 00:00 to 23:59")
CLOCK_END = Scalar(_clock, schema_of_text(f"{_CLOCK_START}|24:00"), "write it as HH:MM, from 00:00 to 24:00")
DATE = Scalar(_date, schema_of_text(_DAY), "write it as 2026-11-23")
INSTANT = Scalar(
    _instant,
    schema_of_text(_DAY + "[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?"),
    "write it as 2026-11-23T09:00; without an offset it is the site's time",
)
SUBNET = Scalar(
    _subnet,
    {"type": "string", "minLength": 2},
    'such as 10.20.10.0/24 or "fd00:20:10::/64"; no bits may be set behind the slash\'s length',
)
HOST = Scalar(_host, {"type": "string", "minLength": 1}, "a host name, without https:// and without a path")
TOKEN = Scalar(_pattern(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}", "a cookie's name"), {"type": ["string", "number"]})
FILE = Scalar(
    _pattern(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*", "a file of the configuration folder"),
    {"type": "string", "minLength": 1},
    "a path below the configuration folder, such as people.csv",
)
