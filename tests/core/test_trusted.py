"""The time to act by: set forward destroys nothing early, set back keeps nothing long, whatever else is known."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.trusted import SETTLED, SLACK, By, Mark, Sources, Trusted, mark_of, trusted

NOON = 1_795_780_800.0  # 2026-11-27T12:00Z
HOUR, DAY = 3600.0, 86_400.0


def now(
    wall: float,
    *,
    up: float = 10 * DAY,
    boot: str = "b",
    ntp: bool = False,
    rtc: float | None = None,
    written: float | None = None,
) -> Sources:
    """A look so many seconds from noon by the wall clock."""
    battery, last = (None if one is None else NOON + one for one in (rtc, written))
    return Sources(NOON + wall, boot, up, ntp, battery, last)


MARK = Mark(NOON, "b", 10 * DAY)
CONFIRMED = Mark(NOON, "b", 10 * DAY, confirmed=True)


@pytest.mark.parametrize(
    ("mark", "sources", "expected", "by"),
    [
        pytest.param(None, now(0), 0, By.ALONE, id="first look, nothing else known"),
        pytest.param(None, now(0, written=-DAY), 0, By.WRITTEN, id="first look, in use yesterday"),
        pytest.param(None, now(40 * DAY, written=0), 40 * DAY, By.ALONE, id="first look, not written to for long"),
        pytest.param(None, now(-DAY, written=0), -DAY, By.ALONE, id="first look, written to later than now"),
        pytest.param(None, now(-SLACK, written=0), -SLACK, By.WRITTEN, id="first look, written to just now"),
        pytest.param(None, now(0, ntp=True), 0, By.NETWORK, id="first look, network"),
        pytest.param(None, now(0, rtc=2), 0, By.BATTERY, id="first look, battery clock agrees"),
        pytest.param(None, now(40 * DAY, rtc=2), 40 * DAY, By.ALONE, id="first look, battery clock says otherwise"),
        pytest.param(MARK, now(HOUR, up=10 * DAY + HOUR), HOUR, By.COUNT, id="an hour later"),
        pytest.param(MARK, now(40 * DAY, up=10 * DAY + HOUR), HOUR, By.COUNT, id="set forward"),
        pytest.param(MARK, now(40 * DAY, up=10 * DAY + HOUR, rtc=40 * DAY), HOUR, By.COUNT, id="both set forward"),
        pytest.param(MARK, now(-40 * DAY, up=10 * DAY + HOUR), HOUR, By.COUNT, id="set back"),
        pytest.param(MARK, now(5, up=9 * DAY), 0, By.COUNT, id="counting never runs backwards"),
        pytest.param(MARK, now(40 * DAY, ntp=True), 40 * DAY, By.NETWORK, id="put right by the network"),
        pytest.param(CONFIRMED, now(60, ntp=True), 60, By.NETWORK, id="network and count agree"),
        pytest.param(CONFIRMED, now(40 * DAY, ntp=True), 0, By.COUNT, id="network leaps: no such time has passed"),
        pytest.param(CONFIRMED, now(-40 * DAY, ntp=True), 0, By.COUNT, id="network leaps back"),
        pytest.param(MARK, now(DAY, boot="c", up=HOUR, ntp=True), DAY, By.NETWORK, id="restart, network"),
        pytest.param(CONFIRMED, now(DAY, boot="c", up=9, ntp=True), DAY, By.NETWORK, id="restart after network"),
        pytest.param(MARK, now(HOUR, boot="c", up=HOUR), HOUR, By.COUNT, id="restart, at once up again"),
        pytest.param(MARK, now(3 * DAY, boot="c", up=60), 60, By.COUNT, id="restart, off for days or set forward"),
        pytest.param(MARK, now(3 * DAY, boot="c", up=60, rtc=3 * DAY), 60, By.COUNT, id="the same, battery, too soon"),
        pytest.param(MARK, now(3 * DAY, boot="c", up=SETTLED, rtc=3 * DAY), 3 * DAY, By.BATTERY, id="battery, settled"),
        pytest.param(
            MARK,
            now(40 * DAY, boot="c", up=SETTLED, rtc=40 * DAY),
            SETTLED + 4 * DAY,
            By.BATTERY,
            id="battery, off for weeks or both set forward: a long weekend and no more",
        ),
        pytest.param(MARK, now(3 * DAY, boot="c", up=SETTLED, rtc=0), SETTLED, By.COUNT, id="battery says otherwise"),
        pytest.param(
            MARK, now(-3 * DAY, boot="c", up=SETTLED, rtc=-3 * DAY), SETTLED, By.COUNT, id="restart, set back"
        ),
    ],
)
def test_trusted(mark: Mark | None, sources: Sources, expected: float, by: By) -> None:
    """The wall clock's time if another source says the same, else what the machine has counted."""
    found = trusted(mark, sources)
    assert (found.at - NOON, found.by) == (expected, by)
    assert found.astray == sources.wall - found.at
    assert found.settled is (by is not By.ALONE)


def test_a_person_is_a_source() -> None:
    """Who names today's date as the clock shows it settles what nothing else could."""
    said = Trusted(NOON + 40 * DAY, By.PERSON, 0.0)
    assert trusted(None, now(40 * DAY), said=True) == said
    assert trusted(MARK, now(40 * DAY), said=True) == replace(said, leapt=40 * DAY)


def test_a_leap_is_told() -> None:
    """By how much the time turned out to be later than the last look and the count would make it."""
    assert trusted(MARK, now(40 * DAY, ntp=True)).leapt == 40 * DAY
    assert trusted(MARK, now(3 * DAY, boot="c", up=HOUR, ntp=True)).leapt == 3 * DAY - HOUR
    assert trusted(MARK, now(40 * DAY)).leapt == 0


@pytest.mark.parametrize(("astray", "agreed"), [(0, True), (SLACK, True), (-SLACK, True), (SLACK + 1, False)])
def test_agreed(astray: float, agreed: bool) -> None:
    """A few minutes are no disagreement."""
    assert Trusted(NOON, By.COUNT, astray).agreed is agreed


steps = st.lists(
    st.tuples(st.floats(1, 5 * DAY), st.floats(-90 * DAY, 90 * DAY), st.booleans()), min_size=1, max_size=12
)


@given(steps)
def test_without_network_and_battery_nothing_is_early(steps: list[tuple[float, float, bool]]) -> None:
    """However the clock is set, and however often the machine restarts, no more time counts than has passed."""
    true, up, boot = NOON, 0.0, 0
    mark = mark_of(trusted(None, Sources(true, "0", up)), Sources(true, "0", up))
    for passed, offset, restart in steps:
        true += passed
        boot, up = (boot + 1, min(passed, 600.0)) if restart else (boot, up + passed)
        sources = Sources(true + offset, str(boot), up)
        found = trusted(mark, sources)
        assert found.at <= true + 0.01
        assert restart or found.at == pytest.approx(mark.at + passed)
        mark = mark_of(found, sources)


@given(steps)
def test_with_network_nothing_is_late(steps: list[tuple[float, float, bool]]) -> None:
    """Where the network keeps the clock, every look finds the true time, over restarts too."""
    true, up, boot = NOON, 0.0, 0
    mark = None
    for passed, _, restart in steps:
        true += passed
        boot, up = (boot + 1, 60.0) if restart else (boot, up + passed)
        found = trusted(mark, sources := Sources(true, str(boot), up, True))
        assert (found.at, found.by) == (true, By.NETWORK)
        mark = mark_of(found, sources)
