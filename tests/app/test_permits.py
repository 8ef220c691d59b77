"""What the head grants reaches a running gateway and ends by itself; a request from a page is checked first."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.app import access
from agent.app.finding import Finding
from agent.app.handed import engine_of
from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.app.permits import ANYWAY, PermitWatch
from agent.casework.access import AccessError
from agent.clock import Clock
from agent.core.access import Asking, Permits
from agent.core.offices import Office, Officer

EXAMPLE = Path(__file__).parents[2] / "config"
HEAD = Officer("head-1", Office.HEADTEACHER)
ASKING = Asking("laptop-02", "teacher-02", "", "facebook", "The school's page")


@dataclass
class Place:
    """A site on a data folder of the test, and a watch on it."""

    data: DataFolder
    config: Configuration
    said: list[str] = field(default_factory=list)
    ahead: timedelta = timedelta()

    def __post_init__(self) -> None:
        async def hand_out(permits: Permits) -> None:
            """Nobody is there."""

        self.watch = PermitWatch(lambda: self.config, self.data, hand_out, self.said.append, self.ahead)

    def grant(self, minutes: int) -> str:
        """Somebody asks and the head grants it; the number."""
        desk = access.desk_of(self.config, self.data, Clock().now)
        made = access.ask(self.config, self.data, Clock().now, ASKING)
        return desk.authorise(HEAD, made.id, datetime.now(UTC) + timedelta(minutes=minutes)).id


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """The shipped site."""
    data = DataFolder(tmp_path / "data")
    data.prepare()
    config = read(EXAMPLE, data)
    assert isinstance(config, Configuration)
    return Place(data, config)


def test_a_grant_is_seen_and_handed_on(place: Place) -> None:
    """Nothing before, then the permission; a worker that builds the same configuration has it too."""
    assert not place.watch.look(0.0)
    number = place.grant(30)
    assert place.watch.look(0.0)
    assert not place.watch.look(0.0)
    config = place.watch.adopt(place.config)
    assert [one.number for one in config.engine.authorisations] == [number]
    assert [one.number for one in engine_of(config.message).authorisations] == [number]
    assert config.engine.revision == place.config.engine.revision


def test_it_is_over_by_itself(place: Place) -> None:
    """At its end nothing is permitted any more, without anybody's doing."""
    place.grant(30)
    assert place.watch.look(0.0)
    later = Clock(timedelta(minutes=31).total_seconds())
    watch = PermitWatch(lambda: place.config, place.data, place.watch._hand_out, place.said.append, clock=later)
    assert watch.look(0.0)
    assert watch.permits.granted == ()
    assert [one.standing for one in watch.permits.said] == ["ended"]


def test_a_rehearsal_goes_by_its_own_clock(place: Place) -> None:
    """What was granted for half an hour holds for half an hour there."""
    place.ahead = timedelta(days=-3)
    place.__post_init__()
    place.grant(30)
    place.watch.look(0.0)
    ends = place.watch.permits.granted[0].ends
    assert timedelta(minutes=20) < ends - (datetime.now(UTC) - timedelta(days=3)) <= timedelta(minutes=30)


def damage(place: Place, number: str) -> None:
    """Have the disk lose what a request's file held."""
    (place.data.root / "authorisations" / f"{number}.request").write_bytes(b"x" * 100)


def test_a_damaged_request_stops_no_other(place: Place) -> None:
    """Others are granted, end and are forgotten beside it, also for a gateway that never read it; doctor names it."""
    damage(place, place.grant(30))
    other = replace(ASKING, service="instagram")
    made = access.ask(place.config, place.data, Clock().now, other)
    desk = access.desk_of(place.config, place.data, Clock().now)
    desk.authorise(HEAD, made.id, datetime.now(UTC) + timedelta(minutes=5))
    assert place.watch.look(0.0)
    assert [one.number for one in place.watch.permits.granted] == [made.id]
    desk.revoke(HEAD, made.id)
    assert place.watch.look(0.0)
    assert place.watch.permits.granted == ()
    assert [one.id for one in desk.listed(HEAD).requests] == [made.id]
    assert desk.forget(datetime.now(UTC) + timedelta(days=400)) == [made.id]
    found = access.examine(place.config, place.data, Clock().now)
    assert not found.good
    assert "1 request(s) for access cannot be read" in found.what


def test_a_damaged_request_ends_nothing(place: Place) -> None:
    """It is said once, and what was granted before holds."""
    number = place.grant(30)
    place.watch.look(0.0)
    damage(place, number)
    place.watch.look(ANYWAY)
    place.watch.look(2 * ANYWAY)
    assert [one.number for one in place.watch.permits.granted] == [number]
    assert len(place.said) == 1


@pytest.mark.parametrize(
    "asking",
    [
        pytest.param(replace(ASKING, service="no-such"), id="no service"),
        pytest.param(replace(ASKING, service="tinder"), id="a sensitive service"),
        pytest.param(replace(ASKING, person="nobody-99"), id="nobody of the staff"),
        pytest.param(replace(ASKING, person="", name="A", device="nothing-1"), id="a device that nobody knows"),
        pytest.param(replace(ASKING, purpose=""), id="no purpose"),
    ],
)
def test_what_does_not_fit_the_site_is_not_kept(place: Place, asking: Asking) -> None:
    """Whoever sends it past the page."""
    with pytest.raises(AccessError):
        access.ask(place.config, place.data, Clock().now, asking)
    asyncio.run(place.watch.asked(asking))
    assert access.desk_of(place.config, place.data, Clock().now).all() == []


def test_the_round_and_the_doctor(place: Place) -> None:
    """The letter of a request that was cut off is put; the doctor counts who waits."""
    assert access.examine(place.config, place.data, Clock().now).good
    access.round_of(place.config, place.data, Clock().now)
    asyncio.run(place.watch.asked(ASKING))
    access.round_of(place.config, place.data, Clock().now)
    assert access.examine(place.config, place.data, Clock().now).good
    late = Clock(timedelta(days=5).total_seconds())
    assert not access.examine(place.config, place.data, late.now).good
    [kept] = access.desk_of(place.config, place.data, Clock().now).all()
    assert access.as_json(kept, datetime.now(UTC))["standing"] == "waiting"


def test_the_doctor_on_requests_that_wait(place: Place) -> None:
    """A request that waits for days is found, and says who answers it; one that was answered is not."""

    def found(later: timedelta = timedelta()) -> Finding:
        return access.examine(place.config, place.data, lambda: Clock().now() + later)

    assert found().as_json()["good"]
    access.ask(place.config, place.data, Clock().now, ASKING)
    assert found().good
    late = found(timedelta(days=access.LONG_WAITING))
    assert (late.name, late.good) == ("access", False)
    assert "breaktime authorise list" in late.mend
    assert "teacher-02" not in str(late)
