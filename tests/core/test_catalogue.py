"""From a host to its service: the longest entry wins, by whole labels."""

import pytest

from agent.core.catalogue import Catalogue, Category, DictIndex, HostKind, Match, Service
from agent.core.hosts import Host

from .build import CATALOGUE, FACEBOOK, KINDLING, PLUS


@pytest.mark.parametrize(
    ("name", "service", "kind", "entry"),
    [
        ("facebook.com", "facebook", HostKind.SITE, "facebook.com"),
        ("www.facebook.com", "facebook", HostKind.SITE, "facebook.com"),
        ("graph.facebook.com", "facebook", HostKind.API, "graph.facebook.com"),
        ("v2.graph.facebook.com", "facebook", HostKind.API, "graph.facebook.com"),
        ("edge-mqtt.facebook.com", "facebook", HostKind.APP, "edge-mqtt.facebook.com"),
        ("scontent.xx.fbcdn.net", "facebook", HostKind.ASSET, "fbcdn.net"),
        ("connect.facebook.net", "facebook", HostKind.WIDGET, "connect.facebook.net"),
        ("WWW.Facebook.com.", "facebook", HostKind.SITE, "facebook.com"),
        ("en.wikipedia.org", "wikipedia", HostKind.SITE, "wikipedia.org"),
        ("auth.wikimedia.example", "wikipedia", HostKind.SIGN_IN, "auth.wikimedia.example"),
        ("plus.google.com", "google-plus", HostKind.SITE, "plus.google.com"),
    ],
)
def test_match(name: str, service: str, kind: HostKind, entry: str) -> None:
    """A host belongs to the longest entry that it is under, with that entry's kind."""
    assert CATALOGUE.match_name(name) == Match(CATALOGUE.services[service], kind, entry)
    assert CATALOGUE.match(Host.parse(name)) == CATALOGUE.match_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "notfacebook.com",
        "facebook.com.evil.example",
        "google.com",
        "com",
        "facebook.net",
        "192.0.2.1",
        "",
        "not a host",
    ],
)
def test_no_match(name: str) -> None:
    """What is under no entry, and what is no host name, is not social media."""
    assert CATALOGUE.match_name(name) is None


class OneAnswer(DictIndex):
    """An index that knows a single match."""

    def find(self, name: str) -> Match | None:
        """Every name is Facebook's."""
        return Match(FACEBOOK, HostKind.SITE, name)


def test_other_index() -> None:
    """A catalogue asks the index that it is given."""
    assert Catalogue([FACEBOOK], OneAnswer({})).match_name("bbc.co.uk") == Match(FACEBOOK, HostKind.SITE, "bbc.co.uk")


def test_empty() -> None:
    """An empty catalogue knows no service."""
    assert Catalogue([]).match_name("facebook.com") is None


@pytest.mark.parametrize(
    ("categories", "services"),
    [
        ({Category.SOCIAL_NETWORK}, {"facebook", "google-plus"}),
        ({Category.DATING, Category.WIKI}, {"kindling", "wikipedia"}),
        ({Category.PODCAST}, set[str]()),
        (set[Category](), set[str]()),
    ],
)
def test_of_category(categories: set[Category], services: set[str]) -> None:
    """The services of some categories are those in any of them, closed ones too."""
    assert CATALOGUE.of_category(frozenset(categories)) == services


def test_recorded_as() -> None:
    """A sensitive service stands in a record only as social media, any other as itself."""
    assert (FACEBOOK.recorded_as, KINDLING.recorded_as) == ("facebook", "social-media")
    assert (PLUS.closed, FACEBOOK.closed) == (True, False)


@pytest.mark.parametrize("kind", HostKind)
def test_tells_of_use(kind: HostKind) -> None:
    """A name alone may tell of use, unless it serves pictures, other people’s pages or links."""
    assert kind.tells_of_use is (kind not in {HostKind.ASSET, HostKind.WIDGET, HostKind.LINK})


class Forgetful(Catalogue):
    """Remembers two names."""

    LIMIT = 2


def test_remembered_names_are_bounded() -> None:
    """Names seen before are remembered, and never more than the limit of them."""
    catalogue = Forgetful([FACEBOOK])
    for name in ("www.facebook.com", "a.example", "b.example", "www.facebook.com", "www.facebook.com"):
        found = catalogue.match_name(name)
        assert (found is not None) is (name == "www.facebook.com")
        assert len(catalogue._seen) <= 2


def test_no_lists() -> None:
    """Without outside lists there is nothing of theirs for the resolver."""
    assert (tuple(CATALOGUE.index.names()), dict(CATALOGUE.index.beyond())) == ((), {})


@pytest.mark.parametrize(
    ("hosts", "listed", "tells"),
    [
        pytest.param({HostKind.SITE: (Host("a.example"),)}, None, True, id="a site"),
        pytest.param({HostKind.ASSET: (Host("a.example"),)}, None, False, id="pictures alone"),
        pytest.param({}, HostKind.SITE, True, id="sites of a list"),
        pytest.param({}, HostKind.WIDGET, False, id="buttons of a list"),
        pytest.param({}, None, False, id="no host at all"),
    ],
)
def test_services_that_tell_of_use(
    hosts: dict[HostKind, tuple[Host, ...]], listed: HostKind | None, tells: bool
) -> None:
    """A contact may be a person's where some host is more than a part of others' pages, in a list, too."""
    assert Service("one", "One", Category.FORUM, hosts, listed=listed).tells_of_use is tells
