"""Configuration texts → everything in them that refers to nothing else: nodes, the site's table, inventory,
catalogue. The first half of `build`, which puts the parts together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from agent.app import acknowledged
from agent.core.catalogue import Catalogue
from agent.core.clients import Person
from agent.core.listed import HostTable
from agent.core.lists import ListSource
from agent.core.steering import PrivateDns
from agent.core.timetable import FreePeriod, TimeRange
from agent.directory.exports import load_export
from agent.directory.free_periods import load_free_periods
from agent.directory.inventory import Inventory, load_devices, load_people
from agent.directory.rooms import load_rooms
from agent.packs import policy as policies
from agent.packs import site as sites
from agent.packs.catalogue import FOLDER as CATALOGUE_FOLDER
from agent.packs.catalogue import load_catalogue, shared_names
from agent.packs.directory import exports, load_sources
from agent.packs.learned import LEARNED, load_learned
from agent.packs.lists import LISTS, load_lists, with_lists
from agent.packs.nodes import Node, parse
from agent.packs.references import Known, refer
from agent.packs.shapes import Located, Unread
from agent.packs.steering import PRIVATE_DNS, load_private_dns
from agent.packs.tables import Field, Row
from agent.packs.zones import ZONES, rooms_of
from agent.problems import Place, Problems

SITE_FILE = "site.yaml"


@dataclass(frozen=True, slots=True)
class Listed:
    """The hosts of outside lists as they lie in the data folder: their table, its checksum, and where it is.

    `by_hand` says what lists mean that no site.yaml names.
    """

    table: HostTable | None = None
    digest: str = ""
    path: str = ""
    by_hand: tuple[Mapping[str, Any], ...] = ()


@dataclass(slots=True)
class Parts:
    """Everything read so far, for what refers to it."""

    files: Mapping[str, bytes]
    nodes: Mapping[str, Node]
    problems: Problems
    site: Row | None = None
    persons: Mapping[str, Person] = field(default_factory=dict)
    inventory: Inventory = field(default_factory=Inventory)
    awaiting: frozenset[str] = frozenset()
    free: tuple[FreePeriod, ...] = ()
    rooms: Mapping[str, Mapping[int, tuple[TimeRange, ...]]] = field(default_factory=dict)
    private_dns: PrivateDns | None = None
    catalogue: Catalogue = field(default_factory=lambda: Catalogue(()))
    known: Known = field(default_factory=Known)
    lists: tuple[ListSource, ...] = ()
    shared: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()


def read_parts(files: Mapping[str, bytes], problems: Problems, listed: Listed | None = None) -> Parts:
    """Everything that refers to nothing else: the nodes, the site's table, inventory and catalogue."""
    nodes: dict[str, Node] = {}
    for name in sorted(files):
        root = parse(name, files[name], problems) if _is_read(name, problems) else None
        if root is not None:
            nodes[name] = root
    parts = Parts(files, nodes, problems, _site_row(files, nodes, problems))
    _read_inventory(parts)
    _read_catalogue(parts, listed or Listed())
    parts.private_dns = load_private_dns(nodes.get(PRIVATE_DNS), problems)
    parts.known = _known(parts)
    return parts


def _read_catalogue(parts: Parts, listed: Listed) -> None:
    """The own entries first: `lists:` refers to their services."""
    roots = below(CATALOGUE_FOLDER, parts.nodes)
    own, parts.shared = load_catalogue(roots, parts.problems), shared_names(roots)
    parts.refused = frozenset(load_learned(parts.nodes.get(LEARNED), Problems()).refused)  # said by load_catalogue
    parts.lists = load_lists(parts.site.get(LISTS, ()) if parts.site else (), own, parts.problems)
    parts.catalogue = with_lists(own, parts.lists, listed.table, listed.by_hand, parts.shared)


def _is_read(name: str, problems: Problems) -> bool:
    """True for YAML that the loader knows; YAML that nothing would read is a Problem, CSV is read by name."""
    if name.endswith(".csv"):
        return False
    folder, _, rest = name.partition("/")
    known = (
        name in (SITE_FILE, PRIVATE_DNS)
        or (folder == "catalogue" and "/" not in rest)
        or (folder == "policies" and rest.count("/") == 1 and _is_policy_file(rest))
    )
    if not known or name.endswith(".yml"):
        others = "catalogue/*.yaml, policies/ID/policy.yaml, policy.test.yaml, clauses.yaml"
        hint = f"files are {SITE_FILE}, {PRIVATE_DNS}, {others}"
        problems.add(Place(name), "", "nothing reads a file of this name", hint)
    return known


def _is_policy_file(rest: str) -> bool:
    folder, _, name = rest.partition("/")
    return folder == "shared" or name in ("policy.yaml", "policy.test.yaml", "clauses.yaml")


def _site_row(files: Mapping[str, bytes], nodes: Mapping[str, Node], problems: Problems) -> Row | None:
    if SITE_FILE not in files:
        problems.add(Place(SITE_FILE), "", "the file is missing", "`breaktime init` makes one")
    if SITE_FILE not in nodes:
        return None
    try:
        return sites.SITE_FILE.read(nodes[SITE_FILE], problems)
    except Unread:
        return None


def _read_inventory(parts: Parts) -> None:
    problems = parts.problems
    if people := _named(parts, sites.PEOPLE):
        parts.persons = load_people(*people, problems)
    if devices := _named(parts, sites.DEVICES):
        name, content = devices
        found = acknowledged.in_force(content, _acknowledged(parts))
        parts.inventory, parts.awaiting = load_devices(name, found.text, parts.persons, problems), found.awaiting
    if free := _named(parts, sites.FREE_PERIODS):
        parts.free = load_free_periods(*free, parts.persons, problems)
    if rooms := _named(parts, sites.ROOMS):
        parts.rooms = load_rooms(*rooms, _rooms(parts), problems)
    _read_exports(parts)


def _read_exports(parts: Parts) -> None:
    """Inventories that other programs export; devices.csv, which is read before them, has the last word."""
    refer(exports(parts.site), [name for name in parts.files if name.endswith(".csv")], "file", parts.problems)
    for columns in load_sources(parts.site).inventories:
        if data := parts.files.get(columns.file):
            parts.inventory = load_export(data, columns, parts.persons, parts.inventory, parts.problems)


def _rooms(parts: Parts) -> frozenset[str]:
    return rooms_of(parts.site.get(ZONES, ())) if parts.site else frozenset()


def _acknowledged(parts: Parts) -> Mapping[str, date]:
    """Who acknowledged the notice in force; nobody where the site names none."""
    governance = parts.site.get(sites.GOVERNANCE, None) if parts.site else None
    notice = governance.get(sites.NOTICE, "") if governance else ""
    return acknowledged.told(parts.files.get(acknowledged.FILE, b""), notice) if notice else {}


def _named(parts: Parts, of: Field[Located[str] | None]) -> tuple[str, bytes] | None:
    """The name and content of a file that the site names, or None."""
    found = parts.site.get(of, None) if parts.site else None
    if found is None:
        return None
    if found.value not in parts.files:
        refer([found], [name for name in parts.files if name.endswith(".csv")], "file", parts.problems)
        return None
    return found.value, parts.files[found.value]


def _known(parts: Parts) -> Known:
    return Known(
        frozenset(parts.persons),
        frozenset(group for person in parts.persons.values() for group in person.groups),
        parts.inventory.devices,
        frozenset(parts.catalogue.services),
        frozenset(policy_names(parts.nodes)),
        _rooms(parts),
    )


def policy_names(nodes: Mapping[str, Node]) -> Iterator[str]:
    """The folders of policies/ that hold a policy."""
    for name in nodes:
        folder, _, file = name.removeprefix(policies.FOLDER).partition("/")
        if name.startswith(policies.FOLDER) and file == "policy.yaml" and folder != "shared":
            yield folder


def below(folder: str, nodes: Mapping[str, Node]) -> dict[str, Node]:
    """The roots of the files in a folder."""
    return {name: node for name, node in nodes.items() if name.startswith(folder)}
