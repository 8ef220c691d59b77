"""The audit chain on the disk: appended to under a lock, one line at a time, and there before what it tells of.

`append` returns when the entry has been forced to the disk; what it tells of may happen only then. A process killed
before leaves at most a line without its end: nothing was acknowledged, nothing was looked at, and the next to write
takes the torn bytes away and says so in an entry.

    <data>/audit/chain.jsonl    the entries (agent/core/audit.py), 0600
    <data>/audit/signing.key    the private key, 0600; signing.pub the public one

The day's first entry signs all that stood before: each day with an entry ends in a signature.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple

from agent.core.audit import EMPTY, Entry, Head, Tag, parse_line
from agent.core.auditcheck import ChainCheck, Checked, seal_message
from agent.store.errors import StoreError, explained
from agent.store.files import locked, write_new
from agent.store.signing import PublicKey, SigningKey

CHAIN, KEY, PUBLIC = "chain.jsonl", "signing.key", "signing.pub"
SYSTEM = "system"
"""Who acts where no officer does."""
LONGEST = 65_536
"""Bytes of a line at most."""
_RESTORE = "restore the folder from a backup, and compare `breaktime audit verify --head` with a head that was mailed"


class Receipt(NamedTuple):
    """An entry that stands on the disk. `offset` is where its line begins in the file."""

    seq: int
    hash: str
    offset: int


class AuditLog:
    """The chain of one site in its folder. Safe between threads and between processes."""

    __slots__ = ("_folder", "_key", "_path", "_site")

    def __init__(self, folder: Path, site: str, key: SigningKey) -> None:
        self._folder, self._site, self._key = folder, site, key
        self._path = folder / CHAIN

    @classmethod
    def open(cls, folder: Path, site: str, at: datetime) -> AuditLog:
        """The chain in `folder`, begun if there is none. Raises StoreError; also where a chain was and is gone."""
        with explained(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(folder) as descriptor:
                key = _begun(folder, site, at)
                os.fsync(descriptor)
        return cls(folder, site, key)

    @property
    def public(self) -> PublicKey:
        """The key by which others verify."""
        return self._key.public

    def sign(self, message: bytes) -> bytes:
        """The site's signature over a message."""
        return self._key.sign(message)

    def append(
        self, tag: Tag, actor: str, at: datetime, case: str = "", detail: Mapping[str, str] | None = None
    ) -> Receipt:
        """Write an entry; it is on the disk when this returns. Raises StoreError, and then it does not stand."""
        with explained(self._path), locked(self._folder), self._opened() as file:
            self._ready(file, at)
            return _add(file, tag, actor, at, case, detail or {})

    def seal(self, at: datetime) -> Head:
        """Sign what is not signed yet if its day is over; the head to send away."""
        with explained(self._path), locked(self._folder), self._opened() as file:
            self._ready(file, at)
            return _last(file, self._path)[0]

    def head(self) -> Head:
        """The last entry's place and hash."""
        with explained(self._path), self._opened() as file:
            return _last(file, self._path)[0]

    def entry(self, receipt: Receipt) -> Entry:
        """The entry that a receipt is for. Raises StoreError if another stands there now."""
        with explained(self._path), self._path.open("rb") as file:
            file.seek(receipt.offset)
            line = file.readline(LONGEST)
        try:
            entry = parse_line(line)
        except ValueError as problem:
            raise StoreError(f"what stands at byte {receipt.offset} {problem}", self._path, _RESTORE) from None
        if (entry.seq, entry.hash) != receipt[:2]:
            raise StoreError(f"entry {receipt.seq} is not the one that was written", self._path, _RESTORE)
        return entry

    def since(self, receipt: Receipt, case: str) -> Iterator[Entry]:
        """The entries of a case after one of them, in order. Raises StoreError where one cannot be read."""
        mark = f'"case":"{case}"'.encode()
        with explained(self._path), self._path.open("rb", buffering=1 << 20) as file:
            file.seek(receipt.offset)
            file.readline(LONGEST)
            lines = [line for line in iter(lambda: file.readline(LONGEST), b"") if mark in line]
        for line in lines:
            try:
                entry = parse_line(line)
            except ValueError as problem:
                raise StoreError(f"a line {problem}", self._path, "breaktime audit verify says more") from None
            if entry.case == case:
                yield entry

    def count(self, tag: Tag, start: int = 0) -> tuple[int, int]:
        """How many whole entries of a kind stand from byte `start` on, and where they end: the next start."""
        mark, found = f'"tag":"{tag}"'.encode(), 0
        with explained(self._path), self._path.open("rb", buffering=1 << 20) as file:
            file.seek(start)
            for line in iter(lambda: file.readline(LONGEST), b""):
                if not line.endswith(b"\n"):
                    break
                start += len(line)
                found += mark in line
        return found, start

    def entries(self, case: str | None = None) -> Iterator[Entry]:
        """Every entry in order, or those of a case. Raises StoreError where one cannot be read."""
        return entries_in(self._path, case)

    def lines(self) -> Iterator[bytes]:
        """The lines as they stand."""
        return lines_of(self._path)

    def check(self, known: Head | None = None, key: PublicKey | None = None) -> Checked:
        """Verify all of it by this machine's public key, or by another."""
        return check_chain(self._path, key or self.public, known)

    @contextmanager
    def _opened(self) -> Iterator[BinaryIO]:
        with open(os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC), "rb+", 0) as file:
            yield file

    def _ready(self, file: BinaryIO, at: datetime) -> None:
        """Take away what a killed process left of a line, sign the day that is over, and only then say what was taken.

        The seal comes first: an entry of today before it would leave yesterday without one.
        """
        if torn := _torn(file):
            file.truncate(file.seek(0, os.SEEK_END) - len(torn))
        self._seal(file, at)
        if torn:
            self._said(file, at, torn)

    def _said(self, file: BinaryIO, at: datetime, torn: bytes) -> None:
        _add(file, Tag.CHAIN_MEND, SYSTEM, at, "", {"bytes": str(len(torn)), "sha256": sha256(torn).hexdigest()})

    def _seal(self, file: BinaryIO, at: datetime) -> None:
        head, last = _last(file, self._path)
        day = _day(last.at) if last else _day(at)
        if last is None or last.tag is Tag.CHAIN_SEAL or day >= _day(at):
            return
        signature = self._key.sign(seal_message(self._site, head, day.isoformat()))
        detail = {"day": day.isoformat(), "key": self.public.fingerprint, "signature": signature.hex()}
        _add(file, Tag.CHAIN_SEAL, SYSTEM, at, "", detail)


def check_chain(path: Path, key: PublicKey, known: Head | None = None) -> Checked:
    """Verify a chain's file; nothing else of the site is needed. Raises StoreError if it cannot be read."""
    check = ChainCheck(key.fingerprint, key.signed, known)
    check.feed(lines_of(path))
    return check.result()


def entries_in(path: Path, case: str | None = None) -> Iterator[Entry]:
    """The entries of a chain's file, or those of a case. Raises StoreError where one cannot be read."""
    for number, line in enumerate(lines_of(path), 1):
        if case is not None and f'"case":"{case}"'.encode() not in line:
            continue
        try:
            entry = parse_line(line)
        except ValueError as problem:
            raise StoreError(f"line {number} {problem}", path, "breaktime audit verify says more") from None
        if case is None or entry.case == case:
            yield entry


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of a file, none longer than an entry may be."""
    with explained(path), path.open("rb", buffering=1 << 20) as file:
        while line := file.readline(LONGEST):
            yield line


def _begun(folder: Path, site: str, at: datetime) -> SigningKey:
    """The key of the folder; both key and chain are made if there is neither. Under the lock.

    The chain appears before the key has its name: a key without a chain is then always a chain that is gone.
    """
    chain, path, unfinished = folder / CHAIN, folder / KEY, folder / f"{KEY}.unfinished"
    if not path.exists():
        if not chain.exists():
            _refuse_anew(folder)
            unfinished.unlink(missing_ok=True)
            _create(folder, site, at, SigningKey.make(unfinished))
        elif not unfinished.exists():
            raise StoreError("the signing key is gone", path, _RESTORE)
        unfinished.rename(path)
    if not chain.exists():
        raise StoreError("the chain is gone, and nothing is looked at without one", chain, _RESTORE)
    key = SigningKey.read(path)
    public = folder / PUBLIC
    if not public.exists() or public.read_bytes() != key.public.pem:
        public.write_bytes(key.public.pem)
    return key


def _refuse_anew(folder: Path) -> None:
    """Begin no chain beside what only ever came to be with one: key and chain were both taken away then."""
    data = folder.parent
    for kept in ("cases/*.case", "cases/officers.json", "concerns/*.concern"):
        if any(data.glob(kept)):
            what = f"key and chain are gone, but {data / kept} was made with them"
            raise StoreError(what, folder / CHAIN, _RESTORE)


def _create(folder: Path, site: str, at: datetime, key: SigningKey) -> None:
    first = Entry(1, at, Tag.CHAIN_BEGIN, SYSTEM, "", {"key": key.public.fingerprint, "site": site}, EMPTY.hash)
    unfinished = folder / f"{CHAIN}.unfinished"
    unfinished.unlink(missing_ok=True)
    write_new(unfinished, first.line())
    unfinished.rename(folder / CHAIN)


def _add(file: BinaryIO, tag: Tag, actor: str, at: datetime, case: str, detail: Mapping[str, str]) -> Receipt:
    head, _ = _last(file, Path(str(file.name)))
    entry = Entry(head.seq + 1, at, tag, actor, case, detail, head.hash)
    line, offset = entry.line(), file.seek(0, os.SEEK_END)
    if len(line) > LONGEST:
        raise ValueError(f"an entry of {len(line)} bytes is too long")
    try:
        _write(file, line)
        os.fsync(file.fileno())
    except OSError:
        file.truncate(offset)  # a disk that is full may have taken half of it
        raise
    return Receipt(entry.seq, entry.hash, offset)


def _write(file: BinaryIO, line: bytes) -> None:
    written = 0
    while written < len(line):
        written += file.write(line[written:])


def _last(file: BinaryIO, path: Path) -> tuple[Head, Entry | None]:
    """The last whole entry. Raises StoreError if it is none: nothing is added to a chain that is broken there."""
    tail = _tail(file)
    whole = tail[: tail.rfind(b"\n") + 1]
    if not whole:
        raise StoreError("holds no entry", path, _RESTORE)
    line = whole[whole.rfind(b"\n", 0, -1) + 1 :]
    try:
        entry = parse_line(line)
    except ValueError as problem:
        raise StoreError(f"the last line {problem}", path, "breaktime audit verify says more") from None
    return Head(entry.seq, entry.hash), entry


def _torn(file: BinaryIO) -> bytes:
    tail = _tail(file)
    return tail[tail.rfind(b"\n") + 1 :]


def _tail(file: BinaryIO) -> bytes:
    """Enough of the file's end to hold its last whole line, and what may be left of another."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - 2 * LONGEST))
    return file.read(2 * LONGEST)


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()
