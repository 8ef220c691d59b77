"""What a policy loses where a connection may not be opened, in words: on devices of one's own, on shy services."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.core.catalogue import Category
from agent.core.decision import Verdict
from agent.core.policy import Rule
from agent.packs.conditions import either
from agent.packs.policy import Loaded
from agent.packs.reach import Box
from agent.packs.regions import (
    ACCOUNTLESS,
    UNSEEN,
    decided_by,
    instead,
    needs,
    services_of,
    shows_no_account,
    taken_in,
)
from agent.packs.rules import ReadRule

_ASKED = {"account": "which account acts", "activity": "what is done there"}
_SHOWN = 3
_CATEGORIES = tuple(Category)


@dataclass(frozen=True, slots=True)
class Lost:
    """One loss of one rule, as a sentence."""

    rule: ReadRule
    words: str


def without_opening(loaded: Loaded) -> Iterator[Lost]:
    """For each rule that turns on what only an opened connection shows: what happens where none is opened."""
    rules = loaded.rules
    for one in rules:
        region = decided_by(one, rules, loaded.context) if needs(one) else []
        if region:
            yield from _on_closed_devices(one, region, loaded)
            yield from _on_shy_services(one, region, loaded)
        if taken := taken_in(one, rules, loaded.context):
            yield from _too_much(one, taken, loaded)


def _on_closed_devices(one: ReadRule, region: Sequence[Box], loaded: Loaded) -> Iterator[Lost]:
    asked = " and ".join(_ASKED[axis] for axis in needs(one))
    there = instead(region, UNSEEN, loaded.rules, loaded.policy.default, loaded.context)
    against = there.against(one.rule.verdict)
    if against:
        what = f"on devices that may not be opened, the rule {one.rule.id!r} cannot tell {asked}"
        yield Lost(one, f"{what}: {_falls(one.rule, against, len(there.rules))}")


def _too_much(one: ReadRule, taken: Sequence[Box], loaded: Loaded) -> Iterator[Lost]:
    """A rule that is for the unknown too decides there what other rules decide where it can be told."""
    elsewhere = instead(taken, {}, loaded.rules, loaded.policy.default, loaded.context)
    against = elsewhere.against(one.rule.verdict)
    if against:
        asked = " and ".join(_ASKED[axis] for axis in UNSEEN if any(part.axis == axis for part in one.parts))
        verb, other = ("allows", "blocked") if one.rule.verdict is Verdict.ALLOW else ("blocks", "allowed")
        what = f"on devices that may not be opened, the rule {one.rule.id!r} cannot tell {asked}"
        yield Lost(one, f"{what}: it {verb} there too what is {other} elsewhere, {_by(against)}")


def _on_shy_services(one: ReadRule, region: Sequence[Box], loaded: Loaded) -> Iterator[Lost]:
    """The services on which no cookie says who acts, of those that the rule is about."""
    if "account" not in needs(one, ACCOUNTLESS):
        return
    catalogue = loaded.context.catalogue
    about = services_of(region, loaded.context)
    shy = [service for service in catalogue.services.values() if service.id in about and shows_no_account(service)]
    shy.sort(key=lambda service: _CATEGORIES.index(service.category))
    if not shy or len(shy) == len(about):
        return
    facts: Box = {**ACCOUNTLESS, "service": frozenset[object](service.id for service in shy)}
    there = instead(region, facts, loaded.rules, loaded.policy.default, loaded.context)
    against = there.against(one.rule.verdict)
    if against:
        names = [service.name for service in shy[:_SHOWN]]
        more = f" and {len(shy) - _SHOWN} more services" if len(shy) > _SHOWN else ""
        names_text = ", ".join(names) if more else either(names).replace(" or ", " and ")
        what = f"{names_text}{more} never show which account acts, so the rule {one.rule.id!r} does not fit there"
        yield Lost(one, f"{what}: {_falls(one.rule, against, len(there.rules))}")


def _falls(rule: Rule, against: Sequence[Rule], deciding: int) -> str:
    """`what it blocks passes there, by the rule 'x'`; `may pass` if other rules still block some of it."""
    may = len(against) < deciding
    if rule.verdict is Verdict.BLOCK:
        return f"what it blocks {'may pass' if may else 'passes'} there, {_by(against)}"
    return f"what it allows {'may be' if may else 'is'} blocked there, {_by(against)}"


def _by(rules: Sequence[Rule]) -> str:
    return f"by the rule{'s' if len(rules) > 1 else ''} {either([repr(one.id) for one in rules])}"
