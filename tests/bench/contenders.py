"""Who is measured: plain mitmdump in its forms, and Breaktime as a technician starts it, both transparent."""

from __future__ import annotations

import os
import re
import sys
from abc import ABC, abstractmethod
from pathlib import Path

from tests.bench.pins import CONTENDER, parent
from tests.system import places, sites
from tests.system.gateway import COMMAND, Gateway, until
from tests.system.lab import Lab
from tests.system.processes import Process

MITMDUMP = (sys.executable, "-c", "from mitmproxy.tools.main import mitmdump; mitmdump()")
PASS_ADDON = '''"""mitmproxy's own passthrough, decided on the name."""


class Pass:
    def tls_clienthello(self, data):
        data.ignore_connection = True


addons = [Pass()]
'''


class Contender(ABC):
    """Something that listens on a port of its own in the gateway's namespace."""

    def __init__(self, name: str, port: int, lab: Lab, upstream_ca: Path) -> None:
        self.name, self.port, self.lab, self.upstream_ca = name, port, lab, upstream_ca
        self._process: Process | None = None

    @abstractmethod
    def launch(self) -> Process:
        """Start it and do not wait."""

    @abstractmethod
    def stop(self) -> None:
        """End it, whatever state it is in."""

    def start(self) -> None:
        """Start it and return when it listens. Raises if it does not within 30 s."""
        self._process = process = self.launch()

        def listens() -> bool:
            assert process.poll() is None, f"{self.name} ended:\n{process.output()}"
            return self.pid() is not None

        until(f"{self.name} listens", listens, 30)

    def pid(self) -> int | None:
        """The process that carries the traffic."""
        listing = self.lab.run(places.GATEWAY, "ss", "-Hltnp", f"sport = :{self.port}")
        found = re.search(r"pid=(\d+)", listing)
        return int(found[1]) if found else None

    def pids(self) -> list[int]:
        """All its processes: the first one and its children."""
        assert self._process is not None
        first = self._process.pid
        return [pid for pid in self.lab.pids(places.GATEWAY) if pid == first or parent(pid) == first]

    def memory(self, kind: str = "VmRSS") -> float:
        """MiB of that process: `VmRSS` now, `VmHWM` at most since `forget_peak`."""
        text = Path(f"/proc/{self.pid()}/status").read_text()
        return int(text.split(f"{kind}:")[1].split()[0]) / 1024

    def forget_peak(self) -> None:
        """Start measuring the peak of memory anew."""
        Path(f"/proc/{self.pid()}/clear_refs").write_text("5")


class Mitmdump(Contender):
    """mitmproxy as it comes, quiet; `extra` are arguments of it."""

    def __init__(self, name: str, port: int, lab: Lab, upstream_ca: Path, *extra: str) -> None:
        super().__init__(name, port, lab, upstream_ca)
        self._extra = extra

    def launch(self) -> Process:
        """See `Contender`."""
        folder = self.lab.folder / "mitmproxy"
        argv = [*CONTENDER, *MITMDUMP, "-q", "--mode", "transparent", "--listen-port", str(self.port)]
        argv += ["--set", f"confdir={folder}", "--set", f"ssl_verify_upstream_trusted_ca={self.upstream_ca}"]
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(folder)}
        return self.lab.start(places.GATEWAY, [*argv, *self._extra], f"{self.port}.log", environment)

    def stop(self) -> None:
        """See `Contender`."""
        if self._process is not None:
            self._process.end(5)


class Breaktime(Contender):
    """`breaktime run` in a break, with a rule that opens Facebook and lets it through."""

    def __init__(self, name: str, port: int, lab: Lab, upstream_ca: Path) -> None:
        super().__init__(name, port, lab, upstream_ca)
        self._starts = 0
        self.gateway: Gateway | None = None

    def launch(self) -> Process:
        """See `Contender`. Each start has a data folder of its own."""
        self._starts += 1
        folder = self.lab.folder / f"breaktime-{self.port}-{self._starts}"
        folder.mkdir()
        site = sites.Site.laboratory(folder / "config", self.upstream_ca, "transparent")
        site.use_port(self.port)
        self.alter(site)
        self.gateway = Gateway(self.lab, site, folder, sites.BREAK, self.upstream_ca)
        return self.gateway.launch(before=CONTENDER)

    def alter(self, site: sites.Site) -> None:
        """What is changed in the example site."""
        site.add_rules(sites.ONLY_OFFICIAL)

    def stop(self) -> None:
        """See `Contender`."""
        if self.gateway is not None:
            self.gateway.stop()
            self.gateway = None


def missing() -> str | None:
    """Why Breaktime cannot be measured here; None if it can."""
    return None if COMMAND.exists() else f"there is no {COMMAND.name} command in this environment: `make setup`"


def pass_addon(lab: Lab) -> str:
    """The path of the addon that passes every connection."""
    path = lab.folder / "pass_addon.py"
    path.write_text(PASS_ADDON)
    return str(path)
