"""What the certificates of the interception CA say: a root that devices trust, and intermediates that cannot overreach.

Pure but for fresh keys: names and instants come in, certificates go out. `root` keeps the one, `ca` the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = timedelta(days=3 * 365)
"""For this long a set of intermediates serves; then the root is needed again."""
ROOT_LIFETIME = timedelta(days=20 * 365)
TURN = timedelta(days=365)
"""Each intermediate serves for this long, and is good for `OVERLAP` more, so that a late restart breaks nothing."""
OVERLAP = timedelta(days=60)
MAX_NAMES = 300


class CaError(Exception):
    """The CA cannot be used; the text says what, where and what to do."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when a certificate is good."""

    first: datetime
    last: datetime


def make_root(site: str, now: datetime) -> Signer:
    """A root for a site: devices trust it once; it signs intermediates and nothing else."""
    key = ec.generate_private_key(ec.SECP256R1())
    serial = x509.random_serial_number()
    subject = _name(site, "Breaktime root", serial)
    span = Span(now - timedelta(days=1), now + ROOT_LIFETIME)
    builder = _builder(subject, subject, key, serial, span)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
    builder = builder.add_extension(_USAGE, critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return Signer(builder.add_extension(identifier, critical=False).sign(key, hashes.SHA256()), key)


def constrained(site: str, names: Sequence[str], span: Span, root: Signer | None) -> Signer:
    """A CA that may sign for `names` and what is under them alone; signed by the root, or by itself without one.

    Raises CaError for more names than a chain has room for.
    """
    if len(names) > MAX_NAMES:
        raise CaError(f"{len(names)} names are too many for one CA; {MAX_NAMES} fit. Open fewer services.")
    key = ec.generate_private_key(ec.SECP256R1())
    serial = x509.random_serial_number()
    # A name of its own for each CA, so that a device that knows an old one is never confused by the new.
    subject = _name(site, "Breaktime CA for social media only", serial)
    issuer = root.certificate.subject if root else subject
    builder = _builder(subject, issuer, key, serial, span)
    for extension, critical in _extensions(key, names):
        builder = builder.add_extension(extension, critical)
    if root is not None:
        identifier = root.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        signer = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
        builder = builder.add_extension(signer, critical=False)
    return Signer(builder.sign(root.key if root else key, hashes.SHA256()), key)


def turns(now: datetime) -> list[Span]:
    """When each intermediate of a set is good: a year each with an overlap, three years in all."""
    last = now + LIFETIME
    spans, first = [], now - timedelta(days=1)
    while first < last - OVERLAP:
        start = max(first, now)
        spans.append(Span(first, min(start + TURN + OVERLAP, last)))
        first = start + TURN
    return spans


def constraints(certificate: x509.Certificate) -> x509.NameConstraints:
    """What the names in leaves may be. Raises ExtensionNotFound."""
    return certificate.extensions.get_extension_for_class(x509.NameConstraints).value


def pem(certificate: x509.Certificate) -> bytes:
    """As text."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """As text, open to whoever can read the file that it stands in."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _name(site: str, what: str, serial: int) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, site[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{what} {serial:040x}"[:60]),
        ]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, serial: int, span: Span
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(issuer, subject, key.public_key(), serial, span.first, span.last)


_USAGE = x509.KeyUsage(
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


def _extensions(key: ec.EllipticCurvePrivateKey, names: Sequence[str]) -> list[tuple[x509.ExtensionType, bool]]:
    # With no name to permit, a constraint that permits only a name nobody can have keeps the CA powerless.
    permitted = [x509.DNSName(name) for name in names] or [x509.DNSName("invalid")]
    addresses = [x509.IPAddress(IPv4Network("0.0.0.0/0")), x509.IPAddress(IPv6Network("::/0"))]
    return [
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (_USAGE, True),
        (x509.NameConstraints(permitted, addresses), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
    ]
