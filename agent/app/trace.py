"""A recorded browser trace, one JSON object a line, → the core's exchanges. What no request can be read from is said.

A line has `url` or `host`, and what else was recorded: `t` (ISO 8601, or epoch seconds or milliseconds), `method`,
`type` (as browsers' tools name it: document, xhr, image …; with a `?` where it was guessed), `mime`, `referer`,
`origin`, `sec_fetch` ({site, mode, dest}), `purpose`, `status`, `redirect`, `content` or `resp_body` (bytes), `page`,
`initiator`. Nothing of it is kept or repeated in a message.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from agent.core.activity import Request
from agent.core.hosts import host_of
from agent.core.visits import Exchange

PIXEL = 150
"""Bytes; no picture that somebody could see is as small."""
MAX_LINE = 4 * 1024 * 1024
MAX_QUERY = 8192
MILLISECONDS = 1e11
"""A time beyond this many seconds (the year 5138) is one in milliseconds."""
_HIDDEN = "URL@"
"""Stands before the host of an address that was taken out of a trace."""
_DESTINATIONS = {
    "script": "script", "image": "image", "stylesheet": "style", "font": "font", "media": "video", "xhr": "empty",
    "fetch": "empty", "ping": "empty", "beacon": "empty", "eventsource": "empty", "websocket": "empty",
    "preflight": "empty", "cspviolationreport": "empty", "manifest": "manifest", "texttrack": "track",
    "subdocument": "iframe", "sub_frame": "iframe", "main_frame": "document", "imageset": "image", "object": "object",
}  # fmt: skip
_BY_MIME = (
    ("text/html", ""), ("application/xhtml", ""), ("image/", "image"), ("text/css", "style"), ("font/", "font"),
    ("video/", "video"), ("audio/", "audio"), ("application/json", "empty"), ("text/javascript", "script"),
    ("application/javascript", "script"), ("application/x-javascript", "script"), ("application/font", "font"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trace:
    """The requests that could be read, in the order of their time, and (line, reason) of those that could not."""

    exchanges: tuple[Exchange, ...]
    problems: tuple[tuple[int, str], ...]


def read_trace(lines: Iterable[bytes]) -> Trace:
    """Read a trace. A bad line is a problem of that line alone; an empty one is nothing."""
    exchanges: list[Exchange] = []
    problems: list[tuple[int, str]] = []
    for number, line in enumerate(lines, 1):
        text = line.decode("utf-8-sig", "replace").strip()
        if not text:
            continue
        try:
            exchanges.append(_exchange(_record(text), exchanges[-1].at if exchanges else 0.0))
        except ValueError as problem:
            problems.append((number, str(problem)))
    return Trace(tuple(sorted(exchanges, key=lambda exchange: exchange.at)), tuple(problems))


def _record(text: str) -> Mapping[str, Any]:
    if len(text) > MAX_LINE:
        raise ValueError("a line this long is no request")
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("not a JSON object: the line is cut or damaged") from None
    if not isinstance(record, dict):
        raise ValueError("a request is a JSON object")
    if "log" in record:
        raise ValueError("this is a whole HAR file; a trace has one JSON object a request and line")
    return record


def _exchange(record: Mapping[str, Any], before: float) -> Exchange:
    """One request; `before` is the time of the line before it, for a line without one."""
    url = _text(record, "url")
    host = _host(_text(record, "host") or url)
    return Exchange(
        at=_time(record.get("t"), before),
        host=host,
        request=_request(record, url),
        tab=_text(record, "page"),
        large=_is_large(record),
        redirect=_redirect(record, host),
        began=_text(record, "initiator") == "other",
    )


def _request(record: Mapping[str, Any], url: str) -> Request:
    path, _, query = _behind_host(url).partition("?")
    fetch = record.get("sec_fetch")
    said: Mapping[str, Any] = fetch if isinstance(fetch, dict) else {}
    kind = _kind(record)
    referer = _text(record, "referer")
    return Request(
        method=_text(record, "method").upper() or "GET",
        path=path or "/",
        query=dict(parse_qsl(query[:MAX_QUERY])),
        site=_text(said, "site"),
        mode=_text(said, "mode"),
        dest=_text(said, "dest") or kind,
        source=_source(_text(record, "origin")) or _source(referer),
        accept="text/html" if kind == "" else "*/*",
        browser=True,
        page=_page(referer),
        purpose=_text(record, "purpose") or _text(record, "sec_purpose"),
    )


def _kind(record: Mapping[str, Any]) -> str:
    """What a browser would name as the destination; "" for a document, which may be a page or a frame."""
    kind = _text(record, "type").rstrip("?").lower()
    if kind in ("document", "signed-exchange"):
        return ""
    if kind in _DESTINATIONS:
        return _DESTINATIONS[kind]
    mime = _text(record, "mime").lower()
    return next((dest for begin, dest in _BY_MIME if mime.startswith(begin)), "empty")


def _is_large(record: Mapping[str, Any]) -> bool:
    """False where the answer was too small to show anything; where its size was not recorded it may show something."""
    if record.get("status") == 204:
        return False
    sizes = [size for key in ("content", "resp_body") if isinstance(size := record.get(key), int | float)]
    return not sizes or max(sizes) > PIXEL or 300 <= _status(record) < 400


def _redirect(record: Mapping[str, Any], host: str) -> str:
    """The host that the answer sends the browser on to; a target without one is on the same host."""
    target = _text(record, "redirect")
    if not target or not 300 <= _status(record) < 400:
        return ""
    return host if target.startswith("/") and not target.startswith("//") else _source(target.removeprefix("//"))


def _status(record: Mapping[str, Any]) -> int:
    status = record.get("status")
    return status if isinstance(status, int) else 0


def _host(text: str) -> str:
    try:
        return host_of(text.removeprefix(_HIDDEN)).name
    except ValueError:
        raise ValueError("it names no host: `url` or `host` must stand there") from None


def _source(url: str) -> str:
    """The host of Origin, Referer or the target of a redirect; "" where there is none to read."""
    try:
        return host_of(url.removeprefix(_HIDDEN)).name if url else ""
    except ValueError:
        return ""


def _behind_host(url: str) -> str:
    rest = url.partition("://")[2] or url
    return "/" + rest.partition("#")[0].partition("/")[2]


def _page(referer: str) -> Request | None:
    """The page that asked, where Referer says more than its host."""
    path, _, query = _behind_host(referer).partition("?")
    return Request("GET", path, dict(parse_qsl(query[:MAX_QUERY]))) if path != "/" else None


def _time(value: object, before: float) -> float:
    """The epoch second of a line; `before` where it says none. Raises ValueError for one that cannot be read."""
    if value is None:
        return before
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _seconds(value)
        at = datetime.fromisoformat(value if isinstance(value, str) else "")
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise ValueError("its time `t` cannot be read: ISO 8601, or epoch seconds or milliseconds") from None


def _seconds(value: float) -> float:
    at = value / 1000 if abs(value) > MILLISECONDS else float(value)
    if abs(at) <= MILLISECONDS:
        return at
    raise ValueError("in neither unit, or not a number")


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    return value if isinstance(value, str) else ""
