"""What the sense process says: one JSON object a line. The rest of Breaktime knows of *sense* this and no more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

TLS, QUIC, HTTP = "TLS", "QUIC", "HTTP"
TCP, UDP = "TCP", "UDP"
"""What the first bytes did not tell; tunnels that are known by their look have names of their own (`tunnels`)."""

_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode
_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "protocol": str, "name": (str, type(None)), "src": str, "sport": int, "dst": str, "dport": int,
    "hidden": bool, "prefix": str,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """One flow: `src` is the client. `name` is None where the first packets gave none.

    `hidden` is true where the hello carries Encrypted ClientHello: then the true name may be another one, and
    `name` only that of its front. Browsers also send it with nothing in it (GREASE), made so that nobody on
    the way can tell the two apart. `prefix` is that of the nftables rule that logged the flow.
    """

    protocol: str
    name: str | None
    src: str
    sport: int
    dst: str
    dport: int
    hidden: bool = False
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Meters:
    """Counts since the process began, by what was counted."""

    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, as a sentence for people; what was read until then stands."""

    text: str


Line = Seen | Meters | Trouble


def encode(line: Line) -> bytes:
    """One line with its end, in ASCII."""
    if isinstance(line, Seen):
        said: dict[str, object] = {
            "protocol": line.protocol, "name": line.name, "src": line.src, "sport": line.sport,
            "dst": line.dst, "dport": line.dport, "hidden": line.hidden, "prefix": line.prefix,
        }  # fmt: skip
    else:
        said = {"meters": dict(line.counts)} if isinstance(line, Meters) else {"trouble": line.text}
    return _encode(said).encode() + b"\n"


def decode(line: bytes | str) -> Line:
    """The line that `encode` wrote. Raises ValueError if it is none."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("not a line of the sense process") from None
    if isinstance(said, dict):
        if _is_seen(said):
            return Seen(**said)
        counts, text = said.get("meters"), said.get("trouble")
        if isinstance(counts, dict) and all(isinstance(count, int) for count in counts.values()):
            return Meters(counts)
        if isinstance(text, str):
            return Trouble(text)
    raise ValueError("not a line of the sense process")


def _is_seen(said: Mapping[str, object]) -> bool:
    return said.keys() == _KINDS.keys() and all(isinstance(said[key], kind) for key, kind in _KINDS.items())
