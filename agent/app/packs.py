"""The packs of a configuration: every policy with its tests and its clause map. The part of `build` that is theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from agent.app.parts import Parts, below, policy_names
from agent.core.calendar import Calendar
from agent.core.clauses import ClauseMap
from agent.core.policy import Policy
from agent.packs import policy as policies
from agent.packs import site as sites
from agent.packs.clauses import FILE as CLAUSES_FILE
from agent.packs.clauses import load_clauses
from agent.packs.conditions import Context
from agent.packs.nodes import Node, say
from agent.packs.policy import Loaded
from agent.packs.policy_tests import PolicyTest, Vary, load_tests
from agent.packs.references import refer
from agent.packs.shapes import Located
from agent.packs.tables import Row
from agent.problems import Problems

TESTS_FILE = "policy.test.yaml"
Includes = Mapping[str, tuple[Row, ...]]


@dataclass(frozen=True, slots=True)
class Packs:
    """Every policy below policies/, the one in force with the school's values for its settings."""

    loaded: Mapping[str, Loaded]
    tests: tuple[PolicyTest, ...] = ()
    clauses: Mapping[str, ClauseMap] = field(default_factory=dict)


def load_packs(parts: Parts, calendar: Calendar | None) -> Packs:
    """The policies with their tests and clause maps; without a calendar no test can be read."""
    includes = _includes(parts)
    in_force = _policy_in_force(parts)
    chosen = parts.site.get(sites.SETTINGS, {}) if parts.site else {}
    loaded = {}
    for name in policy_names(parts.nodes):
        values = chosen if name == in_force else {}
        made = _load(parts, name, includes, values, parts.problems)
        if made is not None:
            loaded[name] = made
    tests = tuple(_tests(parts, loaded, includes, calendar)) if calendar else ()
    return Packs(loaded, tests, _clauses(parts, loaded, tests) if calendar else {})


def _includes(parts: Parts) -> Includes:
    shared = below(policies.SHARED, parts.nodes)
    names = {file: file.removeprefix(policies.SHARED).removesuffix(".yaml") for file in shared}
    return {names[file]: policies.load_include(names[file], node, parts.problems) for file, node in shared.items()}


def _load(
    parts: Parts, name: str, includes: Includes, chosen: Mapping[Located[str], Node], problems: Problems
) -> Loaded | None:
    node = parts.nodes[f"{policies.FOLDER}{name}/policy.yaml"]
    return policies.load_policy(name, node, includes, Context(parts.catalogue, parts.known), chosen, problems)


def _policy_in_force(parts: Parts) -> str:
    found = parts.site.get(sites.POLICY, None) if parts.site else None
    if found is None:
        return ""
    in_files = {name.split("/")[1] for name in parts.files if name.endswith("/policy.yaml") and name.count("/") == 2}
    if found.value not in in_files:
        refer([found], in_files, "policy", parts.problems)
    return found.value


def _tests(parts: Parts, loaded: Mapping[str, Loaded], includes: Includes, calendar: Calendar) -> Iterator[PolicyTest]:
    for folder, node in _beside(parts, TESTS_FILE):
        one = loaded.get(folder)
        vary = _vary(parts, folder, includes, one)
        yield from load_tests(folder, node, one.ids if one else None, vary, calendar, parts.problems)


def _clauses(parts: Parts, loaded: Mapping[str, Loaded], tests: Iterable[PolicyTest]) -> dict[str, ClauseMap]:
    maps = {}
    for folder, node in _beside(parts, CLAUSES_FILE):
        one = loaded.get(folder)
        found = load_clauses(one, node, [t for t in tests if t.policy == folder], parts.problems) if one else None
        if found is not None:
            maps[folder] = found
    return maps


def _beside(parts: Parts, wanted: str) -> Iterator[tuple[str, Node]]:
    """The files of this name in the policies' folders."""
    for name, node in below(policies.FOLDER, parts.nodes).items():
        folder, _, file = name.removeprefix(policies.FOLDER).partition("/")
        if file != wanted or folder == "shared":
            continue
        if f"{policies.FOLDER}{folder}/policy.yaml" not in parts.files:
            say(parts.problems, node, "there is no policy.yaml beside this file")
        yield folder, node


def _vary(parts: Parts, name: str, includes: Includes, loaded: Loaded | None) -> Vary:
    """Builds the policy again with the pack's own values for its settings, but for those that are given."""

    def vary(chosen: Mapping[Located[str], Node]) -> Policy | None:
        if loaded is None or not (chosen or any(one.changed for one in loaded.policy.document.settings)):
            return None
        found = Problems()
        made = _load(parts, name, includes, chosen, found)
        here = {one.node.place.file for one in chosen}
        # The policy's own problems have been said; here only the values can be wrong.
        parts.problems.include(problem for problem in found.sorted() if problem.file in here)
        return made.policy if made else None

    return vary
