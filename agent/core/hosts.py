"""Host names in one canonical form: the first step of every flow, so that nothing later compares raw text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
plain = re.compile(r"(?:[a-z0-9_]++(?:-++[a-z0-9_]++)*+\.)++[a-z]++").fullmatch
"""Fits most names as they come from the wire: those of at most `SHORT` characters are canonical, no label too long."""
SHORT = 63
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
_SCHEME = re.compile(r"\A[a-z][a-z0-9+.-]*://", re.IGNORECASE)
MAX_LENGTH = 253


@dataclass(frozen=True, slots=True)
class Host:
    """A DNS name: lower case, ASCII (IDNA A-labels), no trailing dot. Made by `Host.parse`."""

    name: str

    @classmethod
    @lru_cache(maxsize=8192)
    def parse(cls, text: str) -> Host:
        """Return the canonical host of `text` (a bare name, no port).

        Raises ValueError, which never repeats the text, if it is empty, too long, an IP address or not a
        DNS name. IDNA follows the standard library's codec (RFC 3490), applied to names beyond ASCII only.
        """
        return cls(canonical(text))

    def is_under(self, parent: Host) -> bool:
        """True if this host is `parent` or below it, compared by whole labels."""
        return self.name == parent.name or self.name.endswith("." + parent.name)

    def __str__(self) -> str:
        return self.name


def canonical(text: str) -> str:
    """The name of `Host.parse`, and its ValueError, without the host around it."""
    if len(text) <= SHORT and plain(text):
        return text
    name = text.strip().rstrip(".").lower()
    if not name.isascii():
        name = _to_ascii(name).rstrip(".")
    if not name or len(name) > MAX_LENGTH:
        raise ValueError("a host name has 1 to 253 characters")
    if is_address(name):
        raise ValueError("an IP address is not a host name")
    if not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise ValueError("a host name is made of letters, digits and hyphens between dots")
    return name


def is_address(name: str) -> bool:
    """True if a browser would take `name` for an IPv4 or IPv6 address rather than a DNS name.

    A last label that is a number, in whatever base, makes it one (WHATWG URL, "ends in a number").
    """
    return ":" in name or _NUMBER.fullmatch(name.rstrip(".").rsplit(".", 1)[-1]) is not None


def suffixes(name: str) -> list[str]:
    """The name itself and each parent, longest first: `a.b.c` → `["a.b.c", "b.c", "c"]`."""
    labels = name.split(".")
    return [".".join(labels[i:]) for i in range(len(labels))]


def host_of(text: str) -> Host:
    """The host of a URL or of a bare `host[:port]`; raises ValueError if there is none."""
    rest = _SCHEME.sub("", text.strip(), count=1)
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0].rsplit("@", 1)[-1]
    if authority.startswith("["):
        raise ValueError("an IP address is not a host name")
    name, _, port = authority.partition(":")
    if port and not port.isdigit():
        raise ValueError("a port is a number")
    return Host.parse(name)


def _to_ascii(name: str) -> str:
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError("the name cannot be written in DNS letters") from None
