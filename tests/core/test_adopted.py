"""An engine with another policy in force: its rules, and the names that it may open, not those of the first."""

from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.adopted import adopted
from agent.core.engine import Action, Situation, known

from .build import ALLOW, BLOCK, BREAKS, at, engine, one_of, policy, rule

EDITS = policy(
    rule("no-edits", BLOCK, one_of("service", "wikipedia"), one_of("activity", Activity.EDIT)),
    default=ALLOW,
    name="edits",
)


def test_opens_what_it_needs_itself() -> None:
    """A policy that turns on edits of an encyclopaedia opens it, whatever the policy in force opens."""
    first = engine(BREAKS)
    second = adopted(first, EDITS)
    client = first.directory.identify("10.20.10.1")
    hello = Situation(client, first.catalogue.match_name("en.wikipedia.org"))
    assert second.policies.in_force == "edits"
    assert set(second.policies.policies) == {"breaks", "edits"}
    assert second.rule_on(hello, at("2026-11-23T12:30")).action is Action.OPEN
    edit = known(hello, Account.SIGNED_OUT, Activity.EDIT)
    assert second.rule_on(edit, at("2026-11-23T12:30")).action is Action.PAGE
    assert not second.site.may_open("facebook.com")


def test_takes_the_place_of_its_name() -> None:
    """Under a name that is loaded already, the one asked about counts; the engine asked is left as it was."""
    first = engine(BREAKS)
    other = policy(default=BLOCK, name="breaks")
    assert adopted(first, other).policies.policies == {"breaks": other}
    assert first.policies.policies == {"breaks": BREAKS}
