"""The file of a table, as `building` writes it and `table` reads it.

    magic (8) · BLAKE2b-256 of all that follows (32) · length of the head (4) · head (JSON) · filter · groups · texts

The filter has one bit for the CRC-32 of each name, and of the last two labels of each: most names that stand in no
list end there. Names whose packed form has
the same length make a *group*: records of that many bytes and one or two more, which number what lists say of the
name. A group's records lie in slots by CRC-32; its directory has the number of the first record of each slot, and of
the end. The texts are the hosts of short lists, for the resolver.

The whole name stands in the record, so that nothing can match by chance.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any

from agent.core.lists import Claim, How

MAGIC = b"BTHOSTS1"
DIGEST = 32
START = len(MAGIC) + DIGEST
FILTER_BITS = 8
"""Bits of the filter for each name: it lets one name in nine through that is not there."""
SLOT = 5
"""Records that share a slot, on average."""
LOW = (1 << 30) - 1
"""The bits of a CRC-32 that are used: Python reckons much faster with numbers below 2**30."""
MOST_MEANINGS = 65_536


class BadTable(Exception):
    """The file is no table, or not whole; the text says why."""


@dataclass(frozen=True, slots=True)
class Group:
    """Names whose packed form is `size` bytes long. Offsets count from the start of the file."""

    size: int
    count: int
    slots: int
    directory: int
    records: int


@dataclass(frozen=True, slots=True)
class Text:
    """The hosts of a list, one a line; `size` 0 and `kept` False for a long list."""

    list: str
    count: int
    kept: bool
    at: int
    size: int


@dataclass(frozen=True, slots=True)
class Head:
    """What a table says of itself. A pattern is its list and its text, `meanings` are numbered by the records."""

    tlds: tuple[str, ...]
    width: int
    filter_bits: int
    filter_at: int
    groups: tuple[Group, ...]
    texts: tuple[Text, ...]
    meanings: tuple[tuple[Claim, ...], ...]
    patterns: tuple[tuple[str, str], ...]
    means: tuple[dict[str, Any], ...] = ()
    """What lists mean that were imported by hand, and so stand in no site.yaml."""

    @property
    def count(self) -> int:
        """How many different names the table has."""
        return sum(group.count for group in self.groups)


def encode(head: Head) -> bytes:
    """The head as it stands in the file."""
    return json.dumps(asdict(head), separators=(",", ":")).encode()


def decode(text: bytes) -> Head:
    """The head of these bytes. Raises BadTable."""
    try:
        found = json.loads(text)
        return Head(
            tuple(found["tlds"]),
            int(found["width"]),
            int(found["filter_bits"]),
            int(found["filter_at"]),
            tuple(Group(**one) for one in found["groups"]),
            tuple(Text(**one) for one in found["texts"]),
            tuple(tuple(Claim(list, How(how)) for list, how in claims) for claims in found["meanings"]),
            tuple((list, text) for list, text in found["patterns"]),
            tuple(found["means"]),
        )
    except (ValueError, KeyError, TypeError) as problem:
        raise BadTable(f"its head cannot be read ({type(problem).__name__})") from None


def digest_of(parts: Sequence[bytes | bytearray | memoryview]) -> bytes:
    """The checksum of what follows it in the file."""
    digest = blake2b(digest_size=DIGEST)
    for part in parts:
        digest.update(part)
    return digest.digest()
