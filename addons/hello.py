"""The first bytes of a connection: a TLS hello with its name, plain HTTP, or something else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from mitmproxy.net.tls import starts_like_tls_record

from addons import clienthello

MAX_HELLO = 64 * 1024
_HTTP = re.compile(rb"[A-Za-z]{3,20} [^\r\n]*")
_MAYBE_HTTP = re.compile(rb"[A-Za-z]{0,20}")


class Kind(Enum):
    """What the first bytes are."""

    MORE = auto()
    TLS = auto()
    HTTP = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Hello:
    """The kind; of a TLS hello the name, where it has one, and the protocols that it offers."""

    kind: Kind
    sni: str | None = None
    alpn: tuple[bytes, ...] = ()


def read(from_client: bytes, from_server: bytes, records: clienthello.Records | None = None) -> Hello:
    """What a connection begins with. `MORE` asks for more bytes, at most 64 KiB of them.

    One that asks again gives the same `records`, if it has any (`clienthello.parse`).
    """
    if from_server:
        return Hello(Kind.OTHER)  # a server that greets first speaks neither TLS nor HTTP
    if len(from_client) < 3:
        return Hello(Kind.MORE)
    if starts_like_tls_record(from_client):
        return _read_tls(from_client, records)
    if _HTTP.match(from_client):
        return Hello(Kind.HTTP)
    return Hello(Kind.MORE if _MAYBE_HTTP.fullmatch(from_client) else Kind.OTHER)


def _read_tls(data: bytes, records: clienthello.Records | None) -> Hello:
    try:
        hello = clienthello.parse(data, records)
    except ValueError:
        return Hello(Kind.OTHER)
    if hello is None:
        return Hello(Kind.MORE) if len(data) < MAX_HELLO else Hello(Kind.OTHER)
    return Hello(Kind.TLS, hello.sni, hello.alpn)
