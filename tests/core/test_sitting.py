"""How long a visit lasts: acts, what an open page asks by itself, and two minutes."""

import pytest

from agent.core.activity import Activity, Request
from agent.core.catalogue import HostKind
from agent.core.sitting import FORGOTTEN, LASTS, REMEMBERED, Sitting, Sittings

HOST = "www.facebook.com"
PAGE = Request("GET", "/home", mode="navigate", dest="document", browser=True)


def call(path: str, method: str = "POST", dest: str = "empty") -> Request:
    """What a page fetches."""
    return Request(method, path, site="same-origin", mode="cors", dest=dest, browser=True)


POLL = call("/ajax/presence")
Told = tuple[float, HostKind, Activity, Request]


def told(seconds: float, request: Request, kind: HostKind = HostKind.SITE, activity: Activity = Activity.VISIT) -> Told:
    """One request at a moment."""
    return seconds, kind, activity, request


@pytest.mark.parametrize(
    ("requests", "counted"),
    [
        pytest.param([told(0, PAGE)], [True], id="a page"),
        pytest.param([told(0, PAGE), told(119, POLL), told(121, POLL)], [True, True, False], id="polling ends it"),
        pytest.param(
            [told(0, PAGE), told(100, POLL), told(119, PAGE), told(200, POLL)], [True] * 4, id="an act prolongs it"
        ),
        pytest.param(
            [told(0, PAGE), told(300, POLL), told(310, PAGE)], [True, False, True], id="an act begins it anew"
        ),
        pytest.param(
            [told(0, call("/feed")), told(100, call("/feed")), told(130, call("/feed"))],
            [True, True, False],
            id="the same call again is no act",
        ),
        pytest.param(
            [told(0, call("/feed")), told(100, call("/other")), told(190, POLL)], [True] * 3, id="another call is one"
        ),
        pytest.param([told(0, PAGE), told(300, call("/x", "GET", "image"))], [True, True], id="a picture is looked at"),
        pytest.param(
            [told(0, PAGE), told(300, call("/v", "GET"), HostKind.ASSET)], [True, True], id="a film from its own host"
        ),
        pytest.param(
            [told(0, PAGE), told(300, call("/tr", "GET", "image"))], [True, False], id="a pixel is not looked at"
        ),
        pytest.param(
            [told(0, PAGE), told(300, call("/ajax/log"), activity=Activity.POST)],
            [True, True],
            id="whoever posts is there",
        ),
        pytest.param(
            [told(0, POLL), told(60, POLL), told(130, POLL)], [True, True, False], id="a trace that begins late"
        ),
        pytest.param([told(1000, PAGE), told(0, POLL)], [True, False], id="a clock that was put back far"),
    ],
)
def test_how_long_it_lasts(requests: list[Told], counted: list[bool]) -> None:
    """From an act until two minutes after the last one; what an open page asks again prolongs nothing."""
    sitting = Sitting(requests[0][0])
    answers = [sitting.goes_on(at, HOST, kind, activity, request) for at, kind, activity, request in requests]
    assert answers == counted


def test_few_calls_are_remembered() -> None:
    """However many calls a page makes, what is held of them stays small; the rest count as acts."""
    sitting = Sitting(0.0)
    for n in range(REMEMBERED + 1):
        sitting.goes_on(0.0, HOST, HostKind.API, Activity.VISIT, call(f"/call{n}"))
    late = [sitting.goes_on(LASTS + 1, HOST, HostKind.API, Activity.VISIT, call(f"/call{n}")) for n in (0, REMEMBERED)]
    assert late == [False, True]


def ask(sittings: Sittings, at: float, request: Request, who: str = "laptop") -> bool:
    """One request of a device at Facebook."""
    return sittings.goes_on(who, "facebook", at, HOST, HostKind.SITE, Activity.VISIT, request)


def test_each_device_and_service_has_its_own() -> None:
    """What one does keeps nobody else's visit alive."""
    sittings = Sittings()
    ask(sittings, 0, PAGE), ask(sittings, 110, PAGE, "phone")
    assert sittings.lasts("phone", "facebook", 200)
    assert not sittings.lasts("laptop", "facebook", 200)
    assert not sittings.lasts("laptop", "youtube", 0)
    assert not ask(sittings, 200, POLL)


def test_after_a_long_silence_nothing_is_known() -> None:
    """Then the first request begins a visit again, as if nothing had been."""
    sittings = Sittings()
    ask(sittings, 0, PAGE)
    assert not ask(sittings, FORGOTTEN - 1, POLL)
    assert ask(sittings, 2 * FORGOTTEN, POLL)


def test_memory_is_bounded() -> None:
    """The one that was silent longest is forgotten first, and all that were silent long enough."""
    sittings = Sittings(limit=2)
    for at, who in enumerate("abca"):
        ask(sittings, at, PAGE, who)
    assert len(sittings) == 2
    assert not sittings.lasts("b", "facebook", 3)
    sittings.forget(FORGOTTEN)
    assert len(sittings) == 2
    sittings.forget(FORGOTTEN + 2.5)
    assert len(sittings) == 1
