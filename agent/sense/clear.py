"""Plain HTTP/1 → the host of the request: its Host field, or the target of a CONNECT."""

from __future__ import annotations

import re

from agent.sense.lines import HTTP
from agent.sense.reading import Reading, State, clean

MAX_HEAD = 16 * 1024
_METHODS = (
    b"GET", b"POST", b"HEAD", b"PUT", b"DELETE", b"OPTIONS", b"PATCH", b"CONNECT", b"TRACE", b"PROPFIND",
    b"PROPPATCH", b"MKCOL", b"COPY", b"MOVE", b"LOCK", b"UNLOCK", b"REPORT", b"SEARCH", b"NOTIFY", b"SUBSCRIBE",
)  # fmt: skip
_BEGINS = tuple(method + b" " for method in _METHODS)
_CONNECT = re.compile(rb"CONNECT ([^\s:]+):[0-9]+ ")
_ABSOLUTE = re.compile(rb"[A-Z]+ [a-z]+://(?:[^\s/@]*@)?([^\s/:?#]+)")
_HOST = re.compile(rb"\nHost:([^\r\n]*)\r?\n", re.IGNORECASE)
_END = re.compile(rb"\r?\n\r?\n")
_AUTHORITY = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[^:]*)(?::[0-9]*)?")


def starts_like_request(data: bytes) -> bool:
    """True if an HTTP/1 request begins with these bytes."""
    return data.startswith(_BEGINS)


def may_become_request(data: bytes) -> bool:
    """True if a request could begin with these bytes and more that follow."""
    return len(data) < 10 and any(begin.startswith(data) for begin in _BEGINS)


def read_stream(data: bytes) -> Reading:
    """A client's TCP bytes from the first one, which `starts_like_request` accepted."""
    head = data[:MAX_HEAD]
    target = _CONNECT.match(head) or _ABSOLUTE.match(head)
    end = _END.search(head)
    field = _HOST.search(head, 0, end.end() if end else len(head))
    if field:
        return Reading(State.DONE, HTTP, _host(field[1].strip()) or (_host(target[1]) if target else None))
    if target:
        return Reading(State.DONE, HTTP, _host(target[1]))
    return Reading(State.DONE if end or len(data) >= MAX_HEAD else State.MORE, HTTP)


def _host(authority: bytes) -> str | None:
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        return None
    if parts[1].startswith(b"["):
        return parts[1].decode("ascii").lower()
    return clean(parts[1])
