"""A policy's settings: what a school may change without touching a rule, with type, default and paragraph."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from agent.packs.nodes import Node, say
from agent.packs.references import refer
from agent.packs.scalars import ID, SETTING_ID, TEXT, TEXT_OR_NOTHING, YES_NO, integer
from agent.packs.shapes import Anything, At, Choice, Located, SettingRef, Shape, Unread, shown
from agent.packs.tables import Field, Listing, Mapped, Row, fields
from agent.problems import Problems, did_you_mean

TYPES = ("yes-no", "minutes", "services", "choice")
Value = bool | int | str | frozenset[str]
_VALUE = (("type", ["string", "integer", "array"]),)

TYPE = Field("type", Choice({name: name for name in TYPES}), says="What kind of value it has.")
DEFAULT = Field("default", Anything(_VALUE), says="Its value where the school says nothing.")
CHOICES: Field[tuple[str, ...]] = Field("choices", Listing(ID, least=2), (), says="For `choice`: the words.")
CLAUSE = Field("clause", TEXT_OR_NOTHING, says="The paragraph of the written policy that it belongs to.")
SAYS = Field("says", TEXT, says="What it means, in a sentence.")
SETTINGS = Mapped(At(SETTING_ID), fields(TYPE, DEFAULT, CHOICES, CLAUSE, SAYS))


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting with the value that holds and the pack's own. `shape` reads another value for it."""

    name: str
    type: str
    value: Value
    default: Value
    clause: str
    says: str
    shape: Shape[Value]

    @property
    def words(self) -> frozenset[str]:
        """For a choice, every word that it can have."""
        return frozenset(self.shape.words) if isinstance(self.shape, Choice) else frozenset()


Settings = Mapping[str, Setting | None]
"""The settings of a policy by name; None for one whose own lines were wrong."""


def load_settings(
    declared: Mapping[Located[str], Row],
    chosen: Mapping[Located[str], Node],
    services: Collection[str],
    problems: Problems,
) -> Settings:
    """Every setting of a policy, with the school's value (`chosen`) where it has named one."""
    values = {one.value: node for one, node in chosen.items()}
    names = {one.value for one in declared}
    for one in chosen:
        if one.value not in names:
            hint = did_you_mean(one.value, names)
            say(problems, one.node, f"the policy has no setting {shown(one.value)}", hint)
    made: dict[str, Setting | None] = {}
    for one, row in declared.items():
        try:
            made[one.value] = _setting(one.value, row, values.get(one.value), services, problems)
        except Unread:
            made[one.value] = None
    return made


def setting_of(name: str, node: Node, settings: Settings, problems: Problems) -> Setting:
    """The setting called `name`. Raises Unread if there is none or it could not be read."""
    if name not in settings:
        say(problems, node, f"the policy has no setting {shown(name)}", did_you_mean(name, settings))
    found = settings.get(name)
    if found is None:
        raise Unread
    return found


def value_of(ref: SettingRef, wanted: str, settings: Settings, problems: Problems) -> Value:
    """The value behind `$name`. Raises Unread if there is no such setting, or none of the type `wanted`."""
    found = setting_of(ref.name, ref.node, settings, problems)
    if found.type != wanted:
        say(problems, ref.node, f"the setting {ref.name} is of the type {found.type}, not {wanted}")
        raise Unread
    return found.value


def words_of(ref: SettingRef, known: Collection[str], settings: Settings, problems: Problems) -> str:
    """The word behind `$name`, a setting of the type choice all of whose words must be `known` here.

    Raises Unread if there is no such setting, or it has another word.
    """
    word = value_of(ref, "choice", settings, problems)
    found = settings[ref.name]
    assert found is not None, "a setting whose value could be read is there"
    strange = sorted(found.words - set(known))
    if strange:
        what = f"the setting {ref.name} can be {shown(strange[0])}, which is not known here"
        say(problems, ref.node, what, did_you_mean(strange[0], known))
        raise Unread
    assert isinstance(word, str), "a setting of the type choice holds a word"
    return word


def _setting(name: str, row: Row, chosen: Node | None, services: Collection[str], problems: Problems) -> Setting:
    shape = _shape(row, services, problems)
    value = default = shape.read(row[DEFAULT], problems)
    if chosen is not None:
        value = _chosen(shape, chosen, default, problems)
    return Setting(name, row[TYPE], value, default, row.get(CLAUSE, ""), row.get(SAYS, ""), shape)


def _chosen(shape: Shape[Value], chosen: Node, default: Value, problems: Problems) -> Value:
    """The school's value; where that is wrong, the default, so that nothing else seems wrong too."""
    try:
        return shape.read(chosen, problems)
    except Unread:
        return default


def _shape(row: Row, services: Collection[str], problems: Problems) -> Shape[Value]:
    match row[TYPE]:
        case "yes-no":
            return YES_NO
        case "minutes":
            return integer(0, 24 * 60)
        case "services":
            return _Services(frozenset(services))
    choices = row[CHOICES]
    if not choices:
        say(
            problems,
            row.node,
            "a setting of the type choice needs `choices`",
            "such as choices: [block, allow]",
        )
        raise Unread
    return Choice({word: word for word in choices})


@dataclass(frozen=True, slots=True)
class _Services:
    """A list of services of the catalogue."""

    known: frozenset[str]

    def read(self, node: Node, problems: Problems) -> frozenset[str]:
        """See `Shape.read`."""
        found = Listing(At(ID)).read(node, problems)
        names = refer(found, self.known, "service", problems)
        if len(names) < len({one.value for one in found}):
            raise Unread
        return names

    def schema(self) -> dict[str, object]:
        """See `Shape.schema`."""
        return Listing(At(ID)).schema()
