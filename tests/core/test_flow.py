"""What a request shows: its own account, or that of the page which it is part of; and what is part of signing in."""

from dataclasses import replace

import pytest

from agent.core.accounts import Account
from agent.core.activity import Activity, Request
from agent.core.engine import Situation, followed
from agent.core.flow import Flow
from agent.core.lastseen import KEPT_SECONDS, Seen

from .build import LAPTOP, LIKE_BUTTON, OFFICIAL_ID, OTHER_ID, PAGE, PHONE, at, engine, situation

OFFICIAL, OTHER, OUT, UNKNOWN = Account.OFFICIAL, Account.OTHER, Account.SIGNED_OUT, Account.UNKNOWN
LESSON = at("2026-11-23T09:30")
NOW = LESSON.timestamp()
SITE, ASSET, API, SIGN_IN = "www.facebook.com", "static.fbcdn.net", "graph.facebook.com", "/login/"


def seen(account: Account, signing_in: bool = False, ago: float = 60) -> Seen:
    """What a page showed a minute ago."""
    return Seen(account, signing_in, NOW - ago)


def call(path: str = "/part", page: str = "", source: str = SITE, method: str = "GET") -> Request:
    """What a page of the service loads; `page` is the path that its Referer gives in full."""
    asked = Request("GET", page) if page else None
    return Request(method, path, site="same-site", mode="cors", dest="empty", source=source, browser=True, page=asked)


def flow(host: str, request: Request | None, last: Seen | None = None, **cookies: str) -> Flow:
    """A request of the teacher's laptop, with what was seen of Facebook before."""
    known = {"facebook": last} if last else {}
    return Flow(LAPTOP, (host,), LESSON, request, cookies, opened=True, seen=known)


@pytest.mark.parametrize(
    ("asked", "account", "follows"),
    [
        pytest.param(flow(SITE, PAGE, seen(OFFICIAL)), OUT, False, id="a page shows that nobody is signed in"),
        pytest.param(flow(SITE, PAGE, seen(OFFICIAL), c_user=OTHER_ID), OTHER, False, id="a page shows another"),
        pytest.param(flow(SITE, call(), seen(OFFICIAL), c_user=OTHER_ID), OTHER, False, id="a call shows another"),
        pytest.param(flow(SITE, call(), seen(OFFICIAL)), OFFICIAL, True, id="a call without cookies is its page's"),
        pytest.param(flow(SITE, call()), OUT, True, id="a call without cookies, no page seen"),
        pytest.param(flow(ASSET, call(), seen(OFFICIAL)), OFFICIAL, True, id="a picture of the school's page"),
        pytest.param(flow(ASSET, call(), seen(OTHER)), OTHER, True, id="a picture of a private page"),
        pytest.param(flow(ASSET, PAGE, seen(OFFICIAL)), OFFICIAL, True, id="a picture in a tab of its own"),
        pytest.param(flow(ASSET, call()), OUT, True, id="a picture, no page seen"),
        pytest.param(
            flow(ASSET, call(), seen(OFFICIAL, ago=KEPT_SECONDS)), OUT, True, id="a picture, the page seen long ago"
        ),
        pytest.param(flow(API, call(), seen(OFFICIAL)), OFFICIAL, True, id="an API without the cookie"),
        pytest.param(flow(API, call(), seen(OFFICIAL), c_user=OTHER_ID), OTHER, False, id="an API with a cookie"),
        pytest.param(flow(SITE, LIKE_BUTTON, seen(OFFICIAL)), OUT, False, id="a button on another site"),
        pytest.param(
            flow("x.com", call(source="x.com"), seen(OFFICIAL)), OUT, True, id="what was seen on another service"
        ),
    ],
)
def test_account(asked: Flow, account: Account, follows: bool) -> None:
    """A request speaks for itself where it can, and so does a page; the parts of a page follow it."""
    found = engine().situation(asked)
    assert (found.account, found.follows) == (account, follows)


@pytest.mark.parametrize(
    ("asked", "activity"),
    [
        pytest.param(flow(SITE, call(page=SIGN_IN)), Activity.SIGN_IN, id="asked for by the sign-in page"),
        pytest.param(flow(SITE, call(page="/somebody")), Activity.VISIT, id="asked for by another page"),
        pytest.param(flow(SITE, call()), Activity.VISIT, id="no page is named"),
        pytest.param(flow(SITE, call(page=SIGN_IN, source="x.com")), Activity.UNKNOWN, id="another service's"),
        pytest.param(flow(SITE, replace(PAGE, page=Request("GET", SIGN_IN))), Activity.VISIT, id="a link on it"),
        pytest.param(
            flow(SITE, call("/composer/", SIGN_IN, method="POST")), Activity.POST, id="a shape of its own comes first"
        ),
        pytest.param(flow(ASSET, call(), seen(OUT, True)), Activity.SIGN_IN, id="a picture on the way to sign in"),
        pytest.param(flow(ASSET, call(), seen(OUT)), Activity.VISIT, id="a picture otherwise"),
        pytest.param(
            flow(ASSET, replace(call(source=""), site="cross-site"), seen(OUT, True)),
            Activity.SIGN_IN,
            id="a picture that does not say whose",
        ),
        pytest.param(
            flow(ASSET, replace(call(source="news.example"), site="cross-site"), seen(OUT, True)),
            Activity.EMBED,
            id="a picture on another site",
        ),
    ],
)
def test_part_of_signing_in(asked: Flow, activity: Activity) -> None:
    """The sign-in page is whole: what it loads is part of signing in, and nothing else is."""
    assert engine().situation(asked).activity is activity


@pytest.mark.parametrize(
    ("host", "last", "account", "activity"),
    [
        pytest.param(ASSET, seen(OFFICIAL), OFFICIAL, None, id="asset"),
        pytest.param(API, seen(OTHER), OTHER, None, id="API"),
        pytest.param(ASSET, seen(OUT, True), OUT, Activity.SIGN_IN, id="asset, signing in"),
        pytest.param(ASSET, None, None, None, id="asset, nothing seen"),
        pytest.param(SITE, seen(OFFICIAL), None, None, id="a site says so itself"),
    ],
)
def test_hello(host: str, last: Seen | None, account: Account | None, activity: Activity | None) -> None:
    """A host that never shows the account is ruled on by its page's before it is opened, so it need not be."""
    found = engine().situation(flow(host, None, last))
    assert (found.account, found.activity, found.at_hello) == (account, activity, True)


@pytest.mark.parametrize(
    ("before", "last", "account", "activity"),
    [
        pytest.param(situation(), seen(OTHER), None, None, id="the account was never asked"),
        pytest.param(replace(situation(), account=OFFICIAL), None, OFFICIAL, None, id="nothing seen since"),
        pytest.param(
            replace(situation(), account=OFFICIAL, activity=Activity.LIVE, at_hello=False),
            seen(OTHER),
            OTHER,
            Activity.LIVE,
            id="a page's own connection",
        ),
        pytest.param(replace(situation(), follows=True), seen(OTHER), OTHER, None, id="a part, nothing known before"),
        pytest.param(
            replace(situation(), follows=True, account=OUT, activity=Activity.SIGN_IN),
            seen(OFFICIAL),
            OFFICIAL,
            None,
            id="a part of the sign-in page",
        ),
        pytest.param(
            replace(situation(), follows=True, account=OUT, activity=Activity.SIGN_IN, at_hello=False),
            seen(OFFICIAL),
            OFFICIAL,
            Activity.UNKNOWN,
            id="a part of the sign-in page, opened",
        ),
        pytest.param(
            replace(situation(), follows=True, account=OUT, activity=Activity.VISIT, at_hello=False),
            seen(OUT, True),
            OUT,
            Activity.SIGN_IN,
            id="on the way to sign in now",
        ),
    ],
)
def test_followed(before: Situation, last: Seen | None, account: Account | None, activity: Activity | None) -> None:
    """What was let through for one account is judged by the account that acts now."""
    after = followed(before, last)
    assert (after.account, after.activity) == (account, activity)


@pytest.mark.parametrize(
    ("named", "activity"),
    [(None, Activity.SIGN_UP), (False, Activity.SIGN_UP), (True, Activity.SCHOOL_SIGN_UP)],
    ids=["not looked at", "another address", "the school's address"],
)
def test_sign_up(named: bool | None, activity: Activity) -> None:
    """A sign-up is told from one with the school's address by its form alone."""
    asked = replace(flow(SITE, Request("POST", "/reg/new", browser=True)), school_address=named)
    assert engine().situation(asked).activity is activity
    other = replace(flow(SITE, Request("POST", "/composer/", browser=True)), school_address=named)
    assert engine().situation(other).activity is Activity.POST


def test_nothing_is_followed_where_nobody_was_told() -> None:
    """On a device that is not inspectable requests are not looked at, whatever was seen before."""
    asked = replace(flow(ASSET, call(), seen(OFFICIAL), c_user=OFFICIAL_ID), address=PHONE)
    assert engine().situation(asked).account is UNKNOWN
