"""What is given out to devices: each kind's files hold the root and nothing secret, and say the way back."""

from __future__ import annotations

import json
import plistlib
import subprocess
from datetime import UTC, datetime
from hashlib import sha1
from pathlib import Path

import pytest
from cryptography import x509

from agent.gateway import trust
from agent.gateway.signing import make_root

ROOT = make_root("Example Primary School", datetime(2026, 11, 21, tzinfo=UTC)).certificate


@pytest.mark.parametrize("kind", trust.KINDS)
def test_each_kind_says_what_it_means_and_how_to_undo_it(kind: str) -> None:
    """Instructions name the school, the fingerprint and the way back; no file holds a key."""
    made = trust.files(kind, ROOT, "Example Primary School")
    readme = made["README.txt"].decode()
    assert "Example Primary School" in readme
    assert "Back: " in readme
    assert "SHA-256" in readme
    assert len(made) > 1
    assert not any(b"PRIVATE" in content for content in made.values())


def test_apple() -> None:
    """A profile that replaces itself, with the root as a root."""
    text = trust.files("apple", ROOT, "s")["breaktime.mobileconfig"]
    assert text == trust.mobileconfig(ROOT, "s")
    profile = plistlib.loads(text)
    (payload,) = profile["PayloadContent"]
    assert payload["PayloadType"] == "com.apple.security.root"
    assert x509.load_der_x509_certificate(payload["PayloadContent"]) == ROOT
    assert profile["PayloadUUID"] != payload["PayloadUUID"]


def test_windows() -> None:
    """The registry file holds the properties that Windows writes itself, under the certificate's SHA-1."""
    made = trust.files("windows", ROOT, "s")
    assert x509.load_der_x509_certificate(made["breaktime-root.cer"]) == ROOT
    text = made["breaktime-root.reg"].decode("utf-16")
    thumb = sha1(trust.der(ROOT), usedforsecurity=False).digest()
    assert rf"Root\Certificates\{thumb.hex().upper()}]" in text
    blob = bytes.fromhex(text.partition("hex:")[2].strip().replace(",", ""))
    assert blob[:12] == bytes((3, 0, 0, 0, 1, 0, 0, 0, 20, 0, 0, 0))
    assert blob[12:32] == thumb
    assert blob[32:40] == bytes((32, 0, 0, 0, 1, 0, 0, 0))
    assert blob[44:] == trust.der(ROOT)
    assert thumb.hex().upper() in made["untrust-breaktime.cmd"].decode()


def test_google_and_linux(tmp_path: Path) -> None:
    """Both get the certificate as text; the scripts are shell that parses, the policies JSON that names the file."""
    assert x509.load_pem_x509_certificate(trust.files("google", ROOT, "s")["breaktime-root.crt"]) == ROOT
    made = trust.files("linux", ROOT, "s")
    assert x509.load_pem_x509_certificate(made["breaktime-root.crt"]) == ROOT
    for name in ("trust-breaktime.sh", "untrust-breaktime.sh"):
        (tmp_path / name).write_bytes(made[name])
        subprocess.run(["sh", "-n", str(tmp_path / name)], check=True)
    policies = json.loads(made["firefox-policies.json"])["policies"]["Certificates"]
    assert policies["Install"] == ["/usr/local/share/ca-certificates/breaktime-root.crt"]
