"""What slipped past the kernel's sets, as *sense* read it: a name behind an address that no answer had named.

Such an address goes into the sets; the connection is ruled on by its name, as a worker would, and ends where it is
not let through as it is. What is let through is judged again when the answer could change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from agent.core.catalogue import Match
from agent.core.concerned import Concerns
from agent.core.directory import plain_text
from agent.core.engine import Action, Engine, Ruling
from agent.core.flow import Flow
from agent.core.horizon import Horizon
from agent.core.steering import Plan
from agent.gateway.steward.conntrack import TCP, UDP, Connection

QUIC = "QUIC"
MOST_PASSED = 20_000
"""Connections let through that are judged again; the oldest are forgotten first, as most have ended."""


class Sight(Protocol):
    """A flow whose first packets were read."""

    @property
    def protocol(self) -> str:
        """`QUIC`, or another word for TCP."""
        ...

    @property
    def name(self) -> str | None:
        """The name in its hello."""
        ...

    @property
    def src(self) -> str:
        """The client's address."""
        ...

    @property
    def sport(self) -> int:
        """Its port."""
        ...

    @property
    def dst(self) -> str:
        """Where it went."""
        ...

    @property
    def dport(self) -> int:
        """To which port."""
        ...


@dataclass(frozen=True, slots=True)
class Hands:
    """What is done about a slip. `found`: an address and the service that it stands for."""

    found: Callable[[str, str], None]
    passed_by: Callable[[str], None]
    cut: Callable[[Connection], bool]
    count: Callable[[str, str], None]


class Slips:
    """Rules on what slipped past by one engine and plan at a time."""

    def __init__(
        self, engine: Engine, plan: Plan, now: Callable[[], datetime], hands: Hands, most: int = MOST_PASSED
    ) -> None:
        self._most = most
        self._now = now
        self._hands = hands
        self._passed: dict[Connection, tuple[str, float]] = {}
        self.take_up(engine, plan)

    def __len__(self) -> int:
        """How many connections are to be judged again."""
        return len(self._passed)

    def take_up(self, engine: Engine, plan: Plan) -> None:
        """Rule by these from now on; what was let through is judged anew at the next tick."""
        self._engine, self._plan = engine, plan
        self._horizon, self._concerns = Horizon(engine), Concerns(engine)
        self._steered = frozenset().union(*(one.services for one in plan.classes))
        self._passed = {connection: (name, 0.0) for connection, (name, _) in self._passed.items()}

    def know(self, engine: Engine, changed: Collection[str]) -> None:
        """Take an engine that differs in who has these addresses alone; what they hold is judged anew."""
        self._engine = engine
        for connection, (name, _) in self._passed.items():
            if plain_text(connection.src) in changed:
                self._passed[connection] = name, 0.0

    def held(self) -> frozenset[Connection]:
        """The connections that are to be judged again."""
        return frozenset(self._passed)

    def forget(self, ended: Iterable[Connection]) -> None:
        """These are no more."""
        for connection in ended:
            self._passed.pop(connection, None)

    def seen(self, sight: Sight) -> None:
        """Take what *sense* read."""
        if not sight.name:
            return  # it may be anything, and so may the next one to this address
        match = self._engine.match((sight.name,))
        if match is None or not (match.service.id in self._steered or self._plan.everything):
            self._hands.passed_by(sight.dst)
            return
        self._hands.found(sight.dst, match.service.id)
        protocol = UDP if sight.protocol == QUIC else TCP
        connection = Connection(protocol, sight.src, sight.sport, sight.dst, sight.dport)
        ended = self._judge(connection, sight.name)
        self._hands.count("quic" if protocol == UDP else "tcp", "cut" if ended else "passed")

    def tick(self) -> None:
        """Judge again what was let through and whose answer could have changed by now."""
        now = self._now().timestamp()
        for connection, (name, until) in list(self._passed.items()):
            if until <= now:
                del self._passed[connection]
                self._judge(connection, name)

    def _judge(self, connection: Connection, name: str) -> bool:
        """End the connection or let it through until its answer could change; True if it was ended."""
        ruling = self._engine.rule(Flow(connection.src, (name,), self._now()))
        match = ruling.situation.match
        if match is None:
            return False
        if not self._stands(ruling, match, connection):
            return self._hands.cut(connection)
        if len(self._passed) >= self._most:
            del self._passed[next(iter(self._passed))]
        ends = self._engine.directory.holds_until(connection.src, ruling.at.timestamp())
        self._passed[connection] = name, min(self._horizon.until(ruling), ends)
        return False

    def _stands(self, ruling: Ruling, match: Match, connection: Connection) -> bool:
        """True if it may go on unseen by any worker."""
        if ruling.action is not Action.PASS:
            return False
        client = ruling.situation.client
        if connection.protocol == UDP:  # it is refused to those whom a rule concerns, at any time
            return match.service.id not in self._concerns.of(client)
        policy = self._engine.policy_of(ruling.situation)
        return not (ruling.counts and policy is not None and policy.allowance)  # only a worker counts minutes
