"""What holds for every policy and all facts: partial evaluation never contradicts, never asks in vain."""

from collections.abc import Iterator
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from agent.core.decision import Decision, Needs, Verdict
from agent.core.facts import Facts
from agent.core.policy import PolicySet, Possible

from .build import MINUTES
from .strategies import MANY, Clause, as_policy, facts, possibles, rulebooks


def wanted(clause: Clause, fact: str, known: Facts) -> bool:
    """True if a fact is what a rule wants, read from the rule's own data."""
    value = known._asdict()[fact]
    return ((value >= MINUTES) if fact == "used" else value) in clause.wants[fact]


def walk(book: tuple[Clause, ...], known: Facts) -> tuple[Verdict, str]:
    """The first rule of which everything holds, found without the core."""
    for number, clause in enumerate(book):
        if all(wanted(clause, fact, known) for fact in clause.wants):
            return clause.verdict, f"r{number}" if number < len(book) - 1 else "default"
    raise AssertionError("a default wants nothing")


def completions(known: Facts, possible: Possible) -> Iterator[Facts]:
    """Every way the unknown facts could turn out."""
    accounts = possible.accounts if known.account is None else [known.account]
    activities = possible.activities if known.activity is None else [known.activity]
    for account, activity in product(accounts, activities):
        yield known._replace(account=account, activity=activity)


def other_than(fact: str, full: Facts) -> object:
    """The one of the two facts that is not `fact`."""
    return full.activity if fact == "account" else full.account


@MANY
@given(rulebooks(), facts(), possibles())
def test_never_contradicted(book: tuple[Clause, ...], known: Facts, possible: Possible) -> None:
    """A decision stands however the facts turn out, and names a rule that could decide."""
    outcome = PolicySet([as_policy(book)], "p").decide(known, possible)
    if isinstance(outcome, Decision):
        ways = [walk(book, full) for full in completions(known, possible)]
        assert {verdict for verdict, _ in ways} == {outcome.verdict}
        assert outcome.rule in {rule for _, rule in ways}


@MANY
@given(rulebooks(), facts(), possibles())
def test_needs_only_what_matters(book: tuple[Clause, ...], known: Facts, possible: Possible) -> None:
    """Facts are needed only if two ways differ, and each named one alone can turn the verdict."""
    outcome = PolicySet([as_policy(book)], "p").decide(known, possible)
    ways = [(full, walk(book, full)[0]) for full in completions(known, possible)]
    if isinstance(outcome, Needs):
        assert outcome.facts
        assert outcome.facts <= {fact for fact in ("account", "activity") if known._asdict()[fact] is None}
    for fact in ("account", "activity"):
        others = ((other_than(fact, full), verdict) for full, verdict in ways)
        turns = len(set(others)) > len({other_than(fact, full) for full, _ in ways})
        assert turns is (isinstance(outcome, Needs) and fact in outcome.facts)


@MANY
@given(rulebooks(), facts(), possibles(), st.data())
def test_everything_known(book: tuple[Clause, ...], known: Facts, possible: Possible, data: st.DataObject) -> None:
    """With everything known the answer is that of a plain walk down the rules, and so is the trace."""
    full = data.draw(st.sampled_from(sorted(completions(known, possible), key=str)))
    policies = PolicySet([as_policy(book)], "p")
    outcome = policies.decide(full, possible)
    assert isinstance(outcome, Decision)
    assert (outcome.verdict, outcome.rule) == walk(book, full)
    assert policies.trace(full)[-1].rule == outcome.rule


@MANY
@given(rulebooks(), facts(), possibles(), st.data())
def test_more_facts(book: tuple[Clause, ...], known: Facts, possible: Possible, data: st.DataObject) -> None:
    """Learning one fact keeps a decision's verdict, and never makes another fact needed."""
    policies = PolicySet([as_policy(book)], "p")
    before = policies.decide(known, possible)
    full = data.draw(st.sampled_from(sorted(completions(known, possible), key=str)))
    after = policies.decide(known._replace(account=full.account), possible)
    if isinstance(before, Decision):
        assert isinstance(after, Decision)
        assert after.verdict is before.verdict
    elif isinstance(after, Needs):
        assert after.facts <= before.facts
