"""What the doctor says of the console: silent, taken, its certificate, and whether a technician can sign in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from agent.app.console_findings import NEAR, examine
from agent.app.finding import MEANS, Finding
from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.packs.console import ConsoleSettings
from agent.store.credentials import Credentials
from agent.store.users import Invitation, Users

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@cache
def shipped() -> Configuration:
    """The example site."""
    found = read(Path(__file__).parents[2] / "config")
    assert isinstance(found, Configuration)
    return found


def findings(
    folder: Path, settings: ConsoleSettings = ConsoleSettings(), running: bool = True, taken: bool = True
) -> dict[str, Finding]:
    """The findings by name, each of which says what it means."""
    config = replace(shipped(), built=replace(shipped().built, console=settings))
    found = {one.name: one for one in examine(config, DataFolder(folder), NOW, running, lambda host, port: taken, 0)}
    assert set(found) <= set(MEANS)
    return found


def certificate(path: Path, ends: datetime) -> Path:
    """A certificate that ends then."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, ends - timedelta(days=90), ends)
    path.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    return path


@pytest.mark.parametrize(
    ("running", "taken", "good", "what"),
    [
        pytest.param(True, True, True, "answers", id="it answers"),
        pytest.param(True, False, False, "does not answer", id="silent beside a gateway"),
        pytest.param(False, True, False, "taken by something else", id="another has its port"),
        pytest.param(False, False, True, "is free", id="nothing runs"),
    ],
)
def test_answering(tmp_path: Path, running: bool, taken: bool, good: bool, what: str) -> None:
    """The console answers exactly where a gateway runs."""
    found = findings(tmp_path, running=running, taken=taken)["console"]
    assert (found.good, what in found.what, bool(found.mend)) == (good, True, not good)


def test_a_site_without(tmp_path: Path) -> None:
    """Nothing is looked for where the site wants no console."""
    assert list(findings(tmp_path, ConsoleSettings(serve=False), taken=False)) == ["console"]


@pytest.mark.parametrize(("left", "good"), [(NEAR, True), (NEAR - timedelta(seconds=1), False), (-NEAR, False)])
def test_the_end_of_the_certificate(tmp_path: Path, left: timedelta, good: bool) -> None:
    """A fortnight before its end it wants another."""
    path = certificate(tmp_path / "console.pem", NOW + left)
    found = findings(tmp_path, ConsoleSettings(certificate=str(path)))["console certificate"]
    assert (found.good, "until" in found.what, str(path) in found.mend) == (good, True, not good)


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_no_certificate(tmp_path: Path, content: bytes | None) -> None:
    """One that is missing or none is said with its path."""
    path = tmp_path / "console.pem"
    if content is not None:
        path.write_bytes(content)
    found = findings(tmp_path, ConsoleSettings(certificate=str(path)))["console certificate"]
    assert (found.good, str(path) in found.what) == (False, True)


def test_who_can_sign_in(tmp_path: Path) -> None:
    """A fresh site is well and told what comes next; one whose last technician is locked out is not well."""
    first = findings(tmp_path)["console users"]
    assert (first.good, first.mend) == (True, "breaktime console link")
    users, until = Users(tmp_path), NOW + timedelta(days=1)
    for id, technician, wants in (("technician-1", True, ""), ("head-1", False, "headteacher")):
        secret = users.invite(Invitation(id, "", technician, "", wants, "system", until))
        users.accept(secret, Credentials("hash"), NOW)
    assert findings(tmp_path)["console users"].what == "2 may sign in, 1 of them wait to be confirmed"
    users.lock("technician-1")
    locked = findings(tmp_path)["console users"]
    assert (locked.good, locked.mend) == (False, "breaktime console link")
    (tmp_path / "accounts" / "users.json").write_text("{")
    damaged = findings(tmp_path)["console users"]
    assert (damaged.good, "backup" in damaged.mend) == (False, True)
