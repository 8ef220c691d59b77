"""Facts of one kind have one answer and the same reasons, and what is remembered is bounded."""

from hypothesis import given
from hypothesis import strategies as st

from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.decision import Decision
from agent.core.facts import Facts
from agent.core.kinds import PLACES, Kinds
from agent.core.policy import Policy, PolicySet, Possible
from agent.core.remembered import Remembered

from .build import ALLOW, BLOCK, one_of, policy, rule, used_up
from .strategies import MANY, facts, policies, possibles


@MANY
@given(policies(), st.lists(facts(), min_size=2, max_size=6), possibles())
def test_remembered_answers(ruled_by: Policy, several: list[Facts], possible: Possible) -> None:
    """A set that has answered others before answers as one that is asked for the first time."""
    used = PolicySet([ruled_by], ruled_by.id)
    for one in (*several, *several):
        fresh = PolicySet([ruled_by], ruled_by.id)
        assert used.decide(one, possible) == fresh.decide(one, possible)
        known = one._replace(account=one.account or Account.UNKNOWN, activity=one.activity or Activity.UNKNOWN)
        assert used.trace(known) == fresh.trace(known)


@MANY
@given(policies(), facts(), facts(), possibles())
def test_alike(ruled_by: Policy, one: Facts, other: Facts, possible: Possible) -> None:
    """Facts of the same kind have the same answer."""
    kinds = PolicySet([ruled_by], ruled_by.id).kinds[ruled_by.id]
    if kinds.of(one) == kinds.of(other):
        answers = [PolicySet([ruled_by], ruled_by.id).decide(each, possible) for each in (one, other)]
        assert answers[0] == answers[1]


def test_parts() -> None:
    """The kind is the sum of what its facts add, and a fact that no condition asks about adds nothing."""
    book = policy(rule("a", BLOCK, one_of("role", "teacher"), one_of("account", "other")), rule("b", ALLOW, used_up()))
    kinds = Kinds(condition for one in book.walk for condition in one.conditions)
    here = {"role": "teacher", "account": None, "used": 30, "zone": "hall"}
    parts = [kinds.part(PLACES[fact], value) for fact, value in here.items()]
    assert kinds.part(PLACES["zone"], "hall") == kinds.part(PLACES["activity"], None) == 0
    assert kinds.part(PLACES["account"], None) & kinds.open
    assert kinds.part(PLACES["used"], 30) & kinds.by_the_clock
    assert sum(parts) == parts[0] | parts[1] | parts[2]


def test_bounded() -> None:
    """A full table begins anew, and goes on answering."""
    table: Remembered[int, int] = Remembered(3)
    for number in range(10):
        table[number] = number
        assert len(table) <= 3
        assert table[number] == number


@given(facts())
def test_two_policies(asked: Facts) -> None:
    """Two policies of one set never share an answer."""
    both = PolicySet([policy(default=ALLOW, name="one"), policy(default=BLOCK, name="other")], "one")
    answers = [both.decide(asked, policy=name) for name in ("one", "other", "one")]
    assert [answer.verdict for answer in answers if isinstance(answer, Decision)] == [ALLOW, BLOCK, ALLOW]
