"""How often something may fail."""

from __future__ import annotations

from agent.core.throttle import Throttle


def test_so_many_in_so_long() -> None:
    """After the last failure that is heard a name waits until the first of them is long enough ago."""
    throttle = Throttle(3, 60.0)
    for second in (0.0, 10.0, 20.0):
        assert throttle.wait("one", second) == 0
        throttle.failed("one", second)
    assert throttle.wait("one", 30.0) == 30.0
    assert throttle.wait("other", 30.0) == 0
    assert throttle.wait("one", 60.0) == 0


def test_success_forgets() -> None:
    """Who succeeds begins anew."""
    throttle = Throttle(1, 60.0)
    throttle.failed("one", 0.0)
    throttle.succeeded("one")
    assert throttle.wait("one", 1.0) == 0


def test_room() -> None:
    """No more names are remembered than there is room for: the one that failed longest ago goes."""
    throttle = Throttle(1, 60.0, room=2)
    for second, name in enumerate(("one", "two", "three")):
        throttle.failed(name, float(second))
    assert [throttle.wait(name, 3.0) > 0 for name in ("one", "two", "three")] == [False, True, True]
