"""A policy in plain words, for a staff meeting: `breaktime policy read`. Values of the core in, lines out."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from datetime import date

from agent.core.clauses import Clause, ClauseAnswer, ClauseMap, split_numbers
from agent.core.decision import Verdict
from agent.core.document import Document, ReviewState
from agent.core.policy import Monitoring, Policy, Rule

WIDTH = 100
_VERBS = {Verdict.ALLOW: "Allowed", Verdict.BLOCK: "Blocked"}
_RECORDED = {
    Monitoring.ALWAYS: (
        "Staff's use of social media is recorded, by the minute: who (under another name each day), when, where, which "
        "service, and what was ruled. Never an address within a site, a search, a message, a cookie or an account."
    ),
    Monitoring.ON_CONCERN: (
        "Nobody's use is recorded, unless an approved case concerns the person, and then from its approval on: by the "
        "minute, when, where, which service, and what was ruled."
    ),
    Monitoring.NEVER: "Nobody's use is recorded.",
}
_NEVER = "Pupils, parents and visitors are never recorded as persons; what is not social media, not at all."
_SCHOOL = (
    "On a device of the school's whose user was told, a connection to social media is opened only where a rule turns "
    "on the account or on what is done, or to show why a page is blocked."
)
_OWN = (
    "A device of one's own is never opened: the gateway sees the name of the service and no more, and what is "
    "blocked ends without a page that says why."
)
_LIMITS = (
    "A phone on its own mobile network passes by the gateway, and so does a private VPN.",
    "At home the school's equipment is not behind the gateway either.",
    "The gateway runs beside the school's accredited filter, never in its place.",
)


def read_aloud(policy: Policy, today: date, lost: Sequence[str] = (), clauses: ClauseMap | None = None) -> str:
    """The whole policy in words. `lost` says what its rules cannot tell where nothing is opened."""
    sections = [
        (policy.title, list(_head(policy, today))),
        ("What counts as social media", [_categories(policy)]),
        ("The rules: the first that fits decides", list(_rules(policy))),
        ("What the school has chosen", list(_settings(policy.document))),
        ("What is recorded, and for how long", list(_recorded(policy))),
        ("The school's devices and one's own", [_SCHOOL, _OWN, *(f"{_capital(one)}." for one in lost)]),
        ("What the gateway cannot see", [*_LIMITS, *_clause_limits(clauses)]),
    ]
    return "\n\n".join(_section(title, lines) for title, lines in sections if lines)


def _section(title: str, lines: Sequence[str]) -> str:
    wrapped = [textwrap.fill(line, WIDTH, subsequent_indent=_indent(line)) for line in lines]
    return "\n".join([title, "=" * min(len(title), WIDTH), *wrapped])


def _indent(line: str) -> str:
    return " " * (len(line) - len(line.lstrip())) + ("    " if line.lstrip()[:1].isdigit() else "  ")


def _head(policy: Policy, today: date) -> Iterator[str]:
    version = f", version {policy.version}" if policy.version else ""
    source = f", after the written policy {policy.source!r}" if policy.source else ""
    yield f"Policy {policy.id}{version}{source}."
    document = policy.document
    if document.adopted_on:
        yield f"Adopted on {day(document.adopted_on)} by the {document.adopted_by.removeprefix('the ')}."
    else:
        yield "When and by which body it was adopted is not said."
    if document.review:
        due = document.review.due
        words = {
            ReviewState.NOT_DUE: f"the next review is due on {day(due)}",
            ReviewState.SOON: f"the next review is due soon, on {day(due)}",
            ReviewState.OVER: f"the review was due on {day(due)} and is over",
        }[document.review.state(today)]
        often = "every year" if document.review.years == 1 else f"every {document.review.years} years"
        yield f"It is looked at again {often}; {words}."
    if document.consulted:
        yield f"Consulted: {', '.join(document.consulted)}."


def _categories(policy: Policy) -> str:
    names = sorted(str(category).replace("-", " ") for category in policy.social_media)
    return f"{_capital(', '.join(names))}. Nothing else is opened, counted or recorded."


def _rules(policy: Policy) -> Iterator[str]:
    locked = [rule for rule in policy.rules if rule.locked]
    if locked:
        yield "First, what nothing below can lift:"
    for number, rule in enumerate(policy.rules, 1):
        if locked and number == len(locked) + 1:
            yield "Then the school's own:"
        yield from _rule(rule, f"{number}. ", _when(rule))
    yield from _rule(policy.default, "", "whatever no rule above decides")


def _rule(rule: Rule, number: str, when: str) -> Iterator[str]:
    clause = f" ({_paragraphs(rule.clause)})" if rule.clause else ""
    yield f"{number}{_VERBS[rule.verdict]}: {when}{clause}."
    if rule.say:
        yield f"   “{rule.say}”"


def _when(rule: Rule) -> str:
    return " and ".join(condition.words for condition in rule.conditions) or "always"


def _settings(document: Document) -> Iterator[str]:
    for one in document.settings:
        clause = f" ({_paragraphs(one.clause)})" if one.clause else ""
        chosen = f"; the pack's own value is {one.default}" if one.changed else ""
        yield f"{one.name}: {one.value}{clause}. {one.says.rstrip('.')}{chosen}."
    if document.left_out:
        yield f"Left out by these choices: {', '.join(document.left_out)}."


def _recorded(policy: Policy) -> Iterator[str]:
    yield _RECORDED[policy.monitoring]
    if policy.monitoring is not Monitoring.NEVER:
        days = f"{policy.retention_days} day{'s' if policy.retention_days > 1 else ''}"
        yield f"What is recorded is kept for {days}, and no longer."
    if policy.totals:
        yield "Totals without persons are counted."
    if policy.allowance:
        span = "week" if policy.allowance.weekly else "day"
        yield (
            f"The {policy.allowance.minutes} minutes a {span} are counted as one number a person in memory, which is "
            "never written and gone when the gateway stops."
        )
    yield _NEVER


def _clause_limits(clauses: ClauseMap | None) -> Iterator[str]:
    if clauses:
        yield from (f"{clause.name}: {clause.limit}" for clause in clauses.clauses if clause.limit)


def _paragraphs(clause: str) -> str:
    """`paragraph 5.1`, `paragraphs 5.1, 5.3`; a heading stands in quotes."""
    names = [name if name[0].isdigit() else f"“{name}”" for name in split_numbers(clause)]
    return f"paragraph{'s' if len(names) > 1 else ''} {', '.join(names)}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def day(on: date) -> str:
    """`1 October 2026`."""
    return f"{on.day} {on:%B %Y}"


_WORDS = {
    ClauseAnswer.ENFORCED: "enforced",
    ClauseAnswer.EVIDENCED: "evidenced",
    ClauseAnswer.FOR_PEOPLE: "for people",
    ClauseAnswer.NOT_RELIED_ON: "not relied on",
}


def clauses_text(clauses: ClauseMap) -> str:
    """Every paragraph with its answer, and how many there are of each."""
    lines = [line for clause in clauses.clauses for line in _clause(clause)]
    totals = ", ".join(f"{number} {_WORDS[answer]}" for answer, number in clauses.totals().items())
    return "\n".join([*lines, "", f"{clauses.policy} ({clauses.source}): {len(clauses.clauses)} answers: {totals}"])


def _clause(clause: Clause) -> Iterator[str]:
    yield textwrap.fill(f"{clause.name}  {clause.says}", WIDTH, subsequent_indent="    ")
    answer = _WORDS[clause.answer]
    if clause.rules:
        answer += f" by {', '.join(clause.rules)}"
    yield textwrap.fill(answer + _reason(clause), WIDTH, initial_indent="    → ", subsequent_indent="      ")
    yield from (f"      proved by  {test}" for test in clause.tests)
    if clause.limit:
        yield textwrap.fill(f"not seen   {clause.limit}", WIDTH, initial_indent="      ", subsequent_indent=" " * 17)


def _reason(clause: Clause) -> str:
    reason = clause.by or clause.why
    return f": {reason}" if reason else ""


def clauses_json(clauses: ClauseMap) -> dict[str, object]:
    """The same as plain data."""
    return {
        "policy": clauses.policy,
        "source": clauses.source,
        "clauses": [
            {
                "clause": one.number,
                "part": one.part,
                "says": one.says,
                "answer": one.answer,
                "rules": list(one.rules),
                "tests": list(one.tests),
                "by": one.by,
                "why": one.why,
                "limit": one.limit,
            }
            for one in clauses.clauses
        ],
        "totals": {str(answer): number for answer, number in clauses.totals().items()},
    }
