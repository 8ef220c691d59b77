"""Who may act for the school: official users, official accounts and the headteacher's authorisations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from agent.core.accounts import OfficialAccounts
from agent.core.authorisation import Authorisation, OfficialUsers
from agent.core.calendar import Calendar
from agent.core.clients import Role
from agent.packs.nodes import say
from agent.packs.references import Known, refer
from agent.packs.scalars import ID, INSTANT, TEXT, schema_of_text
from agent.packs.shapes import At, Located, Scalar, Unread, one_of
from agent.packs.tables import Field, Listing, Mapped, Row, fields
from agent.problems import Problems

_IDS = Listing(At(ID))
_NO_IDS: tuple[Located[str], ...] = ()
PERSONS = Field("persons", _IDS, _NO_IDS, says="Persons of people.csv.")
ROLES = Field("roles", Listing(one_of(*Role)), (), says="Roles.")
DEVICES = Field("devices", _IDS, _NO_IDS, says="Devices of devices.csv.")
OFFICIAL_USERS = fields(PERSONS, ROLES, DEVICES, says="Who may use the school's own accounts.")


def _hash(text: str) -> str:
    if len(text) != 64 or not set(text) <= set("0123456789abcdef"):
        raise ValueError("this is not a keyed hash")
    return text


_HASH = Scalar(_hash, schema_of_text("[0-9a-f]{64}"), "make it with `breaktime account add SERVICE`")
OFFICIAL_ACCOUNTS = Mapped(At(ID), Listing(_HASH, least=1))

NUMBER = Field("number", At(TEXT), says="The permission's number in the school's own list.")
FROM = Field("from", INSTANT, says="When it begins, such as 2026-11-23T09:00.")
TO = Field("to", INSTANT, says="When it ends; that minute is not included.")
PURPOSE = Field("purpose", TEXT, says="What it is for.")
SERVICES = Field("services", _IDS, _NO_IDS, says="Services of the catalogue; all of them where none is named.")
AUTHORISATIONS = Listing(fields(NUMBER, FROM, TO, PURPOSE, PERSONS, ROLES, DEVICES, SERVICES))


def load_official_users(row: Row, known: Known, problems: Problems) -> OfficialUsers:
    """The persons, roles and devices that may use the school's accounts."""
    persons, roles, devices = _who(row, known, problems)
    return OfficialUsers(persons, roles, devices)


def load_official_accounts(
    found: Mapping[Located[str], tuple[str, ...]], key: bytes, known: Known, problems: Problems
) -> OfficialAccounts:
    """The hashes by service. `key` is the site's own; it stands in no file of the configuration."""
    services = refer(found, known.services, "service", problems)
    hashes = {one.value: frozenset(hashes) for one, hashes in found.items() if one.value in services}
    return OfficialAccounts(key, hashes)


def load_authorisations(
    rows: Iterable[Row], calendar: Calendar, known: Known, problems: Problems
) -> tuple[Authorisation, ...]:
    """Every permission that could be read; local times are the site's."""
    made: dict[str, Authorisation] = {}
    for row in rows:
        try:
            permission = _authorisation(row, calendar, known, problems)
        except Unread:
            continue
        if permission.number in made:
            say(problems, row.at("number"), f"two permissions have the number {permission.number!r}")
        made[permission.number] = permission
    return tuple(made.values())


def _authorisation(row: Row, calendar: Calendar, known: Known, problems: Problems) -> Authorisation:
    persons, roles, devices = _who(row, known, problems)
    services = refer(row.get(SERVICES, ()), known.services, "service", problems)
    if not row.node.entries.keys() & {"persons", "roles", "devices"}:
        say(problems, row.node, "this permission is nobody's", "name persons, roles or devices")
    starts, ends = local(row[FROM], calendar), local(row[TO], calendar)
    if starts >= ends:
        say(problems, row.at("to"), "this permission ends before it begins")
    return Authorisation(row[NUMBER].value, starts, ends, row[PURPOSE], persons, roles, devices, services)


def local(instant: datetime, calendar: Calendar) -> datetime:
    """An instant as written: without an offset it is the site's wall clock."""
    if instant.tzinfo is None:
        return calendar.normalise(instant.replace(tzinfo=calendar.zone))
    return instant.astimezone(calendar.zone)


def _who(row: Row, known: Known, problems: Problems) -> tuple[frozenset[str], frozenset[Role], frozenset[str]]:
    return (
        refer(row.get(PERSONS, ()), known.persons, "person", problems),
        frozenset(row.get(ROLES, ())),
        refer(row.get(DEVICES, ()), known.devices, "device", problems),
    )
