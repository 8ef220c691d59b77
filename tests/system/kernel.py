"""A gateway's kernel under our rules, with labelled stand-ins for workers, resolvers and sites around it.

Whoever answers says who it is, so a test sees at once where a packet ended up.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress

from agent.core.clients import network
from agent.core.steering import Plan, PrivateDns, QuicClass, Steering
from agent.gateway.steering.nft import Nft
from agent.gateway.steering.ruleset import Rules, ruleset

from . import places
from .lab import Lab, family_of

PORTS = (8080, 8081)
TABLE = "breaktime"
SOCIAL, OTHER, RESOLVER, UPSTREAM, DOH = (
    places.FACEBOOK, places.BBC, places.WIKIPEDIA, places.IMPOSTOR, places.SCHOOL
)  # fmt: skip
CLASSROOM = ("10.20.10.0/24", "fd00:20:10::/64")
STAFF_ROOM = ("10.20.20.0/24", "fd00:20:20::/64")

SETTINGS = Steering((UPSTREAM.v4, UPSTREAM.v6), private=PrivateDns(addresses=(network(DOH.v4), network(DOH.v6))))
PLAN = Plan(
    domains={"facebook.com": (2,), "x.com": ()},
    left_out=0,
    clients=tuple(network(text) for text in (*CLASSROOM, *STAFF_ROOM)),
    classes=(QuicClass(1, frozenset({"facebook", "x"}), full=True), QuicClass(2, frozenset({"facebook"}))),
    ranges=tuple((network(text), number) for number, zone in ((1, CLASSROOM), (2, STAFF_ROOM)) for text in zone),
    closed=tuple(network(text) for text in STAFF_ROOM),
)
"""A classroom with everything of concern, and a staff room with one service, shut when no worker is left."""


class Kernel:
    """The rules in the gateway's namespace, and stand-ins that say who they are."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self._standing: dict[socket.socket, threading.Thread] = {}
        self._nft = lab.inside(places.GATEWAY, lambda: Nft(TABLE))

    def close(self) -> None:
        """Take the rules and every stand-in away."""
        self.do(lambda nft: nft.remove())
        self.do(lambda nft: nft.close())
        for one in list(self._standing):
            self.end(one)

    def do[T](self, work: Callable[[Nft], T]) -> T:
        """Have something done in the gateway's namespace."""
        return self.lab.inside(places.GATEWAY, lambda: work(self._nft))

    def apply(self, plan: Plan = PLAN, healthy: Iterable[int] | None = None) -> Rules:
        """Load the rules of a plan."""
        return self.do(lambda nft: nft.apply(ruleset(plan, SETTINGS, PORTS, healthy, table=TABLE)))

    def listed(self) -> str:
        """Everything that stands in the kernel."""
        return self.do(lambda nft: nft.run("list ruleset"))

    # --- stand-ins ---------------------------------------------------------------------------------

    def tcp(self, place: str, address: str, port: int, label: str) -> socket.socket:
        """Somebody who takes connections and says its label; one that is `::` takes both versions."""
        listening = self.lab.listen(place, (address, port))
        return self._serve(listening, lambda: _accept(listening, label))

    def udp(self, place: str, address: str, port: int, label: str) -> socket.socket:
        """Somebody who answers each datagram by its label."""
        family = family_of(address)
        waiting = self.lab.inside(place, lambda: socket.socket(family, socket.SOCK_DGRAM))
        waiting.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        waiting.bind((address, port))
        return self.answer(waiting, lambda _: label.encode())

    def answer(self, waiting: socket.socket, make: Callable[[bytes], bytes]) -> socket.socket:
        """Whatever comes to a bound socket is answered by this."""
        waiting.settimeout(0.2)  # here: a stand-in may end before its thread has begun
        return self._serve(waiting, lambda: _echo(waiting, make))

    def end(self, one: socket.socket) -> None:
        """A stand-in goes away: its port is free only when its thread no longer waits at it."""
        serving = self._standing.pop(one)
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
        serving.join(10)
        assert not serving.is_alive(), "a stand-in still answers"

    def _serve(self, made: socket.socket, work: Callable[[], None]) -> socket.socket:
        self._standing[made] = threading.Thread(target=work, daemon=True)
        self._standing[made].start()
        return made

    # --- trying -------------------------------------------------------------------------------------

    def reach(self, place: str, address: str, port: int = 443, source: str = "") -> str:
        """Who takes a connection from there to an address; `refused` or `silent` if nobody does."""
        made = self.lab.make_socket(place, family_of(address))
        made.settimeout(2)
        with made:
            if source:
                made.bind((source, 0))
            return _told(lambda: made.connect((address, port)), made)

    def ask(self, place: str, address: str, port: int, source: str = "") -> str:
        """Who answers a datagram from there to an address."""
        family = family_of(address)
        made = self.lab.inside(place, lambda: socket.socket(family, socket.SOCK_DGRAM))
        made.settimeout(1)
        with made:
            if source:
                made.bind((source, 0))
            made.connect((address, port))
            return _told(lambda: made.send(b"?"), made)


def _told(begin: Callable[[], object], made: socket.socket) -> str:
    try:
        begin()
        return made.recv(100).decode()
    except (ConnectionError, PermissionError):
        return "refused"
    except TimeoutError:
        return "silent"


def _accept(listening: socket.socket, label: str) -> None:
    kept = []
    with suppress(OSError):
        while True:
            connection, _ = listening.accept()
            connection.sendall(label.encode())
            kept.append(connection)
            threading.Thread(target=_repeat, args=(connection,), daemon=True).start()
    for connection in kept:
        connection.close()


def _repeat(connection: socket.socket) -> None:
    with suppress(OSError):
        while said := connection.recv(4096):
            connection.sendall(said)


def _echo(waiting: socket.socket, make: Callable[[bytes], bytes]) -> None:
    while waiting.fileno() >= 0:
        try:
            said, whom = waiting.recvfrom(4096)
            waiting.sendto(make(said), whom)
        except TimeoutError:
            continue
        except (OSError, ValueError):
            return
