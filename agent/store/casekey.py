"""The key of an approved case: what it holds back is sealed under this, and gone when this is destroyed.

From the secret of the case come two keys (HKDF-SHA256): one seals (AES-256-GCM), one makes the names of rows (HMAC), so
that nobody can join what is held with a copy of the record.
"""

from __future__ import annotations

import hmac
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from agent.store.errors import StoreError
from agent.store.keystore import Keystore
from agent.store.sealing import derive, framed

PREFIX = "case-"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NONCE_BYTES = 12
_DIGEST_BYTES = 16
_BLOCK = 256  # what is sealed is filled up to whole blocks: its length must not tell a service or a zone


@dataclass(frozen=True, slots=True, eq=False)
class CaseKey:
    """The key of one case, read from `source`. Secret: neither printed nor compared."""

    case: str
    source: Path
    _sealing: AESGCM = field(repr=False)
    _naming: bytes = field(repr=False)

    @classmethod
    def derived(cls, secret: bytes, case: str, source: Path) -> CaseKey:
        """The two keys that come from `secret` (32 bytes) for that case."""
        return cls(case, source, AESGCM(derive(secret, "case-sealing", case)), derive(secret, "case-names", case))

    def seal(self, text: bytes, *bound_to: bytes) -> bytes:
        """`text`, to be read again only with this key and for the same place."""
        nonce = os.urandom(_NONCE_BYTES)
        padded = text + b"\x80"
        padded += bytes(-len(padded) % _BLOCK)
        return nonce + self._sealing.encrypt(nonce, padded, framed(self.case.encode(), *bound_to))

    def unseal(self, sealed: bytes, *bound_to: bytes) -> bytes:
        """What was sealed; StoreError if the key is another case's or anything was altered."""
        nonce, text = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            padded = self._sealing.decrypt(nonce, text, framed(self.case.encode(), *bound_to))
        except (InvalidTag, ValueError):
            remedy = "restore the keys and the database from the same moment"
            raise StoreError(f"does not open what is held for {self.case}", self.source, remedy) from None
        return padded.rstrip(b"\0")[:-1]

    def name(self, *parts: bytes) -> bytes:
        """16 bytes that stand for these parts; without the key nobody can make them again."""
        return hmac.digest(self._naming, framed(*parts), "sha256")[:_DIGEST_BYTES]


class CaseKeys:
    """The keys of the cases of a keystore, `case-<case>.key`."""

    __slots__ = ("_store",)

    def __init__(self, store: Keystore) -> None:
        self._store = store

    def of(self, case: str) -> CaseKey:
        """The key of a case; KeyMissingError if there is none."""
        return CaseKey.derived(self._store.secret(self._named(case)), case, self._store.path(self._named(case)))

    def make(self, case: str) -> CaseKey:
        """The key of a case, made now unless it was before."""
        return CaseKey.derived(self._store.make(self._named(case)), case, self._store.path(self._named(case)))

    def holds(self, case: str) -> bool:
        """True if the case has a key."""
        return self._store.holds(self._named(case))

    def destroy(self, case: str) -> bool:
        """Overwrite, remove and verify; False if there was none."""
        return self._store.destroy(self._named(case))

    def _named(self, case: str) -> str:
        if not _NAME.fullmatch(case):
            raise ValueError(f"{case!r} is no name of a case: letters, digits, '.', '_' and '-' make one")
        return f"{PREFIX}{case}"
