"""`breaktime retention status`: what is held, until when, under which hold, and what the time stands on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from agent.app.retention import Today, keep_of, kept_days, today_by
from agent.core.engine import Engine
from agent.core.retention import forgotten_on, seen_ahead
from agent.core.trusted import By, Look
from agent.store.database import DATABASE, Database
from agent.store.holds import Hold, Holds
from agent.store.keys import KEYS, DayKeys
from agent.store.memory import swap_trouble
from agent.store.reader import days as rows_by_day
from agent.store.receipts import Receipts
from agent.store.retention import Retention, journal_of
from agent.store.totals import stored

_BY = {
    By.NETWORK: "the clock, which the network's time (NTP) keeps",
    By.COUNT: "what this machine has counted since the last look",
    By.BATTERY: "the clock and the battery clock, which agree",
    By.PERSON: "the clock, and a person who named the date",
    By.WRITTEN: "the clock, near which the record was last written to",
    By.ALONE: "the clock alone, with which nothing agrees yet",
}


@dataclass(frozen=True, slots=True)
class HeldDay:
    """A day of the record: its rows, whether its key stands, and the first day on which it is no longer kept."""

    day: date
    minutes: int
    key: bool
    until: date

    def overdue(self, today: date) -> bool:
        """True if it should have been forgotten by now."""
        return self.until <= today


@dataclass(frozen=True, slots=True)
class Status:
    """Everything that `retention status` says."""

    site: str
    today: Today
    policy: str
    keep_days: int
    days: Sequence[HeldDay]
    holds: Sequence[Hold]
    unfinished: Sequence[date]
    weeks: Sequence[str]
    receipts: Sequence[Mapping[str, Any]]
    broken: int | None
    swap: str

    @property
    def overdue(self) -> list[date]:
        """The days that should have been forgotten by now."""
        return [day.day for day in self.days if day.overdue(self.today.date)]

    @property
    def well(self) -> bool:
        """True if nothing is overdue or unfinished, the clocks agree, and the receipts follow one another."""
        return not (self.overdue or self.unfinished or self.broken) and self.today.found.agreed

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "site": self.site,
            "today": str(self.today.date),
            "time_by": self.today.found.by,
            "clock_agrees": self.today.found.agreed,
            "policy": self.policy,
            "keep_days": self.keep_days,
            "days": [self._day_json(day) for day in self.days],
            "overdue": [str(day) for day in self.overdue],
            "holds": [_hold_json(hold) for hold in self.holds],
            "unfinished": [str(day) for day in self.unfinished],
            "totals": list(self.weeks),
            "receipts": len(self.receipts),
            "last_receipt": self.receipts[-1] if self.receipts else None,
            "receipts_broken_at": self.broken,
            "keys_out_of_swap": not self.swap,
        }

    def _day_json(self, day: HeldDay) -> dict[str, Any]:
        overdue = day.overdue(self.today.date)
        return {
            "day": str(day.day),
            "minutes": day.minutes,
            "key": day.key,
            "until": str(day.until),
            "overdue": overdue,
            "holds": [hold.case for hold in self.holds if hold.first <= day.day <= hold.last],
        }

    def as_text(self) -> str:
        """For a terminal."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"Records of {self.site}, by policy {self.policy}: kept {self.keep_days} days, the day itself counted"
        yield f"Today is {_long(self.today.date)}, by {_BY[self.today.found.by]}"
        if not self.today.found.agreed or (self.overdue and not self.today.found.settled):
            yield from _astray(self.today)
        yield ""
        yield from self._held()
        yield from self._kept_back()
        for day in self.unfinished:
            yield f"{_long(day)}: begun to be forgotten and not finished; `breaktime retention run` finishes it"
        yield from self._said()

    def _held(self) -> Iterator[str]:
        if not self.days:
            yield "Nothing is held."
            return
        yield f"{'day':<18}{'minutes':>10}  {'until the end of':<18}"
        for day in self.days:
            notes = [] if day.key else ["its key is gone: nobody can say who was who"]
            notes += ["OVERDUE"] if day.overdue(self.today.date) else []
            last = date.fromordinal(day.until.toordinal() - 1)
            yield f"{_short(day.day):<18}{day.minutes:>10,}  {_short(last):<18}{'; '.join(notes)}".rstrip()

    def _kept_back(self) -> Iterator[str]:
        for hold in self.holds:
            total = sum(hold.days.values())
            span = f"{_short(hold.first)} to {_short(hold.last)}"
            yield f"Case {hold.case} holds {total:,} minutes ({len(hold.days)} of the days {span}) until it is closed"

    def _said(self) -> Iterator[str]:
        yield ""
        yield f"Anonymous totals: {len(self.weeks)} week{'' if len(self.weeks) == 1 else 's'}, small counts left out"
        if self.receipts:
            last = self.receipts[-1]
            yield f"Receipts: {len(self.receipts)}; the last is number {last['number']} of {last['at'][:16]}"
        else:
            yield "Receipts: none; nothing has been forgotten yet"
        if self.broken:
            yield f"RECEIPTS: number {self.broken} does not follow the one before it: a line was changed or removed"
        if self.overdue:
            days = "1 day is" if len(self.overdue) == 1 else f"{len(self.overdue)} days are"
            yield f"{days} overdue: `breaktime retention run` forgets what is due"
        if self.swap:
            yield f"Keys in memory may reach the swap: {self.swap}"


def status(engine: Engine, data: Path, look: Look) -> Status:
    """Look at everything and change nothing. Raises StoreError."""
    today, ledger = today_by(engine, data, look)
    keep, receipts = keep_of(engine), Receipts(data)
    days, holds, weeks = _record(engine, data, today, dict(ledger.ahead))
    return Status(
        engine.site.id,
        today,
        engine.policies.in_force or "none",
        keep.otherwise,
        days,
        holds,
        journal_of(data).days(),
        weeks,
        receipts.read(),
        receipts.broken(),
        swap_trouble(),
    )


def said_of_clock(today: Today) -> str:
    """What is said once when the clocks disagree."""
    return " ".join(line.strip() for line in _astray(today))


def _record(
    engine: Engine, data: Path, today: Today, ahead: dict[date, date]
) -> tuple[list[HeldDay], list[Hold], list[str]]:
    path, site = data / DATABASE, engine.site.id
    if not path.exists():
        return [], [], []
    database = Database.looking(path)
    try:
        retention = Retention(data, site, database)
        keys = DayKeys(data / KEYS)
        kept = kept_days(retention, keep_of(engine), today.date)
        seen = seen_ahead(kept, ahead, today.date)
        with database.reading() as connection:
            rows = rows_by_day(connection, None)
            weeks = sorted({week for week, *_ in stored(connection, site)})
        held = [
            HeldDay(day, rows.get(day, 0), keys.holds(day), forgotten_on(day, days, seen.get(day)))
            for day, days in sorted(kept.items())
        ]
        return held, Holds(database, keys, site).listed(), weeks
    finally:
        database.close()


def _hold_json(hold: Hold) -> dict[str, Any]:
    days = {str(day): minutes for day, minutes in hold.days.items()}
    return {"case": hold.case, "first": str(hold.first), "last": str(hold.last), "days": days}


def _astray(today: Today) -> Iterator[str]:
    if not today.found.settled:
        yield "Nothing is destroyed on the word of one clock, and no second source of time is there yet."
        yield "  Let the network keep the clock (timedatectl set-ntp true). If it is right, say so yourself:"
        yield f"  breaktime retention run --today {today.wall.date()}"
        return
    way = "ahead of" if today.found.astray > 0 else "behind"
    yield f"THE CLOCK SHOWS {today.wall:%d %B %Y %H:%M}, {_span(abs(today.found.astray))} {way} that."
    yield "  Nothing is destroyed early, and nothing kept long, for a clock that was set; what was off is not counted."
    yield "  Let the network keep the clock (timedatectl set-ntp true). If it is right, say so yourself:"
    yield f"  breaktime retention run --today {today.wall.date()}"


def _span(seconds: float) -> str:
    minutes = int(seconds // 60)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 48 * 60 else f"{minutes // 1440} days"


def _short(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def _long(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
