"""The school's own account holds only for its official users, in a question as on the wire."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.core.accounts import Account
from agent.core.clients import Role
from agent.core.explain import Query, explain

from .build import ALLOW, BLOCK, at, engine, one_of, policy, rule

OFFICIAL = engine(
    policy(
        rule("official", ALLOW, one_of("account", Account.OFFICIAL)),
        rule("other", BLOCK, one_of("account", Account.OTHER)),
        rule("may", ALLOW, one_of("official_user", True)),
        default=BLOCK,
    )
)
HERE = Query(at("2026-11-23T09:30"), "https://www.facebook.com/", role=Role.CONTRACTOR)


@pytest.mark.parametrize(
    ("asked", "decides"),
    [
        pytest.param(HERE, "default", id="nobody's"),
        pytest.param(replace(HERE, role=Role.TEACHER), "may", id="the site says so of the role"),
        pytest.param(replace(HERE, official_user=True), "may", id="said"),
        pytest.param(replace(HERE, role=Role.TEACHER, official_user=False), "default", id="denied"),
        pytest.param(replace(HERE, account=Account.OFFICIAL), "official", id="the account implies it"),
        pytest.param(replace(HERE, account=Account.OFFICIAL, official_user=False), "other", id="denied the account"),
    ],
)
def test_official_user(asked: Query, decides: str) -> None:
    """To whom the school's account was not given it is somebody else's account; asking for it implies the user."""
    assert explain(OFFICIAL, asked).rule == decides
