"""What `breaktime store` answers: how the record stands here, how in the database, and how it is brought up.

Nothing is changed by looking; `migrate` is the administrator's, by a connection of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from agent.app.finding import Finding
from agent.app.forwarding import server_of
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.app.retention import outlived
from agent.clock import sources
from agent.core.database import DatabaseAddress
from agent.core.engine import Engine
from agent.packs.store import StoreSettings
from agent.store.database import DATABASE, Database
from agent.store.errors import StoreError
from agent.store.postgres import batches, days, schema
from agent.store.postgres.server import Server, read_password
from agent.store.progress import known, mark_all
from agent.store.retention import forgotten_days
from agent.store.spool import Spool


@dataclass(frozen=True, slots=True)
class Here:
    """The gateway's own file. `waiting` minutes of the clock are to be forwarded, the oldest of `oldest`."""

    path: str
    form: int
    days: int
    rows: int
    waiting: int
    oldest: str | None


@dataclass(frozen=True, slots=True)
class There:
    """The database. `trouble` says why nothing is known of it. `to_forget`: days that are gone here and not there."""

    address: str
    login: str
    trouble: str = ""
    form: int = 0
    newest_form: int = schema.FORM
    days: tuple[str, ...] = ()
    to_forget: tuple[str, ...] = ()
    last_batch: datetime | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """Both; `there` is None where the record stays here, `here` where there is none yet."""

    here: Here | None
    there: There | None

    @property
    def good(self) -> bool:
        """True if the record goes where it should and everything that is gone here is gone there."""
        return self.there is None or not (self.there.trouble or self.there.to_forget)

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        here, there = self.here and asdict(self.here), self.there and asdict(self.there)
        if there:
            there["last_batch"] = there["last_batch"] and there["last_batch"].isoformat()
        return {"good": self.good, "here": here, "there": there}


def status(config: Configuration, data: DataFolder) -> Status:
    """How the record stands. Raises StoreError if the gateway's own file cannot be read."""
    site, settings = config.engine.site.id, config.built.store
    path = data.root / DATABASE
    here = _here(path, site) if path.exists() else None
    if settings is None:
        return Status(here, None)
    try:
        there = _there(settings, server_of(settings, data), config.engine, data.root)
    except StoreError as problem:
        there = There(str(settings.address), settings.login, f"{problem.what}; {problem.remedy}")
    return Status(here, there)


def _here(path: Path, site: str) -> Here:
    database = Database(path)
    try:
        form, held = known(database, site)
        with Spool(path, site) as spool:
            backlog = spool.backlog()
    finally:
        database.close()
    return Here(
        str(path), form, len(held), sum(held.values()), backlog.minutes, str(backlog.oldest) if backlog.oldest else None
    )


def _there(settings: StoreSettings, server: Server, engine: Engine, root: Path) -> There:
    where, site = str(settings.address), engine.site.id
    with server.connect() as session:
        form = schema.form_of(session, where)
        if problem := form.problem(where):
            raise problem
        held = days.held(session, where, site, days.partitions(session, where))
        last = batches.last_of(session, where, site)
    gone = sorted(forgotten_days(root).intersection(held) | outlived(engine, root, sources, held))
    return There(
        where,
        settings.login,
        form=form.number,
        days=tuple(map(str, held)),
        to_forget=tuple(map(str, gone)),
        last_batch=last,
    )


def migrate(config: Configuration, data: DataFolder, by: DatabaseAddress, password_file: Path | None) -> schema.Form:
    """Bring the database up and let this site in, by an administrator's connection. Raises StoreError."""
    settings = config.built.store
    if settings is None:
        raise StoreError("names no database", "site.yaml", "write `store: {url: …}`")
    own = server_of(settings, data).password_file
    password = read_password(own) if own is not None else None
    administrator = Server(by, by.user or "postgres", password_file)
    return schema.bring_up(administrator.connect, str(by), settings.login, password)


def resend(config: Configuration, data: DataFolder) -> int:
    """Mark everything that is held to be sent again; the number of days. Raises StoreError."""
    path = data.root / DATABASE
    if not path.exists():
        raise StoreError("there is no record yet", path, "it is made when the gateway starts")
    database = Database(path)
    try:
        return mark_all(database, config.engine.site.id)
    finally:
        database.close()


def findings(config: Configuration, data: DataFolder) -> list[Finding]:
    """What `doctor` says of the database; nothing where the record stays here."""
    if config.built.store is None:
        return []
    try:
        there = status(config, data).there
    except StoreError:  # the record's own finding says what is wrong with it
        return []
    assert there is not None, "a site with a database was asked about it"
    if there.trouble:
        what, _, mend = there.trouble.partition("; ")
        return [Finding("database", False, f"{there.address}: {what}", mend)]
    if there.to_forget:
        what = f"still holds {_count(len(there.to_forget), 'day')} that were forgotten here"
        return [Finding("database", False, f"{there.address} {what}", "let the gateway run: it deletes them there")]
    return [Finding("database", True, f"{there.address} holds {_count(len(there.days), 'day')}")]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def as_text(found: Status, zone: ZoneInfo) -> Iterator[str]:
    """The status for people; times are the site's."""
    here, there = found.here, found.there
    yield f"here      {here.path}" if here else "here      no record yet: it is made when the gateway starts"
    if here:
        yield f"  holds   {_count(here.rows, 'row')} of {_count(here.days, 'day')} (form {here.form})"
    if there is None:
        yield "there     the record stays on this machine: site.yaml names no database (`store`)"
        return
    yield f"there     {there.address}, as {there.login}"
    if there.trouble:
        yield f"  trouble {there.trouble}"
    else:
        yield f"  holds   {_count(len(there.days), 'day')} (form {there.form} of {there.newest_form})"
        last = there.last_batch
        yield f"  last    {last.astimezone(zone):%d %B %Y %H:%M:%S}" if last else "  last    nothing has come yet"
    if there.to_forget:
        yield f"  FORGET  {', '.join(there.to_forget)}: gone here, and there as soon as the gateway runs"
    if here:
        yield f"waiting   {_count(here.waiting, 'minute')}" + (f", from {here.oldest} on" if here.oldest else "")
