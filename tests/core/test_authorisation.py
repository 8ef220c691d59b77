"""Permissions: for whom, for which service, from when until just before when."""

from dataclasses import replace

import pytest

from agent.core.authorisation import Authorisation, OfficialUsers
from agent.core.clients import Client, Role

from .build import STAFF_LAPTOP, at

FIRST, LAST = at("2026-11-23T10:00"), at("2026-11-23T11:00")
NOBODY = Authorisation("7", FIRST, LAST, "the open day")
GOVERNOR = replace(STAFF_LAPTOP, role=Role.GOVERNOR, person=None, device=None)


@pytest.mark.parametrize(
    ("permission", "client", "covers"),
    [
        pytest.param(replace(NOBODY, persons=frozenset({"teacher-01"})), STAFF_LAPTOP, True, id="person"),
        pytest.param(replace(NOBODY, persons=frozenset({"teacher-02"})), STAFF_LAPTOP, False, id="another person"),
        pytest.param(replace(NOBODY, roles=frozenset({Role.TEACHER})), STAFF_LAPTOP, True, id="role"),
        pytest.param(replace(NOBODY, devices=frozenset({"laptop-01"})), STAFF_LAPTOP, True, id="device"),
        pytest.param(NOBODY, STAFF_LAPTOP, False, id="nobody"),
        pytest.param(NOBODY, GOVERNOR, False, id="nobody, who has no name"),
    ],
)
def test_covers(permission: Authorisation, client: Client, covers: bool) -> None:
    """A permission is for the persons, roles and devices that it names, one of them being enough."""
    assert permission.covers(client, "facebook") is covers
    users = OfficialUsers(permission.persons, permission.roles, permission.devices)
    assert users.hold(client) is covers


@pytest.mark.parametrize(("services", "covers"), [(set[str](), True), ({"facebook"}, True), ({"x", "youtube"}, False)])
def test_services(services: set[str], covers: bool) -> None:
    """A permission that names no service is for every one."""
    permission = replace(NOBODY, roles=frozenset({Role.TEACHER}), services=frozenset(services))
    assert permission.covers(STAFF_LAPTOP, "facebook") is covers


@pytest.mark.parametrize(
    ("instant", "holds"),
    [
        ("2026-11-23T09:59:59", False),
        ("2026-11-23T10:00", True),
        ("2026-11-23T10:59:59", True),
        ("2026-11-23T11:00", False),
        ("2026-11-23T11:00+01:00", True),
    ],
)
def test_holds(instant: str, holds: bool) -> None:
    """A permission holds from its start until just before its end, in whatever zone the instant is told."""
    assert NOBODY.holds(at(instant)) is holds


@pytest.mark.parametrize(
    ("instant", "holds"),
    [("2026-10-25T01:29+01:00", False), ("2026-10-25T01:30+01:00", True), ("2026-10-25T01:15+00:00", True)],
)
def test_holds_on_the_autumn_night(instant: str, holds: bool) -> None:
    """In the hour that comes twice a permission goes by the instant, not by the wall clock."""
    night = replace(NOBODY, starts=at("2026-10-25T01:30+01:00"), ends=at("2026-10-25T01:45+00:00"))
    assert night.holds(at(instant)) is holds
