"""One question in words of the policy, ruled on as the gateway does it: by the name, then by the request."""

from dataclasses import fields, replace

import pytest

from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.clients import DeviceKind, Owner, Role, Zone
from agent.core.decision import Mode, Outcome
from agent.core.engine import Engine
from agent.core.explain import Answer, Query, explain
from agent.core.policy import Monitoring
from agent.core.pupils import Pupils

from .build import ALLOW, BLOCK, SITE, at, engine, one_of, policy, rule

LESSON, BREAK = at("2026-11-23T09:30"), at("2026-11-23T10:30")
HERE = Query(LESSON, "https://www.facebook.com/groups")
OFFICIAL_ONLY = engine(policy(rule("official", ALLOW, one_of("account", Account.OFFICIAL)), default=BLOCK))
POSTS = engine(policy(rule("posts", BLOCK, one_of("activity", Activity.POST))))
PRESENT = engine(policy(rule("present", BLOCK, one_of("pupils", Pupils.PRESENT))))
AUTHORISED = engine(policy(rule("permitted", ALLOW, one_of("authorised", True)), default=BLOCK))
ON_CONCERN = engine(policy(monitoring=Monitoring.ON_CONCERN))
GROUPS = engine(policy(rule("g", BLOCK, one_of("groups", frozenset({"infants"})), one_of("person", "teacher-01"))))


def test_answer() -> None:
    """An answer has everything that the command line shows."""
    answer = explain(engine(), HERE)
    assert {f.name: getattr(answer, f.name) for f in fields(Answer) if f.name != "trace"} == {
        "verdict": BLOCK,
        "rule": "directed",
        "clause": "§directed",
        "policy": "breaks",
        "service": "facebook",
        "category": "social-network",
        "activity": "unknown",
        "period": "lesson",
        "until": BREAK,
        "opens": True,
        "record": "minute",
        "revision": "r1",
        "say": "say directed",
        "day": "school",
        "pupils": "present",
        "next_allowed": BREAK,
        "bell": "main",
    }
    assert [(step.rule, step.outcome) for step in answer.trace] == [
        ("pupils", Outcome.NO),
        ("directed", Outcome.YES),
    ]


def test_defaults() -> None:
    """Without saying more one asks for a teacher at a school laptop in a classroom."""
    assert (HERE.role, HERE.owner, HERE.kind) == (Role.TEACHER, Owner.SCHOOL, DeviceKind.LAPTOP)
    assert (HERE.zone, HERE.account, HERE.activity) == (Zone.CLASSROOM, Account.UNKNOWN, Activity.UNKNOWN)
    assert (HERE.pupils, HERE.authorised, HERE.used, HERE.concern, HERE.inspectable) == (None, False, 0, False, None)


@pytest.mark.parametrize(
    ("ruler", "query", "verdict", "deciding", "opens"),
    [
        pytest.param(engine(), HERE, BLOCK, "directed", True, id="blocked, opened for the page"),
        pytest.param(engine(), replace(HERE, at=BREAK), ALLOW, "default", False, id="allowed, passed on the name"),
        pytest.param(
            engine(), replace(HERE, inspectable=False), BLOCK, "directed", False, id="refused, not inspectable"
        ),
        pytest.param(engine(), replace(HERE, owner=Owner.PERSONAL), BLOCK, "directed", False, id="refused, personal"),
        pytest.param(
            engine(),
            replace(HERE, owner=Owner.UNKNOWN, inspectable=True),
            BLOCK,
            "directed",
            True,
            id="inspectable, said so",
        ),
        pytest.param(engine(), replace(HERE, role=Role.PUPIL), BLOCK, "pupils", False, id="a pupil is not opened"),
        pytest.param(
            engine(site=replace(SITE, mode=Mode.OBSERVE)), HERE, BLOCK, "directed", False, id="observed, passed"
        ),
        pytest.param(
            engine(), replace(HERE, url="http://www.facebook.com/"), BLOCK, "directed", False, id="clear text"
        ),
        pytest.param(
            engine(), replace(HERE, url=" HTTP://www.facebook.com/"), BLOCK, "directed", False, id="clear, shouted"
        ),
        pytest.param(engine(), replace(HERE, url="www.facebook.com"), BLOCK, "directed", True, id="a bare name is TLS"),
        pytest.param(
            engine(), replace(HERE, url="https://bbc.co.uk"), ALLOW, "not-social-media", False, id="anything else"
        ),
        pytest.param(
            engine(), replace(HERE, url="http://bbc.co.uk"), ALLOW, "not-social-media", False, id="else, clear"
        ),
        pytest.param(engine(None), HERE, ALLOW, "no-policy", False, id="no policy"),
        pytest.param(OFFICIAL_ONLY, HERE, BLOCK, "default", True, id="account unknown"),
        pytest.param(
            OFFICIAL_ONLY, replace(HERE, account=Account.OFFICIAL), ALLOW, "official", True, id="official account"
        ),
        pytest.param(
            OFFICIAL_ONLY,
            replace(HERE, account=Account.OFFICIAL, role=Role.SUPPORT_STAFF),
            ALLOW,
            "official",
            True,
            id="the official account makes an official user",
        ),
        pytest.param(
            OFFICIAL_ONLY,
            replace(HERE, account=Account.OFFICIAL, inspectable=False),
            BLOCK,
            "default",
            False,
            id="the account unknowable",
        ),
        pytest.param(
            OFFICIAL_ONLY,
            replace(HERE, account=Account.OFFICIAL, url="https://youtube.com"),
            BLOCK,
            "default",
            True,
            id="the service never shows it",
        ),
        pytest.param(POSTS, replace(HERE, activity=Activity.POST), BLOCK, "posts", True, id="a post"),
        pytest.param(POSTS, replace(HERE, activity=Activity.VISIT), ALLOW, "default", True, id="a visit"),
        pytest.param(
            POSTS, replace(HERE, url="http://fb.com", activity=Activity.POST), BLOCK, "posts", False, id="a clear post"
        ),
        pytest.param(PRESENT, HERE, BLOCK, "present", True, id="pupils by the timetable"),
        pytest.param(PRESENT, replace(HERE, pupils=Pupils.ABSENT), ALLOW, "default", False, id="pupils, as told"),
        pytest.param(AUTHORISED, HERE, BLOCK, "default", True, id="no permission"),
        pytest.param(AUTHORISED, replace(HERE, authorised=True), ALLOW, "permitted", False, id="a permission"),
        pytest.param(engine(), replace(HERE, at=BREAK, used=30), BLOCK, "used-up", True, id="minutes used up"),
        pytest.param(
            GROUPS,
            replace(HERE, person="teacher-01", groups=frozenset({"infants"})),
            BLOCK,
            "g",
            True,
            id="person and group",
        ),
    ],
)
def test_explain(ruler: Engine, query: Query, verdict: str, deciding: str, opens: bool) -> None:
    """The answer is what the gateway would do, and says whether it would open the connection."""
    answer = explain(ruler, query)
    assert (answer.verdict, answer.rule, answer.opens) == (verdict, deciding, opens)
    assert answer.next_allowed is None or answer.verdict is BLOCK


@pytest.mark.parametrize(
    ("ruler", "query", "record"),
    [
        pytest.param(engine(), HERE, "minute", id="staff"),
        pytest.param(engine(), replace(HERE, role=Role.PUPIL), "none", id="pupil"),
        pytest.param(engine(), replace(HERE, activity=Activity.EMBED), "none", id="embed"),
        pytest.param(ON_CONCERN, HERE, "none", id="no concern"),
        pytest.param(ON_CONCERN, replace(HERE, concern=True), "minute", id="concern"),
        pytest.param(engine(site=replace(SITE, governance=None)), HERE, "none", id="nobody was told"),
    ],
)
def test_record(ruler: Engine, query: Query, record: str) -> None:
    """The answer says whether a minute would be kept."""
    assert explain(ruler, query).record == record


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (replace(HERE, policy="q"), "no policy is called 'q'; there are: breaks"),
        (replace(HERE, url=""), "a host name"),
        (replace(HERE, url="https://192.0.2.1/"), "IP address"),
    ],
    ids=["policy", "no url", "address"],
)
def test_refuses(query: Query, message: str) -> None:
    """A question about no host or no policy is refused, and a policy asked for is used."""
    with pytest.raises(ValueError, match=message):
        explain(engine(), query)
    assert explain(engine(), replace(HERE, policy="breaks")).policy == "breaks"
