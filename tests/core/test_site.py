"""What may be opened at all, and what happens when the engine fails."""

from dataclasses import replace

import pytest

from agent.core.clients import Zone
from agent.core.decision import Verdict

from .build import ALLOW, BLOCK, SITE


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("facebook.com", True),
        ("graph.facebook.com", True),
        ("notfacebook.com", False),
        ("facebook.com.evil.example", False),
        ("com", False),
        ("bbc.co.uk", False),
        ("", False),
    ],
)
def test_may_open(name: str, expected: bool) -> None:
    """Only names under the CA's constraint may be opened, by whole labels."""
    assert SITE.may_open(name) is expected


def test_ungoverned() -> None:
    """Nothing may be opened before the site names its assessment, basis, notice and consultation."""
    site = replace(SITE, governance=None)
    assert (SITE.governed, site.governed) == (True, False)
    assert not site.may_open("facebook.com")


@pytest.mark.parametrize(("zone", "verdict"), [(Zone.OFFICE, ALLOW), (Zone.HALL, BLOCK), (Zone.GUEST, BLOCK)])
def test_when_broken(zone: Zone, verdict: Verdict) -> None:
    """A zone blocks when the engine fails, unless the site says otherwise."""
    site = replace(SITE, on_error={Zone.OFFICE: ALLOW, Zone.HALL: BLOCK})
    assert site.when_broken(zone) is verdict


def test_the_page_is_named_after_the_site() -> None:
    """Devices on the site's network find it by this name."""
    assert replace(SITE, id="hill").page == "breaktime.hill"
