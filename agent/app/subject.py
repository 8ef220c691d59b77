"""A person's rights at a site: what its lists say of them, and the copy as one file."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from agent.app import access, concerns
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.casework.subject import Around, SubjectCopy
from agent.casework.subjectpaper import csv_of, json_of, paper_of
from agent.core.concerns import Concern
from agent.core.engine import Engine
from agent.core.policy import Monitoring
from agent.core.prose import as_html, as_markdown
from agent.store.accessfiles import AccessFiles
from agent.store.casefiles import FOLDER as OFFICERS
from agent.store.concernfiles import ConcernFiles
from agent.store.erasure import FOLDER as ERASURES
from agent.store.erasure import JOURNAL, Erased, erasure_of
from agent.store.files import place
from agent.store.officers import Officers


def around(config: Configuration, data: DataFolder, now: Callable[[], datetime], person: str) -> Around:
    """What the site knows of a person beside the record. Raises StoreError."""
    engine = config.engine
    policies = engine.policies.policies
    mine = [one for one in Officers(data.root / OFFICERS).all() if one.person == person]

    def raised() -> Iterable[Concern]:
        if not ConcernFiles(data.root).ids():
            return ()
        return concerns.desk_of(config, data, now).raised_by(person)

    def forget() -> tuple[int, int]:
        return access.desk_of(config, data, now).erase(person) if AccessFiles(data.root).ids() else (0, 0)

    def on_concern(policy: str) -> bool:
        return policy not in policies or policies[policy].monitoring is Monitoring.ON_CONCERN

    return Around(
        _lists(config, person)
        | _asked(config, data, now, person)
        | {"case work: officer": tuple(sorted(f"{o.id}, {o.office}" for o in mine))},
        frozenset(_devices(engine, person)),
        frozenset(one.id for one in mine),
        raised,
        on_concern,
        forget,
    )


def _asked(
    config: Configuration, data: DataFolder, now: Callable[[], datetime], person: str
) -> dict[str, tuple[str, ...]]:
    """The person's requests for access, as far as they are kept."""
    if not AccessFiles(data.root).ids():
        return {}
    mine = access.desk_of(config, data, now).of(person)
    lines = (f"{one.id}, {one.asking.service}: {one.asking.purpose} ({one.standing(now())})" for one in mine)
    return {"access requests": tuple(lines)} if mine else {}


def finish(config: Configuration, data: DataFolder) -> Erased | None:
    """Finish an erasure that was interrupted; None if none was. Raises StoreError."""
    if not (data.root / ERASURES / JOURNAL).exists():
        return None
    with erasure_of(data.root, config.engine.site.id) as erasure:
        return erasure.resume()


def due_on(requested: date) -> date:
    """The last day to answer: one month later (UK GDPR, Article 12A), the month's last day where it is shorter."""
    year, month = (requested.year + requested.month // 12, requested.month % 12 + 1)
    for day in (requested.day, 30, 29, 28):
        try:
            return date(year, month, day)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def write_archive(copy: SubjectCopy, config: Configuration, path: Path) -> None:
    """Words and data as one zip at `path`, which must not be there: whole or not at all, 0600. Raises StoreError."""
    place(path, archived(copy, config))


def archived(copy: SubjectCopy, config: Configuration) -> bytes:
    """Words and data as one zip."""
    school, zone = config.engine.site.name, config.engine.timetable.calendar.zone
    paper = paper_of(copy, school, zone)
    files = {
        "record.html": as_html(paper),
        "record.md": as_markdown(paper),
        "record.json": _dumped(copy, config),
        "minutes.csv": "\ufeff" + csv_of(copy, zone),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            info = zipfile.ZipInfo(name, copy.made.astimezone(UTC).timetuple()[:6])
            info.external_attr = 0o600 << 16
            archive.writestr(info, text.encode(), zipfile.ZIP_DEFLATED)
    return made.getvalue()


def write_json(copy: SubjectCopy, config: Configuration, path: Path) -> None:
    """The same as one JSON document. Raises StoreError."""
    place(path, _dumped(copy, config).encode())


def _dumped(copy: SubjectCopy, config: Configuration) -> str:
    zone = config.engine.timetable.calendar.zone
    return json.dumps(json_of(copy, config.engine.site.name, zone), ensure_ascii=False, indent=1) + "\n"


def _lists(config: Configuration, person: str) -> dict[str, tuple[str, ...]]:
    """What the configuration says of a person, by the name of the list: the rows of every CSV file that name them."""
    engine = config.engine
    found = {name: tuple(_rows(text, person)) for name, text in sorted(config.files.items()) if name.endswith(".csv")}
    offices = tuple(sorted(config.built.officers.offices(person)))
    permissions = tuple(f"{one.number}: {one.purpose}" for one in engine.authorisations if person in one.persons)
    official = ("may use the school's accounts",) if person in engine.official_users.persons else ()
    return found | {
        "site.yaml: offices": offices,
        "site.yaml: permissions": permissions,
        "site.yaml: official users": official,
    }


def _rows(content: bytes, person: str) -> Iterator[str]:
    for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig", "replace"))):
        if person in row.values():
            yield ", ".join(f"{name} {value}" for name, value in row.items() if name and value)


def _devices(engine: Engine, person: str) -> set[str]:
    return {
        binding.device.id
        for binding in engine.directory.bindings
        if binding.device.person and binding.device.person.id == person
    }
