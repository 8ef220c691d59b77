"""The product under test, started as a technician starts it: `breaktime run`, in the gateway's namespace."""

import os
import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from . import certificates, places, records
from .lab import Lab
from .processes import Process
from .sites import Site

COMMAND = Path(sys.executable).parent / "breaktime"
DESCRIPTORS = "1024:16384"
"""Soft and hard limit of open files, as a plain login on Debian has it: the gateway must raise its own."""


def until[T](what: str, look: Callable[[], T | None], seconds: float, pause: float = 0.1) -> T:
    """The first true answer of `look`; AssertionError naming `what` if there is none in time."""
    last = time.monotonic() + seconds
    while True:
        if found := look():
            return found
        if time.monotonic() > last:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(pause)


class Gateway:
    """One run of the gateway on a site, with folders of its own for everything that it may write.

    `at` is the time that it rehearses; empty for the machine's own.
    """

    def __init__(self, lab: Lab, site: Site, folder: Path, at: str, public_ca: Path) -> None:
        self.lab, self.site, self.folder, self.at = lab, site, folder, at
        self.data, self.trusted = folder / "data", folder / "trusted.pem"
        self.started = 0.0
        self._public_ca = public_ca
        self._process: Process | None = None
        for name in ("home", "tmp"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    @property
    def ca(self) -> Path:
        """The certificate of the interception authority."""
        return self.data / "ca" / "ca.pem"

    def launch(self, *, data: Path | None = None, before: tuple[str, ...] = ()) -> Process:
        """Start the command and do not wait; `before` is a wrapper to run it under."""
        argv = ["prlimit", f"--nofile={DESCRIPTORS}", *before, str(COMMAND)]
        argv += ["run", "--config", str(self.site.folder), *(["--at", self.at] if self.at else [])]
        environment = {
            "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"), "BREAKTIME_DATA": str(data or self.data),
        }  # fmt: skip
        self.started = time.monotonic()
        log = self.folder.relative_to(self.lab.folder) / "output.log"
        self._process = self.lab.start(places.GATEWAY, argv, str(log), environment)
        return self._process

    def start(self, workers: int = 1) -> None:
        """Start and wait until every worker listens and the metrics answer."""
        self.launch()
        until("the gateway is ready", lambda: self._is_ready(workers), 30)
        self.trusted.write_bytes(self.ca.read_bytes() + self._public_ca.read_bytes())

    def stop(self) -> int:
        """End it as Ctrl-C or a service manager does; the exit code."""
        assert self._process is not None
        return self._process.end(15)

    def kill(self) -> float:
        """Kill every process of it at once, as a power cut would; the moment, in monotonic seconds."""
        pids = self.lab.pids(places.GATEWAY)
        moment = time.monotonic()
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        until("everything is dead", lambda: not self.lab.pids(places.GATEWAY), 10)
        return moment

    def reload(self) -> None:
        """Ask for the configuration to be read again."""
        assert self._process is not None
        self._process.signal(signal.SIGHUP)

    def output(self) -> str:
        """All it has said on its terminal."""
        return self._process.output() if self._process else ""

    def authority(self) -> certificates.Authority:
        """The interception authority with its key, as a thief of the data folder has it."""
        return certificates.read_authority(self.ca.parent)

    def metrics(self) -> str:
        """The text of the metrics page; raises OSError while nobody listens."""
        with self.lab.connect(places.GATEWAY, ("127.0.0.1", places.METRICS_PORT)) as connection:
            connection.sendall(b"GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n")
            answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
        return answer.partition("\r\n\r\n")[2]

    def worker(self, number: int = 0) -> int | None:
        """The process id of the worker that listens on the n-th port; None if nobody does."""
        port = places.PROXY_PORT + number
        listing = self.lab.run(places.GATEWAY, "ss", "-Hltnp", f"sport = :{port}")
        found = re.search(r"pid=(\d+)", listing)
        return int(found[1]) if found else None

    def memory(self, kind: str = "VmRSS") -> int:
        """Bytes of the first worker: ``VmRSS`` now, ``VmHWM`` the most since `forget_peak`."""
        text = Path(f"/proc/{self.worker()}/status").read_text()
        return int(text.split(f"{kind}:")[1].split()[0]) * 1024

    def forget_peak(self) -> None:
        """Start measuring the worker's peak of memory anew."""
        Path(f"/proc/{self.worker()}/clear_refs").write_text("5")

    def recorded(self, service: str) -> int:
        """Requests in the record."""
        return records.requests(self.data, service)

    def _is_ready(self, workers: int) -> bool:
        assert self._process is not None
        code = self._process.poll()
        assert code is None, f"the gateway ended with {code}:\n{self.output()}"
        try:
            return bool(self.metrics()) and self.ca.exists() and all(map(self.worker, range(workers)))
        except OSError:
            return False
