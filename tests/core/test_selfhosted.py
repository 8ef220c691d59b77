"""Servers that people run themselves, by the look of their names."""

import pytest

from agent.core.catalogue import Catalogue, Category, HostKind, Match, Service
from agent.core.hosts import Host

from .build import hosts

MASTODON = Service(
    "mastodon",
    "Mastodon",
    Category.MICROBLOG,
    {HostKind.SITE: hosts("mastodon.social"), HostKind.ASSET: hosts("files.mastodon.social")},
    self_hosted=("mastodon", "mstdn"),
)
CATALOGUE = Catalogue([MASTODON], shared=["bbc.co.uk", "pages.dev"])


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        pytest.param("mastodon.school.org.uk", "mastodon.school.org.uk", id="somebody's own server"),
        pytest.param("MSTDN.Beispiel.de.", "mstdn.beispiel.de", id="another word, as a browser may write it"),
        pytest.param("mastodon.social", "mastodon.social", id="an entry comes first"),
        pytest.param("www.mastodon.social", "mastodon.social", id="and so does what is under one"),
        pytest.param("mastodon.com", None, id="a brand as a domain of its own"),
        pytest.param("mastodon.co.uk", None, id="also under what a registry sells under"),
        pytest.param("mastodon.org.uk", None, id="another such"),
        pytest.param("mstdn.co.jp", None, id="of another country"),
        pytest.param("mstdn.com.au", None, id="and another"),
        pytest.param("www.mastodon.org.uk", None, id="not the first label"),
        pytest.param("mastodons.school.org.uk", None, id="only part of a label"),
        pytest.param("mastodon.bbc.co.uk", None, id="under a name of the whole web"),
        pytest.param("mastodon.x.pages.dev", None, id="further under one"),
        pytest.param("mastodon.school.example", None, id="under a reserved name"),
        pytest.param("mastodon", None, id="no domain at all"),
    ],
)
def test_by_the_look_of_a_name(name: str, entry: str | None) -> None:
    """The first label tells, where no entry fits, somebody's domain is below it and the whole web does not share it."""
    found = CATALOGUE.match_name(name)
    assert (found.entry if found else None) == entry
    assert CATALOGUE.match(Host.parse(name)) == found


def test_it_is_a_site_of_the_service() -> None:
    """What is found so is a page that people look at, and stands for its own name alone."""
    found = CATALOGUE.match_name("mastodon.school.org.uk")
    assert found == Match(MASTODON, HostKind.SITE, "mastodon.school.org.uk")
