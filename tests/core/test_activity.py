"""What a request does, from its metadata alone: visit or embed, post, edit, sign-in …"""

from dataclasses import replace

import pytest

from agent.core.activity import Activity, Request, classify, path_pattern, possible_activities

from .build import FACEBOOK, LIKE_BUTTON, PAGE, WIKIPEDIA, X, shape

EDIT = {"action": "edit", "title": "Bell"}
NEWS = "news.example"


def asked(  # one parameter for each header that a browser sends
    path: str = "/",
    *,
    method: str = "GET",
    site: str = "same-origin",
    mode: str = "cors",
    dest: str = "empty",
    source: str = "",
) -> Request:
    """A request of a browser of today."""
    return Request(method, path, site=site, mode=mode, dest=dest, source=source, browser=True)


def opened(path: str = "/", site: str = "none", method: str = "GET", **query: str) -> Request:
    """A top-level navigation."""
    return Request(method, path, query, site=site, mode="navigate", dest="document", browser=True)


def old(path: str, accept: str, source: str = "", method: str = "GET") -> Request:
    """A request of a browser without Fetch-Metadata."""
    return Request(method, path, source=source, accept=accept, browser=True)


def app(path: str, accept: str = "", method: str = "GET") -> Request:
    """A request of a program that is no browser."""
    return Request(method, path, accept=accept)


@pytest.mark.parametrize(
    ("asking", "same", "activity"),
    [
        pytest.param(PAGE, False, Activity.VISIT, id="address typed"),
        pytest.param(opened(site="cross-site"), False, Activity.VISIT, id="link on another site"),
        pytest.param(
            Request("GET", "/", site="cross-site", mode="navigate", accept="text/html", source=NEWS),
            False,
            Activity.VISIT,
            id="navigation without a destination",
        ),
        pytest.param(asked(), True, Activity.VISIT, id="the page's own call"),
        pytest.param(asked(), False, Activity.UNKNOWN, id="a call from nowhere"),
        pytest.param(LIKE_BUTTON, False, Activity.EMBED, id="like button"),
        pytest.param(asked(site="", mode="navigate", dest="frame", source=NEWS), False, Activity.EMBED, id="frame"),
        pytest.param(asked(site="", mode="", dest="iframe"), True, Activity.VISIT, id="its own frame"),
        pytest.param(asked(site="cross-site", dest="image"), False, Activity.EMBED, id="pixel"),
        pytest.param(old("/tr", "image/*", NEWS), False, Activity.EMBED, id="old browser, pixel"),
        pytest.param(old("/", "text/html"), False, Activity.VISIT, id="old browser, page"),
        pytest.param(old("/", "text/html", NEWS), False, Activity.VISIT, id="old browser, link"),
        pytest.param(old("/x.js", "text/css"), False, Activity.UNKNOWN, id="old browser, from nowhere"),
        pytest.param(old("/x.js", "text/css", "facebook.com"), True, Activity.VISIT, id="old browser, own"),
        pytest.param(app("/me", "*/*"), False, Activity.APP, id="app without headers"),
        pytest.param(app("/", "text/html,*/*"), False, Activity.VISIT, id="a program that asks for a page"),
        pytest.param(opened("/composer/x", "same-origin", "POST"), True, Activity.POST, id="form post"),
        pytest.param(opened("/composer/x", "cross-site", "POST"), False, Activity.POST, id="form elsewhere"),
        pytest.param(app("/composer/x", method="POST"), False, Activity.POST, id="post of an app"),
        pytest.param(
            asked("/composer/x", method="POST", site="cross-site", source=NEWS),
            False,
            Activity.EMBED,
            id="post from another site's page",
        ),
        pytest.param(old("/composer/x", "*/*", NEWS, "POST"), False, Activity.EMBED, id="the same, old browser"),
        pytest.param(asked("/login/device", method="POST"), True, Activity.SIGN_IN, id="sign-in post"),
        pytest.param(opened("/login/device"), False, Activity.SIGN_IN, id="the sign-in page, looked at"),
        pytest.param(opened("/composer/x"), False, Activity.VISIT, id="a shape of another method"),
        pytest.param(
            replace(asked("/api/play"), page=Request("GET", "/embed/abc")),
            True,
            Activity.EMBED,
            id="what a player on another site's page loads from its own",
        ),
        pytest.param(
            replace(asked("/api/play"), page=Request("GET", "/watch")), True, Activity.VISIT, id="what a page loads"
        ),
        pytest.param(
            replace(opened("/watch", "same-origin"), page=Request("GET", "/embed/abc")),
            True,
            Activity.VISIT,
            id="a link in a player that is followed",
        ),
        pytest.param(
            replace(asked("/composer/x", method="POST"), page=Request("GET", "/plugins/comments.php")),
            True,
            Activity.POST,
            id="a comment that somebody writes in a widget",
        ),
        pytest.param(old("/embed/abc", "text/html", NEWS), False, Activity.EMBED, id="old browser, a player's frame"),
    ],
)
def test_classify(asking: Request, same: bool, activity: Activity) -> None:
    """Another site's page embeds, unless it navigates; then shapes tell; then the headers."""
    assert classify("www.facebook.com", FACEBOOK.shapes, asking, same) is activity
    assert activity in possible_activities(FACEBOOK.shapes)


@pytest.mark.parametrize(
    ("asking", "activity"),
    [
        pytest.param(opened("/w/index.php", **EDIT), Activity.EDIT, id="edit by GET"),
        pytest.param(opened("/w/index.php", method="POST", action="submit"), Activity.EDIT, id="by POST"),
        pytest.param(opened("/w/index.php", title="Bell"), Activity.VISIT, id="reading"),
        pytest.param(opened("/w/index.php", action="history"), Activity.VISIT, id="another action"),
        pytest.param(opened("/wiki/Bell", **EDIT), Activity.VISIT, id="another path"),
    ],
)
def test_wikipedia(asking: Request, activity: Activity) -> None:
    """An edit is told by path and query, whether asked for or sent."""
    assert classify("en.wikipedia.org", WIKIPEDIA.shapes, asking, False) is activity


def test_nothing_to_edit() -> None:
    """A service cannot turn out to do what none of its shapes tell of."""
    assert Activity.EDIT not in possible_activities(FACEBOOK.shapes)
    assert possible_activities(()) == {Activity.VISIT, Activity.EMBED, Activity.APP, Activity.UNKNOWN}


@pytest.mark.parametrize(
    ("host", "method", "path", "fits"),
    [
        ("x.com", "POST", "/i/api/graphql/abc/CreateTweet", True),
        ("api.x.com", "POST", "/i/api//CreateTweet", True),
        ("notx.com", "POST", "/i/api/a/CreateTweet", False),
        ("twitter.com", "POST", "/i/api/a/CreateTweet", False),
        ("x.com", "GET", "/i/api/a/CreateTweet", False),
        ("x.com", "POST", "/i/api/a/CreateTweets", False),
        ("x.com", "POST", "/x/i/api/a/CreateTweet", False),
    ],
)
def test_shape(host: str, method: str, path: str, fits: bool) -> None:
    """A shape fits by method, whole path and, where it names one, host."""
    assert X.shapes[0].fits(host, Request(method, path)) is fits


def test_first_shape() -> None:
    """The first shape that fits names the activity."""
    shapes = (shape(Activity.LIVE, "POST", "/a/*"), shape(Activity.POST, "POST", "/a/b"))
    assert classify("x.com", shapes, Request("POST", "/a/b"), False) is Activity.LIVE


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("/a", "/a", True),
        ("/a", "/a/", False),
        ("/a*", "/a/b\nc", True),
        ("/a.php", "/axphp", False),
        ("*", "", True),
        ("/*/x/*", "/1/x/2/3", True),
    ],
)
def test_path_pattern(pattern: str, path: str, fits: bool) -> None:
    """Only the star is special: it stands for any run of characters."""
    assert (path_pattern(pattern).fullmatch(path) is not None) is fits


@pytest.mark.parametrize(
    ("request_", "document"),
    [
        pytest.param(PAGE, True, id="page"),
        pytest.param(LIKE_BUTTON, True, id="frame"),
        pytest.param(Request("POST", "/", dest="document"), True, id="form"),
        pytest.param(Request("GET", "/", dest="image", accept="text/html"), False, id="picture"),
        pytest.param(Request("PUT", "/", dest="document"), False, id="put"),
        pytest.param(Request("HEAD", "/", accept="text/html"), True, id="head, html"),
        pytest.param(Request("GET", "/"), True, id="nothing said, as curl does"),
        pytest.param(Request("GET", "/", accept="*/*"), True, id="anything, as curl does"),
        pytest.param(Request("POST", "/", accept="*/*"), False, id="anything, by post"),
        pytest.param(Request("GET", "/", accept="*/*", source="a.example"), False, id="anything, by a page"),
        pytest.param(Request("GET", "/", accept="application/json"), False, id="json"),
    ],
)
def test_is_document(request_: Request, document: bool) -> None:
    """A document is what will be looked at as a page."""
    assert request_.is_document is document


@pytest.mark.parametrize("activity", Activity)
def test_by_a_person(activity: Activity) -> None:
    """Widgets and apps talk by themselves, and the unknown is nobody's act."""
    assert activity.by_a_person is (activity not in {Activity.EMBED, Activity.APP, Activity.UNKNOWN})


@pytest.mark.parametrize(
    ("page_host", "asking", "activity"),
    [
        pytest.param(True, app("/", "*/*"), Activity.VISIT, id="a page fetched from a site"),
        pytest.param(True, app("/", "", "PUT"), Activity.APP, id="no page would be seen"),
        pytest.param(False, app("/", "*/*"), Activity.APP, id="the same from an api host"),
    ],
)
def test_a_program_that_says_nothing(page_host: bool, asking: Request, activity: Activity) -> None:
    """What would be answered by the block page counts as a visit on a site, and nowhere else."""
    assert classify("www.facebook.com", FACEBOOK.shapes, asking, False, page_host) is activity


@pytest.mark.parametrize("activity", Activity)
def test_recorded_as(activity: Activity) -> None:
    """What a form held is recorded by no word of its own."""
    assert activity.recorded_as is (Activity.SIGN_UP if activity is Activity.SCHOOL_SIGN_UP else activity)


def test_a_sign_up_may_name_the_school() -> None:
    """Wherever people can sign up, they could do so with the school's address."""
    possible = [possible_activities(service.shapes) for service in (FACEBOOK, X)]
    assert [{Activity.SIGN_UP, Activity.SCHOOL_SIGN_UP} <= one for one in possible] == [True, False]


@pytest.mark.parametrize(
    ("named", "activity"),
    [
        pytest.param("ComposerStoryCreateMutation", Activity.POST, id="a name that fits"),
        pytest.param("StoryCreateMutation", Activity.POST, id="the star may stand for nothing"),
        pytest.param("CometFeedQuery", Activity.VISIT, id="another name"),
        pytest.param("", Activity.VISIT, id="no name"),
    ],
)
def test_operation(named: str, activity: Activity) -> None:
    """Where many calls share one path, the name that the page gives to its call tells what it does."""
    names = (path_pattern("*StoryCreateMutation"),)
    shapes = [replace(shape(Activity.POST, "POST", "/api/graphql/"), operations=names)]
    request = replace(asked("/api/graphql/", method="POST"), operation=named)
    assert classify("www.facebook.com", shapes, request, True) is activity


@pytest.mark.parametrize(
    ("purpose", "ahead"),
    [("prefetch", True), ("prefetch;prerender", True), ("Preview", True), ("", False), ("navigate", False)],
)
def test_is_ahead(purpose: str, ahead: bool) -> None:
    """A browser says of what nobody has asked for yet that it is fetched in advance."""
    assert replace(PAGE, purpose=purpose).is_ahead is ahead


@pytest.mark.parametrize(("dest", "shows"), [("image", True), ("video", True), ("empty", False), ("script", False)])
def test_shows(dest: str, shows: bool) -> None:
    """Pictures and films are there to be seen; calls and scripts are not."""
    assert asked(dest=dest).shows is shows
