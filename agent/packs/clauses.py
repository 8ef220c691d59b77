"""`clauses.yaml` → core ClauseMap: an answer to every paragraph of the written policy, held against its rules.

What is said to be enforced must name rules that are there and cases that prove each of them; what a rule carries
out must be answered as enforced. Whether no paragraph is missing only the written policy's own text can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from agent.core.clauses import Clause, ClauseAnswer, ClauseMap, enforced, split_numbers
from agent.packs.nodes import Node, Text, say
from agent.packs.policy import ALLOWANCE, DEFAULT, MONITORING, RETENTION, SETTINGS, Loaded
from agent.packs.policy_tests import PolicyTest
from agent.packs.rules import CLAUSE as RULE_CLAUSE
from agent.packs.scalars import ID, TEXT, integer
from agent.packs.shapes import At, Located, Scalar, Unread, one_of, shown
from agent.packs.tables import Field, Listing, Row, fields
from agent.problems import Problems, did_you_mean

FILE = "clauses.yaml"
_NO_WORDS: tuple[Located[str], ...] = ()
_NO_PART: int | None = None


def _number(text: str) -> str:
    number = " ".join(text.split())
    if not number or "," in number or len(number) > 100:
        raise ValueError(f"{shown(text)} is not a paragraph's number or heading")
    return number


_NUMBER = Scalar(_number, {"type": ["string", "number"]}, 'one paragraph, as the source writes it, such as "8.6.2"')

NUMBER = Field("clause", At(_NUMBER), says="The paragraph's number, or its heading where it has none.")
PART = Field("part", integer(1, 99), _NO_PART, says="The bullet, where bullets say different things; from 1.")
SAYS = Field("says", TEXT, says="What the paragraph asks, in one plain sentence of our own.")
ANSWER = Field("answer", one_of(*ClauseAnswer), says="How it is carried out.")
RULES = Field("rules", Listing(At(ID), least=1), _NO_WORDS, says="Enforced: the rules that carry it out.")
TESTS = Field("tests", Listing(At(TEXT), least=1), _NO_WORDS, says="Enforced: the words of cases that prove it.")
BY = Field("by", TEXT, "", says="Evidenced: the record or report that shows it.")
WHY = Field("why", TEXT, "", says="For people, or not relied on: why.")
LIMIT = Field("limit", TEXT, "", says="What the gateway cannot see of it.")
SOURCE = Field("source", ID, says="The written policy whose paragraphs these are.")
CLAUSES = Field(
    "clauses",
    Listing(fields(NUMBER, PART, SAYS, ANSWER, RULES, TESTS, BY, WHY, LIMIT), least=1),
    says="Every paragraph, in the order of the source.",
)
CLAUSES_FILE = fields(SOURCE, CLAUSES, says="An honest answer to every paragraph of the written policy.")

_NEEDS = {
    ClauseAnswer.ENFORCED: (RULES, TESTS),
    ClauseAnswer.EVIDENCED: (BY,),
    ClauseAnswer.FOR_PEOPLE: (WHY,),
    ClauseAnswer.NOT_RELIED_ON: (WHY,),
}
_OWN: tuple[Field[object], ...] = (RULES, TESTS, BY, WHY)


@dataclass(frozen=True, slots=True)
class _Read:
    clause: Clause
    row: Row


def load_clauses(loaded: Loaded, root: Node, tests: Iterable[PolicyTest], problems: Problems) -> ClauseMap | None:
    """The clause map of a policy; every name in it that stands for nothing is a Problem."""
    try:
        row = CLAUSES_FILE.read(root, problems)
    except Unread:
        return None
    policy = loaded.policy
    source = row.get(SOURCE, "")
    if source and policy.source and source != policy.source:
        say(problems, row.at("source"), f"the policy beside it carries out {policy.source!r}, so this must too")
    entries = row.get(CLAUSES, ())
    read = list(_entries(entries, problems))
    _check_twice(read, problems)
    cases = {test.case: test.expected.rule for test in tests}
    for one in read:
        _check_names(one, loaded.ids, cases, problems)
    clauses = tuple(one.clause for one in read)
    if len(read) == len(getattr(row.at("clauses"), "values", ())):
        _check_answered(loaded, clauses, problems)
    return ClauseMap(policy.id, source, clauses)


def _entries(rows: Iterable[Row], problems: Problems) -> Iterator[_Read]:
    for row in rows:
        try:
            yield _Read(_clause(row, problems), row)
        except Unread:
            continue


def _clause(row: Row, problems: Problems) -> Clause:
    answer = row[ANSWER]
    _check_keys(row, answer, problems)
    return Clause(
        row[NUMBER].value,
        row[PART],
        row[SAYS],
        answer,
        tuple(one.value for one in row.get(RULES, ())),
        tuple(one.value for one in row.get(TESTS, ())),
        row[BY],
        row[WHY],
        row[LIMIT],
    )


def _check_keys(row: Row, answer: ClauseAnswer, problems: Problems) -> None:
    """Each answer has keys of its own: those it needs, and none of another's."""
    needs = _NEEDS[answer]
    for field in _OWN:
        written = field.name in row.node.entries
        if field in needs and not written:
            say(problems, row.node, f"what is {answer} needs `{field.name}`", field.says)
        elif field not in needs and written:
            hint = f"{answer} has {' and '.join(f'`{one.name}`' for one in needs)}"
            say(problems, row.at(field.name), f"`{field.name}` is not for what is {answer}", hint)


def _check_twice(read: Iterable[_Read], problems: Problems) -> None:
    seen: dict[str, Node] = {}
    for one in read:
        first = seen.setdefault(one.clause.name, one.row.node)
        if first is not one.row.node:
            what = f"{one.clause.name} has its answer on line {first.place.line} already"
            say(problems, one.row.at("clause"), what, "name the bullet with `part`, or keep one of the two")


def _check_names(one: _Read, rules: frozenset[str], cases: Mapping[str, str], problems: Problems) -> None:
    """The rules and cases are there, and each rule decides one of the cases."""
    known = True
    for rule in one.row.get(RULES, ()):
        if rule.value not in rules:
            known = False
            say(problems, rule.node, f"the policy has no rule {shown(rule.value)}", did_you_mean(rule.value, rules))
    for case in one.row.get(TESTS, ()):
        if case.value not in cases:
            known = False
            hint = did_you_mean(case.value, cases) or "write the words of a `case:` of policy.test.yaml"
            say(problems, case.node, f"no policy test is called {shown(case.value)}", hint)
    decided = {cases.get(case.value) for case in one.row.get(TESTS, ())}
    for rule in one.row.get(RULES, ()):
        if known and decided and rule.value not in decided:
            what = f"none of the tests named here is decided by the rule {rule.value!r}"
            say(problems, rule.node, what, "name a case that expects it")


def _check_answered(loaded: Loaded, clauses: Iterable[Clause], problems: Problems) -> None:
    """What a rule carries out is enforced; what else the policy names is at least there."""
    known = frozenset(clause.number for clause in clauses)
    carried = enforced(clauses := tuple(clauses))
    for node in _clause_nodes(loaded):
        for number in split_numbers(node.value):
            if number not in known:
                what = f"the clause map has no paragraph {shown(number)}"
                say(problems, node, what, did_you_mean(number, known) if known else "")
            elif number not in carried and _is_rules(node, loaded):
                what = f"a rule carries out {shown(number)}, but the clause map does not say enforced"
                say(problems, node, what, "answer it as enforced, by this rule, or name another paragraph")


def _clause_nodes(loaded: Loaded) -> Iterator[Text]:
    """Every `clause` of the policy's own file: rules', settings', monitoring's and so on."""
    row = loaded.row
    tables = [*loaded.own_rules, row.get(DEFAULT, None), *row.get(SETTINGS, {}).values()]
    tables += [row.get(field, None) for field in (MONITORING, RETENTION, ALLOWANCE)]
    for table in tables:
        node = table.node.entries.get(RULE_CLAUSE.name) if table else None
        if isinstance(node, Text):
            yield node


def _is_rules(node: Node, loaded: Loaded) -> bool:
    default = loaded.row.get(DEFAULT, None)
    return any(node.parent is row.node for row in (*loaded.own_rules, *([default] if default else [])))
