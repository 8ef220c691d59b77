"""A lone steward in a gateway's namespace, with a worker and a resolver upstream that are stand-ins.

What stands in the kernel is asked of the kernel; what the steward thinks is read off its meters.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from agent.gateway.beats import Beat
from agent.gateway.steering import names

from . import places
from .gateway import until
from .lab import Lab
from .lone_steward import PORTS
from .school.asking import ask
from .sites import Site

UPSTREAM = "10.90.0.2"
STEERING = f"steering:\n  resolver:\n    upstream: [{UPSTREAM}]\n"
GATEWAY_V4 = "10.20.10.1"
SOON = 20.0
"""Seconds in which everything happens that should within a few: a busy machine may take longer, never this long."""


def upstream(lab: Lab) -> None:
    """Start the pretended internet's resolver; its answers live for a second."""
    said = [f"--address=/{name}/{to}" for name, to in (
        ("www.facebook.com", places.FACEBOOK.v4), ("www.facebook.com", places.FACEBOOK.v6),
        ("www.instagram.com", places.INSTAGRAM.v4), ("www.bbc.co.uk", places.BBC.v4),
    )]  # fmt: skip
    argv = ["dnsmasq", "-k", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--pid-file=", "--user=root"]
    lab.start(places.INTERNET, [*argv, "--local-ttl=1", "--local=/#/", *said], "upstream.log")
    until("the internet's names are served", lambda: answered(lab, UPSTREAM, places.BBC.name), SOON)


def answered(lab: Lab, server: str, name: str, place: str = places.LAPTOP) -> list[str]:
    """The addresses that a device is told for a name; empty without an answer."""
    try:
        return ask(lab, place, server, name).addresses
    except OSError:
        return []


class Stewardship:
    """One steward at a time on a data folder; workers are processes that sleep, and beat through a thread here."""

    def __init__(self, lab: Lab, folder: Path, keep: float) -> None:
        self.lab, self.folder, self.keep = lab, folder, keep
        self.data = folder / "data"
        self.site = Site.laboratory(folder / "config", Path("/dev/null"), "transparent", len(PORTS))
        self.site.steer(STEERING)
        self.workers: dict[int, subprocess.Popen[bytes]] = {}
        self._beating = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._count = 0

    def start(self) -> None:
        """Start a steward, and workers if there are none; wait until it answers and steers."""
        self._count += 1
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        argv = [sys.executable, "-m", "tests.system.lone_steward"]
        argv += [str(self.site.folder), str(self.data), str(self.keep)]
        log = self.folder.relative_to(self.lab.folder) / f"steward-{self._count}.log"
        self.process = self.lab.start(places.GATEWAY, argv, str(log), environment)
        if not self.workers:
            for number in range(len(PORTS)):
                self.hire(number)
            self._thread.start()
        self.until("it steers and its resolver answers", lambda: self.meters["standing"] and self.meters["resolver"])

    def hire(self, number: int) -> None:
        """Another process for a worker."""
        self.workers[number] = subprocess.Popen(["sleep", "600"])

    def dismiss(self, number: int) -> None:
        """A worker dies."""
        gone = self.workers.pop(number)
        gone.kill()
        gone.wait(10)

    def close(self) -> None:
        """End everything, and take the rules away."""
        self.process.end()
        self._beating.set()
        self._thread.join(10)
        for number in list(self.workers):
            self.dismiss(number)
        self.lab.nft(places.GATEWAY, f"add table inet {names.TABLE}\ndelete table inet {names.TABLE}\n")
        assert not self.lab.pids(places.GATEWAY), "processes outlived the steward"

    def until[T](self, what: str, look: Callable[[], T | None], seconds: float = SOON) -> T:
        """Wait for something; what the steward has said is shown if it does not come."""
        try:
            return until(what, look, seconds, 0.02)
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self.process.output()[-3000:]}") from None

    # --- what stands -------------------------------------------------------------------------------

    @property
    def meters(self) -> dict[str, Any]:
        """What the steward last told; a state that was not told yet is 0."""
        told = [line for line in self.process.output().splitlines() if line.startswith("{")]
        return {"standing": 0, "resolver": 0, **(json.loads(told[-1]) if told else {})}

    @property
    def said(self) -> list[str]:
        """What it has said on standard error."""
        return [line for line in self.process.output().splitlines() if not line.startswith("{")]

    def elements(self, name: str) -> list[str]:
        """What a set or a map of the kernel holds."""
        return self.lab.elements(places.GATEWAY, names.TABLE, name)

    def steers(self, address: str) -> bool:
        """True if the kernel has an address for social media."""
        return address in self.elements(names.social(6 if ":" in address else 4))

    def shares(self) -> str:
        """The rule that deals clients out."""
        return self.lab.run(places.GATEWAY, "nft", "list", "chain", "inet", names.TABLE, "steer4")

    def has_table(self) -> bool:
        """True if the kernel has our rules."""
        return names.TABLE in self.lab.run(places.GATEWAY, "nft", "list", "tables")

    def child(self, words: str) -> int | None:
        """The process id of a child by its command line."""
        for pid in self.lab.pids(places.GATEWAY):
            try:
                line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if words in line:
                return pid
        return None

    def asks(self, name: str) -> list[str]:
        """What the laptop is told for a name, asking the gateway."""
        return answered(self.lab, GATEWAY_V4, name)

    def _beat(self) -> None:
        beat = Beat(self.data / "run" / "steward.sock")
        while not self._beating.is_set():
            for number, worker in list(self.workers.items()):
                beat.send({"worker": number, "pid": worker.pid, "port": PORTS[number]})
            time.sleep(0.1)
        beat.close()
