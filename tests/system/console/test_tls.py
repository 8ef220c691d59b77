"""The console on the school's network: spoken to under the site's certificate, and in no other way."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .. import certificates
from ..conftest import need
from ..gateway import until
from ..processes import Process
from ..sites import Site
from .conftest import free_port

NAME = "breaktime.example-primary.example"


@dataclass
class Served:
    """A console of its own under TLS, and the authority that signed its certificate."""

    port: int
    authority: Path
    process: Process

    def curl(self, *argv: str, scheme: str = "https") -> subprocess.CompletedProcess[str]:
        """What curl finds at the sign-in page, asked for by the console's name; headers come first."""
        here = ("--resolve", f"{NAME}:{self.port}:127.0.0.1", f"{scheme}://{NAME}:{self.port}/sign-in")
        quiet = ("curl", "--disable", "--silent", "--include", "--noproxy", "*", "--max-time", "30")
        return subprocess.run([*quiet, *argv, *here], capture_output=True, text=True, timeout=60)

    def answers(self) -> bool:
        """Whether it speaks TLS yet."""
        assert self.process.poll() is None, self.process.output()
        return self.curl("--cacert", str(self.authority)).returncode == 0


def _written(folder: Path) -> tuple[Path, Path, Path]:
    """The files of an authority, and of the certificate and key that it gave the console."""
    authority, certificate, key = folder / "authority.pem", folder / "console.pem", folder / "console.key"
    signer = certificates.new_authority("Example Primary's own authority")
    authority.write_bytes(certificates.pem(signer.certificate))
    leaf, secret = certificates.new_leaf(signer, (NAME,))
    certificate.write_bytes(leaf)
    key.touch(0o600)
    key.write_bytes(secret)
    return authority, certificate, key


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The console's process on a copy of the example site that names a certificate."""
    need(("curl",))
    folder, port = tmp_path_factory.mktemp("tls"), free_port()
    authority, certificate, key = _written(folder)
    site = Site(folder / "config").folder
    section = f"console:\n  port: {port}\n  names: [{NAME}]\n  certificate: {certificate}\n  key: {key}\n"
    site.joinpath("site.yaml").write_text(site.joinpath("site.yaml").read_text() + section)
    argv = [sys.executable, "-P", "-m", "agent.console", "--config", str(site)]
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "BREAKTIME_DATA": str(folder / "data")}
    made = Served(port, authority, Process(argv, folder / "console.log", environment))
    try:
        until("the console answers", made.answers, 60)
        yield made
        assert "Traceback" not in made.process.output(), made.process.output()
    finally:
        made.process.end(15)


def test_the_sites_certificate(served: Served) -> None:
    """Who trusts the site's authority is answered, and told to come under TLS alone from now on."""
    answer = served.curl("--cacert", str(served.authority))
    assert answer.returncode == 0, answer.stderr
    head = answer.stdout.lower()
    assert head.startswith("http/1.1 200")
    assert "strict-transport-security: max-age=31536000; includesubdomains" in head
    assert "upgrade-insecure-requests" in head


def test_the_cookie_goes_under_tls_alone(served: Served) -> None:
    """The browser's secret is bound to this host and to TLS, and no script reads it."""
    lines = served.curl("--cacert", str(served.authority)).stdout.splitlines()
    (cookie,) = [line for line in lines if line.lower().startswith("set-cookie:")]
    assert cookie.split(":", 1)[1].strip().startswith("__Host-breaktime=")
    said = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= said


def test_nobody_else_is_believed(served: Served) -> None:
    """The certificate is the site's own: who does not trust its authority goes no further."""
    assert served.curl().returncode == 60  # curl: the peer's certificate cannot be authenticated


def test_clear_text_is_refused(served: Served) -> None:
    """Without TLS there is no answer: no page, no cookie."""
    answer = served.curl(scheme="http")
    assert answer.returncode != 0
    assert "set-cookie" not in answer.stdout.lower()
    assert "<html" not in answer.stdout.lower()
