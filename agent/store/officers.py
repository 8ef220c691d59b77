"""Who acts at the command line: officers, each with an office and a secret, known by its scrypt hash alone.

    <data>/cases/officers.json   {id: {office, person, salt, hash, n, added}}, 0600

This stands until officers sign in at the console; what an officer may do is not decided here (agent/core/casework.py).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from agent.core.audit import stamp
from agent.core.offices import Office, Officer
from agent.store.errors import StoreError, explained
from agent.store.files import locked, put, read_private

FILE = "officers.json"
SHORTEST = 12
COST = 1 << 15
"""scrypt's N: with r = 8 some 32 MB and a tenth of a second a try."""
_BLOCK, _LARGEST = 8, 1 << 20
_ID = re.compile(r"[a-z][a-z0-9-]{1,39}")


class OfficerError(Exception):
    """Somebody cannot be added, or does not prove who they are; says what to do, and nothing of a secret."""


class Officers:
    """The officers of a data folder. Safe between processes."""

    __slots__ = ("_cost", "_folder")

    def __init__(self, folder: Path, cost: int = COST) -> None:
        self._folder, self._cost = folder, cost

    def add(self, officer: Officer, secret: str, at: datetime) -> None:
        """Take an officer in. Raises OfficerError if the id is taken or no id, or the secret too short."""
        if not _ID.fullmatch(officer.id) or officer.id == "system":
            raise OfficerError(f"{officer.id!r} is no id: small letters, digits and '-' make one, such as head-1")
        if len(secret) < SHORTEST:
            raise OfficerError(f"a secret has at least {SHORTEST} characters; three words make a good one")
        with self._changing() as (known, folder):
            if officer.id in known:
                raise OfficerError(f"there is an officer {officer.id} already; remove that one or choose another id")
            salt = os.urandom(16)
            known[officer.id] = {
                "office": officer.office.value,
                "person": officer.person,
                "salt": salt.hex(),
                "hash": _hashed(secret, salt, self._cost).hex(),
                "n": self._cost,
                "added": stamp(at),
            }
            put(self._folder / FILE, json.dumps(known, indent=1).encode(), folder)

    def remove(self, id: str) -> bool:
        """Take an officer out; False if there was none."""
        with self._changing() as (known, folder):
            if known.pop(id, None) is None:
                return False
            put(self._folder / FILE, json.dumps(known, indent=1).encode(), folder)
        return True

    def all(self) -> list[Officer]:
        """Every officer, by id."""
        return [_officer(id, row) for id, row in sorted(self._read().items())]

    def sign_in(self, id: str, secret: str) -> Officer:
        """The officer whose secret this is. Raises OfficerError; takes as long for an id that is not there."""
        row = self._read().get(id)
        salt, expected = (bytes.fromhex(row["salt"]), bytes.fromhex(row["hash"])) if row else (b"\0" * 16, b"")
        found = _hashed(secret, salt, row["n"] if row else self._cost)
        if row is None or not hmac.compare_digest(found, expected):
            raise OfficerError("that is not the secret of an officer of that id")
        return _officer(id, row)

    def _read(self) -> dict[str, Any]:
        path = self._folder / FILE
        with explained(path):
            try:
                content = read_private(path, _LARGEST)
            except FileNotFoundError:
                return {}
        try:
            known = json.loads(content)
            for id, row in known.items():
                _officer(id, row)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise StoreError("is not a list of officers", path, "restore it from a backup") from None
        return dict(known)

    @contextmanager
    def _changing(self) -> Iterator[tuple[dict[str, Any], int]]:
        with explained(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self._folder) as folder:
                yield self._read(), folder


def _officer(id: str, row: Any) -> Officer:
    return Officer(id, Office(row["office"]), row["person"])


def _hashed(secret: str, salt: bytes, cost: int) -> bytes:
    text = secret.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(text, salt=salt, n=cost, r=_BLOCK, p=1, maxmem=256 * _BLOCK * cost, dklen=32)
