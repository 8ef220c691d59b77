"""Forgetting, by the policy in force and by a time that two sources agree on: what `retention run` and the gateway do.

sources of time + ledger → the time to act by → days that are due → store/retention.py → receipt
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from agent.core.engine import Engine
from agent.core.policy import Monitoring, Policy
from agent.core.retention import DEFAULT_DAYS, Keep, due, put_right, seen_ahead
from agent.core.trusted import Look, Trusted, mark_of, trusted
from agent.store.database import DATABASE
from agent.store.errors import StoreError
from agent.store.keys import KEYS, DayKeys
from agent.store.ledger import Ledger
from agent.store.retention import Order, Retention, retention_of


@dataclass(frozen=True, slots=True)
class Today:
    """The time to act by: the local instant, and what was found out about it."""

    at: datetime
    found: Trusted
    wall: datetime

    @property
    def date(self) -> date:
        """The local date to act by."""
        return self.at.date()


@dataclass(frozen=True, slots=True)
class Run:
    """What one run did: the receipt, None if nothing was due, and the time that it went by."""

    today: Today
    receipt: dict[str, Any] | None


class WrongDate(Exception):
    """A person named another date than the clock's: then neither is believed."""


def keep_of(engine: Engine) -> Keep:
    """How long each policy of the configuration keeps; 28 days where none is in force."""
    days = {policy.id: policy.retention_days for policy in engine.policies.policies.values()}
    return Keep(days.get(engine.policies.in_force or "", DEFAULT_DAYS), days)


def today_by(engine: Engine, data: Path, look: Look, said: date | None = None) -> tuple[Today, Ledger]:
    """The time to act by now, and the ledger with this look in it, not written yet.

    `said` is today's date as a person names it. Raises WrongDate, StoreError.
    """
    zone = engine.timetable.calendar.zone
    ledger, now = Ledger.read(data), replace(look(), written=_written(data))
    wall = datetime.fromtimestamp(now.wall, UTC).astimezone(zone)
    if said is not None and said != wall.date():
        raise WrongDate(f"this machine's clock shows {wall.date()}, not {said}; set it right first (timedatectl)")
    found = trusted(ledger.mark, now, said is not None)
    at = datetime.fromtimestamp(found.at, UTC).astimezone(zone)
    return Today(at, found, wall), Ledger(mark_of(found, now), put_right(ledger.ahead, found.leapt))


def _written(data: Path) -> float | None:
    """When the database was last written to, by its files; one that is only opened gets an empty log."""
    stats = [path.stat() for path in (data / DATABASE, data / f"{DATABASE}-wal") if path.exists()]
    return max((stat.st_mtime for stat in stats if stat.st_size), default=None)


def note_time(engine: Engine, data: Path, look: Look) -> Today:
    """Look at the clocks and write it down, so that a restart loses little of what was counted. Raises StoreError."""
    today, ledger = today_by(engine, data, look)
    ledger.write(data)
    return today


def run(engine: Engine, data: Path, look: Look, said: date | None = None) -> Run:
    """Forget what is due, and finish what was begun; while nothing agrees with the clock, only the latter.

    `look` reads the machine's clocks; who lives through other times hands in `Sources` that NTP keeps. Raises
    StoreError, WrongDate.
    """
    today, ledger = today_by(engine, data, look, said)
    with retention_of(data, engine.site.id) as retention:
        ahead = seen_ahead(retention.held(), ledger.ahead, today.date)
        with suppress(
            StoreError
        ):  # on a full disk the look cannot be written down, and what is due is due all the same
            Ledger(ledger.mark, ahead).write(data)
        kept = kept_days(retention, keep_of(engine), today.date) if today.found.settled else {}
        days = tuple(due(kept, ahead, today.date))
        return Run(today, retention.run(_order(engine, today, days)))


def still_held(engine: Engine, data: Path, look: Look) -> tuple[datetime | None, int]:
    """When the oldest day of the record began, and how many days are past their date. Changes nothing.

    Raises StoreError.
    """
    today, ledger = today_by(engine, data, look)
    with retention_of(data, engine.site.id) as retention:
        kept = kept_days(retention, keep_of(engine), today.date)
    overdue = len(due(kept, seen_ahead(kept, ledger.ahead, today.date), today.date))
    oldest = min(kept, default=None)
    return (datetime.combine(oldest, time(), engine.timetable.calendar.zone) if oldest else None), overdue


def kept_days(retention: Retention, keep: Keep, today: date) -> dict[date, int]:
    """How many days each day of the record is kept. Only where it matters is a day read for its policies."""
    return {day: _kept(retention, keep, day, today) for day in retention.held()}


def outlived(engine: Engine, data: Path, look: Look, days: Collection[date]) -> set[date]:
    """Those of the days that have no key here and are older than any policy keeps, by a time that is settled.

    A gateway that lost its data folder knows of no receipt; what it once forwarded must go all the same.
    """
    today, _ = today_by(engine, data, look)
    if not today.found.settled:
        return set()
    oldest, keys = today.date - timedelta(days=keep_of(engine).most), DayKeys(data / KEYS)
    return {day for day in days if day <= oldest and not keys.holds(day)}


def _kept(retention: Retention, keep: Keep, day: date, today: date) -> int:
    young = day + timedelta(days=keep.least) > today
    return keep.otherwise if keep.alike or young else keep.days(retention.policies(day))


def _order(engine: Engine, today: Today, days: tuple[date, ...]) -> Order:
    keep, policy = keep_of(engine), _policy(engine)
    oldest = today.found.at - timedelta(days=keep.most).total_seconds()
    return Order(
        days=days,
        today=today.date,
        at=today.at.isoformat(timespec="seconds"),
        time_by=today.found.by,
        policy=policy.id if policy else "none",
        keep_days=keep.otherwise,
        totals=policy is not None and policy.totals and policy.monitoring is Monitoring.ALWAYS,
        asides_before=oldest if today.found.settled else 0.0,
        settled=today.found.settled,
    )


def _policy(engine: Engine) -> Policy | None:
    return engine.policies.policies.get(engine.policies.in_force or "")
