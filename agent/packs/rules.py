"""Rules as they are written → core Rules, and the check that each of them can still decide something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from agent.core.decision import Verdict
from agent.core.policy import NO_POLICY, NOT_SOCIAL, Rule
from agent.packs.conditions import Context, LeftOut, Part, boxed, read_conditions
from agent.packs.nodes import Node, say
from agent.packs.reach import covered, disjoint
from agent.packs.scalars import ID, SETTING_ID, TEXT, TEXT_OR_NOTHING
from agent.packs.settings import Settings, setting_of
from agent.packs.shapes import Anything, At, Located, Unread, one_of
from agent.packs.tables import Field, Mapped, Row, fields
from agent.packs.vocabulary import CONDITIONS
from agent.problems import Problems

_NO_ROW: Row | None = None
RULE = Field("rule", At(ID), says="The rule's id; an explanation and a test name it.")
VERDICT = Field("verdict", one_of(*Verdict), says="Let through, or not.")
_NO_ONLY_IF: dict[Located[str], Node] = {}
_VALUE = (("type", ["string", "integer"]),)
ONLY_IF = Field(
    "only-if", Mapped(At(SETTING_ID), Anything(_VALUE)), _NO_ONLY_IF, says="Only where settings have these values."
)
WHEN: Field[Row | None] = Field("when", CONDITIONS, _NO_ROW, says="Every key must hold; a list is any of its words.")
UNLESS: Field[Row | None] = Field("unless", CONDITIONS, _NO_ROW, says="Any one key that holds lifts the rule.")
CLAUSE = Field("clause", TEXT_OR_NOTHING, says="The written policy's paragraphs, joined by commas.")
SAY = Field("say", TEXT, "", says="The sentence for the person concerned.")
RULE_SHAPE = fields(RULE, VERDICT, ONLY_IF, WHEN, UNLESS, CLAUSE, SAY)


@dataclass(frozen=True, slots=True)
class ReadRule:
    """A rule with the sets that its conditions are, for the check of what can still match."""

    rule: Rule
    row: Row
    parts: tuple[Part, ...]
    firm: bool
    """True if no setting can change it, so that it may prove another rule dead."""


def read_rules(rows: Iterable[Row], locked: bool, context: Context, problems: Problems) -> Iterator[ReadRule]:
    """The rules that could be read and that the school's settings do not leave out, in order."""
    for row in rows:
        try:
            yield _rule(row, locked, context, problems)
        except (Unread, LeftOut):
            continue


def _rule(row: Row, locked: bool, context: Context, problems: Problems) -> ReadRule:
    """Raises Unread if something in it was wrong, LeftOut if the school's settings leave it out."""
    chosen = row[ONLY_IF]
    applies = _applies(chosen, context.settings, problems)
    _check_say(row, problems)
    parts: list[Part] = []
    left_out = False
    for field, lifts in ((WHEN, False), (UNLESS, True)):
        conditions = row[field]
        try:
            parts += read_conditions(conditions, lifts, context, problems) if conditions else []
        except LeftOut:
            left_out = True
    if left_out or not applies:
        raise LeftOut
    rule = Rule(
        row[RULE].value,
        row[VERDICT],
        row[CLAUSE],
        tuple(part.condition for part in parts),
        row[SAY],
        locked,
    )
    return ReadRule(rule, row, tuple(parts), not chosen and not _uses_settings(row))


def _applies(chosen: Mapping[Located[str], Node], settings: Settings, problems: Problems) -> bool:
    """True if every setting has the value that the rule is for. Raises Unread if one is not a setting."""
    answers = []
    for one, node in chosen.items():
        setting = setting_of(one.value, one.node, settings, problems)
        answers.append(setting.shape.read(node, problems) == setting.value)
    return all(answers)


def _uses_settings(row: Row) -> bool:
    tables = [row.get(field, None) for field in (WHEN, UNLESS)]
    values = [node for table in tables if table for node in table.node.entries.values()]
    return any(getattr(node, "value", "").startswith("$") for node in values)


def _check_say(row: Row, problems: Problems) -> None:
    if row.get(VERDICT, None) is Verdict.BLOCK and "say" not in row.node.entries:
        say(problems, row.node, "a rule that blocks must say why", "add a sentence for the person: say: ...")


def check_ids(rows: Iterable[Row], problems: Problems) -> None:
    """Every id once in a policy, its locked section included: tests and explanations go by it."""
    seen: dict[str, Node] = {}
    for row in rows:
        found = row.get(RULE, None)
        if found is None:
            continue
        if found.value in (NOT_SOCIAL, NO_POLICY):
            say(problems, found.node, f"{found.value!r} is the engine's own word; name the rule differently")
        first = seen.setdefault(found.value, found.node)
        if first is not found.node:
            place = first.place
            what = f"two rules are called {found.value!r} (see {place.file}:{place.line})"
            say(problems, found.node, what, "a test and an explanation name a rule by its id; give it another")


def check_reach(rules: list[ReadRule], context: Context, problems: Problems) -> None:
    """Every rule must be able to decide something: its conditions agree, and the rules above leave it a part.

    A locked section is written for every catalogue, so there a category is not taken for its services.
    """
    universe = context.universe
    above: list[ReadRule] = []
    for one in rules:
        box = boxed(one.parts, one.rule.locked)
        cuts = [boxed(other.parts, one.rule.locked) for other in above]
        empty = next((axis for axis, values in box.items() if not values), None)
        if empty is not None:
            _say_dead(one, f"{_contradiction(one, empty)}: nothing is all of that at once", problems)
            continue
        if covered(box, cuts, universe):
            names = [o.rule.id for o, c in zip(above, cuts, strict=True) if not disjoint(box, c)]
            who = f"the rule {names[0]} above it always decides"
            if len(names) > 1:
                who = f"the rules {' and '.join(names)} above it always decide"
            _say_dead(one, f"{who} first", problems)
        if one.firm and all(part.values is not None for part in one.parts):
            above.append(one)


def _say_dead(one: ReadRule, why: str, problems: Problems) -> None:
    say(
        problems,
        one.row.node,
        f"this rule can never match: {why}",
        "change its conditions, move it up, or delete it",
    )


def _contradiction(one: ReadRule, axis: str) -> str:
    axes = ("service", "category") if axis in ("service", "category") else (axis,)
    return " and ".join(part.condition.words for part in one.parts if part.axis in axes)
