"""What a worker does when an address changes hands."""

from __future__ import annotations

from dataclasses import replace

from agent.core.clients import Device, Owner, Person, Role, Zone, ZoneRange, network
from agent.core.directory import Directory, Live
from agent.core.held import Held
from tests.addons.test_worker import FACEBOOK, LESSON, Desk
from tests.core.build import ALLOW, BLOCK, engine, one_of, policy, rule


def test_another_device_at_the_address() -> None:
    """What an address used until now is counted for its device of then; what it holds is judged as the next one's."""
    teacher, pupil = "00:16:3e:00:00:0a", "00:16:3e:00:00:0b"
    now, place = LESSON.timestamp(), "10.20.10.77"
    live = Live({
        teacher: Device("laptop-a", Owner.SCHOOL, person=Person("teacher-01", Role.TEACHER)),
        pupil: Device("tablet-b", Owner.SCHOOL, person=Person("pupil-01", Role.PUPIL)),
    })  # fmt: skip
    base = engine(policy(rule("pupils", BLOCK, one_of("role", Role.PUPIL)), default=ALLOW))
    zones = (ZoneRange(Zone.CLASSROOM, network("10.20.10.0/24")),)
    first = Directory((), zones, live).holding({place: (Held(now - 60, now + 600, teacher, "dhcp"),)})
    desk = Desk(replace(base, directory=first))
    ruling = desk.ask("c1", FACEBOOK, None, address=place)
    assert ruling.situation.client.person == "teacher-01"
    held = desk.worker.hold("c1", ruling)
    desk.worker.meter(held, ruling.situation, opened=False)(10, 20)
    moved = (Held(now - 60, now, teacher, "dhcp"), Held(now, now + 600, pupil, "dhcp"))
    desk.worker.know(replace(base, directory=first.holding({place: moved})), {place})
    assert desk.cut == []
    assert desk.tick(0) == ["c1"]


def test_a_lease_that_runs_out() -> None:
    """When a lease ends and nobody renews it, what its device held is judged again as a stranger's."""
    mac, now, place = "00:16:3e:00:00:0a", LESSON.timestamp(), "10.20.10.77"
    live = Live({mac: Device("laptop-a", Owner.SCHOOL, person=Person("teacher-01", Role.TEACHER))})
    base = engine(policy(rule("strangers", BLOCK, one_of("role", Role.UNKNOWN)), default=ALLOW))
    held = Directory((), (), live).holding({place: (Held(now - 60, now + 30, mac, "dhcp"),)})
    desk = Desk(replace(base, directory=held))
    assert not desk.ask("c1", FACEBOOK, None, address=place).blocks
    assert desk.tick(20) == []
    assert desk.tick(11) == ["c1"]
