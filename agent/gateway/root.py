"""The root of the interception CA: made once, sealed under a passphrase, and handed to the head.

Whoever holds root and passphrase can sign a CA for any name, so neither belongs on the gateway. At the first run both
are made in `<data>/root`, and lie there until `breaktime ca hand-over` moves them to where the head keeps them.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

from agent.gateway.signing import CaError, Signer, make_root

SEALED = "breaktime-root.p12"
"""The sealed root: PKCS #12, so that other tools open it too."""
PASSPHRASE = "passphrase.txt"
ROUNDS = 600_000
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mistaken for one another on paper."""


@dataclass(frozen=True, slots=True)
class RootFolder:
    """Where a root lies that was not handed over yet: `<data>/root`."""

    path: Path

    @property
    def holds_root(self) -> bool:
        """True until it is handed over."""
        return (self.path / SEALED).exists()

    def make(self, site: str, now: datetime) -> Signer:
        """A new root, sealed and kept here. Raises CaError."""
        root, passphrase = make_root(site, now), new_passphrase()
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            write(self.path / PASSPHRASE, f"{passphrase}\n".encode(), 0o600)
            write(self.path / SEALED, seal(root, passphrase), 0o600)
        except OSError as problem:
            raise CaError(f"{self.path}: the root cannot be written ({problem.strerror})") from None
        return root

    @property
    def beside(self) -> RootFolder:
        """Where another root is made that is not in use yet."""
        return RootFolder(self.path / "new")

    def take_in(self) -> None:
        """Have the root that was made `beside` in the place of the one here. Raises CaError."""
        fresh = self.beside
        try:
            for name in (PASSPHRASE, SEALED):
                (fresh.path / name).replace(self.path / name)
            sync_folder(self.path)
            fresh.path.rmdir()
        except OSError as problem:
            raise CaError(f"{fresh.path}: the new root is in use, and lies there still ({problem.strerror})") from None

    def read(self) -> Signer:
        """The root that lies here. Raises CaError."""
        return unseal(self.path / SEALED, self.passphrase())

    def passphrase(self) -> str:
        """Its passphrase. Raises CaError."""
        try:
            return (self.path / PASSPHRASE).read_text().strip()
        except (OSError, ValueError):
            raise CaError(f"{self.path / PASSPHRASE}: the passphrase cannot be read") from None

    def hand_over(self, folder: Path, tell: Callable[[Path, str], None]) -> None:
        """Move the sealed root into a folder of the head's; `tell` says where it is now, and the passphrase.

        Nothing goes from here before the copy is on the disk and was opened with the passphrase, and `tell` came
        back. Raises CaError, and what `tell` raises.
        """
        passphrase, target = self.passphrase(), folder / SEALED
        sealed = self._sealed()
        _copy(sealed, target)
        unseal(target, passphrase)
        tell(target, passphrase)
        try:
            self.discard()
        except OSError as problem:
            raise CaError(
                f"{self.path}: the root was copied, but is still here, too ({problem.strerror}); take it away by hand"
            ) from None

    def discard(self) -> None:
        """Destroy what lies here. Raises OSError."""
        for name in (PASSPHRASE, SEALED):
            with suppress(FileNotFoundError):
                destroy(self.path / name)
        with suppress(OSError):  # a file that is not ours keeps the folder
            self.path.rmdir()

    def _sealed(self) -> bytes:
        try:
            return (self.path / SEALED).read_bytes()
        except OSError as problem:
            raise CaError(
                f"{self.path / SEALED}: no root lies here ({problem.strerror}); it was handed over, or never made"
            ) from None


def _copy(sealed: bytes, target: Path) -> None:
    try:
        if not target.exists():
            write(target, sealed, 0o600)
        elif target.read_bytes() != sealed:  # the same was copied by a hand-over that was cut off
            raise CaError(f"{target}: a root lies there already; name another folder")
    except OSError as problem:
        raise CaError(f"{target}: cannot be written ({problem.strerror})") from None


def new_passphrase() -> str:
    """Six groups of four letters and digits: some 118 bits, to be written on paper."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(6))


def seal(root: Signer, passphrase: str) -> bytes:
    """The root as a file that only the passphrase opens."""
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(ROUNDS)
    builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC).hmac_hash(hashes.SHA256())
    how = builder.build(passphrase.encode())
    return pkcs12.serialize_key_and_certificates(b"Breaktime root", root.key, root.certificate, None, how)


def unseal(path: Path, passphrase: str) -> Signer:
    """Open a sealed root. Raises CaError for a wrong passphrase, and for what is no sealed root."""
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(path.read_bytes(), passphrase.strip().encode())
    except OSError as problem:
        raise CaError(f"{path}: cannot be read ({problem.strerror})") from None
    except ValueError:
        raise CaError(f"{path}: the passphrase is not this file's, or the file is no sealed root") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate is None:
        raise CaError(f"{path}: this is not a root of Breaktime")
    return Signer(certificate, key)


def write(path: Path, content: bytes, mode: int) -> None:
    """Write a file whole or not at all, with its mode from the first byte on, and have it on the disk."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def destroy(path: Path) -> None:
    """Overwrite a file and take it away; on flash memory and in snapshots a trace may stay."""
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
