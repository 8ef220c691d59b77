"""`policies/<id>/policy.yaml` with its includes → core Policy: rules in order, the locked section first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from agent.core.catalogue import Category
from agent.core.policy import Allowance, Monitoring, Policy, Rule
from agent.packs.conditions import Context
from agent.packs.document import ADOPTED, CONSULTED, REVIEW, load_document
from agent.packs.nodes import Node, say
from agent.packs.references import refer
from agent.packs.rules import (
    CLAUSE,
    RULE,
    RULE_SHAPE,
    SAY,
    VERDICT,
    ReadRule,
    check_ids,
    check_reach,
    read_rules,
)
from agent.packs.scalars import ID, TEXT, TEXT_OR_NOTHING, YES_NO, integer
from agent.packs.settings import SETTINGS as _SETTINGS
from agent.packs.settings import Settings, load_settings, value_of
from agent.packs.shapes import At, Choice, Located, OrSetting, SettingRef, Unread, one_of
from agent.packs.tables import Field, Listing, Row, Some, fields
from agent.problems import Problems

FOLDER = "policies/"
SHARED = "policies/shared/"
_NO_REFS: tuple[Located[str], ...] = ()
_NO_ROW: Row | None = None

MODE = Field("mode", one_of(*Monitoring), says="Whose minutes are recorded.")
TOTALS: Field[bool | None] = Field(
    "totals", YES_NO, None, says="Whether staff's use may stand in anonymous totals; by default only with mode: always."
)
ANY_CLAUSE = Field("clause", TEXT_OR_NOTHING, "", says="The paragraph that says so.")
DAYS = Field("days", integer(1, 366), says="Days after which a record is forgotten.")
MINUTES = Field("minutes", OrSetting(integer(0, 24 * 60)), says="Minutes of personal use.")
PER = Field("per", Choice({"day": False, "week": True}), says="day or week.")
INCLUDE_REFS = Field("include", Some(At(ID)), _NO_REFS, says="Files of policies/shared/.")
_NO_RULES: tuple[Row, ...] = ()
LOCKED_RULES = Field("rules", Listing(RULE_SHAPE), _NO_RULES, says="Rules that nothing below can lift.")

POLICY = Field("policy", At(ID), says="The policy's id: the name of its folder.")
TITLE = Field("title", TEXT, says="Its title.")
VERSION = Field("version", TEXT, "", says="The version of the written policy.")
SOURCE = Field("source", TEXT, "", says="The written policy that this pack carries out.")
SOCIAL = Field("social-media", Listing(one_of(*Category), least=1), says="What the policy counts as social media.")
MONITORING = Field("monitoring", fields(MODE, ANY_CLAUSE, TOTALS), says="Whose minutes are recorded.")
RETENTION = Field("retention", fields(DAYS, ANY_CLAUSE), says="How long.")
ALLOWANCE: Field[Row | None] = Field(
    "allowance", fields(MINUTES, PER, ANY_CLAUSE), _NO_ROW, says="Minutes of personal use."
)
_NO_SETTINGS: dict[Located[str], Row] = {}
SETTINGS = Field("settings", _SETTINGS, _NO_SETTINGS, says="What a school may change without touching a rule.")
LOCKED: Field[Row | None] = Field(
    "locked",
    fields(INCLUDE_REFS, LOCKED_RULES),
    _NO_ROW,
    says="The rules that come first; nothing lifts them.",
)
RULES = Field("rules", Listing(RULE_SHAPE), says="The rules, read from top to bottom; the first that fits decides.")
DEFAULT = Field(
    "default", fields(RULE, VERDICT, CLAUSE, SAY), says="What holds where no rule fits; every policy has one."
)
POLICY_FILE = fields(
    POLICY, TITLE, VERSION, SOURCE, ADOPTED, REVIEW, CONSULTED, SOCIAL, MONITORING, RETENTION, ALLOWANCE, SETTINGS,
    LOCKED, RULES, DEFAULT,
    says="A school's policy as rules.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loaded:
    """A policy with what it was read from. `ids` are all its rules', also of those that settings leave out."""

    policy: Policy
    row: Row
    rules: tuple[ReadRule, ...]
    ids: frozenset[str]
    context: Context

    @property
    def own_rules(self) -> tuple[Row, ...]:
        """The rules of its own file, the locked ones first."""
        locked = self.row.get(LOCKED, None)
        return (*(locked.get(LOCKED_RULES, ()) if locked else ()), *self.row.get(RULES, ()))


INCLUDE = Field("include", At(ID), says="The include's id: the name of its file.")
INCLUDE_FILE = fields(INCLUDE, RULES, says="Rules that several policies share.")


def load_include(name: str, root: Node, problems: Problems) -> tuple[Row, ...]:
    """The rules of a shared file, not yet resolved: that takes a policy."""
    try:
        row = INCLUDE_FILE.read(root, problems)
    except Unread:
        return ()
    _check_name(row.get(INCLUDE, None), name, "the file", problems)
    return row.get(RULES, ())


def load_policy(
    name: str,
    root: Node,
    includes: Mapping[str, tuple[Row, ...]],
    context: Context,
    chosen: Mapping[Located[str], Node],
    problems: Problems,
) -> Loaded | None:
    """One policy, or None if what it lacks leaves none. `chosen` are the school's values for its settings."""
    try:
        row = POLICY_FILE.read(root, problems)
    except Unread:
        return None
    _check_name(row.get(POLICY, None), name, "the folder", problems)
    settings = load_settings(row.get(SETTINGS, {}), chosen, context.catalogue.services.keys(), problems)
    allowance = _allowance(row.get(ALLOWANCE, None), settings, problems)
    context = Context(
        context.catalogue,
        context.known,
        frozenset(row.get(SOCIAL, ())),
        settings,
        allowance.minutes if allowance else None,
        allowance is None and row.written(ALLOWANCE),
    )
    rules = list(_rules(row, includes, context, problems))
    try:
        default = row[DEFAULT]
        last = Rule(default[RULE].value, default[VERDICT], default[CLAUSE], (), default.get(SAY, ""))
    except Unread:
        default, last = None, None
    rows = [*_all_rules(row, includes), *([default] if default else [])]
    check_ids(rows, problems)
    if context.catalogue.services:
        check_reach(rules, context, problems)
    policy = _policy(name, row, [one.rule for one in rules], last, allowance) if last else None
    if policy is None:
        return None
    ids = [one[RULE].value for one in rows if one.get(RULE, None)]
    read = {rule.id for rule in policy.walk}
    document = load_document(row, settings, [one for one in ids if one not in read])
    return Loaded(replace(policy, document=document), row, tuple(rules), frozenset(ids), context)


def _policy(name: str, row: Row, rules: list[Rule], default: Rule, allowance: Allowance | None) -> Policy | None:
    try:
        mode, totals = row[MONITORING][MODE], row[MONITORING][TOTALS]
        return Policy(
            name,
            row[TITLE],
            tuple(rules),
            default,
            mode,
            row[RETENTION][DAYS],
            allowance,
            row.get(VERSION, ""),
            row.get(SOURCE, ""),
            frozenset(row[SOCIAL]),
            totals=mode is Monitoring.ALWAYS if totals is None else totals,
        )
    except Unread:
        return None


def _check_name(found: Located[str] | None, name: str, noun: str, problems: Problems) -> None:
    if found is not None and found.value != name:
        say(problems, found.node, f"{noun} is called {name!r}, so this must be too")


def _allowance(row: Row | None, settings: Settings, problems: Problems) -> Allowance | None:
    if row is None:
        return None
    try:
        minutes = row[MINUTES]
        value = value_of(minutes, "minutes", settings, problems) if isinstance(minutes, SettingRef) else minutes
        assert isinstance(value, int), "a setting of the type minutes holds a number"
        return Allowance(value, row[PER])
    except Unread:
        return None


def _locked(row: Row, includes: Mapping[str, tuple[Row, ...]]) -> Iterator[Row]:
    """The rows of the locked section: its includes', then its own."""
    locked = row.get(LOCKED, None)
    if locked is not None:
        for one in locked.get(INCLUDE_REFS, ()):
            yield from includes.get(one.value, ())
        yield from locked.get(LOCKED_RULES, ())


def _rules(
    row: Row, includes: Mapping[str, tuple[Row, ...]], context: Context, problems: Problems
) -> Iterator[ReadRule]:
    locked = row.get(LOCKED, None)
    if locked is not None:
        refer(locked.get(INCLUDE_REFS, ()), includes.keys(), "file of policies/shared", problems)
    yield from read_rules(_locked(row, includes), True, context, problems)
    yield from read_rules(row.get(RULES, ()), False, context, problems)


def _all_rules(row: Row, includes: Mapping[str, tuple[Row, ...]]) -> list[Row]:
    return [*_locked(row, includes), *row.get(RULES, ())]
