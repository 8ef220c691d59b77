"""A browser trace: what was visited, what was embedded, what only measured."""

from collections.abc import Sequence

import pytest

from agent.core.visits import Exchange, Visited, visits

from .traces import CATALOGUE, NEWS, asked, own, page

Answer = tuple[list[str], list[str], list[str]]


@pytest.mark.parametrize(
    ("trace", "answer"),
    [
        pytest.param([], ([], [], []), id="nothing"),
        pytest.param([page("www.facebook.com/")], (["facebook"], [], []), id="address typed"),
        pytest.param([page("www.facebook.com/", site="cross-site", referer=NEWS)], (["facebook"], [], []), id="a link"),
        pytest.param(
            [page("news.example/story"), asked("www.facebook.com/plugins/like.php", "iframe", NEWS, site="cross-site")],
            ([], ["facebook"], []),
            id="like button",
        ),
        pytest.param(
            [page("news.example/story"), asked("www.facebook.com/plugins/like.php", "", NEWS)],
            ([], ["facebook"], []),
            id="like button, old browser",
        ),
        pytest.param(
            [
                page("news.example/story"),
                asked("www.facebook.com/box", "iframe", NEWS, site="cross-site"),
                asked("www.facebook.com/ajax", "empty", "https://www.facebook.com/box", site="same-origin"),
                asked("scontent.fbcdn.net/a.jpg", "image", "https://www.facebook.com/", site="cross-site"),
                asked("www.facebook.com/more", "", "https://www.facebook.com/box", site=""),
            ],
            ([], ["facebook"], []),
            id="all that a frame then loads is the frame's",
        ),
        pytest.param(
            [
                asked(
                    "www.youtube.com/youtubei/v1/player",
                    "empty",
                    "https://www.youtube.com/embed/abc",
                    site="same-origin",
                )
            ],
            ([], ["youtube"], []),
            id="a player whose page says so, in a trace that begins later",
        ),
        pytest.param(
            [
                asked(
                    "www.youtube.com/youtubei/v1/log", "empty", "https://www.youtube.com/embed/abc", site="same-origin"
                ),
                asked("rr1.googlevideo.com/videoplayback", "video", "https://www.youtube.com/", site="cross-site"),
            ],
            ([], ["youtube"], []),
            id="and what it plays",
        ),
        pytest.param(
            [page("news.example/s"), asked("www.youtube-nocookie.com/x", "iframe", NEWS, site="cross-site")],
            ([], ["youtube"], []),
            id="a player's own host",
        ),
        pytest.param(
            [asked("www.youtube-nocookie.com/y", "empty", "https://www.youtube-nocookie.com/x", site="same-origin")],
            ([], ["youtube"], []),
            id="and what it loads from itself",
        ),
        pytest.param(
            [
                asked("www.facebook.com/tr", "image", NEWS, large=False),
                asked("connect.facebook.net/en_US/fbevents.js", "script", NEWS),
                asked("www.facebook.com/x", "empty", NEWS, method="POST"),
            ],
            ([], [], ["facebook"]),
            id="a pixel and its script show nothing",
        ),
        pytest.param(
            [asked("connect.facebook.net/en_US/sdk.js", "script", NEWS)], ([], ["facebook"], []), id="a widget's script"
        ),
        pytest.param([own("www.facebook.com/api/feed")], (["facebook"], [], []), id="after the page was loaded"),
        pytest.param(
            [asked("www.facebook.com/feed", "empty", "https://www.facebook.com/")],
            (["facebook"], [], []),
            id="the same without Fetch-Metadata",
        ),
        pytest.param(
            [asked("scontent.fbcdn.net/a.jpg", "image", "https://www.facebook.com/", site="cross-site")],
            ([], [], []),
            id="a picture with an origin alone could be a frame's",
        ),
        pytest.param([asked("www.facebook.com/api", "empty")], ([], [], []), id="without a word of where it belongs"),
        pytest.param([page("t.co/abc"), page("news.example/story")], ([], [], []), id="a short link leads elsewhere"),
        pytest.param([page("l.facebook.com/l.php")], ([], [], []), id="so does a page that sends people on"),
        pytest.param(
            [asked("www.facebook.com/l.php", "document", site="none", redirect="news.example")],
            ([], [], []),
            id="and a redirect",
        ),
        pytest.param(
            [asked("www.facebook.com/", "document", site="none", purpose="prefetch;prerender")],
            ([], [], []),
            id="fetched in advance",
        ),
        pytest.param(
            [
                page("news.example/s", tab="1"),
                page("www.youtube.com/", tab="2"),
                own("www.youtube.com/next", of="https://www.youtube.com/", tab="2"),
                asked("www.youtube.com/embed/x", "iframe", NEWS, site="cross-site", tab="1"),
            ],
            (["youtube"], [], []),
            id="visited in one tab and embedded in another: visited",
        ),
        pytest.param(
            [
                page("news.example/s"),
                asked("platform.twitter.com/widgets.js", "script", NEWS),
                page("www.facebook.com/"),
            ],
            (["facebook"], ["twitter"], []),
            id="one page after another in the same tab",
        ),
        pytest.param(
            [
                page("www.facebook.com/"),
                asked("www.facebook.com/frame", "iframe", "https://www.facebook.com/", site="same-origin"),
            ],
            (["facebook"], [], []),
            id="a frame of the page's own",
        ),
        pytest.param(
            [
                page("x.com/home"),
                asked("connect.facebook.net/sdk.js", "script", "https://x.com/home", site="cross-site"),
                asked("www.facebook.com/inside", "empty", "https://connect.facebook.net/sdk.js"),
            ],
            (["twitter"], ["facebook"], []),
            id="a widget on another service's page",
        ),
        pytest.param(
            [page("news.example/s"), asked("connect.facebook.net/x.css", "style", "https://www.facebook.com/")],
            ([], ["facebook"], []),
            id="a widget's style without its frame",
        ),
        pytest.param(
            [page("www.facebook.com/"), own("www.facebook.com/x", of="https://www.facebook.com/plugins/page.php")],
            (["facebook"], [], []),
            id="a widget on the service's own page",
        ),
        pytest.param([asked("www.facebook.com/", "")], (["facebook"], [], []), id="old browser, typed"),
        pytest.param(
            [asked("news.example/s", ""), asked("www.facebook.com/", "", NEWS, began=True)],
            (["facebook"], [], []),
            id="old browser, a link that nobody's script asked for",
        ),
        pytest.param(
            [asked("news.example/s", "", tab="1"), asked("www.facebook.com/", "", NEWS, tab="2")],
            (["facebook"], [], []),
            id="old browser, a link that began a page of the trace",
        ),
        pytest.param(
            [asked("news.example/s", ""), asked("www.facebook.com/x", "", NEWS)],
            ([], ["facebook"], []),
            id="old browser, a frame",
        ),
        pytest.param(
            [asked("news.example/s", tab="1"), asked("www.facebook.com/x", tab="1")],
            ([], [], []),
            id="old browser, a document from nowhere in a page that stands",
        ),
        pytest.param(
            [asked("news.example/s", tab="1"), asked("www.facebook.com/x", "", NEWS, tab="1", began=True)],
            ([], ["facebook"], []),
            id="old browser, a frame of a page that the trace tells apart",
        ),
        pytest.param(
            [asked("facebook.com/", tab="1", redirect="www.facebook.com"), asked("www.facebook.com/", tab="1")],
            (["facebook"], [], []),
            id="old browser, sent on to its page",
        ),
        pytest.param(
            [asked("facebook.com/", tab="1", redirect="x.com"), asked("x.com/", tab="1")],
            (["twitter"], [], []),
            id="sent on to another service",
        ),
        pytest.param(
            [asked("twitter.com/", tab="1", redirect="x.com"), asked("x.com/", "", "https://x.com/", tab="2")],
            (["twitter"], [], []),
            id="sent on within a service",
        ),
        pytest.param(
            [asked("other.example/a.png", "image", "https://www.facebook.com/")], ([], [], []), id="of no service"
        ),
    ],
)
def test_what_a_trace_shows(trace: Sequence[Exchange], answer: Answer) -> None:
    """A visit has a page of its own; what sits on others' pages is embedded, or only measures."""
    found = visits(trace, CATALOGUE)
    assert ([v.service for v in found.visited], list(found.embedded), list(found.measured)) == answer


@pytest.mark.parametrize(
    ("trace", "visited"),
    [
        pytest.param(
            [page("www.facebook.com/", at=59), own("www.facebook.com/feed", at=61)],
            Visited("facebook", 2, 2),
            id="minutes of the clock",
        ),
        pytest.param(
            [
                asked("scontent.fbcdn.net/a.jpg", "image", at=0),
                own("www.facebook.com/feed", at=3),
                asked("s.ytimg.com/a.js", "script", "https://www.facebook.com/", at=4),
            ],
            Visited("facebook", 1, 2),
            id="what says nothing of itself counts with the visit, another service's does not",
        ),
        pytest.param(
            [asked("www.facebook.com/api", "empty", at=0), page("www.facebook.com/", at=300)],
            Visited("facebook", 1, 1),
            id="what came long before the visit is none of it",
        ),
        pytest.param(
            [asked("www.facebook.com/api", "empty"), own("www.facebook.com/presence", at=300), page("x.com/", at=301)],
            Visited("facebook", 1, 1),
            id="nor does the visit begin with it",
        ),
        pytest.param(
            [page("www.facebook.com/", at=0), own("www.facebook.com/ajax/presence", at=300)],
            Visited("facebook", 1, 1),
            id="what an open page asks later is no more of it",
        ),
        pytest.param(
            [page("www.facebook.com/"), asked("www.facebook.com/tr", "image", NEWS, tab="2")],
            Visited("facebook", 1, 1),
            id="nor what others' pages ask",
        ),
    ],
)
def test_minutes_and_requests(trace: Sequence[Exchange], visited: Visited) -> None:
    """A visit has the minutes in which its requests were made, while it lasted."""
    assert visits(trace, CATALOGUE).visited[0] == visited
