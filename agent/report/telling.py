"""One week of one school, told: rows, totals, chain, receipts and counts of the data folder → `Week`.

    <data>, Engine, reports told before ─► week_of() ─► Week

Nothing is opened for it: no key is used, and no name is met. The same record gives the same figures whenever it is
asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from agent.core.decision import Mode, Verdict
from agent.core.engine import Engine
from agent.core.policy import Condition, Monitoring, Policy
from agent.core.reported import Counted, Kind
from agent.core.smallcounts import FEW, THRESHOLD, Figure, Group, Part, Parts, Told, tell
from agent.report.chain import acts_of
from agent.report.counting import trees
from agent.report.coverage import coverage_of
from agent.report.deciding import decisions_of
from agent.report.figures import Authorisations, Change, Edition, Measure, Retention, Source, Week
from agent.report.headlines import headline_of
from agent.report.measures import Before, measure, minutes_of
from agent.report.places import Places, days_of, places
from agent.report.totalled import told_by_totals
from agent.store.auditlog import CHAIN
from agent.store.database import DATABASE
from agent.store.history import History
from agent.store.receipts import Receipts
from agent.store.retention import forgotten_days
from agent.store.week import counted, totals_of
from agent.store.weeksql import Rule

_NOTHING = Counted((), {}, frozenset())


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is of: the data folder, the configuration in force, the ISO week, what was told before it.

    `now` is when it is asked, for what waits for a decision; `suggestions` how many hosts wait to be accepted.
    `rows` are those of another store (a trust's database), in place of the folder's own.
    """

    data: Path
    engine: Engine
    week: str
    now: datetime
    before: Before = Before()
    suggestions: int = 0
    rows: Counted | None = None


def week_of(asked: Asked) -> Week:
    """The figures of a week; of one without any record, too. Raises StoreError, and ValueError if it is no week."""
    engine, days = asked.engine, days_of(asked.week)
    policy = _policy(engine)
    everybody = policy is not None and policy.monitoring is Monitoring.ALWAYS
    rows = asked.rows or counted(asked.data / DATABASE, engine.site.id, days[0], days[-1], over_allowance(engine))
    gone = asked.rows is None and not forgotten_days(asked.data).isdisjoint(days)
    totals = [] if rows and not gone else totals_of(asked.data / DATABASE, engine.site.id, asked.week)
    source = Source.TOTALS if totals or gone else Source.ROWS  # of either it is said that there was at least so much
    there = places(engine, days)
    if totals:
        told = told_by_totals(totals, there, engine.site.mode is Mode.OBSERVE)
    else:
        told = {kind: tell(part) for kind, part in trees((rows or _NOTHING).slices, there, everybody).items()}
    minutes = minutes_of(_measures(told, asked, there))
    since, until = _instants(engine, days)
    acts = acts_of(asked.data / "audit" / CHAIN, since, until)
    return Week(
        site=engine.site.id,
        name=engine.site.name,
        edition=Edition.WEEK,
        week=asked.week,
        first=days[0],
        last=days[-1],
        days=there.kinds,
        weeks=(asked.week,),
        missing=(),
        source=source,
        threshold=THRESHOLD,
        monitoring=policy.monitoring.value if policy else Monitoring.NEVER.value,
        mode=engine.site.mode.value,
        policy=policy.id if policy else "",
        empty=everybody and not totals and not (rows and rows.slices),
        decisions=tuple(decisions_of(asked.data, engine, asked.now, acts.waiting, asked.suggestions)),
        headline=headline_of(minutes),
        minutes=minutes,
        over_allowance=_over(policy, rows, source),
        authorisations=_authorisations(engine, rows, since, until),
        cases=acts.cases,
        coverage=coverage_of(asked.data, days[0], days[-1]),
        changes=tuple(_changes(asked.data, since, until)),
        retention=_retention(asked.data, engine, since, until),
        audit_head=acts.head,
    )


def over_allowance(engine: Engine) -> list[Rule]:
    """The rules of every policy that block who has used the allowance up."""
    return [
        (policy.id, rule.id)
        for policy in engine.policies.policies.values()
        for rule in policy.rules
        if rule.verdict is Verdict.BLOCK and any(_used_up(condition) for condition in rule.conditions)
    ]


def _used_up(condition: Condition) -> bool:
    return condition.fact == "used" and condition.test(10**9) and not condition.test(0)


def _policy(engine: Engine) -> Policy | None:
    name = engine.policies.in_force
    return engine.policies.policies[name] if name else None


def _measures(told: Mapping[Kind, Told], asked: Asked, there: Places) -> Iterator[Measure]:
    return (measure(kind, one, there, asked.before) for kind, one in told.items())


def _instants(engine: Engine, days: tuple[date, ...]) -> tuple[datetime, datetime]:
    """The week by the school's clock, from the first midnight until just before the last."""
    zone = engine.timetable.calendar.zone
    return (
        datetime.combine(days[0], time(), zone),
        datetime.combine(days[-1] + timedelta(days=1), time(), zone),
    )


def _over(policy: Policy | None, rows: Counted | None, source: Source) -> Figure | None:
    """People over the allowance on the day with the most of them; who is over it does not stand in totals."""
    if policy is None or policy.allowance is None:
        return None
    most = max(rows.over.values(), default=0) if rows else 0
    return most if most >= THRESHOLD and source is Source.ROWS else FEW


def _authorisations(engine: Engine, rows: Counted | None, since: datetime, until: datetime) -> Authorisations:
    """Permissions that held at some time of the week, and those of them that the rows tell of."""
    granted = {one.number for one in engine.authorisations if one.starts < until and one.ends > since}
    used = (rows.authorisations if rows else frozenset()) & granted
    parts = {"used": Part(Group.counted(used)), "unused": Part(Group.counted(granted - used))}
    told = tell(Part(Group.counted(granted), {"use": Parts(parts, personal=True)}, personal=True))
    return Authorisations(told.figure, told.tables["use"].by_name["used"].figure)


def _changes(data: Path, since: datetime, until: datetime) -> Iterator[Change]:
    """What came into force in the week, and which texts are others than in what was in force before it."""
    history, before = History(data), ""
    for one in history.during(datetime.min.replace(tzinfo=UTC), until):
        if one.at >= since:
            old, new = history.texts(before), history.texts(one.revision) or {}
            paths = () if old is None else sorted(path for path in {*old, *new} if old.get(path) != new.get(path))
            yield Change(one.at, one.policy, one.revision, tuple(paths))
        before = one.revision


def _retention(data: Path, engine: Engine, since: datetime, until: datetime) -> Retention:
    receipts = Receipts(data)
    there = [one for one in receipts.read() if since <= _at(one["at"], engine) < until]
    days = sorted(date.fromisoformat(day) for one in there for day in one["days"])
    return Retention(tuple(int(one["number"]) for one in there), tuple(days), receipts.broken() is None)


def _at(text: str, engine: Engine) -> datetime:
    """When a receipt was written: an instant, by the school's clock where it names no other."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=engine.timetable.calendar.zone)
