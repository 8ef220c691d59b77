"""The stand-ins in the laboratory: their addresses, names, certificate and process, for the tests of one file."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from . import certificates, places, stand_ins
from .conftest import World
from .gateway import COMMAND, Gateway
from .lab import NETNS, Lab
from .sites import Site

DEVICES = """device,owner,kind,person,inspectable,told,addresses
laptop-21,school,laptop,teacher-01,yes,2026-09-01,10.20.10.21 10.20.10.22 fd00:20:10::21
laptop-22,school,laptop,office-01,yes,2026-09-01,10.20.20.21 fd00:20:20::21
phone-21,personal,phone,teacher-01,no,,10.20.10.23
"""
"""A teacher, an official user, on one cable; somebody of the office, who is none, on the other."""


@dataclass
class Standing:
    """The stand-ins, running."""

    folder: Path

    def asked(self, host: str) -> list[str]:
        """What a site was asked so far, as ``GET /path``."""
        lines = (self.folder / "asked.log").read_text().splitlines()
        return [line.partition(" ")[2] for line in lines if line.startswith(f"{host} ")]


@contextmanager
def standing(world: World) -> Iterator[Standing]:
    """Have them up, in place of the laboratory's own sites of the same names."""
    folder = world.folder("stand-ins")
    leaf, key = certificates.new_leaf(world.origins.authority, tuple(stand_ins.HOSTS))
    (folder / "leaf.pem").write_bytes(leaf)
    (folder / "leaf.key").write_bytes(key)
    internet = world.lab.name(places.INTERNET)
    for number in stand_ins.HOSTS.values():
        subprocess.run(["ip", "-n", internet, "addr", "add", f"10.90.0.{number}/24", "dev", "eth0"], check=True)
    program = [sys.executable, str(Path(stand_ins.__file__)), str(folder)]
    process = world.lab.start(places.INTERNET, program, str(folder.relative_to(world.lab.folder) / "output.log"))
    try:
        _wait(world.lab, process.output)
        _name(world.lab, _hosts())
        yield Standing(folder)
    finally:
        _name(world.lab, places.hosts_file())
        process.end(3)
        for number in stand_ins.HOSTS.values():
            subprocess.run(["ip", "-n", internet, "addr", "del", f"10.90.0.{number}/24", "dev", "eth0"], check=True)


def _hosts() -> str:
    """The laboratory's names without those that the stand-ins take over."""
    kept = [line for line in places.hosts_file().splitlines() if not set(line.split()[1:]) & stand_ins.HOSTS.keys()]
    return "\n".join([*kept, *(f"10.90.0.{number} {name}" for name, number in stand_ins.HOSTS.items())]) + "\n"


def _name(lab: Lab, hosts: str) -> None:
    """In place: the same file is bound over /etc/hosts of everything that runs already."""
    for place in places.NAMESPACES:
        with (NETNS / lab.name(place) / "hosts").open("r+") as file:
            file.write(hosts)
            file.truncate()


def _wait(lab: Lab, explain: object) -> None:
    for _ in range(100):
        with suppress(OSError):
            lab.connect(places.INTERNET, ("10.90.0.114", 443)).close()
            return
        time.sleep(0.05)
    raise AssertionError(f"no stand-in listens: {explain() if callable(explain) else ''}")


def official(gateway: Gateway, **ids: tuple[str, ...]) -> None:
    """Name the school's accounts, as a technician does it: with `breaktime account add`."""
    lines = []
    for service, accounts in ids.items():
        hashes = [_added(gateway, service, one).partition("[")[2].rstrip("]") for one in accounts]
        lines.append(f"  {service}: [{', '.join(hashes)}]")
    gateway.site.name_accounts("\n".join(lines))


def _added(gateway: Gateway, service: str, account_id: str) -> str:
    argv = [str(COMMAND), "account", "add", service, "--config", str(gateway.site.folder)]
    environment = {"BREAKTIME_DATA": str(gateway.data), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    done = subprocess.run(
        argv, input=f"{account_id}\n", env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.strip()


def as_the_school(folder: Path, upstream_ca: Path) -> Site:
    """The laboratory's site under `no-personal-use`, with a teacher and somebody of the office."""
    site = Site.laboratory(folder, upstream_ca)
    site.adopt("no-personal-use")
    (folder / "devices.csv").write_text(DEVICES)
    return site
