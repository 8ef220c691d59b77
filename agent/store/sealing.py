"""What is done with a day's key: people and devices become that day's pseudonyms, who they are is sealed.

From the key of the day come two keys (HKDF-SHA256): one for pseudonyms (HMAC-SHA256, 16 bytes), so that
one person is one pseudonym all day and another on the next, and one for sealing (AES-256-GCM). Once the
day's key is destroyed neither can be turned back, in the database or in any copy of it.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from agent.store.errors import StoreError

KEY_BYTES = 32
PSEUDONYM_BYTES = 16
_NONCE_BYTES = 12
_BLOCK = 64  # ids are sealed in whole blocks: the length of a name must not tell whose it is


class Kind(StrEnum):
    """What a pseudonym stands for."""

    PERSON = "person"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who or what a pseudonym stands for; its repr does not tell."""

    kind: Kind
    id: str = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class DayKey:
    """The key of one local day, read from `source`. Secret: neither printed nor compared."""

    day: date
    source: Path
    _naming: bytes = field(repr=False)
    _sealing: AESGCM = field(repr=False)

    @classmethod
    def derived(cls, secret: bytes, day: date, source: Path) -> DayKey:
        """The two keys that come from `secret` (32 bytes) on that day."""
        return cls(
            day,
            source,
            derive(secret, "pseudonyms", day.isoformat()),
            AESGCM(derive(secret, "sealing", day.isoformat())),
        )

    def pseudonym(self, site: str, identity: Identity) -> bytes:
        """The 16 bytes that stand for `identity` at `site` all that day."""
        message = framed(identity.kind.encode(), _bytes(site), _bytes(identity.id))
        return hmac.digest(self._naming, message, "sha256")[:PSEUDONYM_BYTES]

    def seal(self, site: str, pseudonym: bytes, identity: Identity) -> bytes:
        """`identity`, to be read again only with this key, for this site, day and pseudonym."""
        nonce = os.urandom(_NONCE_BYTES)
        text = _padded(identity.kind.encode() + b"\0" + _bytes(identity.id))
        return nonce + self._sealing.encrypt(nonce, text, self._bound_to(site, pseudonym))

    def unseal(self, site: str, pseudonym: bytes, sealed: bytes) -> Identity:
        """Who was sealed; StoreError if the key is another day's or anything was altered."""
        try:
            text = self._opened(site, pseudonym, sealed)
        except (InvalidTag, ValueError):
            remedy = "restore the keys and the database from the same moment"
            raise StoreError("does not open the sealed identity", self.source, remedy) from None
        kind, _, name = text.rstrip(b"\0")[:-1].partition(b"\0")
        return Identity(Kind(kind.decode()), name.decode("utf-8", "surrogatepass"))

    def _opened(self, site: str, pseudonym: bytes, sealed: bytes) -> bytes:
        nonce, text = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        return self._sealing.decrypt(nonce, text, self._bound_to(site, pseudonym))

    def _bound_to(self, site: str, pseudonym: bytes) -> bytes:
        return framed(_bytes(site), self.day.isoformat().encode(), pseudonym)


def framed(*parts: bytes) -> bytes:
    """The parts, each led by its length, so that no two lists of parts give the same bytes."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def derive(secret: bytes, purpose: str, owner: str) -> bytes:
    """The key for one purpose that comes from `secret`, 32 bytes. `owner` is the day or the case it belongs to."""
    # The owner is part of it: a key file copied to another day still gives other pseudonyms there.
    info = f"breaktime/1 {purpose} {owner}".encode()
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(secret)


def _padded(text: bytes) -> bytes:
    text += b"\x80"
    return text + bytes(-len(text) % _BLOCK)


def _bytes(text: str) -> bytes:
    # An id comes from outside; half a surrogate pair in it must not stop the record.
    return text.encode("utf-8", "surrogatepass")
