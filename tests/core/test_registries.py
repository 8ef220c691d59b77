"""Domains that registries sell names under."""

import pytest

from agent.core.registries import is_registry


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("co.uk", True), ("gov.uk", True), ("police.uk", True), ("sch.uk", True), ("me.uk", True), ("com.au", True),
        ("co.jp", True), ("gob.mx", True), ("school.nz", True), ("police.de", False), ("bbc.co.uk", False),
        ("uk", False), ("co.com", False), ("t.co", False), ("fb.me", False), ("go.example", False),
    ],
)  # fmt: skip
def test_what_a_registry_sells_under(name: str, said: bool) -> None:
    """A common second level under a country's domain is nobody's own; what is below it, or elsewhere, is."""
    assert is_registry(name) is said
