"""Which configuration was in force when, with the texts of its policy and timetable: evidence needs them long after.

    <data>/history/in-force.jsonl     {"at", "policy", "revision"} a line, when a configuration comes into force
    <data>/history/<revision>.json    {path: text}, once for each revision

Only what a ruling is explained by is kept: the policy's own files, and the parts of site.yaml that say when which bell
rings. Who works here and whose a device is stands in neither.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from agent.core.audit import canonical, stamp
from agent.store.errors import StoreError, explained
from agent.store.files import locked, put, read_private

FOLDER = "history"
_JOURNAL = "in-force.jsonl"
_REVISION = re.compile(r"[0-9a-f]{12}")
_LARGEST = 16 * 1024 * 1024
_RESTORE = "restore it from a backup; evidence of that time has no policy text without it"


class InForce(NamedTuple):
    """From when on a revision was in force."""

    at: datetime
    policy: str
    revision: str


class History:
    """The configurations that have been in force on a data folder. Safe between processes."""

    __slots__ = ("_folder",)

    def __init__(self, data: Path) -> None:
        self._folder = data / FOLDER

    def keep(self, at: datetime, policy: str, revision: str, texts: Mapping[str, str]) -> bool:
        """Note what has come into force, its texts first; False if it was already. Raises StoreError."""
        with explained(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self._folder) as folder:
                known = self._journal()
                if known and known[-1].revision == revision:
                    return False
                if not self._path(revision).exists():
                    put(self._path(revision), canonical(dict(texts)), folder)
                line = canonical({"at": stamp(at), "policy": policy, "revision": revision}) + b"\n"
                put(self._folder / _JOURNAL, b"".join([*map(_line, known), line]), folder)
        return True

    def last(self) -> str:
        """The revision that came into force last; "" if none did. Raises StoreError."""
        known = self._journal()
        return known[-1].revision if known else ""

    def during(self, since: datetime, until: datetime) -> list[InForce]:
        """What was in force at any time from `since` until just before `until`, in order. Raises StoreError."""
        known = self._journal()
        ends = [*(one.at for one in known[1:]), datetime.max.replace(tzinfo=UTC)]
        return [one for one, end in zip(known, ends, strict=False) if one.at < until and end > since]

    def texts(self, revision: str) -> dict[str, str] | None:
        """The texts of a revision; None if it never was in force here. Raises StoreError."""
        if not _REVISION.fullmatch(revision):
            return None
        content = self._read(self._path(revision))
        return None if content is None else dict(_parsed(content, self._path(revision)))

    def _journal(self) -> list[InForce]:
        path = self._folder / _JOURNAL
        rows = [_parsed(line, path) for line in (self._read(path) or b"").splitlines()]
        return [_in_force(row, path) for row in rows]

    def _read(self, path: Path) -> bytes | None:
        with explained(path):
            try:
                return read_private(path, _LARGEST)
            except FileNotFoundError:
                return None

    def _path(self, revision: str) -> Path:
        return self._folder / f"{revision}.json"


def digest_of(texts: Mapping[str, str]) -> str:
    """The SHA-256 of a revision's texts: it stands in the audit chain, so that evidence can be held against it."""
    return sha256(canonical(dict(texts))).hexdigest()


def _parsed(text: bytes, path: Path) -> dict[str, str]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise StoreError("is damaged", path, _RESTORE)
    return found


def _in_force(row: Mapping[str, str], path: Path) -> InForce:
    try:
        return InForce(datetime.fromisoformat(row["at"]), row["policy"], row["revision"])
    except (KeyError, ValueError):
        raise StoreError("is damaged", path, _RESTORE) from None


def _line(one: InForce) -> bytes:
    return canonical({"at": stamp(one.at), "policy": one.policy, "revision": one.revision}) + b"\n"
