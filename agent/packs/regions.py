"""Where a rule decides, and what would decide instead where the account and the activity cannot be known.

Regions are boxes of facts (see `reach`). A condition that is no finite set, such as a group, may hold or not:
its rule then decides some of a region and leaves the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.catalogue import Service
from agent.core.clients import STAFF
from agent.core.decision import Verdict
from agent.core.policy import Rule
from agent.packs.conditions import Context, boxed
from agent.packs.reach import LIMIT, Box, cut, disjoint
from agent.packs.rules import ReadRule

UNSEEN: Box = {"account": frozenset({Account.UNKNOWN}), "activity": frozenset({Activity.UNKNOWN})}
"""What the gateway knows of a connection that it does not open."""

ACCOUNTLESS: Box = {"account": frozenset({Account.UNKNOWN, Account.SIGNED_OUT})}
"""What a service that shows no account leaves to know."""


@dataclass(frozen=True, slots=True)
class Instead:
    """The rules that decide a region under other facts, in order."""

    rules: tuple[Rule, ...]

    def against(self, verdict: Verdict) -> tuple[Rule, ...]:
        """Those of another verdict."""
        return tuple(rule for rule in self.rules if rule.verdict is not verdict)


def decided_by(one: ReadRule, rules: Sequence[ReadRule], context: Context) -> list[Box]:
    """The region of staff's use of the network that this rule decides, as boxes."""
    return _reaching(one, boxed(one.parts), rules, context)


def taken_in(one: ReadRule, rules: Sequence[ReadRule], context: Context) -> list[Box]:
    """The region that this rule decides only because the account or the activity cannot be known there.

    The boxes have the values that it does not name; what decides them where they are known is for `instead`.
    """
    box, universe = boxed(one.parts), context.universe
    others = {axis: universe[axis] - box[axis] for axis in UNSEEN if axis in box}
    if not any(others.values()) or needs(one):
        return []
    closed = _reaching(one, {**box, **UNSEEN}, rules, context)
    known = {axis: universe[axis] for axis in UNSEEN}
    return [{**piece, **known, axis: values} for piece in closed for axis, values in others.items() if values]


def _reaching(one: ReadRule, box: Box, rules: Sequence[ReadRule], context: Context) -> list[Box]:
    """What is left of a box for staff once the rules above this one have decided their part."""
    staff = frozenset[object](STAFF)
    left: list[Box] = [{**box, "role": box.get("role", staff) & staff}]
    if not left[0]["role"]:
        return []
    for other in rules[: rules.index(one)]:
        if _exact(other):
            left = _without(left, boxed(other.parts), context)
    return left


def instead(region: Iterable[Box], facts: Box, rules: Sequence[ReadRule], default: Rule, context: Context) -> Instead:
    """What decides the region if these facts are as given there."""
    left: list[Box] = [{**box, **facts} for box in region]
    found: list[Rule] = []
    for one in rules:
        box = boxed(one.parts)
        if all(disjoint(piece, box) for piece in left):
            continue
        found.append(one.rule)
        if _exact(one):
            left = _without(left, box, context)
    return Instead((*found, default) if left else tuple(found))


def needs(one: ReadRule, unseen: Box = UNSEEN) -> tuple[str, ...]:
    """The facts of `unseen` whose values there can never satisfy the rule."""
    box = boxed(one.parts)
    return tuple(axis for axis, values in unseen.items() if axis in box and values.isdisjoint(box[axis]))


def services_of(region: Iterable[Box], context: Context) -> frozenset[str]:
    """The services that a region is about."""
    everything = frozenset[object](context.catalogue.services)
    return frozenset(str(name) for box in region for name in box.get("service", everything))


def shows_no_account(service: Service) -> bool:
    """True if no cookie of the service tells who is acting."""
    return not service.account_cookies


def _without(left: Iterable[Box], away: Box, context: Context) -> list[Box]:
    pieces = [piece for one in left for piece in cut(one, away, context.universe)]
    return pieces[:LIMIT]


def _exact(one: ReadRule) -> bool:
    return all(part.values is not None for part in one.parts)
