"""The site's signing key (Ed25519): signs the audit chain's head each day and every evidence bundle.

The private half never leaves its file; the public half is `signing.pub` beside it, for whoever verifies elsewhere.
"""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from agent.store.errors import StoreError, explained
from agent.store.files import refuse_if_open_to_others, write_new

SEED_BYTES = 32


class PublicKey:
    """What verifies. `fingerprint` is SHA-256 over its 32 bytes, in hex."""

    __slots__ = ("_key", "fingerprint", "pem")

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        self.pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.fingerprint = sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()

    @classmethod
    def of(cls, pem: bytes) -> PublicKey:
        """Read one. Raises ValueError if it is not the public half of an Ed25519 key."""
        try:
            key = load_pem_public_key(pem)
        except Exception:
            # OpenSSL words this in many ways, all of them for its own developers.
            raise ValueError("this is no public key in PEM") from None
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("this is not the public half of an Ed25519 key")
        return cls(key)

    def signed(self, message: bytes, signature: bytes) -> bool:
        """True if this signature was made over this message by the private half."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """What signs. Secret: it is never printed."""

    __slots__ = ("_key", "public")

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = PublicKey(key.public_key())

    @classmethod
    def read(cls, path: Path) -> SigningKey:
        """The key at `path` (32 bytes, 0600). Raises StoreError; FileNotFoundError if there is none."""
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            refuse_if_open_to_others(path, os.fstat(file.fileno()).st_mode)
            seed = file.read(SEED_BYTES + 1)
        if len(seed) != SEED_BYTES:
            raise StoreError(f"is not a key: {SEED_BYTES} bytes make one", path, "restore it from where you keep it")
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def make(cls, path: Path) -> SigningKey:
        """A new key, on the disk at `path`; FileExistsError if there is one."""
        write_new(path, os.urandom(SEED_BYTES))
        return cls.read(path)

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        return self._key.sign(message)


def read_public(path: Path) -> PublicKey:
    """The public key in a file. Raises StoreError."""
    with explained(path):
        content = path.read_bytes()
    try:
        return PublicKey.of(content)
    except ValueError as problem:
        raise StoreError(str(problem), path, "name the file signing.pub of the gateway") from None
