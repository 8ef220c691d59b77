"""The `store:` section of a site: where its records go, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.app.build import Built, build
from agent.core.database import DatabaseAddress
from agent.packs.store import StoreSettings
from tests.packs.bad import shipped, small

URL = "postgresql://db.trust.example/breaktime"
LOGIN = "breaktime_site_example-primary"


def built(section: str, site: str = "example-primary") -> Built:
    """What the small site makes with this section."""
    files = small()
    text = files["site.yaml"].decode().replace("site: example-primary", f"site: {site}", 1)
    return build(files | {"site.yaml": (text + section).encode()}, None)


def test_without_the_section_records_stay() -> None:
    """The shipped site forwards nothing."""
    assert build(shipped(), None).store is None


@pytest.mark.parametrize(
    ("section", "settings"),
    [
        pytest.param(f"store: {{url: {URL}}}\n", StoreSettings(DatabaseAddress.read(URL), LOGIN), id="the url alone"),
        pytest.param(
            f"store:\n  url: postgresql://{LOGIN}@localhost/b\n  password-file: /etc/breaktime/password\n",
            StoreSettings(DatabaseAddress("localhost", 5432, "b", LOGIN), LOGIN, Path("/etc/breaktime/password")),
            id="everything",
        ),
    ],
)
def test_the_section_as_written(section: str, settings: StoreSettings) -> None:
    """The login role is the site's own; the password stands in a file."""
    made = built(section)
    assert made.problems == ()
    assert made.store == settings


REFUSED = [
    pytest.param("store: {}\n", "the key 'url' is missing", id="no url"),
    pytest.param("store: {url: postgresql://u:hush@h/b}\n", "the address holds a password", id="a password"),
    pytest.param("store: {url: postgresql://other@h/b}\n", f"that of this site is {LOGIN}", id="another's role"),
    pytest.param(f"store: {{url: {URL}, password-file: p}}\n", "a path from the root must stand here", id="where?"),
    pytest.param(f"store: {{url: {URL}, password: hush}}\n", "the key 'password' is not known here", id="in clear"),
]


@pytest.mark.parametrize(("section", "what"), REFUSED)
def test_what_is_refused(section: str, what: str) -> None:
    """Each mistake is one problem with its own words; no secret is repeated."""
    made = built(section)
    (problem,) = made.problems
    assert what in problem.what
    assert "hush" not in str(problem)
    assert made.store is None


def test_an_id_too_long_for_a_role() -> None:
    """A site whose id has no room in the name of a role is told so, where the id stands."""
    (problem,) = built(f"store: {{url: {URL}}}\n", site="a" * 49).problems
    assert (problem.what, problem.line) == ("the site's id has 49 characters; a login role has room for 48", 4)
