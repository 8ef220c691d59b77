"""Real curl in a device's namespace: what it was answered, by which certificate, and how it ended."""

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from . import certificates
from .lab import Lab
from .seats import Seat

ALERT = 35
"""curl's exit code when the TLS handshake fails, as it does after a fatal alert."""
REFUSED_CERTIFICATE = 60
"""curl's exit code when the certificate cannot be trusted."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One finished run of curl."""

    exit: int
    error: str
    status: int
    version: str
    headers: dict[str, str]
    body: str
    chain: tuple[x509.Certificate, ...]
    size: int

    @property
    def issuer(self) -> str:
        """The common name that signed the server's certificate; empty without TLS."""
        return self.chain[0].issuer.rfc4514_string() if self.chain else ""

    @property
    def names(self) -> list[str]:
        """The names in the server's certificate."""
        return certificates.names_of(self.chain[0])


def curl(
    lab: Lab, seat: Seat, url: str, ca: Path | None = None, extra: Sequence[str] = (), *, keep: bool = True
) -> Answer:
    """Fetch `url` from `seat`, trusting `ca` alone. Never raises for what the network does."""
    with tempfile.TemporaryDirectory(dir=lab.folder) as folder:
        files = Path(folder, "head"), Path(folder, "body") if keep else Path(os.devnull)
        argv = lab.argv(seat.place, *_command(seat, url, ca, files), *extra)
        done = subprocess.run(argv, capture_output=True, text=True, timeout=90, check=False)
        head, body = (path.read_bytes().decode(errors="replace") if path.is_file() else "" for path in files)
    return _answer(done, head, body)


def _command(seat: Seat, url: str, ca: Path | None, files: tuple[Path, Path]) -> list[str]:
    argv = [
        "curl",
        "-q",
        "-sS",
        "--max-time",
        "60",
        "-D",
        str(files[0]),
        "-o",
        str(files[1]),
        "-w",
        "%{json}",
    ]
    argv += ["--noproxy", "*"] if not seat.proxy else ["-x", seat.proxy_url, "--suppress-connect-headers"]
    argv += [f"-{seat.family}"] if not seat.proxy else []
    argv += ["--cacert", str(ca)] if ca else []
    return [*argv, url]


def _answer(done: subprocess.CompletedProcess[str], head: str, body: str) -> Answer:
    said = json.loads(done.stdout or "{}")
    chain = said.get("certs") or ""
    return Answer(
        exit=done.returncode,
        error=done.stderr.strip(),
        status=int(said.get("http_code", 0)),
        version=str(said.get("http_version", "")),
        headers=_headers(head),
        body=body,
        chain=tuple(x509.load_pem_x509_certificates(chain.encode())) if "BEGIN CERT" in chain else (),
        size=int(said.get("size_download", 0)),
    )


def _headers(head: str) -> dict[str, str]:
    """The last block of headers, names in lower case."""
    lines = head.replace("\r\n", "\n").strip().split("\n\n")[-1].splitlines()[1:]
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
