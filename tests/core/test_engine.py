"""The one function that rules: action, what counts, what may be kept, for live flows and for situations."""

from dataclasses import replace

import pytest

from agent.core.accounts import Account
from agent.core.activity import Activity, Request
from agent.core.catalogue import Category
from agent.core.clients import Client, Role
from agent.core.decision import Decision, Mode, Needs
from agent.core.engine import Action, Engine, Situation, known
from agent.core.flow import Flow
from agent.core.policy import Monitoring

from .build import (
    ALLOW,
    BLOCK,
    LAPTOP,
    LIKE_BUTTON,
    OFFICIAL_ID,
    PAGE,
    PHONE,
    SITE,
    STAFF_LAPTOP,
    STAFF_PHONE,
    at,
    engine,
    one_of,
    policy,
    rule,
    situation,
)

LESSON, BREAK = at("2026-11-23T09:30"), at("2026-11-23T10:30")
OFFICIAL_ONLY = policy(rule("official", ALLOW, one_of("account", Account.OFFICIAL)), default=BLOCK)
OPEN = policy()
OBSERVED = replace(SITE, mode=Mode.OBSERVE)
UNGOVERNED = replace(SITE, governance=None)
PUPIL = replace(STAFF_LAPTOP, role=Role.PUPIL)
FACEBOOK_PAGE = Flow(LAPTOP, ("www.facebook.com",), LESSON, request=PAGE, opened=True)


def ruled(ruler: Engine, flow: Flow) -> tuple[Action, str]:
    """The action, and the rule or the facts needed."""
    ruling = ruler.rule(flow)
    return ruling.action, ruling.answer[-1]


@pytest.mark.parametrize(
    ("flow", "action", "answer"),
    [
        pytest.param(Flow(LAPTOP, ("www.facebook.com",), LESSON), Action.OPEN, "directed", id="to show the page"),
        pytest.param(FACEBOOK_PAGE, Action.PAGE, "directed", id="the page"),
        pytest.param(Flow(LAPTOP, ("www.facebook.com",), BREAK), Action.PASS, "default", id="in the break"),
        pytest.param(Flow(PHONE, ("www.facebook.com",), LESSON), Action.REFUSE, "directed", id="not inspectable"),
        pytest.param(Flow("203.0.113.9", ("www.facebook.com",), BREAK), Action.REFUSE, "pupils", id="nobody's address"),
        pytest.param(Flow(LAPTOP, ("www.bbc.co.uk",), LESSON), Action.PASS, "not-social-media", id="not social media"),
        pytest.param(Flow(LAPTOP, (), LESSON), Action.PASS, "not-social-media", id="no name"),
        pytest.param(Flow(LAPTOP, ("bbc.co.uk", "x.com"), LESSON), Action.OPEN, "directed", id="any name of several"),
        pytest.param(Flow(LAPTOP, ("192.0.2.1",), LESSON), Action.PASS, "not-social-media", id="an address"),
        pytest.param(
            Flow(LAPTOP, ("connect.facebook.net",), LESSON),
            Action.REFUSE,
            "directed",
            id="outside the CA's scope",
        ),
        pytest.param(
            Flow(LAPTOP, ("bbc.co.uk",), LESSON, request=PAGE),
            Action.PASS,
            "not-social-media",
            id="a request to anywhere else",
        ),
        pytest.param(Flow(LAPTOP, ("x.com",), BREAK, used=30), Action.OPEN, "used-up", id="minutes used up"),
    ],
)
def test_action(flow: Flow, action: Action, answer: str) -> None:
    """What is allowed passes; what is blocked is shown a page where it may be opened, else refused."""
    assert ruled(engine(), flow) == (action, answer)
    assert engine().rule(flow).blocks is (action in (Action.REFUSE, Action.PAGE))


@pytest.mark.parametrize(
    ("ruler", "client", "name", "action"),
    [
        pytest.param(engine(OFFICIAL_ONLY), STAFF_LAPTOP, "x.com", Action.OPEN, id="inspectable"),
        pytest.param(engine(OFFICIAL_ONLY), STAFF_PHONE, "x.com", Action.REFUSE, id="not inspectable"),
        pytest.param(engine(OFFICIAL_ONLY), PUPIL, "x.com", Action.REFUSE, id="pupils are never opened"),
        pytest.param(engine(OFFICIAL_ONLY), STAFF_LAPTOP, "fbcdn.net", Action.REFUSE, id="outside the CA's scope"),
        pytest.param(
            engine(OFFICIAL_ONLY, site=UNGOVERNED), STAFF_LAPTOP, "x.com", Action.REFUSE, id="nobody was told"
        ),
        pytest.param(engine(OFFICIAL_ONLY, site=OBSERVED), STAFF_LAPTOP, "x.com", Action.OPEN, id="observed"),
        pytest.param(engine(OFFICIAL_ONLY, site=OBSERVED), STAFF_PHONE, "x.com", Action.PASS, id="observed, unopened"),
        pytest.param(
            engine(OFFICIAL_ONLY),
            replace(STAFF_LAPTOP, role=Role.SUPPORT_STAFF),
            "wikipedia.org",
            Action.OPEN,
            id="decided on the name, opened for the page",
        ),
    ],
)
def test_opens(ruler: Engine, client: Client, name: str, action: Action) -> None:
    """A connection is opened only for staff, on an inspectable device, under the CA's scope, once told."""
    ruling = ruler.rule_on(situation(name, client), LESSON)
    assert ruling.action is action
    assert not (ruling.action is Action.OPEN and not ruler.can_open(ruling.situation))


def test_needs() -> None:
    """On an inspectable device the answer that turns on the account says so, on another it is unknowable."""
    ruler = engine(OFFICIAL_ONLY)
    open_, shut = (ruler.rule_on(situation("x.com", c), LESSON) for c in (STAFF_LAPTOP, STAFF_PHONE))
    assert (open_.outcome, open_.answer) == (Needs(frozenset({"account"})), ("needs", "account"))
    assert (shut.answer, shut.facts.account) == ((BLOCK, "default"), Account.UNKNOWN)
    assert [step.rule for step in ruler.trace(shut)] == ["official", "default"]


@pytest.mark.parametrize(("mode", "action"), [(Mode.ENFORCE, Action.PAGE), (Mode.OBSERVE, Action.PASS)])
def test_observe(mode: Mode, action: Action) -> None:
    """When only observing, the verdict is counted and nothing is kept from its site."""
    ruling = engine(site=replace(SITE, mode=mode)).rule(FACEBOOK_PAGE)
    assert isinstance(ruling.outcome, Decision)
    assert (ruling.outcome.verdict, ruling.action, ruling.mode) == (BLOCK, action, mode)
    assert ruling.recorded


@pytest.mark.parametrize(
    ("flow", "account", "activity"),
    [
        pytest.param(FACEBOOK_PAGE, Account.SIGNED_OUT, Activity.VISIT, id="page"),
        pytest.param(
            replace(FACEBOOK_PAGE, cookies={"c_user": OFFICIAL_ID}), Account.OFFICIAL, Activity.VISIT, id="official"
        ),
        pytest.param(
            replace(FACEBOOK_PAGE, address=PHONE, cookies={"c_user": OFFICIAL_ID}),
            Account.UNKNOWN,
            Activity.UNKNOWN,
            id="nobody was told, so nothing is looked at",
        ),
        pytest.param(replace(FACEBOOK_PAGE, request=LIKE_BUTTON), Account.SIGNED_OUT, Activity.EMBED, id="like button"),
        pytest.param(
            replace(FACEBOOK_PAGE, request=replace(LIKE_BUTTON, source="m.facebook.com")),
            Account.SIGNED_OUT,
            Activity.VISIT,
            id="framed by the service itself",
        ),
        pytest.param(
            replace(FACEBOOK_PAGE, request=replace(LIKE_BUTTON, source="x.com")),
            Account.SIGNED_OUT,
            Activity.EMBED,
            id="framed by another service",
        ),
        pytest.param(
            replace(FACEBOOK_PAGE, names=("API.X.com.",), request=Request("POST", "/i/api/1/CreateTweet")),
            Account.SIGNED_OUT,
            Activity.POST,
            id="a shape limited to a host, however that is written",
        ),
        pytest.param(
            replace(FACEBOOK_PAGE, names=("t.example", "twitter.com"), request=Request("POST", "/i/api/1/CreateTweet")),
            Account.SIGNED_OUT,
            Activity.APP,
            id="a shape limited to another host",
        ),
    ],
)
def test_request(flow: Flow, account: Account, activity: Activity) -> None:
    """A request tells account and activity, where people know that requests are looked at."""
    found = engine().situation(flow)
    assert (found.account, found.activity, found.at_hello) == (account, activity, False)


def test_official_users_only() -> None:
    """The official account counts as official only for official users."""
    others = engine(users=replace(engine().official_users, roles=frozenset({Role.GOVERNOR})))
    flow = replace(FACEBOOK_PAGE, cookies={"c_user": OFFICIAL_ID})
    assert others.situation(flow).account is Account.OTHER
    assert others.possible(situation()).accounts == {Account.OTHER, Account.SIGNED_OUT, Account.UNKNOWN}
    assert Account.OFFICIAL in engine().possible(situation()).accounts
    assert Account.OFFICIAL in others.possible(replace(situation(), official_user=True)).accounts


NOT_COUNTED = policy()
SOME = replace(policy(), social_media=frozenset({Category.SOCIAL_NETWORK}))
ON_CONCERN = policy(monitoring=Monitoring.ON_CONCERN)
NEVER = policy(monitoring=Monitoring.NEVER)


@pytest.mark.parametrize(
    ("ruler", "asked", "counts", "recorded"),
    [
        pytest.param(engine(OPEN), situation(), True, True, id="staff"),
        pytest.param(engine(OPEN), situation(client=PUPIL), False, False, id="a pupil, never"),
        pytest.param(
            engine(OPEN), situation(client=replace(PUPIL, role=Role.PARENT)), False, False, id="a parent, never"
        ),
        pytest.param(
            engine(OPEN), known(situation(), Account.OTHER, Activity.EMBED), False, False, id="an embed, never"
        ),
        pytest.param(engine(OPEN), known(situation(), Account.OTHER, Activity.APP), True, True, id="an app's request"),
        pytest.param(engine(OPEN), situation("graph.facebook.com"), True, True, id="an API host"),
        pytest.param(engine(OPEN), situation("fbcdn.net"), False, False, id="an asset host, never"),
        pytest.param(engine(OPEN), situation("connect.facebook.net"), False, False, id="a widget host, never"),
        pytest.param(engine(OPEN), situation("bbc.co.uk"), False, False, id="not social media"),
        pytest.param(engine(None), situation(), False, False, id="no policy"),
        pytest.param(engine(SOME), situation("x.com"), False, False, id="not this policy's social media"),
        pytest.param(engine(SOME), situation(), True, True, id="this policy's social media"),
        pytest.param(engine(OPEN, site=UNGOVERNED), situation(), True, False, id="nobody was told"),
        pytest.param(engine(NEVER), situation(), True, False, id="no monitoring"),
        pytest.param(engine(ON_CONCERN), situation(), True, False, id="no case"),
        pytest.param(engine(ON_CONCERN, subjects=["teacher-01"]), situation(), True, True, id="subject of a case"),
        pytest.param(engine(ON_CONCERN, subjects=["teacher-02"]), situation(), True, False, id="another's case"),
        pytest.param(engine(ON_CONCERN), replace(situation(), concern=True), True, True, id="supposing a case"),
        pytest.param(
            engine(ON_CONCERN, site=UNGOVERNED, subjects=["teacher-01"]),
            situation(),
            True,
            False,
            id="a case, but nobody was told",
        ),
        pytest.param(engine(OPEN), situation("kindling.example"), True, True, id="a sensitive service"),
    ],
)
def test_counts(ruler: Engine, asked: Situation, counts: bool, recorded: bool) -> None:
    """Only staff's own use counts, and it is kept only where the policy monitors and people were told."""
    ruling = ruler.rule_on(asked, BREAK)
    assert (ruling.counts, ruling.recorded) == (counts, recorded)


SCHOOL_SIGN_UP = policy(rule("address", BLOCK, one_of("activity", Activity.SCHOOL_SIGN_UP)))
EVERY_SIGN_UP = policy(rule("any", BLOCK, one_of("activity", Activity.SIGN_UP, Activity.SCHOOL_SIGN_UP)))
WITH_MAIL = replace(SITE, mail_domains=frozenset({"school.example"}))
SIGN_UP = replace(FACEBOOK_PAGE, request=Request("POST", "/reg/new", dest="document", browser=True))


@pytest.mark.parametrize(
    ("ruler", "flow", "turns"),
    [
        pytest.param(engine(SCHOOL_SIGN_UP, site=WITH_MAIL), SIGN_UP, True, id="a rule for the school's address"),
        pytest.param(engine(EVERY_SIGN_UP, site=WITH_MAIL), SIGN_UP, False, id="a rule for every sign-up"),
        pytest.param(engine(site=WITH_MAIL), SIGN_UP, False, id="no rule for it"),
        pytest.param(engine(SCHOOL_SIGN_UP), SIGN_UP, False, id="the school named no domain"),
        pytest.param(engine(SCHOOL_SIGN_UP, site=WITH_MAIL), FACEBOOK_PAGE, False, id="no sign-up"),
        pytest.param(
            engine(SCHOOL_SIGN_UP, site=WITH_MAIL), replace(SIGN_UP, address=PHONE), False, id="nobody was told"
        ),
    ],
)
def test_turns_on_form(ruler: Engine, flow: Flow, turns: bool) -> None:
    """A form is looked at only where a rule turns on it, and only where people know that requests are."""
    assert ruler.turns_on_form(ruler.rule(flow)) is turns


def test_pinned() -> None:
    """What refuses to be opened is ruled on by the name alone: its facts are unknown, and it is refused, not shown."""
    ruler = engine(OFFICIAL_ONLY)
    ruling = ruler.rule(Flow(LAPTOP, ("x.com",), LESSON, pinned=True))
    assert (ruling.action, ruling.facts.account) == (Action.REFUSE, Account.UNKNOWN)


@pytest.mark.parametrize("name", ["fbcdn.net", "graph.facebook.com"])
def test_a_part_of_a_page_is_never_opened_for_the_page_that_blocks_it(name: str) -> None:
    """Nobody looks at a picture's host: it is refused, though the certificate could be made."""
    site = replace(SITE, openable=SITE.openable | {"fbcdn.net"})
    assert engine(site=site).rule_on(situation(name), LESSON).action is Action.REFUSE


@pytest.mark.parametrize(
    ("names", "action"),
    [
        pytest.param(("www.facebook.com", "en.wikipedia.org"), Action.REFUSE, id="blocked first"),
        pytest.param(("en.wikipedia.org", "www.facebook.com"), Action.REFUSE, id="blocked second"),
        pytest.param(("www.bbc.example", "www.facebook.com"), Action.OPEN, id="one service: its page is shown"),
        pytest.param(("m.facebook.com", "www.facebook.com"), Action.OPEN, id="one service twice"),
        pytest.param(("en.wikipedia.org", "www.bbc.example"), Action.PASS, id="none blocked"),
    ],
)
def test_several_names(names: tuple[str, ...], action: Action) -> None:
    """Each service that a flow names must be let through, and what names two is never opened."""
    blocks = engine(policy(rule("no-facebook", BLOCK, one_of("service", "facebook"))))
    assert blocks.rule(Flow(LAPTOP, names, LESSON)).action is action
