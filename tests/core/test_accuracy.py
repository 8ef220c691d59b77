"""Labels from outside, held against the catalogue."""

import pytest

from agent.core.accuracy import Label, Miss, accuracy, same_service, wider
from agent.core.catalogue import Catalogue, Category, HostKind, Service

from .build import hosts


def service(ident: str, name: str, category: Category, text: str) -> Service:
    """A service with these sites."""
    return Service(ident, name, category, {HostKind.SITE: hosts(text)})


FACEBOOK = service("facebook", "Facebook", Category.SOCIAL_NETWORK, "facebook.com news.example")
TWITTER = service("twitter", "X (Twitter)", Category.MICROBLOG, "x.com")
WIKIPEDIA = service("wikipedia", "Wikipedia and Wikimedia", Category.WIKI, "wikipedia.org")
CATALOGUE = Catalogue([FACEBOOK, TWITTER, WIKIPEDIA])


@pytest.mark.parametrize(
    ("label", "meant", "same"),
    [
        ("Twitter/X", TWITTER, True),
        ("twitter", TWITTER, True),
        ("Wikimedia", WIKIPEDIA, True),
        ("WIKIPEDIA", WIKIPEDIA, True),
        ("Face-Book", FACEBOOK, True),
        ("Facebook Messenger", FACEBOOK, False),
        ("Xing", TWITTER, False),
        ("", FACEBOOK, False),
    ],
)
def test_same_service(label: str, meant: Service, same: bool) -> None:
    """A label and a service are one where a whole name of theirs is the same."""
    assert same_service(label, meant) is same


@pytest.mark.parametrize(
    ("label", "ours", "takes_in"),
    [
        ("social_network", "microblog", True),
        ("video", "live-streaming", True),
        ("Dating", "dating", True),
        ("wiki", "blog", False),
    ],
)
def test_wider(label: str, ours: str, takes_in: bool) -> None:
    """A list's category takes in ours that are narrower; any other is ours by the same name."""
    assert (ours in wider(label)) is takes_in


LABELS = [
    Label("www.facebook.com", "Facebook", "social_network"),
    Label("x.com", "Twitter/X", "social_network"),
    Label("fbcdn.net", "Facebook", "social_network"),
    Label("en.wikipedia.org", "Fandom", "wiki"),
    Label("app.slack.com", "Slack", "messaging"),
    Label("news.example"),
    Label("bbc.co.uk"),
    Label("not a host"),
]


def test_every_error_is_said() -> None:
    """What is not found, found as another service, or claimed though it is none, is an error; work tools are not."""
    found = accuracy(LABELS, CATALOGUE)
    assert found.misses == (Miss("fbcdn.net", "Facebook", ""), Miss("en.wikipedia.org", "Fandom", "wikipedia"))
    assert found.false_matches == (Miss("news.example", "", "facebook"),)
    assert (found.negatives, found.work_tools) == (3, 1)


def test_shares() -> None:
    """Recall counts labels, precision answers; an answer that was wrong counts in the category it was given in."""
    found = accuracy(LABELS, CATALOGUE)
    by_name = {score.category: score for score in (*found.by_category, found.total)}
    social, wiki, whole = by_name["social_network"], by_name["wiki"], by_name["all"]
    assert (social.labelled, social.recall, social.category_recall, social.precision) == (3, 2 / 3, 2 / 3, 2 / 3)
    assert (wiki.recall, wiki.category_recall, wiki.precision) == (0, 1, 0)
    assert (whole.labelled, whole.recall, whole.precision) == (4, 0.5, 0.5)


def test_nothing_labelled() -> None:
    """Nobody is wrong about nothing."""
    total = accuracy([], CATALOGUE).total
    assert (total.recall, total.category_recall, total.precision) == (1, 1, 1)
