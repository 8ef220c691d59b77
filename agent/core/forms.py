"""Whether a form holds an e-mail address of the school: looked at in memory, answered with yes or no, and dropped.

The one place where the body of a request is read. It is not parsed by its type: URL-encoded, JSON and multipart
forms, and one inside another, all read the same once their escapes are undone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote_plus

LIMIT = 64 * 1024
"""The longest body, in bytes, that is looked at."""

_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


def holds_address(body: bytes, domains: Iterable[str]) -> bool:
    """True if `body` names an address at one of these domains or below it."""
    names = "|".join(re.escape(domain) for domain in sorted(domains))
    if not names:
        return False
    address = re.compile(rf"[^\s@\"'<>=&]@(?:[a-z0-9-]+\.)*(?:{names})(?![a-z0-9-]|\.[a-z0-9])", re.IGNORECASE)
    return any(address.search(text) for text in _readings(body))


def _readings(body: bytes) -> tuple[str, ...]:
    """The text as it stands, and with its escapes undone: a JSON text may be one field of an encoded form."""
    plain = body.decode("utf-8", "replace")
    once = unquote_plus(plain)
    return plain, *(_ESCAPE.sub(_letter, text) for text in (plain, once, unquote_plus(once)))


def _letter(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))
