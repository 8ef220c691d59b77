"""The audit chain: what an entry is, how it is bound to the one before, what a broken chain looks like.

Each entry is one line of canonical JSON, led by its own SHA-256. It names the hash of the entry before, so that no
entry can be changed, left out, put in or moved without breaking the chain at that place. Once a day the chain's head is
signed (Ed25519) in an entry of its own, and sent away from the machine: whoever holds a head can prove the chain up to
it, even against somebody who owns the machine and made all of it anew with another key. After the last head that left
the machine nothing can be proved, and `verify` says so.

    <64 hex digits> {"actor":…,"at":…,"case":…,"detail":{…},"prev":…,"seq":…,"tag":…}\n

An entry names no person: officers by their id, a case by its number. Tags are enumerated, `source:subject:action`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple

BEGINNING = "0" * 64
"""The hash that stands before the first entry."""


class Tag(StrEnum):
    """Everything that an entry may be about."""

    CHAIN_BEGIN = "audit:chain:begin"
    CHAIN_SEAL = "audit:chain:seal"
    CHAIN_MEND = "audit:chain:mend"
    CHAIN_VERIFY = "audit:chain:verify"
    OFFICER_ADD = "officer:account:add"
    OFFICER_REMOVE = "officer:account:remove"
    SIGN_IN = "officer:session:sign-in"
    SIGN_IN_REFUSED = "officer:session:refused"
    CASE_OPEN = "case:file:open"
    CASE_SHOW = "case:file:show"
    CASE_LIST = "case:file:list"
    CASE_CLOSE = "case:file:close"
    CASE_DENIED = "case:action:denied"
    CASE_APPROVE = "case:grant:approve"
    CASE_CONSENT = "case:grant:consent"
    CASE_REFUSE = "case:grant:refuse"
    CASE_BREAK_GLASS = "case:grant:break-glass"
    CASE_REVIEW = "case:grant:review"
    CASE_SEARCH = "case:record:search"
    CASE_HOLD = "case:record:hold"
    CASE_RELEASE = "case:record:release"
    CASE_FIND = "case:finding:note"
    CASE_TASK = "case:task:set"
    CASE_TASK_DONE = "case:task:done"
    CASE_TELL = "case:subject:tell"
    CASE_EXPORT = "case:evidence:export"
    CASE_SEALED = "case:evidence:sealed"
    CASE_DISCLOSE = "case:evidence:disclose"
    SUBJECT_EXPORT = "subject:record:export"
    SUBJECT_ERASE = "subject:record:erase"
    SUBJECT_REFUSED = "subject:record:refused"
    CONCERN_RAISE = "concern:report:raise"
    CONCERN_LIST = "concern:report:list"
    CONCERN_SHOW = "concern:report:show"
    CONCERN_CLOSE = "concern:report:close"
    CONCERN_DENIED = "concern:report:denied"
    ACCESS_ASK = "access:request:ask"
    ACCESS_LIST = "access:request:list"
    ACCESS_GRANT = "access:request:grant"
    ACCESS_REFUSE = "access:request:refuse"
    ACCESS_REVOKE = "access:request:revoke"
    ACCESS_DENIED = "access:request:denied"
    RECORD_RESTORE = "record:backup:restore"
    KEY_DESTROY = "retention:key:destroy"
    POLICY_CHANGE = "policy:revision:in-force"
    CONSOLE_DENIED = "console:page:denied"
    SIGN_OUT = "console:session:sign-out"
    USER_INVITE = "console:user:invite"
    USER_ACCEPT = "console:user:accept"
    USER_CHANGE = "console:user:change"
    USER_REMOVE = "console:user:remove"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `at` is aware; `actor` is an officer's id, or `system`; `case` is "" where there is none."""

    seq: int
    at: datetime
    tag: Tag
    actor: str
    case: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)
    prev: str = BEGINNING

    def body(self) -> bytes:
        """Its canonical JSON, which the hash is taken of."""
        fields = {
            "actor": self.actor,
            "at": stamp(self.at),
            "case": self.case,
            "detail": dict(self.detail),
            "prev": self.prev,
            "seq": self.seq,
            "tag": self.tag.value,
        }
        return canonical(fields)

    def line(self) -> bytes:
        """The line that is written."""
        body = self.body()
        return sha256(body).hexdigest().encode() + b" " + body + b"\n"

    @property
    def hash(self) -> str:
        """SHA-256 of its canonical JSON, in hex."""
        return sha256(self.body()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """As plain data, for answers."""
        return {**json.loads(self.body()), "hash": self.hash}


class Head(NamedTuple):
    """The last entry of a chain, by which all before it can be proved: `seq:hash`. Nothing comes before 0."""

    seq: int
    hash: str

    def __str__(self) -> str:
        """As it leaves the machine."""
        return f"{self.seq}:{self.hash}"

    @classmethod
    def of(cls, text: str) -> Head:
        """Read one. Raises ValueError with what it should look like."""
        number, _, digest = text.strip().partition(":")
        if not (
            number.isascii() and number.isdecimal() and len(digest) == 64 and set(digest) <= set("0123456789abcdef")
        ):
            raise ValueError(f"{text!r} is no head of a chain: it is a number, a colon and 64 hex digits")
        return cls(int(number), digest)


EMPTY = Head(0, BEGINNING)
"""The head of a chain without an entry."""


def canonical(value: Any) -> bytes:
    """The one JSON text of plain data: keys in order, no spaces, ASCII, no number that JSON lacks."""
    text = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def stamp(at: datetime) -> str:
    """An instant as it stands in entries: UTC, to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_line(line: bytes) -> Entry:
    """The entry of a line, its hash not looked at. Raises ValueError if it is not one in canonical form."""
    body = line[65:].rstrip(b"\n")
    try:
        fields = json.loads(body)
        entry = Entry(
            fields["seq"],
            datetime.strptime(fields["at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC),
            Tag(fields["tag"]),
            fields["actor"],
            fields["case"],
            fields["detail"],
            fields["prev"],
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError("is no entry") from None
    if entry.line() != line.rstrip(b"\n") + b"\n":
        raise ValueError("does not stand in canonical form under its own hash")
    return entry
