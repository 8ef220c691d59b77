"""The `directory:` section of site.yaml → core Sources."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address

from agent.core.clients import DeviceKind, Owner
from agent.core.held import plain_mac
from agent.core.sources import Columns, Form, LeaseFile, Radius, Sources
from agent.packs.scalars import DATE, FILE, SUBNET, TEXT, YES_NO, integer, schema_of_text
from agent.packs.shapes import At, Located, Scalar, one_of, shown
from agent.packs.tables import Field, Listing, Mapped, Row, Some, fields

_TEXT_SCHEMA = {"type": "string", "minLength": 1}


def _path(text: str) -> str:
    if not text.startswith("/") or len(text) > 1000 or "\0" in text:
        raise ValueError(f"{shown(text)} is not the path of a file of this machine")
    return text


def _mac(text: str) -> str:
    found = plain_mac(text)
    if found is None:
        raise ValueError(f"{shown(text)} is not the hardware address of one device")
    return found


def _listen(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError(f"{shown(text)} is not an address") from None


def _interface(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_.@-]{1,15}", text):
        raise ValueError(f"{shown(text)} is not the name of a network interface")
    return text


def _realm(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,253}", text):
        raise ValueError(f"{shown(text)} is not a realm, such as school.example of name@school.example")
    return text.lower()


MAC = Scalar(_mac, {"type": "string", "minLength": 12}, "such as aa:bb:cc:dd:ee:ff")
INTERFACE = Scalar(_interface, schema_of_text("[A-Za-z0-9_.@-]{1,15}"), "such as eth1 or eth1.20: `ip link` lists them")
REALM = Scalar(_realm, schema_of_text("[A-Za-z0-9._-]{1,253}"), "such as school.example")
_PATH = Scalar(_path, _TEXT_SCHEMA, "such as /var/lib/misc/dnsmasq.leases")
_ADDRESS = Scalar(_listen, {"type": "string", "minLength": 2}, "such as 10.20.1.1")

LEASE_FILE = Field("file", _PATH, says="The file in which the DHCP server writes its leases down.")
FORM = Field("form", one_of(*Form), says="Whose file it is.")
LEASES = Field(
    "leases", Listing(fields(LEASE_FILE, FORM)), (), says="What DHCP servers on this machine have given out."
)
NEIGHBOURS = Field("neighbours", YES_NO, False, says="yes: the kernel's own table of who is at which address, too.")
SECRET = Field("secret", _PATH, says="A file that nobody else may read, with the secret shared with the access points.")
CLIENTS = Field("clients", Listing(SUBNET, least=1), says="The addresses of the access points and controllers.")
LISTEN = Field("listen", _ADDRESS, "0.0.0.0", says="The address to listen on.")  # noqa: S104 - see core/sources.py
PORT = Field("port", integer(1, 65535), 1813, says="The port of RADIUS accounting.")
LOST_AFTER = Field("lost-after", integer(1, 24 * 60), 30, says="Minutes without a word after which a session is over.")
PERSONS = Field(
    "persons",
    YES_NO,
    False,
    says="yes: a user name that is a person's id says who signed in. The server must return the name that it "
    "authenticated (the inner one of EAP): the outer one is typed freely.",
)
REALMS = Field("realms", Listing(REALM), (), says="Realms of the school's own; a user name with any other is nobody's.")
RADIUS: Field[Row | None] = Field(
    "radius",
    fields(SECRET, CLIENTS, LISTEN, PORT, LOST_AFTER, PERSONS, REALMS),
    None,
    says="RADIUS accounting is sent here.",
)
WATCH = Field("watch", Listing(INTERFACE), (), says="Interfaces on which unknown devices are looked for.")
KEEP = Field("keep-hours", integer(1, 7 * 24), 24, says="How long it is remembered, in memory, who had an address.")

EXPORT_FILE = Field("file", At(FILE), says="A CSV file of the configuration folder.")
DEVICE_COLUMN = Field("device", TEXT, says="The column that names a device.")
MACS_COLUMN = Field("macs", Some(TEXT), says="The columns with hardware addresses.")
PERSON_COLUMN = Field("person", TEXT, "", says="The column with its user: a person's id, or an address at the school.")
COLUMNS = Field("columns", fields(DEVICE_COLUMN, MACS_COLUMN, PERSON_COLUMN), says="Which column says what.")
_ONLY: dict[str, tuple[str, ...]] = {}
ONLY = Field("only", Mapped(TEXT, Some(TEXT)), _ONLY, says="The lines to take: a column, and one or several values.")
OWNER = Field("owner", one_of(*Owner), Owner.SCHOOL, says="Who owns all of these devices.")
KIND = Field("kind", one_of(*DeviceKind), DeviceKind.UNKNOWN, says="What all of them are.")
TOLD = Field("told", DATE, None, says="The day on which their users were told; they may be inspected from then on.")
INVENTORIES = Field(
    "inventories",
    Listing(fields(EXPORT_FILE, COLUMNS, ONLY, OWNER, KIND, TOLD)),
    (),
    says="Inventories that another program exports.",
)
DIRECTORY: Field[Row | None] = Field(
    "directory",
    fields(LEASES, NEIGHBOURS, RADIUS, WATCH, KEEP, INVENTORIES),
    None,
    says="What tells whose an address is; without it, devices.csv alone.",
)


def load_sources(row: Row | None) -> Sources:
    """The section; without one, or where it could not be read, nothing tells but the inventory."""
    found = row.get(DIRECTORY, None) if row else None
    if found is None:
        return Sources()
    return Sources(
        tuple(LeaseFile(one[LEASE_FILE], one[FORM]) for one in found.get(LEASES, ()) if _whole(one, LEASE_FILE, FORM)),
        found.get(NEIGHBOURS, False),
        _radius(found.get(RADIUS, None)),
        found.get(WATCH, ()),
        found.get(KEEP, 24) * 3600,
        tuple(_columns(found)),
    )


def exports(row: Row | None) -> tuple[Located[str], ...]:
    """The files of inventories that the section names."""
    found = row.get(DIRECTORY, None) if row else None
    rows = found.get(INVENTORIES, ()) if found else ()
    return tuple(one[EXPORT_FILE] for one in rows if _whole(one, EXPORT_FILE))


def _radius(row: Row | None) -> Radius | None:
    if row is None or not _whole(row, SECRET, CLIENTS):
        return None
    return Radius(
        row[SECRET],
        row[CLIENTS],
        row.get(LISTEN, "0.0.0.0"),  # noqa: S104 - see core/sources.py
        row.get(PORT, 1813),
        row.get(LOST_AFTER, 30) * 60,
        row.get(PERSONS, False),
        row.get(REALMS, ()),
    )


def _columns(row: Row) -> Iterable[Columns]:
    for one in row.get(INVENTORIES, ()):
        columns = one.get(COLUMNS, None)
        if columns is None or not _whole(one, EXPORT_FILE) or not _whole(columns, DEVICE_COLUMN, MACS_COLUMN):
            continue
        yield Columns(
            one[EXPORT_FILE].value,
            columns[DEVICE_COLUMN],
            columns[MACS_COLUMN],
            columns.get(PERSON_COLUMN, ""),
            {column: frozenset(values) for column, values in one.get(ONLY, _ONLY).items()},
            one.get(OWNER, Owner.SCHOOL),
            one.get(KIND, DeviceKind.UNKNOWN),
            one.get(TOLD, None),
        )


def _whole(row: Row, *needed: Field[object]) -> bool:
    """True if each of these could be read; what could not has been said."""
    return all(row.get(one, None) is not None for one in needed)
