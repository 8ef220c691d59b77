"""Configuration texts → one whole Engine, or every problem at once. Pure: `folder` reads, this builds.

Whatever is wrong anywhere, in a policy that is not in force too, leaves no engine: what is not understood is
refused, and the configuration in force stays (design, law 8).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from agent.app.parts import Parts, below, policy_names, read_parts
from agent.core.accounts import OfficialAccounts
from agent.core.authorisation import OfficialUsers
from agent.core.calendar import Calendar
from agent.core.clients import Directory
from agent.core.engine import Engine
from agent.core.policy import Policy, PolicySet
from agent.core.scope import openable as openable_names
from agent.core.site import Site
from agent.core.timetable import Timetable
from agent.packs import policy as policies
from agent.packs import site as sites
from agent.packs.bells import load_bells
from agent.packs.conditions import Context
from agent.packs.nodes import say
from agent.packs.permissions import load_authorisations, load_official_accounts, load_official_users
from agent.packs.policy_tests import PolicyTest, load_tests
from agent.packs.references import refer
from agent.packs.shapes import Unread
from agent.packs.site import GatewaySettings, MetricsSettings
from agent.packs.tables import Row
from agent.packs.year import load_calendar
from agent.problems import Problem, Problems

__all__ = ["Built", "GatewaySettings", "MetricsSettings", "build"]


@dataclass(frozen=True, slots=True)
class Built:
    """What a configuration makes. `engine` is None if there is any problem.

    `left_out` counts names that a policy may need opened but that the CA has no room for.
    """

    engine: Engine | None
    problems: tuple[Problem, ...]
    gateway: GatewaySettings = GatewaySettings()
    metrics: MetricsSettings = MetricsSettings()
    tests: tuple[PolicyTest, ...] = ()
    left_out: int = 0


def build(files: Mapping[str, bytes], openable: frozenset[str] | None, account_key: bytes = b"") -> Built:
    """Build the engine of a configuration; never raises, whatever the texts.

    `files` maps paths in the configuration folder to contents. `openable` are the names that the CA permits;
    None stands for those that the policy in force may need. `account_key` is the site's secret for official
    accounts, which stands in no file of the configuration.
    """
    problems = Problems()
    parts = read_parts(files, problems)
    engine, tests = _engine(parts, openable, account_key)
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
        tests,
        left_out,
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


def _engine(parts: Parts, openable: frozenset[str] | None, key: bytes) -> tuple[Engine | None, tuple[PolicyTest, ...]]:
    row, problems = parts.site, parts.problems
    loaded = _policies(parts)
    calendar = _calendar(row, problems)
    tests = tuple(_tests(parts, loaded, calendar)) if calendar else ()
    if row is None or calendar is None:
        return None, tests
    timetable = _timetable(row, calendar, parts)
    accounts = load_official_accounts(row.get(sites.OFFICIAL_ACCOUNTS, {}), key, parts.known, problems)
    users = row.get(sites.OFFICIAL_USERS, None)
    allowed = row.get(sites.AUTHORISATIONS, ())
    engine = _assemble(
        parts,
        loaded,
        timetable,
        accounts,
        load_official_users(users, parts.known, problems) if users else OfficialUsers(),
        openable,
    )
    permissions = load_authorisations(allowed, calendar, parts.known, problems)
    return replace(engine, authorisations=permissions) if engine else None, tests


def _assemble(
    parts: Parts,
    loaded: Mapping[str, Policy],
    timetable: Timetable | None,
    accounts: OfficialAccounts,
    users: OfficialUsers,
    openable: frozenset[str] | None,
) -> Engine | None:
    row = parts.site
    assert row is not None, "without a site there is nothing to assemble"
    zones = sites.load_zones(row.get(sites.ZONES, ()), parts.problems)
    site, name = _site(row), row.get(sites.POLICY, None)
    if site is None or name is None or name.value not in loaded or timetable is None:
        return None
    return Engine(
        replace(site, openable=openable or frozenset()),
        parts.catalogue,
        Directory(parts.inventory.bindings, zones),
        timetable,
        PolicySet(loaded.values(), name.value),
        accounts,
        users,
        revision=revision_of(parts.files),
    )


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


def _policies(parts: Parts) -> dict[str, Policy]:
    """Every policy below policies/, the one in force with the school's values for its settings."""
    in_force = _policy_in_force(parts)
    shared = below(policies.SHARED, parts.nodes)
    includes = {
        name.removeprefix(policies.SHARED).removesuffix(".yaml"): policies.load_include(
            name.removeprefix(policies.SHARED).removesuffix(".yaml"), node, parts.problems
        )
        for name, node in shared.items()
    }
    chosen = parts.site.get(sites.SETTINGS, {}) if parts.site else {}
    context = Context(parts.catalogue, parts.known)
    loaded = {}
    for name in policy_names(parts.nodes):
        node = parts.nodes[f"{policies.FOLDER}{name}/policy.yaml"]
        values = chosen if name == in_force else {}
        made = policies.load_policy(name, node, includes, context, values, parts.problems)
        if made is not None:
            loaded[name] = made
    return loaded


def _policy_in_force(parts: Parts) -> str:
    found = parts.site.get(sites.POLICY, None) if parts.site else None
    if found is None:
        return ""
    in_files = {name.split("/")[1] for name in parts.files if name.endswith("/policy.yaml") and name.count("/") == 2}
    if found.value not in in_files:
        refer([found], in_files, "policy", parts.problems)
    return found.value


def _tests(parts: Parts, loaded: Mapping[str, Policy], calendar: Calendar) -> Iterator[PolicyTest]:
    for name, node in below(policies.FOLDER, parts.nodes).items():
        folder, _, file = name.removeprefix(policies.FOLDER).partition("/")
        if file != "policy.test.yaml" or folder == "shared":
            continue
        if folder not in policy_names(parts.nodes) and f"{policies.FOLDER}{folder}/policy.yaml" not in parts.files:
            say(parts.problems, node, "there is no policy.yaml beside these tests")
        yield from load_tests(folder, node, loaded.get(folder), calendar, parts.problems)
