"""What a worker holds of a connection that was let through, so that it can be judged again."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import inf

from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.engine import Engine, Situation
from agent.core.flow import Flow
from agent.core.tally import Counts


@dataclass(slots=True, eq=False)
class Carried:
    """One situation on a held connection, and what it was told from, to be told again after a reload."""

    situation: Situation
    address: str
    names: tuple[str, ...]
    generation: int
    ends: float = inf
    """The epoch second from which another device, or none, has the address."""


@dataclass(slots=True)
class Meter:
    """What has gone through one held connection or request since the last tick."""

    carried: Carried
    opened: bool
    counts: Counts = field(default_factory=Counts)


@dataclass(slots=True, eq=False)
class Held:
    """One client connection that was let through, with every situation that it carries, by service."""

    client: str
    until: float
    carries: dict[str, Carried] = field(default_factory=dict)


def anew(engine: Engine, carried: Carried, at: datetime) -> Situation:
    """Who and what this is by the directory and the catalogue of now, with what its requests have shown."""
    old = carried.situation
    fresh = engine.situation(Flow(carried.address, carried.names, at, pinned=old.pinned))
    if old.at_hello or service_of(old) != service_of(fresh):
        return fresh
    kept = replace(old, client=fresh.client, match=fresh.match)
    if not fresh.client.inspectable:
        return replace(kept, account=Account.UNKNOWN, activity=Activity.UNKNOWN)
    if is_official(old) and not old.follows and not engine.official_users.hold(fresh.client):
        return replace(kept, account=Account.OTHER)
    return kept


def service_of(situation: Situation) -> str:
    """The id of the service; "" for what is not in the catalogue."""
    return situation.match.service.id if situation.match else ""


def is_official(situation: Situation) -> bool:
    """True if one of the school's own accounts acts."""
    return situation.account is Account.OFFICIAL


def place_of(failure: BaseException) -> str:
    """The kind of a failure and where it was, without a word of its text, which may name a site."""
    frames = traceback.extract_tb(failure.__traceback__)
    where = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames[:-4:-1])
    return f"{type(failure).__name__} at {where}"
