"""What the documents are written from: the configuration in force, in the few facts that they speak of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from agent.core.clauses import ClauseMap
from agent.core.concerns import ConcernKind, route
from agent.core.decision import Mode
from agent.core.officeholders import Officeholders, called
from agent.core.offices import Office
from agent.core.policy import Monitoring, Policy
from agent.core.prose import gap, plain
from agent.core.site import Governance
from agent.packs.reading import day

EXAMPLE = "EXAMPLE"
"""What marks the values of the example site."""


class Written(str):
    """A text that may hold gaps; every other value is taken as it stands, and cannot make one."""

    __slots__ = ()


def wanted(text: str) -> Written:
    """A gap: what only the school can fill in."""
    return Written(gap(text))


@dataclass(frozen=True, slots=True)
class Opening:
    """What may be opened: the services by name, how many names, and the shares of all cases that are opened (0..1)."""

    services: tuple[str, ...] = ()
    names: int = 0
    to_rule: float = 0.0
    for_page: float = 0.0


@dataclass(frozen=True, slots=True)
class Inventory:
    """How many people and devices the configuration names."""

    people: int = 0
    school: int = 0
    personal: int = 0
    inspectable: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """The configuration in force on the day `today`. `lost` says what rules cannot tell where nothing is opened.

    `tests` counts the policy tests that stand beside the policies; `doubts` are the warnings of `breaktime check`.
    """

    school: str
    contact: str
    today: date
    revision: str
    policy: Policy
    mode: Mode = Mode.ENFORCE
    clauses: ClauseMap | None = None
    governance: Governance | None = None
    holders: Officeholders = Officeholders()
    concern_days: int = 90
    designated: str = ""
    mail: bool = False
    steers: bool = False
    opening: Opening = field(default_factory=Opening)
    inventory: Inventory = field(default_factory=Inventory)
    lost: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    tests: int = 0

    def who(self, office: str) -> Written:
        """Where whoever holds an office is reached, with the school's own title; a gap where the site names nobody."""
        known = Office(office)
        holders = self.holders.of(known)
        if not holders:
            return wanted(f"who {called(known).removeprefix('the ')} is, and the address")
        return Written(" or ".join(plain(f"{one.title}, {one.email}" if one.title else one.email) for one in holders))

    def own(self, name: str, asked: str) -> Written:
        """A value of the site's governance; a gap where it is missing or still the example's."""
        value = str(getattr(self.governance, name, ""))
        if not value:
            return wanted(asked)
        return wanted(f"{asked}; the example says: {value}") if EXAMPLE in value else Written(plain(value))

    @property
    def always(self) -> bool:
        """True if the use of all staff is recorded."""
        return self.policy.monitoring is Monitoring.ALWAYS

    @property
    def on_concern(self) -> bool:
        """True if only the subject of an approved case is recorded."""
        return self.policy.monitoring is Monitoring.ON_CONCERN

    @property
    def keeps(self) -> bool:
        """True if anybody's minutes are ever kept under the policy."""
        return self.policy.monitoring is not Monitoring.NEVER

    @property
    def observes(self) -> bool:
        """True if nothing is blocked."""
        return self.mode is Mode.OBSERVE

    @property
    def days(self) -> str:
        """For how long minutes are kept: `28 days`."""
        return "1 day" if self.policy.retention_days == 1 else f"{self.policy.retention_days} days"

    @property
    def assessed(self) -> str:
        """The day of the impact assessment, or ""."""
        return day(self.governance.dpia) if self.governance else ""

    @property
    def balanced(self) -> bool:
        """True if the basis named is legitimate interests, on which a public authority may not rest its tasks."""
        return self.governance is not None and "legitimate interest" in self.governance.lawful_basis.lower()

    @property
    def unrouted(self) -> tuple[str, ...]:
        """The kinds of concern that reach nobody."""
        return tuple(kind.value for kind in ConcernKind if route(kind, self.holders).lacks)

    @property
    def answers(self) -> Mapping[str, int]:
        """How many paragraphs of the written policy have each answer, in words."""
        totals = self.clauses.totals() if self.clauses else {}
        return {answer.value.replace("-", " "): number for answer, number in totals.items()}

    @property
    def limits(self) -> tuple[str, ...]:
        """What the gateway cannot see of the written policy, paragraph by paragraph."""
        clauses = self.clauses.clauses if self.clauses else ()
        return tuple(f"{clause.name}: {clause.limit}" for clause in clauses if clause.limit)
