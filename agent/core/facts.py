"""The facts that a policy may turn on, in one flat tuple; None marks a fact that is not known yet."""

from __future__ import annotations

from typing import NamedTuple

from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.calendar import DayKind
from agent.core.catalogue import Category
from agent.core.clients import DeviceKind, Owner, Role, Zone
from agent.core.pupils import Pupils
from agent.core.timetable import PeriodKind


class Facts(NamedTuple):
    """Everything that `PolicySet.decide` looks at.

    `account` and `activity` are None before a connection is opened; `Account.UNKNOWN` and
    `Activity.UNKNOWN` say that they cannot be known. `used` is minutes of personal use so far in the
    policy's allowance period. `authorised` and `concern` hold for this person, service and instant.
    A tuple, because one is made for each ruling.
    """

    role: Role
    owner: Owner
    kind: DeviceKind
    zone: Zone
    pupils: Pupils
    period: PeriodKind
    day: DayKind
    category: Category | None
    service: str | None
    account: Account | None
    activity: Activity | None
    authorised: bool = False
    used: int = 0
    concern: bool = False
    official_user: bool = False
    person: str | None = None
    groups: frozenset[str] = frozenset()


UNDECIDED = ("account", "activity")
"""The facts that only an opened connection can tell."""
