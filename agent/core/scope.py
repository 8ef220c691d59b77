"""The smallest set of names that a policy may need opened: what the interception CA is made for.

A page that is blocked is opened to show why; a service is opened further only where a rule turns on the
account or the activity (design, law 3). Rules that fit no member of staff open nothing: nobody else is ever opened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from agent.core.accounts import possible_accounts
from agent.core.activity import possible_activities
from agent.core.catalogue import Catalogue, Category, HostKind, Service
from agent.core.clients import STAFF
from agent.core.decision import Verdict
from agent.core.facts import UNDECIDED
from agent.core.hosts import suffixes
from agent.core.policy import Condition, Policy, Rule

LIMIT = 300
"""More names make the CA's certificate longer than TLS clients take."""

SECOND_NAME = 4
"""A service's second name is as urgent as the first name of the service this many places further on."""

NAMED_FIRST = 8
"""So many names of each kind of a service that a rule names come before all others'."""

_PAGES = (HostKind.SITE, HostKind.SIGN_IN, HostKind.LINK)
LINKS_AFTER = 2
"""A service's links come after so many of its pages."""

_PARTS = (HostKind.API, HostKind.APP, HostKind.ASSET)
_CATEGORIES = tuple(Category)
_KINDS = tuple(HostKind)


@dataclass(frozen=True, slots=True)
class Scope:
    """The names, the most needed first, and how many more there would be."""

    names: frozenset[str]
    order: tuple[str, ...] = ()
    left_out: int = 0


class _Wanted(NamedTuple):
    """A name with its place in the order: services that rules name, then main names of main services."""

    distance: int
    category: int
    service: int
    kind: int
    name: str


def openable(catalogue: Catalogue, policy: Policy, limit: int = LIMIT) -> Scope:
    """The host entries that this policy may need opened, at most `limit`, without those under another."""
    wanted = sorted(_wanted(catalogue, policy))
    everything = {one.name for one in wanted}
    names = [one.name for one in wanted if everything.isdisjoint(suffixes(one.name)[1:])]
    names = list(dict.fromkeys(names))
    return Scope(frozenset(names[:limit]), tuple(names[:limit]), max(0, len(names) - limit))


def _wanted(catalogue: Catalogue, policy: Policy) -> Iterator[_Wanted]:
    """Where there are too many, each category gives its first services, and each service its first names.

    A service on which a rule turns stands with the first of its category: shut, it would be ruled on by the wrong
    rule, while one that is blocked in any case would only lack the page that says why.
    """
    rules = [rule for rule in policy.walk if _for_staff(rule)]
    position: Counter[Category] = Counter()
    for service in catalogue.services.values():
        about = [rule for rule in rules if _about(rule, service)]
        unnamed = not any(_names(rule, service) for rule in about)
        category, place = _CATEGORIES.index(service.category), position[service.category]
        position[service.category] += 1
        kinds = _kinds(about, service)
        nearest = 0 if set(_PARTS) <= set(kinds) else place
        for kind in kinds:
            first = LINKS_AFTER if kind is HostKind.LINK else 0
            for rank, host in enumerate(service.hosts.get(kind, ()), first):
                # A service that a rule names goes first, but not with every misspelling of its name.
                distance = rank - NAMED_FIRST if not unnamed else nearest + rank * SECOND_NAME
                yield _Wanted(distance, category, place, _KINDS.index(kind), host.name)


def _kinds(about: Iterable[Rule], service: Service) -> tuple[HostKind, ...]:
    """The kinds of hosts to open for a service that these rules are about."""
    rules = list(about)
    if any(_turns(condition, service) for rule in rules for condition in rule.conditions):
        return (*_PAGES, *_PARTS)
    return _PAGES if any(rule.verdict is Verdict.BLOCK for rule in rules) else ()


def _turns(condition: Condition, service: Service) -> bool:
    """True if opening a connection to the service can tell whether this condition holds."""
    if condition.fact not in UNDECIDED:
        return False
    accounts, activities = possible_accounts(service, True), possible_activities(service.shapes)
    return len({condition.test(value) for value in (accounts if condition.fact == "account" else activities)}) > 1


def _about(rule: Rule, service: Service) -> bool:
    """True if the rule can fit a flow to this service: its accounts and activities are such as can be seen there."""
    facts: dict[str, Collection[object]] = {
        "service": (service.id,),
        "category": (service.category,),
        "account": possible_accounts(service, True),
        "activity": possible_activities(service.shapes),
    }
    tests = {fact: [c.test for c in rule.conditions if c.fact == fact] for fact in facts}
    return all(any(all(test(value) for test in tests[fact]) for value in values) for fact, values in facts.items())


def _names(rule: Rule, service: Service) -> bool:
    """True if the rule speaks of the service itself, not only of its category."""
    return any(c.fact == "service" and not c.general and c.test(service.id) for c in rule.conditions)


def _for_staff(rule: Rule) -> bool:
    tests = [c.test for c in rule.conditions if c.fact == "role"]
    return any(all(test(role) for test in tests) for role in STAFF)
