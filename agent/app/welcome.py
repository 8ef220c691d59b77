"""What `breaktime run` says when the gateway is up: what is ruled now, how to try it, how to rehearse."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from agent.core.calendar import DayKind
from agent.core.clients import DeviceKind, Owner, Role, Zone
from agent.core.decision import Verdict
from agent.core.engine import Engine
from agent.core.explain import Answer, Query, explain
from agent.core.timetable import PeriodKind

EXAMPLE = "https://www.facebook.com/"


def clock(at: datetime, now: datetime) -> str:
    """`10:30` today, else with its day: `Mon 23 Nov 09:00`."""
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at:%a} {at.day} {at:%b %H:%M}"


def now_ruled(engine: Engine, at: datetime) -> list[str]:
    """Two lines: what holds for a teacher's school laptop in a classroom and in the staff-room."""
    local = at.astimezone(engine.timetable.calendar.zone)
    lines = []
    for zone in (Zone.CLASSROOM, Zone.STAFF_ROOM):
        query = Query(local, EXAMPLE, None, Role.TEACHER, Owner.SCHOOL, DeviceKind.LAPTOP, zone)
        lines.append(f"  {zone:<11} {_sentence(explain(engine, query), local, _allowance(engine))}")
    return lines


def welcome(engine: Engine, at: datetime, where: dict[str, str], ca: Path, rehearsing: bool) -> str:
    """The few lines printed once every worker rules."""
    local = at.astimezone(engine.timetable.calendar.zone)
    policy = engine.policies.policies.get(engine.policies.in_force or "")
    head = f"Breaktime is running for {engine.site.name}, by the policy “{policy.title if policy else 'none'}”."
    moment = engine.timetable.moment(local, engine.timetable.bells[engine.timetable.default])
    lines = [head]
    if rehearsing:
        lines.append("*** REHEARSAL: the clock was moved by --at. Nothing here is about today. ***")
    lines.append(f"It is {local:%A} {local.day} {local:%B %Y, %H:%M}: {_day(moment.day)}, {moment.period}.")
    lines.append("Social media now, for a teacher on a school laptop:")
    lines += now_ruled(engine, at)
    lines += [f"{name:<9} {address}" for name, address in where.items()]
    lines.append("Try it:   " + try_command(where["gateway"], ca))
    lines.append(f"Rehearse: {_rehearsal(engine, local, moment.period)}")
    lines.append("Stop:     Ctrl-C")
    return "\n".join(lines)


def try_command(gateway: str, ca: Path) -> str:
    """A command to copy."""
    return f"curl -x {gateway} --cacert {ca} {EXAMPLE}"


def _allowance(engine: Engine) -> timedelta | None:
    policy = engine.policies.policies.get(engine.policies.in_force or "")
    return timedelta(minutes=policy.allowance.minutes) if policy and policy.allowance else None


def _sentence(answer: Answer, now: datetime, allowance: timedelta | None) -> str:
    verb = "blocked" if answer.verdict is Verdict.BLOCK else "allowed"
    if answer.until and answer.until - now == allowance:
        until = f"for {int(allowance.total_seconds()) // 60} minutes of personal use"
    else:
        until = f"until {clock(answer.until, now)}" if answer.until else "with no change in sight"
    clause = f", paragraph {answer.clause}" if answer.clause else ""
    return f"{verb} {until} (rule {answer.rule}{clause})"


def _day(day: DayKind) -> str:
    words = {DayKind.SCHOOL: "a school day", DayKind.INSET: "an INSET day"}
    return words.get(day, f"a {day}")


def _rehearsal(engine: Engine, now: datetime, period: PeriodKind) -> str:
    """A command that starts the clock in the next lesson; in a lesson, in the next break."""
    wanted = PeriodKind.BREAK if period is PeriodKind.LESSON else PeriodKind.LESSON
    command = "make run AT=" if Path("Makefile").is_file() else "breaktime run --at "
    return f"{command}{_next(engine, now, wanted):%Y-%m-%dT%H:%M}   (a {wanted}, whatever the day is)"


def _next(engine: Engine, now: datetime, wanted: PeriodKind) -> datetime:
    """A few minutes into the next period of this kind."""
    timetable = engine.timetable
    bell = timetable.bells[timetable.default]
    for start in timetable.changes(now, bell, None, 70):
        if timetable.moment(start, bell).period is wanted:
            return start + timedelta(minutes=5)
    return now
