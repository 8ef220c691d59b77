"""Three refusals in ten minutes close a host to opening for an hour, for one kind of device."""

import pytest

from agent.core.pinned import FAILURES, LASTS_SECONDS, WITHIN_SECONDS, Pin, Pinned

PHONE = ("phone", "graph.facebook.com")


@pytest.mark.parametrize(
    ("events", "pinned"),
    [
        pytest.param([0, 1], False, id="two"),
        pytest.param([0, 1, 2], True, id="three"),
        pytest.param([0, 1, WITHIN_SECONDS], False, id="three, too far apart"),
        pytest.param([0, 1, WITHIN_SECONDS - 1], True, id="three, just near enough"),
        pytest.param([0, 1, "opened", 2], False, id="one that took our certificate between"),
        pytest.param([9, 8, 2], False, id="a clock that goes back"),
        pytest.param(["opened"], False, id="none"),
    ],
)
def test_failures(events: list[float | str], pinned: bool) -> None:
    """Three failures within ten minutes with no success between them."""
    pins, now = Pinned(), 0.0
    for event in events:
        if isinstance(event, str):
            pins.opened(*PHONE)
        else:
            now = event
            pins.failed(*PHONE, event)
    assert pins.holds(*PHONE, now) is pinned
    assert len(pins) == pinned


@pytest.mark.parametrize(
    ("kind", "entry", "now", "holds"),
    [
        pytest.param(*PHONE, 2.0, True, id="the same"),
        pytest.param("laptop", "graph.facebook.com", 2.0, False, id="another kind of device"),
        pytest.param("phone", "facebook.com", 2.0, False, id="another host"),
        pytest.param(*PHONE, 1.0 + LASTS_SECONDS, True, id="just before the hour is over"),
        pytest.param(*PHONE, 2.0 + LASTS_SECONDS, False, id="after an hour"),
    ],
)
def test_holds(kind: str, entry: str, now: float, holds: bool) -> None:
    """It is so for one kind of device at one host, and for an hour."""
    pins = Pinned()
    told = [pins.failed(*PHONE, at) for at in (0.0, 1.0, 2.0)]
    assert told == [False, False, True]
    assert pins.holds(kind, entry, now) is holds


def test_forget() -> None:
    """When the hour is over, that is said once, and it is tried again."""
    pins = Pinned()
    for at in range(FAILURES):
        pins.failed(*PHONE, at)
    over = FAILURES - 1 + LASTS_SECONDS
    assert [pins.forget(over - 1), pins.forget(over), pins.forget(over)] == [(), (Pin(*PHONE),), ()]
    assert len(pins) == 0


def test_bounded() -> None:
    """Neither failures nor pins grow without end: the oldest go."""
    pins = Pinned(limit=2)
    for host in "abcaa":
        pins.failed("phone", host, 0)  # the first failure of `a` was forgotten when `c` came
    assert not pins.holds("phone", "a", 1)
    for host in "def":
        for _ in range(FAILURES):
            pins.failed("phone", host, 1)
    assert [pins.holds("phone", host, 2) for host in "def"] == [False, True, True]
