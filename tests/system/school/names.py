"""The internet's names: one dnsmasq that knows them all, at the upstream resolver's address and at a public one's.

Answers live for a second. Addresses can be changed while it runs. Social sites and one other offer HTTPS records
with a key for Encrypted ClientHello and a hint to use HTTP/3, as the large networks do.
"""

import signal
from collections.abc import Iterable, Mapping

from .. import places
from ..gateway import until
from ..lab import Lab
from . import network
from .asking import HTTPS, ask

_TTL = 1
_ECH = bytes.fromhex("0045fe0d0041") + bytes(range(64)) + b"\0"
"""The outer form of an ECHConfigList; nobody here can use what is in it."""


def https_record() -> bytes:
    """Priority 1, this very name; ``alpn=h3,h2`` and ``ech=...``."""
    alpn, key = b"\2h3\2h2", _ECH
    parameters = b"\0\1" + len(alpn).to_bytes(2) + alpn + b"\0\5" + len(key).to_bytes(2) + key
    return b"\0\1\0" + parameters


class Names:
    """The resolver of the pretended internet; `move` changes where a site is said to be."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._folder = lab.folder / "names"
        self._folder.mkdir()
        self._hosts = self._folder / "hosts"
        self.log = self._folder / "queries.log"
        self._said: dict[str, tuple[str, ...]] = {site.name: (site.v4, site.v6) for site in network.SITES}
        self._said[network.SHARED.name] = self._said[network.FACEBOOK.name]
        self._said[network.CDN] = self._said.pop(network.INSTAGRAM.name)
        self._said[network.DOH.name] = tuple(network.PUBLIC.values())
        self._said["use-application-dns.net"] = self._said["mask.icloud.com"] = (network.BBC.v4, network.BBC.v6)

    def start(self) -> None:
        """Start it and wait for its first answer."""
        self._write()
        argv = ["dnsmasq", "-k", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--local=/#/", "--pid-file="]
        argv += [f"--addn-hosts={self._hosts}", f"--local-ttl={_TTL}", "--user=root", "--log-queries"]
        argv += [f"--log-facility={self.log}", f"--cname={network.INSTAGRAM.name},{network.CDN}"]
        argv += [f"--dns-rr={site.name},65,{https_record().hex()}" for site in (*network.STEERED, network.BBC)]
        self._process = self._lab.start(places.INTERNET, argv, "names/output.log")
        asked = lambda: self._asks(network.BBC.name)  # noqa: E731
        until("the internet's names are served", asked, 10)
        assert ask(self._lab, places.INTERNET, network.UPSTREAM, network.FACEBOOK.name, HTTPS).answers

    def move(self, name: str, addresses: Iterable[str]) -> None:
        """From now on the name is at these addresses alone."""
        self.say({name: tuple(addresses)})

    def say(self, said: Mapping[str, tuple[str, ...]]) -> None:
        """The same for several names, new ones among them."""
        self._said |= said
        self._write()
        self._process.signal(signal.SIGHUP)
        for name, addresses in said.items():
            wanted = {one for one in addresses if ":" not in one}
            moved = lambda at=name, to=wanted: self._asks(at) == to  # noqa: E731
            until(f"{name} has moved", moved, 10, 0.02)

    def at(self, name: str) -> tuple[str, ...]:
        """Where a name is said to be now."""
        return self._said[network.CDN if name == network.INSTAGRAM.name else name]

    def asked(self, name: str) -> list[str]:
        """Who has asked for a name so far, by address."""
        lines = self.log.read_text().splitlines()
        return [line.rpartition(" from ")[2] for line in lines if f"] {name} from " in line]

    def _asks(self, name: str) -> set[str]:
        try:
            return set(ask(self._lab, places.INTERNET, network.UPSTREAM, name).addresses)
        except OSError:
            return set()

    def _write(self) -> None:
        lines = (f"{address} {name}\n" for name, addresses in self._said.items() for address in addresses)
        self._hosts.write_text("".join(lines))
