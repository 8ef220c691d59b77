"""The school standing: its network, its internet, and gateways that steer, started as a technician starts them."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from agent.app.live import Configuration, read
from agent.gateway.steering import names as kernel

from .. import certificates, places
from ..conftest import World
from ..gateway import COMMAND, Gateway, until
from ..lab import Lab
from ..origins import Origins
from ..sites import Site
from . import doh, http3, network
from .asking import ask
from .names import Names
from .probe import Quic, quic

DOH_LOCATION = """
    location /dns-query { proxy_pass http://unix:%s/doh.sock:; }"""

STEERING = f"""steering:
  on-failure: {{guest: closed}}
  resolver:
    upstream: [{network.UPSTREAM}]
"""
SOON = 20.0
"""Seconds in which everything is back that should be within five: a busy machine may take longer, never this long."""


def school_site(folder: Path, upstream_ca: Path, workers: int = 2) -> Site:
    """The example site on the school's network, steering."""
    site = Site.laboratory(folder, upstream_ca, "transparent", workers)
    site.steer(STEERING)
    (folder / "devices.csv").write_text(network.INVENTORY)
    return site


class SteeringGateway(Gateway):
    """A gateway whose kernel steers."""

    def start(self, workers: int = 1) -> None:
        """The same, and until the resolver answers and workers stand."""
        super().start(workers)
        until("the resolver answers", lambda: self.resolves(network.BBC.name), SOON)
        until("the workers stand", lambda: len(self.elements("standing")) == 2, SOON)

    def resolves(self, name: str, place: str = network.LAPTOP) -> bool:
        """True if a device gets an answer for a name."""
        try:
            return bool(self.answers(name, place))
        except OSError:
            return False

    def answers(self, name: str, place: str = network.LAPTOP) -> list[str]:
        """The addresses that a device is told for a name. Raises OSError if nobody answers."""
        return ask(self.lab, place, network.gateway_of(place), name).addresses

    def configuration(self) -> Configuration:
        """What it runs on, read once more."""
        found = read(self.site.folder)
        assert isinstance(found, Configuration), found
        return found.under(found.engine.site.openable)

    def command(self, *argv: str) -> str:
        """One of the `breaktime` commands in its namespace, on its folders; what it printed."""
        environment = {"BREAKTIME_DATA": str(self.data), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
        line = self.lab.argv(places.GATEWAY, str(COMMAND), *argv)
        done = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
        return done.stdout

    def metric(self, sample: str) -> float:
        """A sample of the metrics page by its whole name; 0 if it is not there."""
        lines = [line for line in self.metrics().splitlines() if line.startswith(f"{sample} ")]
        return float(lines[0].split()[-1]) if lines else 0.0

    # --- what stands in the kernel -------------------------------------------------------------------

    def elements(self, name: str) -> list[str]:
        """What a set or a map of the table holds; empty without the table."""
        return self.lab.elements(places.GATEWAY, kernel.TABLE, name)

    def holds(self, address: str) -> bool:
        """True if an address is steered."""
        return address in self.elements(kernel.social(6 if ":" in address else 4))

    def counter(self, name: str) -> int:
        """Packets of a meter."""
        listing = self.lab.run(places.GATEWAY, "nft", "list", "counter", "inet", kernel.TABLE, name)
        return int(listing.split("packets ")[1].split()[0])

    def children(self, words: str) -> list[int]:
        """The processes of the gateway whose command line holds these words."""
        found = []
        for pid in self.lab.pids(places.GATEWAY):
            try:
                line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if words in line:
                found.append(pid)
        return found


@dataclass
class School(World):
    """What a test can use: the network, the sites and their names, and gateways on demand."""

    names: Names | None = None
    measured: list[tuple[str, float]] = field(default_factory=list)
    """How many seconds it took until all was back after something broke."""

    def gateway(self, at: str, *rules: str, workers: int = 2) -> SteeringGateway:
        """A gateway that is not started, beginning at a time, its policy with these rules before its own."""
        folder = self.folder("gateway")
        site = school_site(folder / "config", self.origins.ca, workers)
        if rules:
            site.add_rules(*rules)
        return SteeringGateway(self.lab, site, folder, at, self.origins.ca)

    @contextmanager
    def steering(self, gateway: SteeringGateway, workers: int = 2) -> Iterator[SteeringGateway]:
        """Have it running; it must end clean, and leave nothing once its rules are removed."""
        try:
            with self.run(gateway, workers):
                yield gateway
        finally:
            gateway.command("steering", "remove")
        assert self.rules() == "", "rules outlived `steering remove`"

    def rules(self) -> str:
        """All rules in the gateway's kernel."""
        return self.lab.run(places.GATEWAY, "nft", "list", "ruleset").strip()

    def know(self) -> Names:
        """The internet's names, running."""
        assert self.names is not None, "the school stands"
        return self.names


def furnish(lab: Lab) -> School:
    """Start the internet of a school whose network stands."""
    # The servers of HTTP/3 and of the public resolver are at addresses that no network card has.
    lab.run(places.INTERNET, "sysctl", "-qw", "net.ipv6.ip_nonlocal_bind=1", "net.ipv4.ip_nonlocal_bind=1")
    for address in (network.UPSTREAM, *network.PUBLIC.values()):
        lab.run(places.INTERNET, "ip", "addr", "add", address, "dev", "lo")  # dnsmasq answers over TCP at its own alone
    origins = Origins(lab, everywhere=True, more=DOH_LOCATION % (lab.folder / "origins"))
    origins.start()
    names = Names(lab)
    names.start()
    folder = origins.folder
    program = [sys.executable, str(Path(doh.__file__)), str(folder / "doh.sock"), network.UPSTREAM]
    lab.start(places.INTERNET, program, "doh.log")
    sites = [site for site in network.SITES if site not in (network.SHARED, network.DOH)]
    leaf, key = certificates.new_leaf(origins.authority, tuple(site.name for site in sites))
    (folder / "http3.pem").write_bytes(leaf)
    (folder / "http3.key").write_bytes(key)
    program = [sys.executable, str(Path(http3.__file__)), str(folder / "http3.pem"), str(folder / "http3.key")]
    lab.start(places.INTERNET, [*program, *(a for site in sites for a in (site.v4, site.v6))], "http3.log")
    for site in sites:
        for address in (site.v4, site.v6):
            answers = lambda at=address: quic(lab, places.INTERNET, at) is Quic.ANSWERED  # noqa: E731
            until(f"{site.name} answers over HTTP/3", answers, SOON, 0.05)
    return School(lab, origins, names=names)
