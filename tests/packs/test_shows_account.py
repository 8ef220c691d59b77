"""`shows-account`: whether a service shows which account is acting, as the catalogue says of it."""

import pytest

from agent.core.facts import Facts
from tests.packs.test_policy import FACTS, load, rule


def of(service: str) -> Facts:
    """The same facts on another service."""
    return FACTS._replace(service=service)


@pytest.mark.parametrize(
    ("conditions", "service", "expected"),
    [
        ("when: {shows-account: yes}", "facebook", True),
        ("when: {shows-account: yes}", "youtube", False),
        ("when: {shows-account: no}", "facebook", False),
        ("when: {shows-account: no}", "youtube", True),
        ("unless: {shows-account: yes}", "facebook", False),
        ("unless: {shows-account: yes}", "youtube", True),
        ("unless: {shows-account: no}", "facebook", True),
    ],
)
def test_shows_account(conditions: str, service: str, expected: bool) -> None:
    """It goes by the account cookies of the catalogue's entry; a service without any never shows one."""
    assert load(rule(conditions)).rules[0].fits(of(service)) is expected


def test_names_no_service() -> None:
    """It is said of services in general, so it gives none of them precedence in the CA."""
    assert load(rule("when: {shows-account: yes}")).rules[0].conditions[0].general
