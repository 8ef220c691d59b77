"""Policies: what the words of a rule mean over facts, which rules are there, and in what order."""

from __future__ import annotations

from typing import Any

import pytest

from agent.app.build import build
from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.calendar import DayKind
from agent.core.catalogue import Category
from agent.core.clients import DeviceKind, Owner, Role, Zone
from agent.core.facts import Facts
from agent.core.policy import Monitoring, Policy
from agent.core.pupils import Pupils
from agent.core.timetable import PeriodKind
from tests.packs.bad import PLACES, small

FACTS = Facts(
    role=Role.TEACHER,
    owner=Owner.SCHOOL,
    kind=DeviceKind.LAPTOP,
    zone=Zone.HALL,
    pupils=Pupils.UNKNOWN,
    period=PeriodKind.ASSEMBLY,
    day=DayKind.SCHOOL,
    category=Category.SOCIAL_NETWORK,
    service="facebook",
    account=Account.OTHER,
    activity=Activity.POST,
    used=30,
    person="teacher-01",
    groups=frozenset({"infants"}),
)
HEAD = """policy: bad
title: A policy
social-media: [social-network, video-sharing]
monitoring: {mode: on-concern, clause: "7"}
retention: {days: 14}
allowance: {minutes: $minutes, per: week}
settings:
  minutes: {type: minutes, default: 30, clause: "1", says: Minutes.}
  phones: {type: yes-no, default: no, clause: "2", says: Phones.}
  agreed: {type: services, default: [], clause: "3", says: Agreed.}
  wiki: {type: choice, default: enforce, choices: [enforce, people], clause: "4", says: Wikis.}
"""
DEFAULT = "default: {rule: otherwise, verdict: allow, clause: ''}\n"


def load(rules: str, head: str = HEAD, more: dict[str, bytes] | None = None) -> Policy:
    """The policy of these rules, in the small configuration."""
    text = f"{head}rules:\n{rules}{DEFAULT}"
    built = build({**small(), PLACES["policy"]: text.encode(), **(more or {})}, None)
    assert built.engine is not None, "\n".join(map(str, built.problems))
    return built.engine.policies.policies["bad"]


def rule(conditions: str, id: str = "one") -> str:
    """A rule that allows."""
    return f"  - {{rule: {id}, verdict: allow, clause: '', {conditions}}}\n"


def fits(conditions: str, facts: Facts = FACTS) -> bool | None:
    """Whether a rule with these conditions fits."""
    return load(rule(conditions)).rules[0].fits(facts)


CONDITIONS: list[tuple[str, dict[str, Any], bool | None]] = [
    ("when: {}", {}, True),
    ("when: {role: teacher}", {}, True),
    ("when: {role: staff}", {"role": Role.VOLUNTEER}, True),
    ("when: {role: staff}", {"role": Role.UNKNOWN}, False),
    ("when: {role: [pupil, parent]}", {"role": Role.PARENT}, True),
    ("when: {period: directed}", {}, True),
    ("when: {period: [directed, lunch]}", {"period": PeriodKind.LUNCH}, True),
    ("when: {period: directed}", {"period": PeriodKind.CLOSED}, False),
    ("when: {day: inset}", {"day": DayKind.INSET}, True),
    ("when: {zone: [hall, playground]}", {}, True),
    ("when: {owner: [personal, unknown]}", {}, False),
    ("when: {device: phone}", {"kind": DeviceKind.PHONE}, True),
    ("when: {pupils: present}", {}, True),
    ("when: {pupils: present}", {"pupils": Pupils.ABSENT}, False),
    ("when: {pupils: absent}", {}, False),
    ("when: {pupils: absent}", {"pupils": Pupils.ABSENT}, True),
    ("unless: {pupils: absent}", {}, True),
    ("unless: {pupils: present}", {}, False),
    ("when: {category: social-media}", {}, True),
    ("when: {category: social-media}", {"category": Category.MICROBLOG, "service": "x"}, False),
    ("when: {category: [social-media, microblog]}", {"category": Category.MICROBLOG}, True),
    ("when: {service: [facebook, youtube]}", {}, True),
    ("unless: {service: facebook}", {}, False),
    ("when: {account: [official, signed-out]}", {}, False),
    ("when: {account: official}", {"account": None}, None),
    ("when: {activity: [post, edit]}", {}, True),
    ("when: {authorised: yes}", {}, False),
    ("when: {authorised: no}", {}, True),
    ("unless: {authorised: yes}", {}, True),
    ("unless: {authorised: yes}", {"authorised": True}, False),
    ("when: {concern: yes}", {"concern": True}, True),
    ("when: {official-user: yes}", {}, False),
    ("when: {allowance: used-up}", {}, True),
    ("when: {allowance: used-up}", {"used": 29}, False),
    ("when: {allowance: left}", {"used": 29}, True),
    ("unless: {allowance: left}", {"used": 29}, False),
    ("when: {person: teacher-01}", {}, True),
    ("when: {person: [teacher-02, teacher-03]}", {}, False),
    ("when: {person: teacher-01}", {"person": None}, False),
    ("unless: {person: teacher-01}", {"person": None}, True),
    ("when: {group: infants}", {}, True),
    ("when: {group: [infants, mentors]}", {"groups": frozenset({"mentors", "choir"})}, True),
    ("when: {group: mentors}", {}, False),
    ("unless: {group: mentors}", {}, True),
    ("unless: {role: pupil, zone: hall}", {}, False),
    ("when: {role: staff, zone: office}", {}, False),
    ("when: {role: staff}, unless: {zone: office}", {}, True),
]


def _id(case: tuple[str, dict[str, Any], bool | None]) -> str:
    """The same in each process, in whatever order a set stands in memory."""
    told = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in case[1].items()}
    return f"{case[0]} {told}"


@pytest.mark.parametrize(("conditions", "changed", "expected"), CONDITIONS, ids=[_id(c) for c in CONDITIONS])
def test_what_conditions_mean(conditions: str, changed: dict[str, Any], expected: bool | None) -> None:
    """In `when` every key must hold and a list is any of its words; in `unless` any one key lifts the rule."""
    assert fits(conditions, FACTS._replace(**changed)) is expected


WORDS = [
    ("when: {pupils: present}", "pupils are or may be present"),
    ("unless: {pupils: present}", "no pupils are present"),
    ("when: {pupils: [present, absent]}", "pupils are present or not"),
    ("when: {role: [teacher, trainee, governor]}", "the role is teacher, trainee or governor"),
    ("unless: {zone: hall}", "the place is not hall"),
    ("when: {category: social-media}", "it is social media"),
    ("unless: {service: youtube}", "it is not YouTube"),
    ("when: {allowance: used-up}", "the 30 minutes are used up"),
    ("unless: {allowance: used-up}", "some of the 30 minutes are left"),
    ("unless: {authorised: yes}", "no permission has been given"),
    ("when: {group: mentors}", "the person is in the group mentors"),
]


@pytest.mark.parametrize(("conditions", "words"), WORDS, ids=[c for c, _ in WORDS])
def test_conditions_read_aloud(conditions: str, words: str) -> None:
    """A headteacher reads an explanation, so each condition is a plain sentence."""
    assert [c.words for c in load(rule(conditions)).rules[0].conditions] == [words]


def test_locked_rules_come_first() -> None:
    """The locked section is read before the policy's own rules, and is marked so."""
    head = (
        HEAD
        + "locked:\n  include: pupils-and-visitors\n  rules:\n"
        + "".join("  " + line + "\n" for line in rule("when: {zone: guest}", "no-guests").splitlines())
    )
    policy = load(rule("when: {zone: hall}"), head)
    assert [r.id for r in policy.rules if r.locked] == [
        "no-short-video-for-pupils-and-visitors",
        "not-for-pupils-and-visitors",
        "left-to-the-filter",
        "no-guests",
    ]
    assert [r.id for r in policy.rules][-1] == "one"


def test_what_a_policy_says_of_itself() -> None:
    """Monitoring, retention, allowance and definition come through; a setting gives its default."""
    policy = load(rule("when: {zone: hall}"))
    assert policy.monitoring is Monitoring.ON_CONCERN
    assert policy.retention_days == 14
    assert policy.allowance is not None
    assert (policy.allowance.minutes, policy.allowance.weekly) == (30, True)
    assert policy.social_media == {Category.SOCIAL_NETWORK, Category.VIDEO_SHARING}


ONLY_IF = [
    ("only-if: {phones: no}, when: {zone: hall}", 1),
    ("only-if: {phones: yes}, when: {zone: hall}", 0),
    ("only-if: {wiki: enforce, minutes: 30}, when: {zone: hall}", 1),
    ("only-if: {wiki: people}, when: {zone: hall}", 0),
    ("when: {service: $agreed}", 0),
    ("unless: {service: $agreed}", 1),
]


@pytest.mark.parametrize(("conditions", "count"), ONLY_IF, ids=[c for c, _ in ONLY_IF])
def test_settings_leave_rules_out(conditions: str, count: int) -> None:
    """A rule for another value of a setting, or over a list that is empty, is simply not there."""
    assert len(load(rule(conditions)).rules) == count


def test_the_schools_own_values() -> None:
    """`settings` of the site reach the policy in force, and only that."""
    files = small()
    site = files["site.yaml"].replace(b"settings: {}", b"settings: {daily-minutes: 5, agreed-services: [youtube]}")
    built = build({**files, "site.yaml": site}, None)
    assert built.engine is not None
    policy = built.engine.policies.policies["breaks-without-pupils"]
    assert policy.allowance is not None
    assert policy.allowance.minutes == 5
    agreed = next(r for r in policy.rules if r.id == "agreed-with-pupils")
    assert agreed.fits(FACTS._replace(service="youtube"))
    assert [c.words for c in agreed.conditions] == ["it is one of the services of the setting agreed-services"]


def test_a_rule_that_a_setting_changes_proves_no_other_dead() -> None:
    """With another value the later rule would decide, so the school must not have to delete it."""
    rules = rule("only-if: {phones: no}, when: {zone: hall}", "one") + rule("when: {zone: hall, role: teacher}", "two")
    assert [r.id for r in load(rules).rules] == ["one", "two"]


ALIVE = {
    "a part is left": rule("when: {role: teacher}", "one") + rule("when: {role: staff}", "two"),
    "two rules leave a corner": rule("when: {zone: hall, day: school}", "one")
    + rule("when: {zone: hall, role: teacher}", "two")
    + rule("when: {zone: hall}", "three"),
    "groups are not known here": rule("when: {group: infants}", "one") + rule("when: {role: teacher}", "two"),
}


@pytest.mark.parametrize("rules", ALIVE.values(), ids=ALIVE)
def test_a_rule_that_can_decide_something_stands(rules: str) -> None:
    """Only what never can match is refused."""
    assert load(rules).rules
