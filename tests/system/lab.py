"""A school's network in network namespaces, made by a map for one test run and removed after it.

Devices stand each on a cable of its own to ``gateway``, which forwards to ``internet``, where the origins
stand (`places` has the map of the laboratory: a laptop and a phone). Names resolve through
``/etc/netns/NAME/hosts``, which ``ip netns exec`` binds over /etc/hosts. The names carry this
process's id and start time: two runs never meet, and what a killed run left is swept by the next.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from . import places
from .processes import Process, started

PREFIX = "btlab"
NETNS = Path("/etc/netns")


def command(*argv: str) -> str:
    """Run a short administrative command; its error text becomes the exception's."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(argv)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def namespaces() -> list[str]:
    """All of this laboratory's kind on the machine, whoever made them."""
    return [line.split()[0] for line in command("ip", "netns", "list").splitlines() if line.startswith(PREFIX)]


def remove(name: str) -> None:
    """End what still runs in a namespace, by process id, and take the namespace away."""
    for pid in command("ip", "netns", "pids", name).split():
        try:
            os.kill(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            continue
    command("ip", "netns", "del", name)
    shutil.rmtree(NETNS / name, ignore_errors=True)


def sweep() -> None:
    """Take away what earlier runs left that were killed before they could tidy up."""
    for name in namespaces():
        parts = name.split("-")
        if len(parts) != 4 or str(started(int(parts[1]))) != parts[2]:
            remove(name)


class Lab:
    """The namespaces of a map for this run; `up` makes them, `down` removes them with all that runs inside."""

    def __init__(self, folder: Path, stamp: str = "", where: places.Map = places.LABORATORY) -> None:
        assert where.kind.startswith(PREFIX), "what a killed run leaves is found by the beginning of its name"
        self.folder, self.map = folder, where
        self.stamp = stamp or f"{where.kind}-{os.getpid()}-{started(os.getpid())}"
        self._threads: dict[str, ThreadPoolExecutor] = {}
        self._processes: list[Process] = []

    def name(self, place: str) -> str:
        """The namespace's name on this machine."""
        return f"{self.stamp}-{place}"

    # --- making and removing -------------------------------------------------------------------

    def up(self) -> None:
        """Make everything; on any failure nothing stays."""
        try:
            for place in self.map.namespaces:
                self._make(place)
            for link in self.map.links:
                self._plug(link)
            self._forward()
            self._count_contacts()
        except BaseException:
            self.down()
            raise

    def down(self) -> None:
        """Remove everything that this run made, also after half a start."""
        for process in reversed(self._processes):
            process.end(3)
        for thread in self._threads.values():
            thread.shutdown()
        self._threads.clear()
        for name in self.leftovers():
            remove(name)
        with suppress(OSError):
            NETNS.rmdir()  # only if it is empty: another run may be using it

    def leftovers(self) -> list[str]:
        """This run's namespaces that exist."""
        return [name for name in namespaces() if name.startswith(f"{self.stamp}-")]

    def pids(self, place: str) -> list[int]:
        """The processes inside a namespace."""
        return [int(pid) for pid in command("ip", "netns", "pids", self.name(place)).split()]

    def _make(self, place: str) -> None:
        name = self.name(place)
        (NETNS / name).mkdir(parents=True)
        (NETNS / name / "hosts").write_text(self.map.hosts)
        (NETNS / name / "resolv.conf").write_text("")
        command("ip", "netns", "add", name)
        command("ip", "-n", name, "link", "set", "lo", "up")
        # Duplicate address detection would hold every IPv6 address back for a second.
        self.run(place, "sysctl", "-qw", "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0")

    def _plug(self, link: places.Link) -> None:
        device, gateway = self.name(link.device), self.name(places.GATEWAY)
        command("ip", "link", "add", "eth0", "netns", device, "address", link.mac,
                "type", "veth", "peer", "name", link.port, "netns", gateway)  # fmt: skip
        inner = [*(f"{a}/24" for a in link.device_v4), f"{link.device_v6}/64"]
        if link.device == places.INTERNET:
            inner += [f"{o.v4}/24" for o in self.map.origins] + [f"{o.v6}/64" for o in self.map.origins]
        self._address(device, "eth0", inner)
        outer = [f"{link.gateway_v4}/24", f"{link.gateway_v6}/64"]
        self._address(gateway, link.port, [] if link.bridge else outer)
        if link.bridge:
            self._bridge(gateway, link, outer)
        if self.map.resolv and link.device != places.INTERNET:
            self.resolve(link.device, link.gateway_v4)
        command("ip", "-n", device, "route", "add", "default", "via", link.gateway_v4, "src", link.device_v4[0])
        command("ip", "-n", device, "-6", "route", "add", "default", "via", link.gateway_v6, "src", link.device_v6)
        for subnet in self.map.anywhere if link.device == places.INTERNET else ():
            command("ip", "-n", device, "route", "add", "local", subnet, "dev", "lo")
            via = link.device_v6 if ":" in subnet else link.device_v4[0]
            command("ip", "-n", gateway, "route", "add", subnet, "via", via)

    def _bridge(self, gateway: str, link: places.Link, addresses: list[str]) -> None:
        """Put the port under the bridge; the first one brings the bridge with it."""
        if f" {link.bridge}:" not in command("ip", "-n", gateway, "link"):
            snooping = ("type", "bridge", "mcast_snooping", "0")
            command("ip", "-n", gateway, "link", "add", link.bridge, *snooping)
            self._address(gateway, link.bridge, addresses)
        command("ip", "-n", gateway, "link", "set", link.port, "master", link.bridge)

    def resolve(self, place: str, server: str) -> None:
        """What programs started there from now on ask for names."""
        (NETNS / self.name(place) / "resolv.conf").write_text(f"nameserver {server}\noptions timeout:2 attempts:5\n")

    @staticmethod
    def _address(name: str, port: str, addresses: list[str]) -> None:
        for address in addresses:
            extra = ["nodad"] if ":" in address else []
            command("ip", "-n", name, "addr", "add", address, "dev", port, *extra)
        command("ip", "-n", name, "link", "set", port, "up")

    def _forward(self) -> None:
        self.run(places.GATEWAY, "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")

    # --- running things inside ------------------------------------------------------------------

    def argv(self, place: str, *argv: str) -> list[str]:
        """The command line that runs `argv` in a namespace."""
        return ["ip", "netns", "exec", self.name(place), *argv]

    def run(self, place: str, *argv: str) -> str:
        """Run a short command inside; its standard output."""
        return command(*self.argv(place, *argv))

    def start(self, place: str, argv: Sequence[str], log: str, env: Mapping[str, str] | None = None) -> Process:
        """Start a program inside; it ends with the laboratory at the latest."""
        process = Process(self.argv(place, *argv), self.folder / log, env)
        return self.keep(process)

    def keep(self, process: Process) -> Process:
        """Have a program end with the laboratory at the latest."""
        self._processes.append(process)
        return process

    def inside[T](self, place: str, do: Callable[[], T]) -> T:
        """Call `do` in a thread that stands in the namespace; sockets made there stay there."""
        if place not in self._threads:
            path = f"/run/netns/{self.name(place)}"
            self._threads[place] = ThreadPoolExecutor(1, place, initializer=_enter, initargs=(path,))
        return self._threads[place].submit(do).result(30)

    def make_socket(self, place: str, family: socket.AddressFamily) -> socket.socket:
        """A TCP socket that belongs to the namespace, usable from any thread."""
        return self.inside(place, lambda: socket.socket(family, socket.SOCK_STREAM))

    def connect(self, place: str, address: tuple[str, int]) -> socket.socket:
        """A connection out of the namespace, made within 10 s."""
        made = self.make_socket(place, family_of(address[0]))
        made.settimeout(10)
        try:
            made.connect(address)
        except OSError:
            made.close()
            raise
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def listen(self, place: str, address: tuple[str, int]) -> socket.socket:
        """A listening socket in the namespace."""
        made = self.make_socket(place, family_of(address[0]))
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(64)
        return made

    # --- steering and counting --------------------------------------------------------------------

    def nft(self, place: str, rules: str) -> None:
        """Load an nftables script inside a namespace."""
        script = self.folder / f"{place}.nft"
        script.write_text(rules)
        self.run(place, "nft", "-f", str(script))

    @contextmanager
    def redirect(self, port: int = places.PROXY_PORT) -> Iterator[None]:
        """Turn the devices' web traffic to the gateway's port, as transparent mode needs it."""
        devices = ", ".join(f'"{link.port}"' for link in self.map.links if link.device != places.INTERNET)
        self.nft(
            places.GATEWAY,
            f"""table inet lab_redirect {{
          chain turn {{ type nat hook prerouting priority dstnat;
            iifname {{ {devices} }} tcp dport {{ 80, 443 }} redirect to :{port}
          }}
        }}""",
        )
        try:
            yield
        finally:
            self.run(places.GATEWAY, "nft", "delete", "table", "inet", "lab_redirect")

    def _count_contacts(self) -> None:
        new = "meta l4proto { tcp, udp } ct state new"
        self.nft(
            places.INTERNET,
            f"""table inet lab_seen {{
          set v4 {{ type ipv4_addr; size 256; flags dynamic; counter; }}
          set v6 {{ type ipv6_addr; size 256; flags dynamic; counter; }}
          chain arriving {{ type filter hook input priority filter;
            {new} add @v4 {{ ip daddr }}
            {new} add @v6 {{ ip6 daddr }}
          }}
        }}""",
        )

    def contacts(self, origin: places.Origin) -> int:
        """How many connections (TCP or UDP, either family) have been tried to the origin's addresses."""
        return sum(self._seen(name).get(address, 0) for name, address in (("v4", origin.v4), ("v6", origin.v6)))

    def established(self, origin: places.Origin) -> int:
        """How many TCP connections stand at the origin's addresses now."""
        listings = [self.run(places.INTERNET, "ss", "-Htn", "state", "established", "src", f"[{address}]")
                    for address in (origin.v4, origin.v6)]  # fmt: skip
        return sum(len(listing.splitlines()) for listing in listings)

    def _seen(self, name: str) -> dict[str, int]:
        elements = [element["elem"] for element in self._listed(places.INTERNET, "lab_seen", name)]
        return {str(element["val"]): int(element["counter"]["packets"]) for element in elements}

    def elements(self, place: str, table: str, name: str) -> list[str]:
        """What a set or a map holds, by its keys; empty if there is no such table."""
        try:
            listed = self._listed(place, table, name)
        except RuntimeError:
            return []
        return [_key(one) for one in listed]

    def _listed(self, place: str, table: str, name: str) -> list[Any]:
        tables = json.loads(self.run(place, "nft", "-j", "list", "table", "inet", table))["nftables"]
        kinds = (entry.get("set") or entry.get("map") for entry in tables)
        return next((list(kind.get("elem", [])) for kind in kinds if kind and kind["name"] == name), [])


def _key(element: Any) -> str:
    """An element as text: nft wraps those of maps into pairs, those with a timeout or a counter into objects."""
    if isinstance(element, list):
        return _key(element[0])
    return _key(element["elem"]["val"]) if isinstance(element, dict) and "elem" in element else str(element)


def family_of(address: str) -> socket.AddressFamily:
    """IPv6 if the address has a colon."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _enter(path: str) -> None:
    """Move the calling thread alone into a network namespace."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.setns(handle, os.CLONE_NEWNET)
    finally:
        os.close(handle)
