"""The record ruled on again: what changes, what stays, what cannot be told, and never by whom."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.again import MOST_CONDITIONS, Lack
from agent.core.authorisation import Authorisation, OfficialUsers
from agent.core.catalogue import Category
from agent.core.clients import Client, Role
from agent.core.decision import Mode
from agent.core.engine import Action, Engine, Situation, known
from agent.core.policy import Allowance, Policy
from agent.core.pupils import Pupils
from agent.core.tally import RUN_MINUTES, Basis, Counts, MinuteKey, Tally
from agent.core.timetable import PeriodKind
from agent.core.whatif import Cell, rerule

from .build import ALLOW, BLOCK, CATALOGUE, MINUTES, at, engine, one_of, policy, rule, used_up
from .strategies import MANY, NAMES, clients, instants, later, policies

NINE = at("2026-11-23T09:30")
ROW = MinuteKey(
    minute=int(NINE.timestamp()) // 60,
    person="aa",
    device="bb",
    zone="classroom",
    role="teacher",
    owner="school",
    device_kind="laptop",
    pupils="present",
    service="facebook",
    category="social-network",
    activity="visit",
    basis=Basis.VISIT,
    account="other",
    verdict=BLOCK,
    mode=Mode.ENFORCE,
    rule="directed",
    clause="1",
    authorisation="",
    period="lesson",
    policy="breaks",
    revision="r0",
    opened=True,
)
LOOKED = {"opened": False, "basis": Basis.CONTACT, "account": "unknown", "activity": "unknown"}
ALL, NONE = engine(policy(default=ALLOW)), engine(policy(default=BLOCK))
OFFICIAL = engine(policy(rule("official", ALLOW, one_of("account", Account.OFFICIAL)), default=BLOCK))
POSTS = engine(policy(rule("posts", BLOCK, one_of("activity", Activity.POST))))
FORMS = engine(policy(rule("forms", BLOCK, one_of("activity", Activity.SCHOOL_SIGN_UP))))
DATING = engine(policy(rule("dating", BLOCK, one_of("category", Category.DATING))))
CONCERN = engine(policy(rule("concern", BLOCK, one_of("concern", True))))
KEEPERS = policy(rule("keepers", ALLOW, one_of("official_user", True)), default=BLOCK)
SOMEBODY = OfficialUsers(roles=frozenset({Role.HEADTEACHER}), persons=frozenset({"teacher-01"}))
PERSON = engine(
    policy(rule("one", BLOCK, one_of("person", "teacher-01")), rule("others", ALLOW, one_of("groups", "g")))
)
PERMITTED = engine(policy(rule("permitted", ALLOW, one_of("authorised", True)), default=BLOCK))
USED_UP = rule("used-up", BLOCK, used_up())
DAILY = engine(policy(USED_UP, allowance=Allowance(MINUTES)))
WEEK = Allowance(MINUTES, weekly=True)
WEEKLY = engine(policy(USED_UP, allowance=WEEK))
SCHOOL_DAY = engine(policy(rule("day", BLOCK, one_of("day", "school"))))


def row(**other: Any) -> MinuteKey:
    """A minute of the record: a teacher's visit to Facebook in a lesson, blocked."""
    return ROW._replace(**other)


@pytest.mark.parametrize(
    ("ruler", "key", "becomes"),
    [
        pytest.param(ALL, row(), ALLOW, id="allowed instead"),
        pytest.param(NONE, row(verdict=ALLOW), BLOCK, id="blocked instead"),
        pytest.param(NONE, row(), None, id="unchanged"),
        pytest.param(OFFICIAL, row(account="official"), ALLOW, id="by the account that was seen"),
        pytest.param(OFFICIAL, row(), None, id="another account was seen"),
        pytest.param(OFFICIAL, row(**LOOKED), Lack.ACCOUNT, id="the account was not looked at"),
        pytest.param(OFFICIAL, row(**LOOKED, owner="personal"), None, id="it could not have been looked at"),
        pytest.param(OFFICIAL, row(**LOOKED, service="youtube"), None, id="the service never shows it"),
        pytest.param(POSTS, row(**LOOKED), Lack.ACTIVITY, id="the activity was not looked at"),
        pytest.param(POSTS, row(activity="post", verdict=ALLOW), BLOCK, id="by the activity that was seen"),
        pytest.param(FORMS, row(activity="sign-up", verdict=ALLOW), Lack.FORM, id="what stood in the form"),
        pytest.param(ALL, row(activity="sign-up"), ALLOW, id="whatever stood in the form"),
        pytest.param(DATING, row(service="social-media", category="social-media"), None, id="masked: all alike"),
        pytest.param(ALL, row(service="social-media", category="social-media"), ALLOW, id="masked: in any case"),
        pytest.param(NONE, row(service="friendster"), Lack.GONE, id="no longer in the catalogue"),
        pytest.param(NONE, row(role="bursar"), Lack.OLD_WORDS, id="words of an older version"),
        pytest.param(CONCERN, row(verdict=ALLOW), Lack.CONCERN, id="whether there was a case"),
        pytest.param(engine(KEEPERS, users=SOMEBODY), row(), Lack.OFFICIAL_USER, id="who looks after the accounts"),
        pytest.param(engine(KEEPERS, users=SOMEBODY), row(role="headteacher"), ALLOW, id="known by the role"),
        pytest.param(engine(KEEPERS, users=SOMEBODY), row(account="official"), ALLOW, id="known by the account"),
        pytest.param(engine(KEEPERS, users=OfficialUsers()), row(), None, id="nobody does"),
        pytest.param(PERSON, row(verdict=ALLOW), Lack.PERSON, id="the policy asks who it was"),
        pytest.param(PERMITTED, row(authorisation="7"), ALLOW, id="there was a permission"),
        pytest.param(PERMITTED, row(), None, id="there was none"),
        pytest.param(WEEKLY, row(verdict=ALLOW), Lack.USED, id="a week's minutes"),
        pytest.param(WEEKLY, row(verdict=ALLOW, person=""), None, id="nobody's minutes are not counted"),
        pytest.param(SCHOOL_DAY, row(verdict=ALLOW), BLOCK, id="the kind of day is the calendar's"),
        pytest.param(SCHOOL_DAY, row(minute=ROW.minute - 1440), ALLOW, id="a Sunday"),
    ],
)
def test_one_minute(ruler: Engine, key: MinuteKey, becomes: object) -> None:
    """A minute is ruled on by what the record says of it, or counted under what it does not say."""
    found = rerule(ruler, [[key]])
    cell = Cell(key.role, key.period, key.service, key.verdict, becomes)  # type: ignore[arg-type]
    if becomes is None:
        assert (found.changed, found.same, found.lacking) == ({}, {key.verdict: 1}, {})
    elif isinstance(becomes, Lack):
        assert (found.changed, found.same, found.lacking) == ({}, {}, {becomes: 1})
    else:
        assert (found.changed, found.same, found.lacking) == ({cell: 1}, {}, {})
        assert found.total(key.verdict, becomes) == 1  # type: ignore[arg-type]
    assert found.minutes == 1


def test_several_things_not_known() -> None:
    """Where several things not known turn the verdict, together or each, the first of them is named."""
    both = engine(policy(rule("both", BLOCK, one_of("concern", True), used_up()), allowance=WEEK))
    assert rerule(both, [[row(verdict=ALLOW)]]).lacking == {Lack.USED: 1}
    names = [one_of("person", f"teacher-{number}") for number in range(MOST_CONDITIONS + 1)]
    all_of_them = engine(policy(rule("all", BLOCK, *names)))
    assert rerule(all_of_them, [[row(verdict=ALLOW)]]).lacking == {Lack.PERSON: 1}


@pytest.mark.parametrize(
    ("others", "becomes"),
    [
        pytest.param({}, [ALLOW] * MINUTES + [BLOCK] * 3, id="used up after the allowance"),
        pytest.param({"authorisation": "7"}, [ALLOW] * (MINUTES + 3), id="permitted use is not personal"),
        pytest.param({"account": "official"}, [ALLOW] * (MINUTES + 3), id="nor is the school's own"),
    ],
)
def test_allowance(others: dict[str, str], becomes: list[object]) -> None:
    """An allowance of a day is used up by the minutes that would have been allowed, whatever was then."""
    day = [row(minute=ROW.minute + number, **others) for number in range(MINUTES + 3)]
    found = rerule(DAILY, [reversed(day)])
    assert (found.total(BLOCK, ALLOW), found.same.get(BLOCK, 0)) == (becomes.count(ALLOW), becomes.count(BLOCK))
    again = rerule(DAILY, [day[:MINUTES], day[MINUTES:]])
    assert again.total(BLOCK, ALLOW) == MINUTES + 3, "each day begins anew"
    two = rerule(DAILY, [[key._replace(person=f"p{number % 2}") for number, key in enumerate(day)]])
    assert two.total(BLOCK, ALLOW) == MINUTES + 3, "each has an own allowance"


def test_perhaps_used_up() -> None:
    """Where earlier verdicts cannot be told, neither can whether the allowance would have been used up."""
    posts = rule("posts", BLOCK, one_of("activity", Activity.POST))
    ruler = engine(policy(rule("used-up", BLOCK, used_up(2)), posts, allowance=Allowance(2)))
    day = [row(minute=ROW.minute + number, **LOOKED) for number in range(2)]
    found = rerule(ruler, [[*day, row(minute=ROW.minute + 2)]])
    assert found.lacking == {Lack.ACTIVITY: 2, Lack.USED: 1}


def test_one_minute_of_several_rows() -> None:
    """What was done in one minute at one service is one minute, and what would have changed in it counts first."""
    day = [row(activity="visit", verdict=ALLOW), row(activity="post", verdict=ALLOW), row(**LOOKED, verdict=ALLOW)]
    found = rerule(POSTS, [day])
    assert (found.minutes, found.total(ALLOW, BLOCK)) == (1, 1)
    assert rerule(POSTS, [day[::2]]).lacking == {Lack.ACTIVITY: 1}
    assert rerule(POSTS, [[*day, row(device="cc", verdict=ALLOW)]]).minutes == 2


def test_empty() -> None:
    """An empty record has nothing to rule on."""
    assert rerule(ALL, []).minutes == rerule(ALL, [[]]).minutes == 0


PERMISSION = Authorisation(
    "7", at("2026-11-01"), at("2026-12-01"), "", services=frozenset({"x"}), roles=frozenset(Role)
)


@MANY
@given(policies(), clients(), st.sampled_from(NAMES), instants(), st.sampled_from(Account), st.sampled_from(Activity))
def test_the_same_policy_changes_nothing(
    ruled_by: Policy, client: Client, name: str, instant: datetime, account: Account, activity: Activity
) -> None:
    """What a policy itself said of a request or of a name, it never says otherwise of its minute."""
    ruler, tally = engine(ruled_by, authorisations=[PERMISSION]), Tally()
    hello = Situation(client, CATALOGUE.match_name(name))
    for asked in (hello, known(hello, account, activity)):
        for minute in range(RUN_MINUTES):
            ruling = ruler.rule_on(asked, later(instant, minute))
            if ruling.recorded and (not asked.at_hello or ruling.action is not Action.OPEN):
                tally.add(ruling, "r1", Counts(1), opened=not asked.at_hello)
        assert rerule(ruler, [tally.take()]).changed == {}


def test_words() -> None:
    """The record's own words are read: pupils and period as they were told then."""
    ruler = engine(policy(rule("here", BLOCK, one_of("pupils", Pupils.PRESENT), one_of("period", PeriodKind.LUNCH))))
    assert rerule(ruler, [[row(period="lunch", verdict=ALLOW)]]).total(ALLOW, BLOCK) == 1
    assert rerule(ruler, [[row(period="lunch", pupils="absent")]]).total(BLOCK, ALLOW) == 1
