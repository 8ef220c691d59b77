"""Names asked for beside a service's pages: counted without persons, told only of several, forgotten by the week."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from agent.core import learning
from agent.core.catalogue import Category, HostKind, Match, Service
from agent.core.learning import WEEK, WINDOW, Learner, Suggestion

TALK = Service("talk", "Talk", Category.FORUM, {})
OTHER = Service("other", "Other", Category.FORUM, {})
SECRET = Service("secret", "Secret", Category.DATING, {}, sensitive=True)
PAGE = Match(TALK, HostKind.SITE, "talk.example")
PART = Match(TALK, HostKind.ASSET, "talk-cdn.example")


def pages(learner: Learner, clients: Iterable[int], *names: str, page: Match = PAGE, later: float = 1.0) -> None:
    """Each client opens a page and asks for these names after it."""
    for client in clients:
        at = 1000.0 * client
        learner.asked(b"%d" % client, page.entry, page, at)
        for name in names:
            learner.asked(b"%d" % client, name, None, at + later)


def told(learner: Learner) -> list[str]:
    """The hosts that are suggested."""
    return [one.host for one in learner.suggestions()]


def test_what_is_told() -> None:
    """The domain, the service, and with how many of its pages it was asked for; nothing of whom."""
    learner = Learner()
    pages(learner, range(8), "img1.talk-static.example", "img2.talk-static.example")
    pages(learner, range(8, 10))
    assert learner.suggestions() == (Suggestion("talk-static.example", "talk", 8, 10),)


@pytest.mark.parametrize(
    ("clients", "expected"),
    [
        pytest.param([1, 2, 3, 4], [], id="four"),
        pytest.param([1, 2, 3, 4, 4, 4, 4], [], id="four, some often"),
        pytest.param([1, 2, 3, 4, 5], ["cdn.example"], id="five"),
    ],
)
def test_nothing_is_told_of_a_few(clients: list[int], expected: list[str]) -> None:
    """Below five clients it could be one person's browsing."""
    learner = Learner()
    pages(learner, clients, "cdn.example")
    assert told(learner) == expected


def test_tokens_go_once_there_are_enough() -> None:
    """After the fifth nobody's token is left with a name."""
    learner = Learner()
    pages(learner, range(5), "cdn.example")
    assert learner._pairs["talk", "cdn.example"].clients is None


@pytest.mark.parametrize(
    ("name", "later", "expected"),
    [
        pytest.param("cdn.example", WINDOW, ["cdn.example"], id="in time"),
        pytest.param("cdn.example", WINDOW + 0.1, [], id="too late"),
        pytest.param("cdn.example", -1.0, [], id="the clock went back"),
        pytest.param("www.thing.co.uk", 1, ["thing.co.uk"], id="a domain under a registry's"),
        pytest.param("www.co.uk", 1, ["www.co.uk"], id="a short name under one"),
        pytest.param("intranet", 1, [], id="no domain"),
        pytest.param("www.shared.example", 1, ["www.shared.example"], id="a part of what is shared"),
        pytest.param("shared.example", 1, [], id="what is shared"),
    ],
)
def test_which_names_count(name: str, later: float, expected: list[str]) -> None:
    """Those of the next seconds, by the domain that somebody registered; what is shared only below it."""
    learner = Learner({"shared.example"})
    pages(learner, range(5), name, later=later)
    assert told(learner) == expected


def test_nothing_counts_without_a_page() -> None:
    """Who opened no page of a service is none of our business; a picture of one is no page."""
    learner = Learner()
    pages(learner, range(9), "cdn.example", page=PART)
    assert (told(learner), learner._pairs) == ([], {})


def test_one_page_counts_a_name_once() -> None:
    """A page that begins again within the window is the same one."""
    learner = Learner()
    for client in range(5):
        for second in range(3):
            learner.asked(b"%d" % client, "talk.example", PAGE, 100.0 + second)
            learner.asked(b"%d" % client, "cdn.example", None, 100.5 + second)
    assert learner.suggestions() == (Suggestion("cdn.example", "talk", 5, 5),)


def test_what_many_load_belongs_to_none() -> None:
    """A name that comes with several services is not suggested for any of them."""
    learner = Learner()
    pages(learner, range(6), "fonts.example")
    pages(learner, range(6), "fonts.example", page=Match(OTHER, HostKind.SITE, "other.example"))
    assert told(learner) == []


def test_what_is_rare_is_not_told() -> None:
    """Less than a tenth of the service's pages is chance."""
    learner = Learner()
    pages(learner, range(5), "cdn.example")
    pages(learner, range(5, 60))
    assert told(learner) == []


def test_a_sensitive_service_is_not_named() -> None:
    """As in a record."""
    learner = Learner()
    pages(learner, range(5), "cdn.example", page=Match(SECRET, HostKind.SITE, "secret.example"))
    assert [one.service for one in learner.suggestions()] == ["social-media"]


def test_another_service_s_page_ends_the_first() -> None:
    """What comes after it is counted for the later one alone."""
    learner = Learner()
    for client in range(5):
        learner.asked(b"%d" % client, "talk.example", PAGE, 100.0)
        learner.asked(b"%d" % client, "other.example", Match(OTHER, HostKind.SITE, "other.example"), 101.0)
        learner.asked(b"%d" % client, "cdn.example", None, 102.0)
    assert [one.service for one in learner.suggestions()] == ["other"]


@pytest.mark.parametrize(
    ("after", "over"),
    [
        pytest.param(WEEK - 1, False, id="within the week"),
        pytest.param(WEEK, True, id="after it"),
        pytest.param(-1.0, True, id="the clock went back"),
    ],
)
def test_forgotten_by_the_week(after: float, over: bool) -> None:
    """After seven days nothing is left, and tokens are to be made anew."""
    learner = Learner()
    assert learner.over(5000.0) is False
    pages(learner, range(5), "cdn.example")
    assert learner.over(5000.0 + after) is over
    assert told(learner) == ([] if over else ["cdn.example"])


def test_bounded() -> None:
    """However many clients, names and pages there are, only so many are counted."""
    learner = Learner()
    pages(learner, range(learning.MOST_PAGES + 5))
    assert len(learner._pages) == learning.MOST_PAGES
    pages(learner, [1], *(f"n{number}.example" for number in range(learning.MOST_NAMES + 5)))
    assert len(learner._pairs) == learning.MOST_NAMES
    for client in range(200):
        pages(learner, [client], *(f"n{client}-{number}.example" for number in range(110)))
    assert len(learner._pairs) == learning.MOST_PAIRS
