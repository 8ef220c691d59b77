"""What is kept of a configuration that comes into force: its policy's own files, and the timetable in plain words.

Nothing of who works here: no list of people or devices, and of a bell's uses only roles, groups and zones.
"""

from __future__ import annotations

from collections.abc import Iterator

from agent.app.live import Configuration
from agent.core.calendar import Calendar, DateRange
from agent.core.timetable import Bell, Period, Timetable
from agent.packs.policy import FOLDER

TIMETABLE = "timetable.txt"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def kept_texts(config: Configuration) -> dict[str, str]:
    """The texts by which a ruling of this configuration can be explained long after."""
    engine = config.engine
    packs = {path.split("/")[1] for path in config.files if path.startswith(FOLDER) and path.endswith("/policy.yaml")}
    others = packs - {engine.policies.in_force}
    texts = {
        path: content.decode()
        for path, content in config.files.items()
        if path.startswith(FOLDER) and path.split("/")[1] not in others and not path.endswith(".test.yaml")
    }
    settings = config.built.loaded[engine.policies.in_force or ""].policy.document.settings
    lines = [f"{one.name}: {one.value}  ({one.says})" for one in settings]
    texts["settings.txt"] = "\n".join([f"mode: {engine.site.mode}", *lines]) + "\n"
    texts[TIMETABLE] = "\n".join(_timetable(engine.timetable)) + "\n"
    return texts


def _timetable(timetable: Timetable) -> Iterator[str]:
    yield from _year(timetable.calendar)
    for bell in timetable.bells.values():
        yield ""
        yield f"Bell {bell.id}" + (
            " (everybody's, unless a bell below is theirs)" if bell.id == timetable.default else ""
        )
        for use in timetable.uses:
            if use.bell == bell.id:
                words = sorted({*use.groups, *map(str, use.zones), *map(str, use.roles)})
                yield f"  for {', '.join(words) or 'persons of the staff, who are not named here'}"
        yield from _bell(bell)


def _year(calendar: Calendar) -> Iterator[str]:
    yield f"Time zone {calendar.zone.key}"
    for name, ranges in (("Term", calendar.terms), ("Half-term", calendar.half_terms)):
        yield from (f"{name} {_range(one)}" for one in ranges)
    for name, days in (("INSET", calendar.inset), ("Closed", calendar.holidays)):
        if days:
            yield f"{name} {', '.join(f'{day:%d/%m/%Y}' for day in sorted(days))}"
    for day, minute in sorted(calendar.early_closing.items()):
        yield f"Early closing {day:%d/%m/%Y} at {_clock(minute)}"


def _bell(bell: Bell) -> Iterator[str]:
    for period in sorted(bell.periods, key=lambda one: (one.range.start, one.range.end)):
        yield f"  {_clock(period.range.start)} to {_clock(period.range.end)}  {period.kind}  {_weekdays(period)}"


def _weekdays(period: Period) -> str:
    return " ".join(_DAYS[day] for day in sorted(period.weekdays))


def _range(one: DateRange) -> str:
    return f"{one.first:%d/%m/%Y} to {one.last:%d/%m/%Y}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
