"""The scoped CA: what it may sign for, how it is kept, and what is said when it cannot be used."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from agent.gateway import ca

NOW = datetime(2026, 11, 21, tzinfo=UTC)
NAMES = ("facebook.com", "x.com")


def test_the_constraint_is_critical_and_permits_only_the_names(tmp_path: Path) -> None:
    """A client must reject a leaf for any other name, and every address."""
    authority = ca.make(tmp_path, "Example Primary School", NAMES, NOW)
    found = authority.certificate.extensions.get_extension_for_class(x509.NameConstraints)
    assert found.critical
    assert authority.names == frozenset(NAMES)
    excluded = {item.value for item in found.value.excluded_subtrees or ()}
    assert excluded == {ip_network("0.0.0.0/0"), ip_network("::/0")}


def test_it_signs_servers_only_and_no_further_ca(tmp_path: Path) -> None:
    """serverAuth, path length 0: the key cannot make clients' certificates or another CA."""
    extensions = ca.make(tmp_path, "s", NAMES, NOW).certificate.extensions
    usage = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [purpose.dotted_string for purpose in usage] == ["1.3.6.1.5.5.7.3.1"]
    basic = extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (basic.ca, basic.path_length) == (True, 0)


def test_without_names_it_can_sign_for_nothing(tmp_path: Path) -> None:
    """An absent constraint would permit everything, so an empty one permits a name that nobody can have."""
    assert ca.make(tmp_path, "s", (), NOW).names == frozenset({"invalid"})


def test_300_names_stay_under_16_kilobytes(tmp_path: Path) -> None:
    """A chain of more than 16 KB breaks handshakes."""
    names = tuple(f"a-rather-long-service-name-{n}.example.org" for n in range(ca.MAX_NAMES))
    authority = ca.make(tmp_path, "s", names, NOW)
    assert len(authority.certificate.public_bytes(serialization.Encoding.DER)) < 16_384
    with pytest.raises(ca.CaError, match="301 names are too many"):
        ca.make(tmp_path, "s", (*names, "one.more"), NOW)


def test_the_key_is_the_owners_alone_and_the_certificate_has_no_key(tmp_path: Path) -> None:
    """ca.pem is given away; the bundle is not."""
    ca.make(tmp_path, "s", NAMES, NOW)
    assert (tmp_path / ca.BUNDLE).stat().st_mode & 0o777 == 0o600
    assert b"PRIVATE" not in (tmp_path / ca.CERTIFICATE).read_bytes()


def test_ensure_makes_once_and_never_replaces(tmp_path: Path) -> None:
    """Devices trust what is there; a second start must not change it."""
    first = ca.ensure(tmp_path / "ca", "s", NAMES, NOW)
    again = ca.ensure(tmp_path / "ca", "s", ("other.example",), NOW)
    assert again.fingerprint == first.fingerprint


def test_renew_keeps_every_old_one(tmp_path: Path) -> None:
    """Renewing leaves a way back, however often it is done in a second, and nothing half made."""
    assert ca.renew(tmp_path, "s", NAMES, NOW)[1] is None
    for _ in range(3):
        old = ca.load(tmp_path)
        new, kept = ca.renew(tmp_path, "s", NAMES, NOW)
        assert kept is not None
        assert ca.load(kept).fingerprint == old.fingerprint != new.fingerprint
        assert (kept / ca.BUNDLE).stat().st_mode & 0o777 == 0o600
        assert ca.load(tmp_path).fingerprint == new.fingerprint
    assert len(list(tmp_path.iterdir())) == 5


def test_a_renewal_that_fails_changes_nothing(tmp_path: Path) -> None:
    """The old CA goes only when the new one is whole."""
    old = ca.make(tmp_path, "s", NAMES, NOW)
    with pytest.raises(ca.CaError, match="too many"):
        ca.renew(tmp_path, "s", [f"{n}.example" for n in range(ca.MAX_NAMES + 1)], NOW)
    assert ca.load(tmp_path).fingerprint == old.fingerprint
    assert {path.name for path in tmp_path.iterdir()} == {ca.BUNDLE, ca.CERTIFICATE}


def test_a_ca_without_its_key(tmp_path: Path) -> None:
    """It is not said to be made by `init`, which keeps what is there; `renew` keeps the certificate too."""
    ca.make(tmp_path, "s", NAMES, NOW)
    (tmp_path / ca.BUNDLE).unlink()
    with pytest.raises(ca.CaError, match=r"key is missing.*restore.*`breaktime ca renew`"):
        ca.ensure(tmp_path, "s", NAMES, NOW)
    kept = ca.renew(tmp_path, "s", NAMES, NOW)[1]
    assert kept is not None
    assert (kept / ca.CERTIFICATE).exists()
    assert ca.load(tmp_path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(None, "no CA here; `breaktime ca init` makes one", id="missing"),
        pytest.param(b"", "not a name-constrained CA", id="empty"),
        pytest.param(b"garbage\x00", "not a name-constrained CA", id="garbage"),
        pytest.param(b"-----BEGIN CERTIFICATE-----\nAAAA\n", "not a name-constrained CA", id="truncated"),
    ],
)
def test_a_ca_that_cannot_be_used_is_refused_with_what_to_do(tmp_path: Path, content: bytes | None, says: str) -> None:
    """A damaged CA is never replaced in silence: every device would have to trust a new one."""
    if content is not None:
        (tmp_path / ca.BUNDLE).write_bytes(content)
    with pytest.raises(ca.CaError, match=says):
        ca.load(tmp_path)


def test_a_ca_without_the_constraint_is_refused(tmp_path: Path) -> None:
    """A CA that mitmproxy or somebody else made could sign for a bank."""
    from mitmproxy.certs import create_ca

    key, certificate = create_ca("o", "cn", 2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / ca.BUNDLE).write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
    with pytest.raises(ca.CaError, match="not a name-constrained CA"):
        ca.load(tmp_path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """The error says where and why."""
    (tmp_path / "ca").write_text("a file")
    with pytest.raises(ca.CaError, match="cannot be written"):
        ca.make(tmp_path / "ca", "s", NAMES, NOW)
