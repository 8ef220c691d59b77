"""Bells and permissions from the site's file: midnight, who follows which, and local times."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.app.build import build
from agent.core.clients import Client, DeviceKind, Owner, Role, Zone
from agent.core.engine import Engine
from agent.core.timetable import DAY_MINUTES, PeriodKind
from agent.packs.bells import split_at_midnight
from tests.packs.bad import small

LONDON = ZoneInfo("Europe/London")
WHO = Client(Role.TEACHER, Owner.SCHOOL, DeviceKind.LAPTOP, Zone.CLASSROOM)


def engine(old: str, new: str) -> Engine:
    """The small configuration with one change of its site."""
    files = small()
    text = files["site.yaml"].decode()
    assert text.count(old) == 1
    built = build({**files, "site.yaml": text.replace(old, new).encode()}, None)
    assert built.engine is not None, "\n".join(map(str, built.problems))
    return built.engine


@given(st.integers(0, 1439), st.integers(1, 1440), st.frozensets(st.integers(0, 6), min_size=1))
def test_a_period_past_midnight_keeps_its_minutes(start: int, end: int, days: frozenset[int]) -> None:
    """However it is split, the same minutes of the week belong to it."""
    if start == end:
        return
    length = end - start if start < end else end - start + DAY_MINUTES
    week = 7 * DAY_MINUTES
    meant = {(day * DAY_MINUTES + start + minute) % week for day in days for minute in range(length)}
    periods = list(split_at_midnight(PeriodKind.AFTER_SCHOOL, start, end, days))
    made = {
        day * DAY_MINUTES + minute
        for period in periods
        for day in period.weekdays
        for minute in range(period.range.start, period.range.end)
    }
    assert made == meant


def test_a_late_club_goes_on_after_midnight() -> None:
    """`from` 22:00 `to` 06:00 on a Monday lasts until 06:00 on Tuesday, and Tuesday evening is closed."""
    site = engine(
        "      - {period: after-school, from: 15:15, to: 18:00}\n  - bell: infants",
        "      - {period: after-school, from: 22:00, to: 06:00, days: [mon]}\n  - bell: infants",
    )
    said = [
        site.moment(WHO, datetime(2026, 11, day, hour, tzinfo=LONDON)).period
        for day, hour in ((23, 23), (24, 5), (24, 6), (24, 23))
    ]
    after, closed = PeriodKind.AFTER_SCHOOL, PeriodKind.CLOSED
    assert said == [after, after, closed, closed]


def test_twenty_four_is_the_end_of_the_day() -> None:
    """24:00 may end a period; the next day begins as the bell says."""
    site = engine("from: 15:15, to: 18:00}\n  - bell: infants", "from: 15:15, to: 24:00}\n  - bell: infants")
    late = site.moment(WHO, datetime(2026, 11, 23, 23, 59, tzinfo=LONDON))
    assert (late.period, late.ends) == (PeriodKind.AFTER_SCHOOL, datetime(2026, 11, 24, tzinfo=LONDON))


USES = [
    ("persons: [teacher-01]", {"person": "teacher-01"}),
    ("groups: [mentors]", {"groups": frozenset({"mentors"})}),
    ("zones: [hall]", {"zone": Zone.HALL}),
    ("roles: [trainee]", {"role": Role.TRAINEE}),
]


@pytest.mark.parametrize(("use", "who"), USES, ids=[use for use, _ in USES])
def test_a_bell_is_followed_by_those_it_is_for(use: str, who: dict[str, object]) -> None:
    """A second bell is for persons, groups, zones or roles; everybody else follows the first."""
    from dataclasses import replace

    timetable = engine("for: {groups: [infants]}", f"for: {{{use}}}").timetable
    assert timetable.bell_of(WHO).id == "main"
    assert timetable.bell_of(replace(WHO, **who)).id == "infants"  # type: ignore[arg-type]


AUTHORISATION = """authorisations:
  - {number: "2026-007", from: 2026-06-01T09:00, to: 2026-06-05T15:15Z, purpose: open evening page,
     persons: [teacher-01], devices: [laptop-03], services: [facebook]}"""


def test_permissions_are_in_the_sites_time() -> None:
    """Without an offset the clock is the school's, in summer too; with one it is what it says."""
    (permission,) = engine("authorisations: []", AUTHORISATION).authorisations
    assert permission.starts.isoformat() == "2026-06-01T09:00:00+01:00"
    assert permission.ends.isoformat() == "2026-06-05T16:15:00+01:00"
    assert (permission.number, permission.purpose) == ("2026-007", "open evening page")
    assert permission.persons == {"teacher-01"}
    assert permission.devices == {"laptop-03"}
    assert permission.services == {"facebook"}


def test_official_accounts_stand_there_as_hashes() -> None:
    """The key is handed in, the hashes come from the file, and no id is needed for either."""
    from agent.core.accounts import account_hash

    files = small()
    line = f"official-accounts:\n  facebook: [{account_hash(b'key', 'facebook', '42')}]\n"
    text = files["site.yaml"].decode()
    start = text.index("official-accounts:")
    text = text[:start] + line + text[text.index("\n", start) + 1 :]
    built = build({**files, "site.yaml": text.encode()}, None, b"key")
    assert built.engine is not None
    assert built.engine.official_accounts.holds("facebook", "42")
    assert not built.engine.official_accounts.holds("facebook", "43")


def test_gateway_and_metrics_are_as_written() -> None:
    """Everything that the gateway is started with comes from the file."""
    files = small()
    text = files["site.yaml"].decode()
    text = text[: text.index("gateway:\n")] + (
        "gateway:\n  mode: transparent\n  listen: '::'\n  port: 3128\n  workers: 4\n  upstream-ca: /srv/ca.pem\n"
        "  on-error: {guest: allow}\nmetrics: {listen: 127.0.0.2, port: 9999}\n"
    )
    built = build({**files, "site.yaml": text.encode()}, None)
    gateway = built.gateway
    assert (gateway.mode, gateway.listen, gateway.port, gateway.workers) == ("transparent", "::", 3128, 4)
    assert (gateway.upstream_ca, dict(gateway.on_error)) == ("/srv/ca.pem", {Zone.GUEST: "allow"})
    assert (built.metrics.listen, built.metrics.port) == ("127.0.0.2", 9999)
    assert built.engine is not None
    assert built.engine.site.when_broken(Zone.GUEST) == "allow"


@pytest.mark.parametrize(
    ("gateway", "metrics", "meet"),
    [
        pytest.param("127.0.0.1", "127.0.0.1", True, id="the same"),
        pytest.param("127.0.0.1", "127.0.0.2", False, id="another"),
        pytest.param("0.0.0.0", "127.0.0.2", True, id="every one"),
        pytest.param("'::1'", "0.0.0.0", False, id="every one of the other kind"),
        pytest.param("127.0.0.1", "'::'", True, id="every one of either kind"),
    ],
)
def test_the_metrics_have_a_port_of_their_own(gateway: str, metrics: str, meet: bool) -> None:
    """A port is taken on the address that is listened on, and on all that it stands for."""
    files = small()
    text = files["site.yaml"].decode()
    text = text[: text.index("gateway:\n")] + (
        f"gateway: {{listen: {gateway}, port: 3128, workers: 2}}\nmetrics: {{listen: {metrics}, port: 3129}}\n"
    )
    problems = build({**files, "site.yaml": text.encode()}, None).problems
    assert ["is for the metrics and for the gateway" in problem.what for problem in problems] == [True] * meet
    assert all(problem.hint for problem in problems)
