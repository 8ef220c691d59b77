"""The interception CA, which cannot overreach: a critical name constraint permits only what a policy may open."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = timedelta(days=3 * 365)
RENEW_BEFORE = timedelta(days=60)
MAX_NAMES = 300
CERTIFICATE = "ca.pem"
"""The public half, for devices and `curl --cacert`."""
BUNDLE = "mitmproxy-ca.pem"
"""Key and certificate under the name that mitmproxy looks for in its folder; mode 0600."""


class CaError(Exception):
    """The CA cannot be used; the text says what, where and what to do."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A CA on disk: its folder and what its certificate says."""

    folder: Path
    certificate: x509.Certificate

    @property
    def path(self) -> Path:
        """The certificate's file."""
        return self.folder / CERTIFICATE

    @property
    def names(self) -> frozenset[str]:
        """The DNS names that the constraint permits, each with everything under it."""
        permitted = _constraints(self.certificate).permitted_subtrees or []
        return frozenset(name.value for name in permitted if isinstance(name, x509.DNSName))

    @property
    def expires(self) -> datetime:
        """The end of its validity (UTC)."""
        return self.certificate.not_valid_after_utc

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, in pairs of hex digits."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def ensure(folder: Path, site: str, names: Sequence[str], now: datetime) -> Authority:
    """The CA in `folder`, made there at the first run. An existing one is never replaced in silence."""
    if (folder / BUNDLE).exists() or (folder / CERTIFICATE).exists():
        return load(folder)
    return make(folder, site, names, now)


def load(folder: Path) -> Authority:
    """The CA in `folder`. Raises CaError if it is missing, damaged or without its name constraint."""
    try:
        pem = (folder / BUNDLE).read_bytes()
        certificate = x509.load_pem_x509_certificate(pem)
        serialization.load_pem_private_key(pem, None)
        _constraints(certificate)
    except FileNotFoundError:
        if (folder / CERTIFICATE).exists():
            raise CaError(
                f"{folder / BUNDLE}: the CA's key is missing, only its certificate is left; restore the key from "
                "a backup, or make a new CA with `breaktime ca renew` and trust that one"
            ) from None
        raise CaError(f"{folder}: no CA here; `breaktime ca init` makes one") from None
    except (ValueError, TypeError, x509.ExtensionNotFound) as problem:
        raise CaError(
            f"{folder / BUNDLE}: not a name-constrained CA of Breaktime ({type(problem).__name__}); restore it "
            "from a backup, or move the folder away and run `breaktime ca init` and trust the new one"
        ) from None
    except OSError as problem:
        raise CaError(f"{folder / BUNDLE}: cannot be read ({problem.strerror})") from None
    return Authority(folder, certificate)


def make(folder: Path, site: str, names: Sequence[str], now: datetime) -> Authority:
    """Make a new CA in `folder` (replacing what is there). `names` are what its leaves may be for."""
    if len(names) > MAX_NAMES:
        raise CaError(f"{len(names)} names are too many for one CA; {MAX_NAMES} fit. Open fewer services.")
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(key, site, names, now.astimezone(UTC))
    public = certificate.public_bytes(serialization.Encoding.PEM)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(folder / BUNDLE, _private(key) + public, 0o600)
        _write(folder / CERTIFICATE, public, 0o644)
    except OSError as problem:
        raise CaError(f"{folder}: the CA cannot be written ({problem.strerror})") from None
    return Authority(folder, certificate)


def _certificate(key: ec.EllipticCurvePrivateKey, site: str, names: Sequence[str], now: datetime) -> x509.Certificate:
    serial = x509.random_serial_number()
    # A name of its own for each CA, so that a device that trusts an old one is never confused by the new.
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, site[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Breaktime CA for social media only {serial:040x}"[:60]),
        ]
    )
    builder = x509.CertificateBuilder(
        subject, subject, key.public_key(), serial, now - timedelta(days=1), now + LIFETIME
    )
    for extension, critical in _extensions(key, names):
        builder = builder.add_extension(extension, critical)
    return builder.sign(key, hashes.SHA256())


def _extensions(key: ec.EllipticCurvePrivateKey, names: Sequence[str]) -> list[tuple[x509.ExtensionType, bool]]:
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    # With no name to permit, a constraint that permits only a name nobody can have keeps the CA powerless.
    permitted = [x509.DNSName(name) for name in names] or [x509.DNSName("invalid")]
    addresses = [x509.IPAddress(IPv4Network("0.0.0.0/0")), x509.IPAddress(IPv6Network("::/0"))]
    return [
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (usage, True),
        (x509.NameConstraints(permitted, addresses), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
    ]


def _constraints(certificate: x509.Certificate) -> x509.NameConstraints:
    return certificate.extensions.get_extension_for_class(x509.NameConstraints).value


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, mode: int) -> None:
    """Write a file whole or not at all, with its mode from the first byte on."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(path)


def renew(folder: Path, site: str, names: Sequence[str], now: datetime) -> tuple[Authority, Path | None]:
    """Put a new CA in the place of the one in `folder`, and say where that is kept (None: there was none).

    The new one is whole on the disk before the old is touched, and there is one in `folder` at every moment:
    a gateway that starts meanwhile would otherwise make a third.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="new-", dir=folder) as fresh:
            authority = make(Path(fresh), site, names, now)
            kept = _keep(folder, now)
            for name in (BUNDLE, CERTIFICATE):
                (Path(fresh) / name).replace(folder / name)
    except OSError as problem:
        raise CaError(f"{folder}: the CA cannot be renewed ({problem.strerror})") from None
    return Authority(folder, authority.certificate), kept


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
        _write(kept / file.name, file.read_bytes(), file.stat().st_mode & 0o777)
    return kept
