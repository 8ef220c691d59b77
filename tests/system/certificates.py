"""The laboratory's own certificate authority, and leaves signed by any authority a test hands in."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_SIGNS = x509.KeyUsage(
    digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
    key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate that signs, with its key."""

    certificate: x509.Certificate
    key: CertificateIssuerPrivateKeyTypes


def new_authority(name: str) -> Authority:
    """A root that may sign for any name: what stands for the public web's authorities here."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    draft = _draft(subject, subject, key.public_key())
    draft = draft.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    draft = draft.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    draft = draft.add_extension(_SIGNS, critical=True)
    return Authority(draft.sign(key, hashes.SHA256()), key)


def new_leaf(authority: Authority, names: tuple[str, ...]) -> tuple[bytes, bytes]:
    """A server's certificate for `names` and its key, both PEM, the authority's certificate appended."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    draft = _draft(subject, authority.certificate.subject, key.public_key())
    alternative = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    draft = draft.add_extension(alternative, critical=False)
    draft = draft.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    identifier = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    signer = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier.value)
    draft = draft.add_extension(signer, critical=False)
    leaf = draft.sign(authority.key, hashes.SHA256())
    return pem(leaf) + pem(authority.certificate), _key_pem(key)


def pem(certificate: x509.Certificate) -> bytes:
    """The certificate as text."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def read_authority(folder: Path) -> Authority:
    """The authority kept in a folder of PEM files, whatever their names: `ca.pem` and a private key."""
    certificate = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    for path in sorted(folder.rglob("*")):
        if path.is_file() and b"PRIVATE KEY" in path.read_bytes():
            key = serialization.load_pem_private_key(path.read_bytes(), None)
            assert isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
            return Authority(certificate, key)
    raise AssertionError(f"no private key below {folder}")


def names_of(certificate: x509.Certificate) -> list[str]:
    """Every name that the certificate stands for, addresses included, as text."""
    extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return [str(name.value) for name in extension.value]


def _draft(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    draft = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    draft = draft.serial_number(x509.random_serial_number())
    return draft.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    encoding, shape = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, shape, serialization.NoEncryption())
