"""Breaktime as a school's gateway: `breaktime run` with `steering:`, its rules in the kernel, and full sets."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import batched

from agent.gateway.steering import names
from tests.bench.contenders import Breaktime
from tests.bench.load import issuer
from tests.bench.pins import CONTENDER
from tests.system import places, sites
from tests.system.gateway import COMMAND, until
from tests.system.lab import NETNS, Lab

ELEMENTS = 100_000
STEERING = f"""steering:
  resolver:
    upstream: [{places.LINKS[-1].device_v4[0]}]
"""
SOCIAL = (places.FACEBOOK, places.INSTAGRAM)


class Steered(Breaktime):
    """The whole of it: supervisor, worker, steward, resolver and sense, all on the contender's core."""

    def alter(self, site: sites.Site) -> None:
        """See `Breaktime`."""
        super().alter(site)
        site.steer(STEERING)

    def start(self) -> None:
        """Return when the kernel steers and the sets are full."""
        super().start()
        self.fill()

    def stop(self) -> None:
        """See `Contender`. Rules stay when a gateway ends; these are taken away."""
        if self.gateway is not None:
            self._command("steering", "remove")
        super().stop()

    def fill(self) -> None:
        """Put in what the resolver would have: the addresses of social media among very many others."""
        until("the worker stands", lambda: len(self._standing()) == 2, 30)
        for version, social in ((4, [site.v4 for site in SOCIAL]), (6, [site.v6 for site in SOCIAL])):
            every = [*social, *fillers(version, ELEMENTS - len(social) if version == 4 else 0)]
            for some in batched(every, 10_000):
                elements = f"add element inet {names.TABLE} {names.social(version)} {{ {', '.join(some)} }}\n"
                self.lab.nft(places.GATEWAY, elements)
        until("social media is steered", lambda: "Breaktime" in issuer(self.lab, places.FACEBOOK), 20)

    @contextmanager
    def standing_aside(self) -> Iterator[None]:
        """Plain forwarding: `steering remove` takes every rule away, resolver and sense end; then all comes back."""
        self._command("steering", "remove")
        try:
            until("resolver and sense have gone", lambda: len(self.lab.pids(places.GATEWAY)) <= 3, 20)
            yield
        finally:
            assert self.gateway is not None
            self._command("steering", "apply", "--config", str(self.gateway.site.folder))
            self.fill()

    def _standing(self) -> list[str]:
        return self.lab.elements(places.GATEWAY, names.TABLE, "standing")

    def _command(self, *argv: str) -> None:
        assert self.gateway is not None
        line = self.lab.argv(places.GATEWAY, *CONTENDER, str(COMMAND), *argv)
        environment = {"BREAKTIME_DATA": str(self.gateway.data), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        subprocess.run(line, env=environment, check=True, capture_output=True, timeout=60)


def fillers(version: int, count: int) -> Iterator[str]:
    """Addresses that nobody asks for."""
    for number in range(count):
        high, low = number >> 8, number & 255
        yield f"10.{101 + (high >> 8)}.{high & 255}.{low}" if version == 4 else f"fd00:101::{number:x}"


def only_v4(lab: Lab) -> None:
    """Let everybody know the sites by IPv4 alone: not every contender takes the other."""
    hosts = "".join(f"{origin.v4} {origin.name}\n" for origin in places.ORIGINS)
    for place in places.NAMESPACES:
        (NETNS / lab.name(place) / "hosts").write_text(f"127.0.0.1 localhost\n{hosts}")
