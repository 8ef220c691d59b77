"""A broken chain is found, and the place is named: each way of breaking one is a case."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from agent.core.audit import EMPTY, Entry, Head, Tag
from agent.core.auditcheck import LIMIT, ChainCheck, Checked, FaultKind, seal_message

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
KEY, OTHER_KEY, SITE = "k" * 64, "o" * 64, "example-primary"


def sign(key: str, message: bytes) -> bytes:
    """What stands for a signature here: only a test of the walk."""
    return sha256(key.encode() + message).digest()


def chain(length: int = 9, key: str = KEY, word: str = "facebook") -> list[bytes]:
    """A whole chain of so many entries; every fourth is the seal of what stands before it."""
    lines: list[bytes] = []
    head = EMPTY
    for seq in range(1, length + 1):
        tag, detail = Tag.CASE_SEARCH, {"service": word}
        if seq == 1:
            tag, detail = Tag.CHAIN_BEGIN, {"key": key, "site": SITE}
        elif seq % 4 == 0:
            signature = sign(key, seal_message(SITE, head, "2026-11-23")).hex()
            tag, detail = Tag.CHAIN_SEAL, {"day": "2026-11-23", "signature": signature}
        entry = Entry(seq, NOW + timedelta(minutes=seq), tag, "investigator-1", "", detail, head.hash)
        lines.append(entry.line())
        head = Head(seq, entry.hash)
    return lines


def head_of(lines: list[bytes]) -> Head:
    """The head that would have been sent away."""
    return Head(json.loads(lines[-1][65:])["seq"], lines[-1][:64].decode())


def check(lines: list[bytes], known: Head | None = None) -> Checked:
    """Verify by the key that is trusted."""
    found = ChainCheck(KEY, lambda message, signature: signature == sign(KEY, message), known)
    found.feed(lines)
    return found.result()


def mended(line: bytes) -> bytes:
    """A line with the hash that it should have: somebody who changes one can do that much."""
    return sha256(line[65:-1]).hexdigest().encode() + line[64:]


def changed(lines: list[bytes]) -> list[bytes]:
    return [*lines[:4], lines[4].replace(b"facebook", b"snapchat"), *lines[5:]]


def changed_with_hash(lines: list[bytes]) -> list[bytes]:
    return [*lines[:4], mended(lines[4].replace(b"facebook", b"snapchat")), *lines[5:]]


def inserted(lines: list[bytes]) -> list[bytes]:
    forged = Entry(5, NOW, Tag.CASE_TELL, "head-1", "", {}, lines[3][:64].decode()).line()
    return [*lines[:4], forged, *lines[4:]]


def renumbered(lines: list[bytes]) -> list[bytes]:
    """An entry taken out of the middle, and all after it numbered anew."""
    kept = lines[:4]
    for line in lines[5:]:
        fields = json.loads(line[65:])
        body = json.dumps({**fields, "seq": fields["seq"] - 1}, sort_keys=True, separators=(",", ":")).encode()
        kept.append(mended(b"0" * 64 + b" " + body + b"\n"))
    return kept


def without_end(lines: list[bytes]) -> list[bytes]:
    return [*lines[:-1], lines[-1][:-1]]


def not_an_entry(lines: list[bytes]) -> list[bytes]:
    return [*lines[:4], b"something else\n", *lines[5:]]


def other_fields(lines: list[bytes]) -> list[bytes]:
    return [*lines[:4], mended(lines[4].replace(b'"seq":5', b'"seq":"5"')), *lines[5:]]


def no_space(lines: list[bytes]) -> list[bytes]:
    return [*lines[:4], lines[4].replace(b" ", b"\t", 1), *lines[5:]]


def a_list(lines: list[bytes]) -> list[bytes]:
    return [*lines[:4], mended(b"0" * 64 + b" []\n"), *lines[5:]]


def unsigned(lines: list[bytes]) -> list[bytes]:
    return [*lines[:3], mended(lines[3].replace(b'"signature":"', b'"signature":"no hex ')), *lines[4:]]


def headless(lines: list[bytes]) -> list[bytes]:
    first = Entry(1, NOW, Tag.CASE_LIST, "head-1", "", {}).line()
    return [first, *lines[1:]]


def other_day(lines: list[bytes]) -> list[bytes]:
    """A seal that is by the key, for a day on which nothing was written."""
    head, fields = head_of(lines[:3]), json.loads(lines[3][65:])
    signature = sign(KEY, seal_message(SITE, head, "2026-11-22")).hex()
    seal = Entry(
        4,
        NOW + timedelta(minutes=4),
        Tag.CHAIN_SEAL,
        fields["actor"],
        "",
        {"day": "2026-11-22", "signature": signature},
        head.hash,
    )
    return [*lines[:3], seal.line()]


def days_of(*spec: tuple[int, bool]) -> list[bytes]:
    """A whole chain of entries on so many days from the first; with True a day's first entry follows a seal."""
    first = chain(1)
    lines, head, before = first, head_of(first), NOW
    for offset, sealed in spec:
        at = NOW + timedelta(days=offset)
        day = str(before.date())
        detail = {"day": day, "signature": sign(KEY, seal_message(SITE, head, day)).hex()}
        wanted = [(Tag.CHAIN_SEAL, detail)] * sealed + [(Tag.CASE_LIST, {})]
        for tag, said in wanted:
            entry = Entry(head.seq + 1, at, tag, "head-1", "", said, head.hash)
            lines, head, before = [*lines, entry.line()], Head(head.seq + 1, entry.hash), at
    return lines


@pytest.mark.parametrize(
    ("lines", "faults"),
    [
        (days_of((0, False), (1, True), (1, False), (3, True)), []),
        (days_of((1, True), (0, False), (1, True)), []),
        (days_of((1, False)), [(FaultKind.UNSEALED, 2)]),
        (
            days_of((0, False), (1, True), (2, False), (2, False), (5, False)),
            [(FaultKind.UNSEALED, 5), (FaultKind.UNSEALED, 7)],
        ),
        (other_day(chain()), [(FaultKind.SIGNATURE, 4)]),
    ],
    ids=["whole", "clock put back", "none", "two taken out", "for another day"],
)
def test_each_day_ends_in_its_seal(lines: list[bytes], faults: list[tuple[FaultKind, int]]) -> None:
    """A chain whose seals were taken out and that was hashed anew is not whole."""
    assert [(fault.kind, fault.seq) for fault in check(lines).faults] == faults


Breaking = Callable[[list[bytes]], list[bytes]]
BROKEN: list[tuple[str, Breaking, FaultKind, int]] = [
    ("changed", changed, FaultKind.CHANGED, 5),
    ("changed, with its hash", changed_with_hash, FaultKind.UNLINKED, 6),
    ("left out", lambda lines: lines[:4] + lines[5:], FaultKind.GAP, 6),
    ("many left out", lambda lines: lines[:2] + lines[7:], FaultKind.GAP, 8),
    ("left out, rest renumbered", renumbered, FaultKind.UNLINKED, 5),
    ("put in", inserted, FaultKind.INSERTED, 5),
    ("doubled", lambda lines: [*lines[:5], *lines[4:]], FaultKind.INSERTED, 5),
    ("two swapped", lambda lines: [*lines[:4], lines[5], lines[4], *lines[6:]], FaultKind.GAP, 6),
    ("moved to the end", lambda lines: [*lines[:4], *lines[5:], lines[4]], FaultKind.GAP, 6),
    ("beginning cut off", lambda lines: lines[2:], FaultKind.GAP, 3),
    ("another beginning", headless, FaultKind.GAP, 1),
    ("a line without its end", without_end, FaultKind.TORN, 9),
    ("not an entry", not_an_entry, FaultKind.UNREADABLE, 5),
    ("fields of another form", other_fields, FaultKind.UNREADABLE, 5),
    ("not a space", no_space, FaultKind.UNREADABLE, 5),
    ("a list", a_list, FaultKind.UNREADABLE, 5),
    ("no signature", unsigned, FaultKind.SIGNATURE, 4),
]


def test_a_whole_chain() -> None:
    """Nothing is wrong with it; its last entry, the last that a signature covers, and how many there are, are said."""
    lines = chain()
    found = check(lines)
    assert (found.whole, found.entries, found.head, found.sealed, found.seals) == (True, 9, head_of(lines), 8, 2)
    assert check([]) == Checked(0, EMPTY, (), 0, 0, 0)


@pytest.mark.parametrize(("breaks", "kind", "seq"), [pytest.param(*c[1:], id=c[0]) for c in BROKEN])
def test_a_broken_chain(breaks: Breaking, kind: FaultKind, seq: int) -> None:
    """The first fault is of that kind at that entry, and says so in a line."""
    found = check(breaks(chain()))
    assert (found.whole, found.faults[0].kind, found.faults[0].seq) == (False, kind, seq)
    assert str(found.faults[0]).startswith(f"line {found.faults[0].line}, entry {seq}: {kind}: ")


def test_one_change_is_one_fault() -> None:
    """The walk goes on by what stands there, so that another change further on is found as well."""
    lines = changed(chain())
    assert [(fault.kind, fault.seq) for fault in check(lines).faults] == [(FaultKind.CHANGED, 5)]
    lines[8] = lines[8].replace(b"facebook", b"snapchat")
    assert [(fault.kind, fault.seq) for fault in check(lines).faults] == [
        (FaultKind.CHANGED, 5),
        (FaultKind.CHANGED, 9),
    ]


@pytest.mark.parametrize("known", [1, 5, 9])
def test_up_to_a_head_all_is_proved(known: int) -> None:
    """A whole chain is proved up to a head that left the machine, whatever came after."""
    found = check(chain(), head_of(chain()[:known]))
    assert (found.whole, found.proved) == (True, known)


def test_cut_off_before_a_head() -> None:
    """Without the head a chain that was cut looks whole; with it, the place of the cut is named."""
    cut = chain()[:6]
    assert check(cut).whole
    found = check(cut, head_of(chain()))
    assert [(fault.kind, fault.seq, fault.line) for fault in found.faults] == [(FaultKind.TRUNCATED, 6, 6)]
    assert found.proved == 0


def test_made_anew() -> None:
    """A chain that was written anew is whole in itself, and another than the one whose head left the machine."""
    anew = chain(word="snapchat")
    assert check(anew).whole
    found = check(anew, head_of(chain()[:7]))
    assert [(fault.kind, fault.seq) for fault in found.faults] == [(FaultKind.OTHER_HEAD, 7)]
    assert found.proved == 0


def test_signed_anew_with_another_key() -> None:
    """By the key that is trusted, neither its beginning nor any of its seals is good."""
    found = check(chain(key=OTHER_KEY))
    kinds = [(fault.kind, fault.seq) for fault in found.faults]
    assert kinds == [(FaultKind.OTHER_KEY, 1), (FaultKind.SIGNATURE, 4), (FaultKind.SIGNATURE, 8)]
    assert (found.sealed, found.seals) == (0, 0)


def test_more_faults_than_anybody_reads() -> None:
    """Of a file that is no chain at all the first hundred faults are enough."""
    assert len(check([b"x\n"] * (LIMIT + 5)).faults) == LIMIT
