"""What a list is: where it comes from and what its hosts mean."""

from __future__ import annotations

import pytest

from agent.core.catalogue import Category, HostKind
from agent.core.lists import Format, ListSource, Meaning


@pytest.mark.parametrize(
    ("meaning", "name", "sensitive"),
    [
        pytest.param(Meaning(category=Category.FORUM), "small forums", False, id="called by its id"),
        pytest.param(Meaning(category=Category.FORUM, name="Forums"), "Forums", False, id="called by its name"),
        pytest.param(Meaning(category=Category.FORUM, sensitive=True), "small forums", True, id="sensitive if said so"),
        pytest.param(Meaning(category=Category.DATING), "small forums", True, id="dating always is"),
    ],
)
def test_a_list_of_a_category_is_a_service(meaning: Meaning, name: str, sensitive: bool) -> None:
    """It has the list's id and no hosts of its own; what its listed hosts are for is known."""
    service = meaning.as_service("small_forums")
    assert (service.id, service.name, service.sensitive) == ("small_forums", name, sensitive)
    assert (dict(service.hosts), service.listed) == ({}, HostKind.SITE)


@pytest.mark.parametrize(
    ("source", "remote"),
    [("https://lists.example/a", True), ("/srv/a", False), ("a.txt", False)],
)
def test_remote(source: str, remote: bool) -> None:
    """An address is fetched, a path is read."""
    assert ListSource("a", source, Format.PLAIN).is_remote is remote
