"""The secrets that the record is forgotten by: small files outside the database, wrapped, made and destroyed whole.

`<data>/keys/record` holds a file for each secret (`2026-11-23.key` for a day, `case-….key` for a case), each wrapped
(AES-256-GCM, bound to its name) under a key-encryption key, `wrapping-….key`. Whenever days are forgotten that key is
replaced: the secrets that stay are wrapped anew and the old one is destroyed, so that a file of this folder that found
its way into a copy, or is still on a worn block of a flash disk, opens with nothing that is left on the machine.

Destroying means: overwritten where it lies, forced to the disk, read back, removed, and looked for again. It needs no
free space. Everything is done under the folder's lock. Interrupted anywhere, doing it again finishes it. The folder is
marked so that backup programs that know `CACHEDIR.TAG` leave it out.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from agent.store.errors import KeyMissingError, StoreError, explained
from agent.store.files import erase, locked, put, read_private, refuse_if_open_to_others
from agent.store.sealing import KEY_BYTES

WRAPPING = "wrapping-"
_SUFFIX = ".key"
_ID_BYTES, _NONCE_BYTES, _TAG_BYTES = 8, 12, 16
_FILE_BYTES = _ID_BYTES + _NONCE_BYTES + KEY_BYTES + _TAG_BYTES
_TAG_FILE = "CACHEDIR.TAG"
_TAG_TEXT = b"""Signature: 8a477f597d28d172789f06886806bc55
# Keys by which Breaktime forgets. Leave this folder out of every backup: a copy of a key keeps what should be gone.
"""
_RESTORE = "put the file back; if it is gone for good, what was sealed under it cannot be read any more"


class Keystore:
    """The folder of wrapped secrets, 32 random bytes each; folder 0700, files 0600. Safe between processes."""

    __slots__ = ("_folder",)

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def secret(self, name: str) -> bytes:
        """The secret of that name; KeyMissingError if there is none, StoreError if it cannot be used."""
        with explained(self.path(name)):
            if not self.holds(name):
                raise self._missing(name)
            with locked(self._folder):
                return self._unwrapped(name)

    def make(self, name: str) -> bytes:
        """The secret of that name, made now unless this or another process has made it before."""
        with explained(self._folder), self._changing() as folder:
            if not self.holds(name):
                self._wrap(name, os.urandom(KEY_BYTES), self._wrapping_key(folder), folder)
            with explained(self.path(name)):
                return self._unwrapped(name)

    def holds(self, name: str) -> bool:
        """True if there is a file of that name, whole or not."""
        return os.path.lexists(self.path(name))

    def names(self) -> list[str]:
        """All secrets that there are, in order."""
        found = sorted(path.stem for path in self._folder.glob(f"*{_SUFFIX}"))
        return [name for name in found if not name.startswith(WRAPPING)]

    def destroy(self, name: str) -> bool:
        """Overwrite, remove and verify; False if there was none. Raises StoreError if it stands after all."""
        path = self.path(name)
        with explained(path):
            if not self.holds(name):
                return False
            with locked(self._folder) as folder:
                return erase(path, folder)

    def replace_wrapping(self) -> int:
        """Wrap every secret under a new key-encryption key and destroy the old; how many secrets were wrapped.

        Raises StoreError, for want of space for instance; then all that could be opened still can.
        """
        with explained(self._folder), self._changing() as folder:
            old = self._wrapping_files(whole=False)
            wrapping = self._new_wrapping_key(folder)
            names = self.names()
            for name in names:
                self._rewrap(name, wrapping, folder)
            for path in old:
                erase(path, folder)
        return len(names)

    def wrapping_id(self) -> str | None:
        """The name of the key-encryption key in use; it tells nothing of the key."""
        files = self._wrapping_files()
        return files[0].stem.removeprefix(WRAPPING) if files else None

    def adopt(self, folder: Path, name: str) -> None:
        """Take over the bare secret that an earlier version left in `folder`, and destroy the bare one."""
        bare = folder / f"{name}{_SUFFIX}"
        with explained(bare), self._changing() as store:
            secret = read_private(bare, KEY_BYTES + 1)
            if len(secret) == KEY_BYTES and any(secret) and not self.holds(name):
                self._wrap(name, secret, self._wrapping_key(store), store)
            with locked(folder) as descriptor:
                erase(bare, descriptor)

    def path(self, name: str) -> Path:
        """Where the secret of that name stands."""
        return self._folder / f"{name}{_SUFFIX}"

    @contextmanager
    def _changing(self) -> Iterator[int]:
        """Hold the folder, made if there is none, against all others; gives its descriptor."""
        self._folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # a parent made on the way has no mode
        self._folder.mkdir(mode=0o700, exist_ok=True)
        with locked(self._folder) as folder:
            refuse_if_open_to_others(self._folder, self._folder.stat().st_mode)
            if not (self._folder / _TAG_FILE).exists():
                put(self._folder / _TAG_FILE, _TAG_TEXT, folder)
            yield folder

    def _unwrapped(self, name: str) -> bytes:
        refuse_if_open_to_others(self._folder, self._folder.stat().st_mode)
        return self._opened(name, self._read(name))

    def _opened(self, name: str, content: bytes) -> bytes:
        path = self.path(name)
        if len(content) != _FILE_BYTES:
            raise StoreError(f"is not a key: {_FILE_BYTES} bytes make one", path, _RESTORE)
        if not any(content):  # overwritten, then stopped before it was removed: destroyed all the same
            raise KeyMissingError("the key has been destroyed", path, _RESTORE)
        wrapping, nonce, text = _parts(content)
        key = self._wrapping_secret(wrapping, path)
        try:
            return AESGCM(key).decrypt(nonce, text, name.encode())
        except InvalidTag:
            raise StoreError("is no key of this folder, or was altered", path, _RESTORE) from None

    def _read(self, name: str) -> bytes:
        try:
            return read_private(self.path(name), _FILE_BYTES + 1)
        except FileNotFoundError:  # between the look and the lock
            raise self._missing(name) from None

    def _wrapping_secret(self, wrapping: bytes, path: Path) -> bytes:
        file = self._wrapping_path(wrapping)
        try:
            key = read_private(file, KEY_BYTES + 1)
        except FileNotFoundError:
            key = b""
        if len(key) != KEY_BYTES or not any(key):
            what = "was wrapped under a key-encryption key that has been destroyed or lost"
            raise KeyMissingError(what, path, "it is a copy from before days were forgotten; remove it")
        return key

    def _rewrap(self, name: str, wrapping: bytes, folder: int) -> None:
        """Wrap under that key what can be opened; what cannot is left for whoever looks after it.

        A file that others may read is wrapped anew all the same, and is private then: without the key-encryption key,
        which is destroyed next, it would be lost.
        """
        old = os.open(self.path(name), os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            secret = self._opened_or_none(name, os.pread(old, _FILE_BYTES + 1, 0))
            if secret is None:
                return
            self._wrap(name, secret, wrapping, folder)
            os.pwrite(old, bytes(_FILE_BYTES), 0)  # no name leads there any more
            os.fsync(old)
        finally:
            os.close(old)

    def _opened_or_none(self, name: str, content: bytes) -> bytes | None:
        try:
            return self._opened(name, content)
        except StoreError as problem:
            if problem.where != self.path(name):  # it is the key-encryption key that cannot be read
                raise
            return None

    def _wrap(self, name: str, secret: bytes, wrapping: bytes, folder: int) -> None:
        nonce = os.urandom(_NONCE_BYTES)
        key = self._wrapping_secret(wrapping, self._folder)
        put(self.path(name), wrapping + nonce + AESGCM(key).encrypt(nonce, secret, name.encode()), folder)

    def _wrapping_key(self, folder: int) -> bytes:
        """The id of the key-encryption key in use, made if there is none."""
        files = self._wrapping_files()
        return _id_of(files[0]) if files else self._new_wrapping_key(folder)

    def _new_wrapping_key(self, folder: int) -> bytes:
        made = secrets.token_bytes(_ID_BYTES)
        put(self._wrapping_path(made), os.urandom(KEY_BYTES), folder)
        return made

    def _wrapping_files(self, whole: bool = True) -> list[Path]:
        """The key-encryption keys; two if one was being replaced. `whole` leaves out what has been overwritten."""
        files = sorted(self._folder.glob(f"{WRAPPING}*{_SUFFIX}"))
        return [path for path in files if not whole or any(read_private(path, KEY_BYTES))]

    def _wrapping_path(self, wrapping: bytes) -> Path:
        return self.path(f"{WRAPPING}{wrapping.hex()}")

    def _missing(self, name: str) -> KeyMissingError:
        return KeyMissingError(f"the key of {name} is missing", self.path(name), _RESTORE)


def _parts(content: bytes) -> tuple[bytes, bytes, bytes]:
    nonce_at, text_at = _ID_BYTES, _ID_BYTES + _NONCE_BYTES
    return content[:nonce_at], content[nonce_at:text_at], content[text_at:]


def _id_of(path: Path) -> bytes:
    return bytes.fromhex(path.stem.removeprefix(WRAPPING))
