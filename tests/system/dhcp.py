"""A network whose addresses a real DHCP server gives out: a cable to the gateway, one device after the other on it.

The device is known by its hardware address alone; each can be plugged in where the other was. dnsmasq has one address
to give, so the next device gets what the last one had.
"""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import places
from .gateway import COMMAND, Gateway, until
from .lab import NETNS, Lab, command, remove
from .processes import Process
from .seats import Seat
from .sites import Site

WANDERER = "wanderer"
PORT = "g-wander"
GATEWAY_ADDRESS = "10.20.30.1"
ADDRESS = "10.20.30.100"
SEAT = Seat("wanderer", WANDERER, GATEWAY_ADDRESS)
LAPTOP_A, LAPTOP_B = "00:16:3e:00:00:0a", "00:16:3e:00:00:0b"
PHONE = "da:a1:19:12:34:56"
"""The second bit of its first byte is set: the phone made the address up."""
SECRET = "a secret of the tests"

DEVICES = f"""device,owner,kind,person,inspectable,told,addresses,macs
laptop-a,school,laptop,teacher-01,yes,2026-09-01,,{LAPTOP_A}
desktop-b,school,desktop,leader-01,yes,2026-09-01,,{LAPTOP_B}
"""
SCRIPT = """#!/bin/sh
case $1 in
deconfig) ip addr flush dev $interface scope global ;;
bound|renew) ip addr replace $ip/24 dev $interface ;;
esac
"""


class Network:
    """The cable, the server and whoever is plugged in."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab, self.folder = lab, folder
        self.leases = folder / "dnsmasq.leases"
        self._script = folder / "script.sh"
        self._script.write_text(SCRIPT)
        self._script.chmod(0o755)
        self._server: Process | None = None

    def serve(self, lease: str = "2m") -> None:
        """Start dnsmasq as a DHCP server with one address."""
        argv = ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", f"--interface={PORT}",
                "--bind-interfaces", f"--dhcp-range={ADDRESS},{ADDRESS},255.255.255.0,{lease}", "--no-ping",
                f"--dhcp-leasefile={self.leases}", "--pid-file=", "--dhcp-authoritative", "--user=root",
                f"--dhcp-option=3,{GATEWAY_ADDRESS}", "--log-facility=-"]  # fmt: skip
        self._server = self.lab.start(
            places.GATEWAY, argv, str(self.folder.relative_to(self.lab.folder) / "dnsmasq.log")
        )
        until("dnsmasq serves", lambda: "DHCP" in self._said(), 15)

    def _said(self) -> str:
        assert self._server is not None
        assert self._server.poll() is None, self._server.output()
        return self._server.output()

    def plug_in(self, mac: str) -> None:
        """Another device at the end of the cable: without an address yet."""
        for argv in (("down",), ("address", mac), ("up",)):
            command("ip", "-n", self.lab.name(WANDERER), "link", "set", "eth0", *argv)
        command("ip", "-n", self.lab.name(WANDERER), "addr", "flush", "dev", "eth0", "scope", "global")

    def ask(self) -> None:
        """Ask for an address."""
        argv = ["udhcpc", "-f", "-n", "-q", "-t", "10", "-T", "1", "-i", "eth0", "-s", str(self._script)]
        command(*self.lab.argv(WANDERER, *argv))

    def release(self, mac: str) -> None:
        """Say for a device that it needs its address no more."""
        command(*self.lab.argv(places.GATEWAY, "dhcp_release", PORT, ADDRESS, mac))

    def static(self, address: str) -> None:
        """Take an address without asking anybody."""
        command("ip", "-n", self.lab.name(WANDERER), "addr", "replace", f"{address}/24", "dev", "eth0")

    def stop(self) -> None:
        """End the server."""
        if self._server is not None:
            self._server.end(5)


@contextmanager
def network(lab: Lab, folder: Path) -> Iterator[Network]:
    """Lay the cable; afterwards it is gone."""
    name, gateway = lab.name(WANDERER), lab.name(places.GATEWAY)
    (NETNS / name).mkdir(parents=True)
    (NETNS / name / "hosts").write_text(lab.map.hosts)
    command("ip", "netns", "add", name)
    made = Network(lab, folder)
    try:
        command("ip", "-n", name, "link", "set", "lo", "up")
        command("ip", "link", "add", "eth0", "netns", name, "type", "veth", "peer", "name", PORT, "netns", gateway)
        command("ip", "-n", gateway, "addr", "add", f"{GATEWAY_ADDRESS}/24", "dev", PORT)
        command("ip", "-n", gateway, "link", "set", PORT, "up")
        made.plug_in(LAPTOP_A)
        yield made
    finally:
        made.stop()
        remove(name)


def site(folder: Path, upstream_ca: Path, leases: Path, more: str = "") -> Site:
    """The laboratory's site with what tells of addresses on the cable."""
    made = Site.laboratory(folder, upstream_ca)
    (folder / "devices.csv").write_text(DEVICES)
    section = f"directory:\n  leases: [{{file: {leases}, form: dnsmasq}}]\n{more}"
    made.steer(section)  # lines before `metrics:`, whatever they are
    return made


def ask(gateway: Gateway, *words: str) -> Any:
    """What a command of the product answers in JSON, on the gateway's machine."""
    return json.loads(command_of(gateway, *words, "--json"))


def command_of(gateway: Gateway, *words: str) -> str:
    """What a command of the product says, on the gateway's machine."""
    argv = gateway.lab.argv(places.GATEWAY, str(COMMAND), *words, "--config", str(gateway.site.folder))
    done = subprocess.run(
        argv,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={"BREAKTIME_DATA": str(gateway.data), "PATH": "/usr/bin"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def who(gateway: Gateway, address: str = ADDRESS) -> Any:
    """Who is at an address now."""
    return ask(gateway, "who", address)


def account(lab: Lab, place: str, attributes: str, secret: str = SECRET) -> bool:
    """Send an accounting packet with FreeRADIUS's own client; True if it was answered."""
    argv = lab.argv(place, "radclient", "-r", "2", "-t", "2", f"{GATEWAY_ADDRESS}:1813", "acct", secret)
    done = subprocess.run(argv, input=attributes, capture_output=True, text=True, timeout=30, check=False)
    return done.returncode == 0
