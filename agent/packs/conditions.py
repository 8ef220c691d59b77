"""`when` and `unless` of a rule → core conditions, and the same as sets, to see which rules are dead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from agent.core.catalogue import Catalogue, Category
from agent.core.policy import Condition
from agent.packs.nodes import say
from agent.packs.references import Known, refer
from agent.packs.settings import Settings, value_of, words_of
from agent.packs.shapes import Located, SettingRef, Unread
from agent.packs.tables import Row
from agent.packs.vocabulary import (
    ALLOWANCE,
    CATEGORY,
    FINITE,
    FLAG_FIELDS,
    FLAGS,
    GROUP,
    PERSON,
    PUPILS,
    SERVICE,
    SHOWS_ACCOUNT,
    SOCIAL_MEDIA,
    USED_UP,
    WORD_FIELDS,
    Key,
    Values,
)
from agent.problems import Problems

NOBODY = ""
_BOTH: Values = frozenset({True, False})


class LeftOut(Exception):
    """The rule is over an empty setting: it fits nothing, and is simply not there."""


@dataclass(frozen=True, slots=True)
class Part:
    """One condition. `values` is the part of `axis` in which it holds; None where that is not a finite set.

    `categories` are those that it names, for a rule that must stand whatever the catalogue puts where.
    """

    condition: Condition
    axis: str
    values: Values | None
    categories: Values | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What a policy's conditions refer to."""

    catalogue: Catalogue
    known: Known
    social_media: frozenset[Category] = frozenset()
    settings: Settings = field(default_factory=dict)
    allowance: int | None = None
    allowance_unread: bool = False

    @property
    def universe(self) -> dict[str, Values]:
        """Every value of every axis."""
        keys = (*FINITE.values(), *FLAGS.values(), PUPILS)
        axes: dict[str, Values] = {key.fact: key.universe for key in keys}
        services: Values = frozenset(self.catalogue.services)
        persons: Values = frozenset({*self.known.persons, NOBODY})
        return axes | {"service": services, "category": frozenset(Category), "person": persons, "used": _BOTH}


def read_conditions(row: Row, lifts: bool, context: Context, problems: Problems) -> list[Part]:
    """The conditions of a `when`, or of an `unless` (`lifts`), each key of which is turned round.

    Raises Unread if one of them was wrong, LeftOut if the rule is over an empty setting.
    """
    parts: list[Part] = []
    wrong = False
    for name in row.node.entries:
        try:
            parts.extend(_part(name, row, lifts, context, problems))
        except Unread:
            wrong = True
    if wrong:
        raise Unread
    return parts


def _part(name: str, row: Row, lifts: bool, context: Context, problems: Problems) -> Iterator[Part]:
    if name in WORD_FIELDS:
        yield _words(FINITE.get(name, PUPILS), _found(name, row, context, problems), lifts)
    elif name in FLAG_FIELDS:
        yield _flag(FLAGS[name], bool(row[FLAG_FIELDS[name]]) is not lifts)
    elif name == "category":
        yield _category(row[CATEGORY], lifts, context)
    elif name == "service":
        yield from _service(row, lifts, context, problems)
    elif name == "shows-account":
        yield _shows_account(bool(row[SHOWS_ACCOUNT]) is not lifts, context)
    elif name == "person":
        yield _person(row[PERSON], lifts, context, problems)
    elif name == "group":
        yield _group(row[GROUP], lifts, context, problems)
    elif name == "allowance":
        yield _allowance(row, (row[ALLOWANCE] == USED_UP) is not lifts, context, problems)
    else:
        raise Unread  # an unknown key: it has been reported


def _found(name: str, row: Row, context: Context, problems: Problems) -> tuple[str, ...]:
    """The words of a condition, or the one that a setting has."""
    found = row[WORD_FIELDS[name]]
    if isinstance(found, SettingRef):
        return (words_of(found, FINITE.get(name, PUPILS).words, context.settings, problems),)
    return tuple(one.value for one in found)


def _words(key: Key, found: tuple[str, ...], lifts: bool) -> Part:
    values = frozenset().union(*(key.words[word] for word in found))
    chosen = key.universe - values if lifts else values
    if key is PUPILS:
        words = key.yes if chosen == key.words["present"] else key.no
        words = words if len(chosen) < len(key.universe) else "pupils are present or not"
    else:
        words = (key.no if lifts else key.yes).format(either(list(found)))
    return Part(Condition(key.fact, chosen.__contains__, words), key.fact, chosen)


def _flag(key: Key, wanted: bool) -> Part:
    values: Values = frozenset({wanted})
    return Part(Condition(key.fact, values.__contains__, key.yes if wanted else key.no), key.fact, values)


def _category(found: tuple[Located[str], ...], lifts: bool, context: Context) -> Part:
    chosen: set[Category] = set()
    for one in found:
        if one.value == SOCIAL_MEDIA and not context.social_media:
            raise Unread  # the policy's definition was wrong: it has been reported
        chosen |= context.social_media if one.value == SOCIAL_MEDIA else {Category(one.value)}
    services: Values = context.catalogue.of_category(frozenset(chosen))
    text = either([one.value.replace("-", " ") for one in found])
    if lifts:
        chosen, services = set(Category) - chosen, frozenset(context.catalogue.services) - services
    values: Values = frozenset(chosen)
    condition = Condition("category", values.__contains__, f"it is not {text}" if lifts else f"it is {text}")
    return Part(condition, "service", services, values)


def _service(row: Row, lifts: bool, context: Context, problems: Problems) -> Iterator[Part]:
    found = row[SERVICE]
    if isinstance(found, SettingRef):
        names = value_of(found, "services", context.settings, problems)
        assert isinstance(names, frozenset), "a setting of the type services holds a set"
        text = f"one of the services of the setting {found.name}"
        if not names and lifts:
            return
        if not names:
            raise LeftOut
    else:
        names = refer(found, context.catalogue.services.keys(), "service", problems)
        text = either([context.catalogue.services[one.value].name for one in found if one.value in names])
        if len(names) < len({one.value for one in found}):
            raise Unread
    chosen: Values = frozenset(context.catalogue.services) - names if lifts else names
    test = chosen.__contains__
    words = f"it is not {text}" if lifts else f"it is {text}"
    yield Part(Condition("service", test, words, general=lifts), "service", chosen)


def _shows_account(wanted: bool, context: Context) -> Part:
    """A readable id of the acting account: the catalogue says which services have one."""
    shown = {one.id for one in context.catalogue.services.values() if bool(one.account_cookies) is wanted}
    text = "shows which account is acting" if wanted else "does not show which account is acting"
    condition = Condition("service", shown.__contains__, f"the service {text}", general=True)
    return Part(condition, "service", frozenset(shown))


def _person(found: tuple[Located[str], ...], lifts: bool, context: Context, problems: Problems) -> Part:
    names: Values = refer(found, context.known.persons, "person", problems)
    if not names:
        raise Unread
    text = either(sorted(map(str, names)))
    if lifts:
        others = frozenset({*context.known.persons, NOBODY}) - names
        return Part(Condition("person", _NotIn(names), f"the person is not {text}"), "person", others)
    return Part(Condition("person", names.__contains__, f"the person is {text}"), "person", names)


def _group(found: tuple[Located[str], ...], lifts: bool, context: Context, problems: Problems) -> Part:
    names = refer(found, context.known.groups, "group", problems)
    if not names:
        raise Unread
    text = either(sorted(names))
    if lifts:
        return Part(Condition("groups", _Apart(names), f"the person is not in the group {text}"), "groups", None)
    return Part(Condition("groups", _Shares(names), f"the person is in the group {text}"), "groups", None)


def _allowance(row: Row, used_up: bool, context: Context, problems: Problems) -> Part:
    minutes = context.allowance
    if minutes is None and context.allowance_unread:
        raise Unread
    if minutes is None:
        hint = "add a line such as allowance: {minutes: 30, per: day}"
        say(problems, row.at("allowance"), "the policy has no allowance that could be used up", hint)
        raise Unread
    test = cast(Callable[[object], bool], minutes.__le__ if used_up else minutes.__gt__)
    text = f"the {minutes} minutes are used up" if used_up else f"some of the {minutes} minutes are left"
    return Part(Condition("used", test, text), "used", frozenset({used_up}))


@dataclass(frozen=True, slots=True)
class _NotIn:
    values: Values

    def __call__(self, value: object) -> bool:
        return value not in self.values


@dataclass(frozen=True, slots=True)
class _Shares:
    names: frozenset[str]

    def __call__(self, value: object) -> bool:
        return isinstance(value, frozenset) and not self.names.isdisjoint(value)


@dataclass(frozen=True, slots=True)
class _Apart:
    names: frozenset[str]

    def __call__(self, value: object) -> bool:
        return isinstance(value, frozenset) and self.names.isdisjoint(value)


def either(texts: Sequence[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} or {texts[-1]}"


def boxed(parts: Iterable[Part], any_catalogue: bool = False) -> dict[str, Values]:
    """The conditions together as a box (see `reach`); what is not a finite set does not narrow it.

    With `any_catalogue` a category stands for itself, not for the services that the catalogue puts in it.
    """
    box: dict[str, Values] = {}
    for part in parts:
        axis, values = part.axis, part.values
        if any_catalogue and part.categories is not None:
            axis, values = "category", part.categories
        if values is not None:
            box[axis] = box[axis] & values if axis in box else values
    return box
