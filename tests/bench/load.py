"""The load: wrk and curl in the laptop's namespace, pinned, every run bounded in time."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from tests.bench.pins import LOAD, processor_seconds
from tests.system import places
from tests.system.lab import Lab

DONE = """done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('{"requests":%d,"micros":%d,"errors":%d}\\n', summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""
BROWSER = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language: en-GB,en;q=0.5",
    "Sec-Fetch-Dest: document",
    "Sec-Fetch-Mode: navigate",
    "Sec-Fetch-Site: none",
    "Cookie: datr=0123456789abcdef01234567; sb=fedcba98765432100123456; locale=en_GB; wd=1280x720; dpr=1",
)
"""What a browser sends that is not signed in."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One load: how much a second, and the contender's processor milliseconds for each."""

    rate: float
    cost: float


@dataclass(frozen=True, slots=True)
class Wrk:
    """Requests for 1 KB over TLS. `close`: each on a new connection with a full handshake."""

    site: places.Origin
    connections: int = 16
    close: bool = False
    headers: tuple[str, ...] = ()

    def __call__(self, lab: Lab, seconds: int) -> tuple[int, float]:
        """Load for some seconds; the finished requests and the seconds. Raises if any failed."""
        script = lab.folder / "done.lua"
        script.write_text(DONE)
        argv = ["wrk", "-t1", f"-c{self.connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(script)]
        headers = (*self.headers, *(("Connection: close",) if self.close else ()))
        argv += [word for header in headers for word in ("-H", header)]
        text = lab.run(places.LAPTOP, *LOAD, *argv, f"https://{self.site.name}/1k")
        told = json.loads(text.splitlines()[-1])
        if told["errors"] or not told["requests"]:
            raise RuntimeError(f"the load failed: {told}")
        return told["requests"], told["micros"] / 1e6


def sample(pids: list[int], do: Callable[[], tuple[int, float]]) -> Sample:
    """Run a load and see what it cost these processes."""
    before = processor_seconds(pids)
    count, seconds = do()
    used = processor_seconds(pids) - before
    return Sample(round(count / seconds, 2), round(used / count * 1000, 5))


@dataclass(frozen=True, slots=True)
class Visits:
    """What `visits.py` says: how many, milliseconds of the middle one and of the slowest but one in a hundred."""

    done: int
    seconds: float
    p50: float
    p99: float


def visits(lab: Lab, *argv: str, patience: float = 120) -> Visits:
    """Run it in the laptop's namespace. Raises if anything failed."""
    line = lab.argv(places.LAPTOP, *LOAD, sys.executable, str(Path(__file__).with_name("visits.py")), *argv)
    done = subprocess.run(line, capture_output=True, text=True, timeout=patience, check=False)
    told = json.loads(done.stdout or "{}")
    if not told or told.pop("errors") or not told["done"]:
        raise RuntimeError(f"the load failed: {done.stdout} {done.stderr}")
    return Visits(**told)


def download(lab: Lab, site: places.Origin, name: str, times: int, size: int, patience: float) -> float:
    """Fetch a body some times, two connections at a time; the seconds it took. Raises if any falls short."""
    url = f"https://{site.name}/{name}?[1-{times}]"
    argv = ["curl", "-sSk", "--http1.1", "--parallel", "--parallel-max", "2", "--parallel-immediate",
            "-w", "%{http_code} %{size_download}\n", "-o", "/dev/null", "--max-time", str(patience), url]  # fmt: skip
    began = time.perf_counter()
    argv = lab.argv(places.LAPTOP, *LOAD, *argv)
    done = subprocess.run(argv, capture_output=True, text=True, timeout=patience + 5, check=False)
    took = time.perf_counter() - began
    if done.stdout.split("\n")[:-1] != [f"200 {size}"] * times:
        raise RuntimeError(f"the download failed: {done.stdout} {done.stderr}")
    return took


def issuer(lab: Lab, site: places.Origin) -> str:
    """Who signed the certificate that the laptop is shown for a site: tells opened from passed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    plain = lab.connect(places.LAPTOP, (site.v4, 443))
    with context.wrap_socket(plain, server_hostname=site.name) as tls:
        leaf = tls.getpeercert(binary_form=True)
    assert leaf is not None, "a TLS server shows a certificate"
    return x509.load_der_x509_certificate(leaf).issuer.rfc4514_string()
