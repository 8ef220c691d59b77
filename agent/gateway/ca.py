"""The interception CA on disk, which cannot overreach: a critical name constraint permits only what a policy may open.

The one in use stands in `<data>/ca`, the next in `waiting/` below it; each serves for a year, in turn. Devices trust
the root that signed them (`root`), which is needed again only for other names or after three years.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization

from agent.gateway.root import RootFolder, write
from agent.gateway.signing import (
    LIFETIME,
    MAX_NAMES,
    OVERLAP,
    CaError,
    Signer,
    Span,
    constrained,
    constraints,
    key_pem,
    pem,
    turns,
)

__all__ = ["LIFETIME", "MAX_NAMES", "Authority", "CaError", "ensure", "load", "make", "renew", "turn"]

RENEW_BEFORE = OVERLAP
CERTIFICATE = "ca.pem"
"""The public half, for devices and `curl --cacert`: the CA in use, then the root that signed it."""
BUNDLE = "mitmproxy-ca.pem"
"""Key and certificates under the name that mitmproxy looks for in its folder; mode 0600."""
WAITING = "waiting"
"""The folder of those whose turn will come."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A CA on disk: its folder and what its certificates say. `root` is None for one that signed itself."""

    folder: Path
    certificate: x509.Certificate
    root: x509.Certificate | None = None
    waiting: tuple[x509.Certificate, ...] = ()

    @property
    def path(self) -> Path:
        """The certificate's file."""
        return self.folder / CERTIFICATE

    @property
    def names(self) -> frozenset[str]:
        """The DNS names that the constraint permits, each with everything under it."""
        permitted = constraints(self.certificate).permitted_subtrees or []
        return frozenset(name.value for name in permitted if isinstance(name, x509.DNSName))

    @property
    def expires(self) -> datetime:
        """The end of the last of the set (UTC): from then on nothing can be opened."""
        return max(one.not_valid_after_utc for one in (self.certificate, *self.waiting))

    @property
    def turns(self) -> datetime | None:
        """When the next takes over (UTC), at the first start after it; None for the last."""
        return min((one.not_valid_before_utc for one in self.waiting), default=None)

    @property
    def trusted(self) -> x509.Certificate:
        """What devices trust: the root."""
        return self.root or self.certificate

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate in use, in pairs of hex digits."""
        return fingerprint(self.certificate)


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of a certificate, in pairs of hex digits."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def ensure(folder: Path, site: str, names: Sequence[str], now: datetime, root: RootFolder | None = None) -> Authority:
    """The CA in `folder`, made there at the first run. An existing one is never replaced in silence.

    Where the next one's turn has come, it takes over. With `root`, a new CA is signed by a root that is kept there.
    """
    if (folder / BUNDLE).exists() or (folder / CERTIFICATE).exists():
        return turn(folder, now)
    return make(folder, site, names, now, root.make(site, now) if root else None)


def load(folder: Path) -> Authority:
    """The CA in `folder`. Raises CaError if it is missing, damaged or without its name constraint."""
    try:
        certificates = _read(folder / BUNDLE)
    except FileNotFoundError:
        if (folder / CERTIFICATE).exists():
            raise CaError(
                f"{folder / BUNDLE}: the CA's key is missing, only its certificate is left; restore the key from "
                "a backup, or make a new CA with `breaktime ca renew` and trust that one"
            ) from None
        raise CaError(f"{folder}: no CA here; `breaktime ca init` makes one") from None
    except (ValueError, TypeError, x509.ExtensionNotFound, InvalidSignature) as problem:
        raise CaError(
            f"{folder / BUNDLE}: not a name-constrained CA of Breaktime ({type(problem).__name__}); restore it "
            "from a backup, or move the folder away and run `breaktime ca init` and trust the new one"
        ) from None
    except OSError as problem:
        raise CaError(f"{folder / BUNDLE}: cannot be read ({problem.strerror})") from None
    root = certificates[1] if len(certificates) > 1 else None
    waiting = tuple(one for _, one in _waiting(folder) if one != certificates[0])
    return Authority(folder, certificates[0], root, waiting)


def _read(path: Path) -> list[x509.Certificate]:
    """The certificates beside a key, the key's own first. Raises whatever is wrong with them."""
    text = path.read_bytes()
    certificates = x509.load_pem_x509_certificates(text)
    key = serialization.load_pem_private_key(text, None)
    if key.public_key() != certificates[0].public_key():
        raise ValueError("key and certificate do not belong together")
    constraints(certificates[0])
    if len(certificates) > 1:
        certificates[0].verify_directly_issued_by(certificates[1])
    return certificates


def _waiting(folder: Path) -> Iterator[tuple[Path, x509.Certificate]]:
    """Those whose turn will come, the earliest first; what cannot be read is not waited for."""
    found = []
    for path in (folder / WAITING).glob("*.pem"):
        try:
            found.append((path, _read(path)[0]))
        except (OSError, ValueError, TypeError, x509.ExtensionNotFound, InvalidSignature):
            continue
    yield from sorted(found, key=lambda pair: pair[1].not_valid_before_utc)


def turn(folder: Path, now: datetime) -> Authority:
    """The CA in `folder`, after the next took over if its turn has come. Raises CaError."""
    authority = load(folder)
    for path, certificate in _waiting(folder):
        if certificate == authority.certificate:
            path.unlink(missing_ok=True)  # a turn was cut off here
        elif certificate.not_valid_before_utc <= now:
            authority = _take_over(authority, path, certificate)
    return authority


def _take_over(authority: Authority, path: Path, certificate: x509.Certificate) -> Authority:
    folder = authority.folder
    try:
        write(folder / BUNDLE, path.read_bytes(), 0o600)
        write(folder / CERTIFICATE, b"".join(map(pem, _read(path))), 0o644)
        path.unlink()
    except OSError as problem:
        raise CaError(f"{folder}: the next CA cannot take over ({problem.strerror})") from None
    waiting = tuple(one for one in authority.waiting if one != certificate)
    return replace(authority, certificate=certificate, waiting=waiting)


def make(folder: Path, site: str, names: Sequence[str], now: datetime, root: Signer | None = None) -> Authority:
    """Make a new CA in `folder` (replacing what is there). `names` are what its leaves may be for.

    A root signs a set that lasts for three years, each for a year in turn; without one a single CA signs itself.
    """
    now = now.astimezone(UTC)
    spans = turns(now) if root else [Span(turns(now)[0].first, now + LIFETIME)]
    made = [constrained(site, names, span, root) for span in spans]
    above = [root.certificate] if root else []
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        for number, one in enumerate(made[1:], 2):
            (folder / WAITING).mkdir(mode=0o700, exist_ok=True)
            write(folder / WAITING / f"{number}.pem", _bundle(one, above), 0o600)
        write(folder / BUNDLE, _bundle(made[0], above), 0o600)
        write(folder / CERTIFICATE, b"".join(map(pem, [made[0].certificate, *above])), 0o644)
    except OSError as problem:
        raise CaError(f"{folder}: the CA cannot be written ({problem.strerror})") from None
    waiting = tuple(one.certificate for one in made[1:])
    return Authority(folder, made[0].certificate, root.certificate if root else None, waiting)


def _bundle(one: Signer, above: Sequence[x509.Certificate]) -> bytes:
    return key_pem(one.key) + b"".join(map(pem, [one.certificate, *above]))


def renew(
    folder: Path, site: str, names: Sequence[str], now: datetime, root: Signer | None = None
) -> tuple[Authority, Path | None]:
    """Put a new CA in the place of the one in `folder`, and say where that is kept (None: there was none).

    The new one is whole on the disk before the old is touched, and there is one in `folder` at every moment:
    a gateway that starts meanwhile would otherwise make a third.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="new-", dir=folder) as fresh:
            authority = make(Path(fresh), site, names, now, root)
            kept = _keep(folder, now)
            _replace(folder, Path(fresh))
    except OSError as problem:
        raise CaError(f"{folder}: the CA cannot be renewed ({problem.strerror})") from None
    return replace(authority, folder=folder), kept


def _replace(folder: Path, fresh: Path) -> None:
    for old in (folder / WAITING).glob("*.pem"):
        old.unlink()
    for waiting in (fresh / WAITING).glob("*.pem"):
        (folder / WAITING).mkdir(mode=0o700, exist_ok=True)
        waiting.replace(folder / WAITING / waiting.name)
    for name in (BUNDLE, CERTIFICATE):
        (fresh / name).replace(folder / name)


def _keep(folder: Path, now: datetime) -> Path | None:
    """Copy the CA's files, if there are any, into a dated folder of their own beside them."""
    files = [file for name in (BUNDLE, CERTIFICATE) if (file := folder / name).exists()]
    if not files:
        return None
    dated = f"replaced-{now:%Y-%m-%dT%H%M%S}"
    names = (dated if number == 1 else f"{dated}-{number}" for number in count(1))
    kept = next(place for name in names if not (place := folder / name).exists())
    kept.mkdir(mode=0o700)
    for file in files:
        write(kept / file.name, file.read_bytes(), file.stat().st_mode & 0o777)
    return kept
