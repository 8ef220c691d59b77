"""Configuration texts → one whole Engine, or every problem at once. Pure: `folder` reads, this builds.

Whatever is wrong anywhere, in a policy that is not in force too, leaves no engine: what is not understood is
refused, and the configuration in force stays (design, law 8).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

from agent.app.packs import Packs, load_packs
from agent.app.parts import Listed, Parts, read_parts
from agent.core.accounts import OfficialAccounts
from agent.core.authorisation import OfficialUsers
from agent.core.calendar import Calendar
from agent.core.directory import Directory, Live
from agent.core.engine import Engine
from agent.core.lists import ListSource
from agent.core.officeholders import Officeholders
from agent.core.policy import Policy, PolicySet
from agent.core.post import MailServer
from agent.core.pupils import Presence
from agent.core.scope import openable as openable_names
from agent.core.site import Site
from agent.core.sources import Sources
from agent.core.steering import Steering
from agent.core.timetable import Timetable
from agent.packs import site as sites
from agent.packs.bells import load_bells
from agent.packs.console import ConsoleSettings, check_console, load_console
from agent.packs.directory import load_sources
from agent.packs.officers import OFFICERS, ConcernSettings, load_concerns, load_mail, load_officers
from agent.packs.permissions import load_authorisations, load_official_accounts, load_official_users
from agent.packs.policy import Loaded
from agent.packs.policy_tests import PolicyTest
from agent.packs.report import ReportSettings, load_report
from agent.packs.shapes import Unread
from agent.packs.site import GatewaySettings, MetricsSettings
from agent.packs.steering import PRIVATE_DNS, check_steering, load_steering
from agent.packs.store import StoreSettings, check_store, load_store
from agent.packs.tables import Row
from agent.packs.year import load_calendar
from agent.packs.zones import ZONES, load_points, load_zones
from agent.problems import Problem, Problems

LISTED = "(lists)"
"""Stands for the hosts of outside lists among the files of a revision."""

__all__ = ["Built", "GatewaySettings", "Listed", "MetricsSettings", "StoreSettings", "build"]


@dataclass(frozen=True, slots=True)
class Built:
    """What a configuration makes. `engine` is None if there is any problem.

    `left_out` counts names that a policy may need opened but that the CA has no room for. `loaded` are the
    policies with what they were read from, for advice and for reading aloud. `steering`, `mail` and `store`
    are None where the site has no such section. `lists` are the outside lists of the site, `shared` what none of them
    may claim.
    """

    engine: Engine | None
    problems: tuple[Problem, ...]
    gateway: GatewaySettings = GatewaySettings()
    metrics: MetricsSettings = MetricsSettings()
    tests: tuple[PolicyTest, ...] = ()
    left_out: int = 0
    loaded: Mapping[str, Loaded] = field(default_factory=dict)
    steering: Steering | None = None
    officers: Officeholders = Officeholders()
    mail: MailServer | None = None
    concerns: ConcernSettings = ConcernSettings()
    store: StoreSettings | None = None
    sources: Sources = Sources()
    lists: tuple[ListSource, ...] = ()
    shared: frozenset[str] = frozenset()
    console: ConsoleSettings = ConsoleSettings()
    report: ReportSettings = ReportSettings()

    @property
    def lasting(self) -> tuple[object, ...]:
        """What a gateway that runs keeps until it is started again."""
        return self.gateway, self.metrics, self.store, self.console


def build(
    files: Mapping[str, bytes],
    openable: frozenset[str] | None,
    account_key: bytes = b"",
    subjects: frozenset[str] = frozenset(),
    listed: Listed | None = None,
) -> Built:
    """Build the engine of a configuration; never raises, whatever the texts.

    `files` maps paths in the configuration folder to contents. `openable` are the names that the CA permits;
    None stands for those that the policy in force may need. `account_key` is the site's secret for official
    accounts, which stands in no file of the configuration. `subjects` are the persons whom an approved case
    concerns now: under a policy that monitors on concern, they alone are recorded. `listed` are the hosts of outside
    lists, part of the revision like the files.
    """
    problems = Problems()
    parts = read_parts(files, problems, listed)
    if parts.site is not None:
        sites.check_ports(parts.site, problems)
        check_console(parts.site, problems)
    engine, packs = _engine(parts, openable, account_key)
    if engine is not None:
        named = {LISTED: listed.digest.encode()} if listed and listed.digest else {}
        engine = replace(engine, subjects=subjects, revision=revision_of({**files, **named}))
    officers = load_officers(parts.site.get(OFFICERS, {}) if parts.site else {}, parts.known, problems)
    mail = load_mail(parts.site, problems)
    left_out = 0
    if engine is not None and openable is None:
        scope = openable_names(engine.catalogue, _in_force(engine))
        engine = replace(engine, site=replace(engine.site, openable=scope.names))
        left_out = scope.left_out
    return Built(
        None if len(problems) else engine,
        problems.sorted(),
        sites.load_gateway(parts.site),
        sites.load_metrics(parts.site),
        packs.tests,
        left_out,
        packs.loaded,
        load_steering(parts.site, parts.private_dns, engine.site.page if engine else "", parts.shared | parts.refused),
        officers,
        mail,
        load_concerns(parts.site),
        load_store(parts.site, engine.site.id) if engine and not len(problems) else None,
        load_sources(parts.site),
        parts.lists,
        parts.shared,
        load_console(parts.site),
        report=load_report(parts.site),
    )


def revision_of(files: Mapping[str, bytes]) -> str:
    """The first 12 hex digits of SHA-256 over the names and contents of the files."""
    digest = sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:12]


def _in_force(engine: Engine) -> Policy:
    return engine.policies.policies[engine.policies.in_force or ""]


def _engine(parts: Parts, openable: frozenset[str] | None, key: bytes) -> tuple[Engine | None, Packs]:
    row, problems = parts.site, parts.problems
    calendar = _calendar(row, problems)
    packs = load_packs(parts, calendar)
    if row is None or calendar is None:
        return None, packs
    timetable = _timetable(row, calendar, parts)
    accounts = load_official_accounts(row.get(sites.OFFICIAL_ACCOUNTS, {}), key, parts.known, problems)
    users = row.get(sites.OFFICIAL_USERS, None)
    allowed = row.get(sites.AUTHORISATIONS, ())
    engine = _assemble(
        parts,
        packs,
        timetable,
        accounts,
        load_official_users(users, parts.known, problems) if users else OfficialUsers(),
        openable,
    )
    permissions = load_authorisations(allowed, calendar, parts.known, problems)
    return replace(engine, authorisations=permissions) if engine else None, packs


def _assemble(
    parts: Parts,
    packs: Packs,
    timetable: Timetable | None,
    accounts: OfficialAccounts,
    users: OfficialUsers,
    openable: frozenset[str] | None,
) -> Engine | None:
    row = parts.site
    assert row is not None, "without a site there is nothing to assemble"
    zones = load_zones(row.get(ZONES, ()), parts.problems)
    live = _live(row, parts)
    gateway = sites.load_gateway(row)
    check_steering(row, gateway.mode, gateway.listen, zones, PRIVATE_DNS in parts.files, parts.problems)
    site, name = _site(row), row.get(sites.POLICY, None)
    if site is not None:
        check_store(row, site.id, parts.problems)
    if site is None or name is None or name.value not in packs.loaded or timetable is None:
        return None
    return Engine(
        replace(site, openable=openable or frozenset(), awaiting=parts.awaiting),
        parts.catalogue,
        Directory(parts.inventory.bindings, zones, live),
        timetable,
        PolicySet((one.policy for one in packs.loaded.values()), name.value),
        accounts,
        users,
        clauses=packs.clauses,
        presence=Presence(parts.rooms),
    )


def _live(row: Row, parts: Parts) -> Live | None:
    """What the live sources need; None where the site has none, and the inventory alone tells."""
    sources = load_sources(row)
    places = load_points(row.get(ZONES, ()), sources, parts.problems)
    if not sources.live:
        return None
    people = parts.persons if sources.radius and sources.radius.persons else {}
    return Live(parts.inventory.macs, people, places.points, places.ssids, places.interfaces)


def _site(row: Row) -> Site | None:
    try:
        return sites.load_site(row)
    except Unread:
        return None


def _calendar(row: Row | None, problems: Problems) -> Calendar | None:
    try:
        return load_calendar(row[sites.CALENDAR], row[sites.TIME_ZONE], problems) if row else None
    except Unread:
        return None


def _timetable(row: Row, calendar: Calendar, parts: Parts) -> Timetable | None:
    bells = load_bells(row.get(sites.BELLS, ()), parts.known, parts.problems)
    return Timetable(calendar, bells.bells, bells.default, bells.uses, parts.free) if bells else None
