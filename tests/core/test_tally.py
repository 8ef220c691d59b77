"""What may be kept of a ruling: active minutes, with the least in them, in bounded memory."""

from dataclasses import replace

import pytest

from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.clients import Role
from agent.core.decision import Mode
from agent.core.engine import Engine, Situation, known
from agent.core.policy import Monitoring
from agent.core.tally import RUN_WINDOW, Basis, Counts, MinuteKey, Tally

from .build import ALLOW, BLOCK, STAFF_LAPTOP, STAFF_PHONE, at, engine, one_of, policy, rule, situation
from .strategies import later

START = at("2026-11-23T10:30")
MINUTE = int(START.timestamp()) // 60
OPEN = engine(policy())
KEEPS_NOTHING = engine(policy(monitoring=Monitoring.NEVER))
VISIT = known(situation(), Account.OTHER, Activity.VISIT)
CONTACT = situation()
ONCE = Counts(1, 10, 100)


def told(tally: Tally, asked: Situation, *minutes: float, ruler: Engine = OPEN) -> list[bool]:
    """Tell a tally of the same attempt at some minutes after the start."""
    instants = [later(START, passed) for passed in minutes]
    opened = not asked.at_hello
    return [bool(tally.add(ruler.rule_on(asked, instant), "r1", Counts(1, 10, 100), opened)) for instant in instants]


def minutes(tally: Tally) -> list[int]:
    """The minutes that stand, counted from the start."""
    return sorted(key.minute - MINUTE for key in tally.take())


def test_visit() -> None:
    """A request of a person stands at once, with all that the policy's record is made of."""
    tally = Tally()
    assert told(tally, VISIT, 0) == [True]
    key = MinuteKey(
        MINUTE,
        "teacher-01",
        "laptop-01",
        "classroom",
        "teacher",
        "school",
        "laptop",
        "absent",
        "facebook",
        "social-network",
        "visit",
        Basis.VISIT,
        "other",
        ALLOW,
        Mode.ENFORCE,
        "default",
        "§default",
        "",
        "break",
        "p",
        "r1",
        True,
    )
    assert tally.take() == {key: ONCE}
    assert tally.take() == {}


def test_sums() -> None:
    """What happens in the same minute in the same way is summed, anything else stands apart."""
    tally = Tally()
    told(tally, VISIT, 0, 0.5, 0.99, 1)
    told(tally, replace(VISIT, activity=Activity.POST), 0)
    found = {(key.minute - MINUTE, key.activity): counts for key, counts in tally.take().items()}
    assert found == {(0, "visit"): Counts(3, 30, 300), (1, "visit"): ONCE, (0, "post"): ONCE}


@pytest.mark.parametrize(
    ("asked", "basis"),
    [
        pytest.param(VISIT, Basis.VISIT, id="visit"),
        pytest.param(replace(VISIT, activity=Activity.SIGN_IN), Basis.VISIT, id="sign-in"),
        pytest.param(replace(VISIT, activity=Activity.APP), Basis.CONTACT, id="app"),
        pytest.param(replace(VISIT, activity=Activity.UNKNOWN), Basis.CONTACT, id="unknown"),
        pytest.param(CONTACT, Basis.CONTACT, id="the name alone"),
        pytest.param(replace(VISIT, at_hello=True), Basis.CONTACT, id="supposed at the hello"),
    ],
)
def test_basis(asked: Situation, basis: Basis) -> None:
    """A minute is a visit only if a person's own request was seen."""
    tally = Tally()
    assert told(tally, asked, 0, 1, 2) == [basis is Basis.VISIT] * 2 + [True]
    assert {key.basis for key in tally.take()} == {basis}


@pytest.mark.parametrize(
    ("contacts", "stands", "kept"),
    [
        pytest.param([0], [False], [], id="one"),
        pytest.param([0, 0.2, 0.9], [False] * 3, [], id="three in one minute"),
        pytest.param([0, 1, 2], [False, False, True], [0, 1, 2], id="three in a row"),
        pytest.param([0, 2, 4], [False, False, True], [0, 2, 4], id="three within five"),
        pytest.param([0, 2, 5], [False] * 3, [], id="three within six"),
        pytest.param([0, 3, 6, 9], [False] * 4, [], id="a poll every three minutes"),
        pytest.param([0, 1, 2, 3, 4], [False, False, True, True, True], [0, 1, 2, 3, 4], id="the run goes on"),
        pytest.param([0, 1, 2, 2.5], [False, False, True, True], [0, 1, 2], id="again in its last minute"),
        pytest.param([0, 1, 2, 8, 9], [False, False, True, False, False], [0, 1, 2], id="a gap ends the run"),
        pytest.param([0, 4, 5, 6], [False, False, False, True], [4, 5, 6], id="a first one too early"),
        pytest.param([60, 0, 1, 2], [False, False, False, True], [0, 1, 2], id="a clock set back an hour"),
        pytest.param([2, 1, 0], [False] * 3, [], id="a clock that runs backwards"),
    ],
)
def test_contacts(contacts: list[float], stands: list[bool], kept: list[int]) -> None:
    """Contacts stand only in a run of at least three minutes within five, and then all of that run."""
    tally = Tally()
    assert told(tally, CONTACT, *contacts) == stands
    assert minutes(tally) == kept


BLOCKING = engine(policy(default=BLOCK))


@pytest.mark.parametrize(
    ("asked", "refused", "passed", "stand"),
    [
        pytest.param(VISIT, [], [0, 0.5, 1], [[0], [0], [1]], id="visits"),
        pytest.param(CONTACT, [], [0, 1, 2, 3], [[], [], [0, 1, 2], [0, 1, 2, 3]], id="a run"),
        pytest.param(CONTACT, [0], [5, 6, 7], [[], [], [5, 6, 7]], id="what is before the run does not stand"),
        pytest.param(CONTACT, [0, 1], [2, 3], [[2], [2, 3]], id="what was refused is nobody's use"),
        pytest.param(CONTACT, [0], [0.5, 1, 2], [[], [], [0, 1, 2]], id="refused and then let through"),
    ],
)
def test_allowance(asked: Situation, refused: list[float], passed: list[float], stand: list[list[int]]) -> None:
    """The minutes to count against an allowance are those that stand, from the start of a run on."""
    tally = Tally()
    told(tally, asked, *refused, ruler=BLOCKING)
    rulings = [OPEN.rule_on(asked, later(START, minute)) for minute in passed]
    found = [tally.add(ruling, "r1", ONCE, not asked.at_hello) for ruling in rulings]
    assert [[minute - MINUTE for minute in one] for one in found] == stand


def test_runs_apart() -> None:
    """A run is one device's at one service; two of them do not add up."""
    tally = Tally()
    for asked in (CONTACT, situation(client=STAFF_PHONE), situation("x.com")):
        assert told(tally, asked, 0, 1) == [False, False]
    assert told(tally, situation("graph.facebook.com"), 2) == [True]
    assert {key.device for key in tally.take()} == {"laptop-01"}


@pytest.mark.parametrize(
    ("asked", "ruler"),
    [
        pytest.param(known(situation(), Account.OTHER, Activity.EMBED), OPEN, id="embed"),
        pytest.param(situation(client=replace(STAFF_LAPTOP, role=Role.PUPIL)), OPEN, id="pupil"),
        pytest.param(situation("fbcdn.net"), OPEN, id="asset"),
        pytest.param(situation("bbc.co.uk"), OPEN, id="not social media"),
        pytest.param(situation(), engine(policy(rule("o", BLOCK, one_of("account", Account.OTHER)))), id="needs"),
    ],
)
def test_nothing(asked: Situation, ruler: Engine) -> None:
    """What does not count, and what is not decided yet, leaves no trace."""
    tally = Tally()
    assert told(tally, asked, 0, 1, 2, 3, ruler=ruler) == [False] * 4
    assert tally.take() == {}


def test_nothing_recorded() -> None:
    """Where nothing is recorded nothing is kept, but a minute that stands is told, for the allowance."""
    tally = Tally()
    assert told(tally, VISIT, 0, ruler=KEEPS_NOTHING) == [True]
    assert told(tally, CONTACT, 0, 1, 2, ruler=KEEPS_NOTHING) == [False, False, True]
    assert tally.take() == {}


def test_sensitive() -> None:
    """A sensitive service stands there only as social media, without the rule that would name it."""
    tally = Tally()
    asked = known(situation("kindling.example"), Account.OTHER, Activity.VISIT)
    told(tally, asked, 0, ruler=engine(policy(rule("no-dating", BLOCK, one_of("service", "kindling")))))
    (key,) = tally.take()
    assert (key.service, key.category, key.rule, key.clause) == ("social-media", "social-media", "", "")
    assert key.verdict is BLOCK
    assert not any("kindling" in str(part) or "dating" in str(part) for part in key)


def test_nobody() -> None:
    """Staff without a name or a device stand there without them."""
    tally = Tally()
    told(tally, replace(VISIT, client=replace(STAFF_LAPTOP, person=None, device=None)), 0)
    (key,) = tally.take()
    assert (key.person, key.device) == ("", "")


def test_bounded() -> None:
    """Contacts that never make a run take no more memory after a day than after five minutes."""
    tally = Tally()
    told(tally, CONTACT, *range(0, 1440, 3))
    assert sum(len(waiting) for waiting in tally._waiting.values()) <= RUN_WINDOW
    assert [len(recent) <= RUN_WINDOW for recent in tally._recent.values()] == [True]
    assert tally.take() == {}


@pytest.mark.parametrize(
    ("asked_at", "stands"), [pytest.param(4, True, id="still open"), pytest.param(6, False, id="over")]
)
def test_forget(asked_at: int, stands: bool) -> None:
    """Contacts are forgotten once they can no longer become a run, and not before."""
    tally = Tally()
    told(tally, CONTACT, 0, 1)
    told(tally, VISIT, 0)
    tally.forget_before(MINUTE + asked_at)
    assert bool(tally._recent) is stands
    assert bool(tally._waiting) is stands
    assert told(tally, CONTACT, 4) == [stands]
    assert 0 in minutes(tally)
