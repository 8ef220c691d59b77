"""A chain's lines → what is wrong with them and where. One pass, little memory; a million entries take seconds.

Hashes are taken of the bytes as they stand, so nothing has to be written anew to be checked. After a break the walk
goes on from what stands there, so that one change is one fault and a later one is found as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from agent.core.audit import EMPTY, Head, Tag, canonical

LIMIT = 100
"""More faults than these are not listed; the chain is broken anyway."""

_decode = json.JSONDecoder().raw_decode  # twice as fast as `loads`, and takes no space around the object
_TAGS = frozenset(tag.value for tag in Tag)
_FIELDS = frozenset({"actor", "at", "case", "detail", "prev", "seq", "tag"})

Signed = Callable[[bytes, bytes], bool]
"""True if the second is the signature of the first, by the key that is trusted."""


class FaultKind(StrEnum):
    """How a chain can be broken."""

    UNREADABLE = "unreadable"
    CHANGED = "changed"
    GAP = "gap"
    INSERTED = "inserted"
    REORDERED = "reordered"
    UNLINKED = "unlinked"
    SIGNATURE = "signature"
    UNSEALED = "unsealed"
    TRUNCATED = "truncated"
    OTHER_HEAD = "other-head"
    OTHER_KEY = "other-key"
    TORN = "torn"


@dataclass(frozen=True, slots=True)
class Fault:
    """One break: in which line of the file (from 1), at which entry, what it means."""

    kind: FaultKind
    line: int
    seq: int
    what: str

    def __str__(self) -> str:
        """As `audit verify` prints it."""
        return f"line {self.line}, entry {self.seq}: {self.kind}: {self.what}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of it. `sealed` is the last entry under a good signature, `proved` the last under the given head."""

    entries: int
    head: Head
    faults: tuple[Fault, ...]
    sealed: int
    seals: int
    proved: int

    @property
    def whole(self) -> bool:
        """True if nothing is wrong."""
        return not self.faults


def seal_message(site: str, head: Head, day: str) -> bytes:
    """What is signed each day."""
    return b"breaktime audit seal 1 " + canonical({"day": day, "hash": head.hash, "seq": head.seq, "site": site})


class ChainCheck:
    """Walks one chain. Give it every line in order, then ask for the result.

    `key` is the fingerprint of the key that is trusted; `known` a head that has left the machine, if one is at hand.
    """

    __slots__ = (
        "_faults",
        "_head",
        "_key",
        "_known",
        "_last",
        "_line",
        "_proved",
        "_sealed",
        "_seals",
        "_signed",
        "_site",
    )

    def __init__(self, key: str, signed: Signed, known: Head | None = None) -> None:
        self._key, self._signed, self._known = key, signed, known
        self._head, self._line, self._site = EMPTY, 0, ""
        self._last = ("", "")  # the day and the tag of the entry before
        self._faults: list[Fault] = []
        self._sealed = self._seals = 0
        self._proved = 0

    def feed(self, lines: Iterable[bytes]) -> None:
        """The next lines, each with its line feed."""
        for line in lines:
            self._line += 1
            self._entry(line)

    def result(self) -> Checked:
        """What was found; call it once, at the end."""
        known = self._known
        if known is not None and known.seq > self._head.seq:
            what = f"the chain ends here, and entry {known.seq} once stood in it: what came after was cut off"
            self._fault(FaultKind.TRUNCATED, self._head.seq, what)
        return Checked(self._line, self._head, tuple(self._faults), self._sealed, self._seals, self._proved)

    def _entry(self, line: bytes) -> None:
        if not line.endswith(b"\n"):
            self._fault(FaultKind.TORN, self._head.seq + 1, "the line has no end: it was never acknowledged")
            return
        fields = _fields(line)
        if fields is None:
            self._fault(FaultKind.UNREADABLE, self._head.seq + 1, "this is no entry")
            return
        # Where the two differ the walk goes on by the hash that is written: it is the one that the next entry names.
        digest, seq = line[:64].decode(), fields["seq"]
        if sha256(line[65:-1]).hexdigest() != digest:
            self._fault(FaultKind.CHANGED, seq, "its text does not have its hash: it was changed after it was written")
        self._linked(fields, seq)
        if self._line == 1:
            self._begin(fields, seq)
        day, tag = str(fields["at"])[:10], fields["tag"]
        if tag == Tag.CHAIN_SEAL:
            self._seal(fields, seq)
        elif self._last[1] != Tag.CHAIN_SEAL and day > self._last[0] and self._line > 1:
            self._fault(FaultKind.UNSEALED, seq, f"the seal of {self._last[0]} should stand before it")
        self._last = (day, tag)
        self._head = Head(seq, digest)
        if self._known is not None and seq == self._known.seq:
            self._meet(self._known)

    def _linked(self, fields: dict[str, Any], seq: int) -> None:
        expected = self._head.seq + 1
        if seq > expected:
            missing = f"entry {expected}" if seq == expected + 1 else f"entries {expected} to {seq - 1}"
            self._fault(FaultKind.GAP, seq, f"{missing} should stand before it")
        elif seq < expected:
            kind = FaultKind.INSERTED if seq == self._head.seq else FaultKind.REORDERED
            self._fault(kind, seq, f"it stands where entry {expected} should")
        elif fields["prev"] != self._head.hash:
            self._fault(FaultKind.UNLINKED, seq, f"it was written after another entry {seq - 1} than the one before it")

    def _begin(self, fields: dict[str, Any], seq: int) -> None:
        detail = fields["detail"]
        self._site = str(detail.get("site", ""))
        if fields["tag"] != Tag.CHAIN_BEGIN:
            self._fault(FaultKind.GAP, seq, "a chain begins with its beginning")
        elif detail.get("key") != self._key:
            self._fault(FaultKind.OTHER_KEY, seq, "the chain was begun under another key than the one that is trusted")

    def _seal(self, fields: dict[str, Any], seq: int) -> None:
        detail = fields["detail"]
        message = seal_message(self._site, self._head, str(detail.get("day")))
        try:
            signature = bytes.fromhex(str(detail.get("signature")))
        except ValueError:
            signature = b""
        if detail.get("day") != self._last[0]:
            self._fault(FaultKind.SIGNATURE, seq, "the seal is for another day than that of the entry before it")
        elif self._signed(message, signature):
            self._sealed, self._seals = seq, self._seals + 1
        else:
            self._fault(FaultKind.SIGNATURE, seq, "the day's signature is not by this key over what stands before it")

    def _meet(self, known: Head) -> None:
        if self._head.hash == known.hash:
            self._proved = known.seq
        else:
            what = f"another entry {known.seq} left this machine than the one that stands here: the chain was made anew"
            self._fault(FaultKind.OTHER_HEAD, known.seq, what)

    def _fault(self, kind: FaultKind, seq: int, what: str) -> None:
        if len(self._faults) < LIMIT:
            self._faults.append(Fault(kind, self._line, seq, what))


def _fields(line: bytes) -> dict[str, Any] | None:
    """The fields of a line, if it has those of an entry and no others."""
    try:
        text = line.decode("ascii")
        fields, end = _decode(text, 65)
    except (ValueError, RecursionError):
        return None
    if end != len(text) - 1 or text[64] != " " or not isinstance(fields, dict) or fields.keys() != _FIELDS:
        return None
    plain = type(fields["seq"]) is int and isinstance(fields["detail"], dict) and isinstance(fields["tag"], str)
    return fields if plain and fields["tag"] in _TAGS else None
