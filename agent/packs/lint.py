"""What loads but is doubtful: warnings, each at the rule that it is about.

Conditions that say nothing, names that the rules contradict, words that fit nothing at this site, and what is
lost where a connection may not be opened. What is certainly wrong is a problem, and refused (see `rules`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from agent.core.accounts import Account
from agent.core.clients import STAFF, Owner, Zone
from agent.core.decision import Verdict
from agent.core.timetable import DIRECTED, PeriodKind
from agent.packs.conditions import Context, boxed, either
from agent.packs.lost import without_opening
from agent.packs.nodes import say
from agent.packs.policy import DEFAULT, Loaded
from agent.packs.reach import Box, cut
from agent.packs.rules import UNLESS, WHEN, ReadRule
from agent.packs.shapes import Located, SettingRef
from agent.packs.vocabulary import WORD_FIELDS, Values
from agent.problems import Problems


@dataclass(frozen=True, slots=True)
class SiteUse:
    """What there is at the site that rules may speak of."""

    zones: frozenset[Zone]
    periods: frozenset[PeriodKind]


def lint(loaded: Loaded, warnings: Problems, site: SiteUse | None = None) -> None:
    """Note what is doubtful about a policy; `site` is given for the policy in force there."""
    own = [one for one in loaded.rules if not one.rule.locked]
    for one in own:
        _always_true(one, loaded.context, warnings)
        _never_opened(one, warnings)
    _name(loaded, warnings)
    if site is None:
        return
    for one in own:
        _strange_to_site(one, site, warnings)
    _directed(own, loaded, site, warnings)
    for lost in without_opening(loaded):
        say(warnings, lost.rule.row.node, lost.words, "see `breaktime policy read`; a limit to say, not a mistake")


def _always_true(one: ReadRule, context: Context, warnings: Problems) -> None:
    """A condition that every case fits, or every case that the rule's other conditions leave."""
    universe = context.universe
    for part in one.parts:
        others = [other for other in one.parts if other is not part and other.axis == part.axis]
        if part.categories is not None:
            # What the catalogue happens to hold makes no condition empty talk: categories are held against their own.
            left = _together(universe["category"], (other.categories for other in others))
            always = left <= part.categories
        elif part.values is not None:
            left = _together(universe[part.axis], (other.values for other in others))
            always = left <= part.values
        else:
            continue
        if always and left:
            what = f"this condition is always true here: {part.condition.words}"
            say(warnings, one.row.node, what, "leave it out, or say what it should tell apart")


def _together(everything: Values, sets: Iterable[Values | None]) -> Values:
    for one in sets:
        everything = everything if one is None else everything & one
    return everything


def _never_opened(one: ReadRule, warnings: Problems) -> None:
    """Nobody but staff is opened, and a phone of one's own never; the account is not known there."""
    box = boxed(one.parts)
    needs = [axis for axis in ("account", "activity") if axis in box and "unknown" not in box[axis]]
    if not needs:
        return
    who = ""
    if "role" in box and box["role"].isdisjoint(STAFF):
        who = "nobody but staff is ever opened"
    elif "owner" in box and Owner.SCHOOL not in box["owner"]:
        who = "only the school's own devices are ever opened"
    if who:
        what = f"this rule turns on the {' and the '.join(needs)}, but {who}: it does not fit there"
        say(warnings, one.row.node, what, "leave the condition out, or rule on the school's devices and staff")


def _name(loaded: Loaded, warnings: Problems) -> None:
    """A policy that says no in its name lets nothing through unnamed; one that says where or when says both."""
    name = loaded.policy.id
    first = name.partition("-")[0]
    node = loaded.row.at(DEFAULT.name)
    verdicts = set(_for_staff(loaded))
    if first in ("no", "never"):
        if loaded.policy.default.verdict is Verdict.ALLOW and _falls_to_default(loaded):
            what = f"the policy is called {name!r}, but its default lets social media through that no rule names"
            say(warnings, node, what, "let the default block, or add a rule that blocks it")
    elif (first in ("not", "breaks") and len(verdicts) == 1) or (
        "authorised" in name.split("-") and Verdict.BLOCK not in verdicts
    ):
        what = f"the policy is called {name!r}, but it can only {next(iter(verdicts))} staff's social media"
        say(warnings, node, what, "a default of the other verdict, or a rule, may be missing")


def _for_staff(loaded: Loaded) -> Iterator[Verdict]:
    """The verdicts that a member of staff may meet, without a permission and the school's account."""
    for one in loaded.rules:
        box = boxed(one.parts)
        if not box.get("role", frozenset(STAFF)).isdisjoint(STAFF) and True not in box.get("authorised", frozenset()):
            yield one.rule.verdict
    yield loaded.policy.default.verdict


def _falls_to_default(loaded: Loaded) -> bool:
    """True if some use of social media by staff, with no permission, is decided by the default."""
    context = loaded.context
    services = frozenset[object](context.catalogue.of_category(context.social_media))
    left: list[Box] = [
        {
            "role": frozenset(STAFF),
            "service": services,
            "authorised": frozenset({False}),
            "account": frozenset({Account.OTHER, Account.SIGNED_OUT}),
        }
    ]
    for one in loaded.rules:
        if all(part.values is not None for part in one.parts):
            left = [piece for box in left for piece in cut(box, boxed(one.parts), context.universe)]
    return bool(left) and bool(services)


def _strange_to_site(one: ReadRule, site: SiteUse, warnings: Problems) -> None:
    """A period or a place that does not occur at this site fits nothing."""
    there: tuple[tuple[str, Collection[str], str], ...] = (
        ("period", {*site.periods, PeriodKind.CLOSED, "directed"}, "no bell of the site has the period {}"),
        ("zone", {*site.zones, Zone.UNKNOWN}, "the site has no network in the zone {}"),
    )
    for key, known, what in there:
        for word in _words(one, key):
            if word.value not in known:
                say(warnings, word.node, what.format(word.value) + ", so this word fits nothing here")


def _directed(rules: Iterable[ReadRule], loaded: Loaded, site: SiteUse, warnings: Problems) -> None:
    """A policy that names some directed time and leaves other directed time of the site to its default."""
    named = {word.value: word for one in rules for word in _words(one, "period")}
    left = sorted((site.periods & DIRECTED) - named.keys())
    if "directed" in named or not named.keys() & DIRECTED or not left:
        return
    default = loaded.policy.default
    what = f"{either(left)} is directed time too, but no rule names it: there {default.id!r} decides"
    say(warnings, next(iter(named.values())).node, what, "write `period: directed` if it is meant too")


def _words(one: ReadRule, key: str) -> Iterator[Located[str]]:
    """The words that a rule names under this key, but for those of settings."""
    for field in (WHEN, UNLESS):
        table = one.row.get(field, None)
        found = table.get(WORD_FIELDS[key], ()) if table else ()
        if not isinstance(found, SettingRef):
            yield from found
