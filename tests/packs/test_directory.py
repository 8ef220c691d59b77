"""The `directory:` section, places told by how a device is connected, rooms: from site.yaml to the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.app.build import Built, build
from agent.core.clients import DeviceKind, Owner, Role, Zone, ZonePoint, network
from agent.core.sources import Form, LeaseFile, Radius, Sources
from agent.core.timetable import TimeRange
from tests.packs.bad import shipped, small

EXPORT = Path(__file__).parents[2] / "config" / "examples" / "google-chrome-devices.csv"
SECTION = b"""directory:
  leases: [{file: /var/leases, form: dnsmasq}, {file: /var/kea.csv, form: kea}]
  neighbours: yes
  radius: {secret: /etc/secret, clients: [10.20.1.0/24], lost-after: 5, persons: yes, realms: [SCHOOL, s.example]}
  watch: [eth1]
  keep-hours: 2
  inventories:
    - file: examples/google-chrome-devices.csv
      columns: {device: serialNumber, macs: [macAddress, ethernetMacAddress], person: annotatedUser}
      only: {status: ACTIVE}
      kind: laptop
rooms: rooms.csv
"""
MORE_ZONES = b"""zones:
  - {zone: classroom, room: room-12, access-points: [02-AA-00-00-00-01]}
  - {zone: guest, wireless: [Guest WiFi], role: visitor, owner: personal}
  - {zone: office, interfaces: [eth1.30], subnets: [10.30.0.0/16]}
"""


def built(*more: bytes, files: dict[str, bytes] | None = None) -> Built:
    """The example site with these lines more."""
    texts = small() | {"rooms.csv": b"room,day,from,to\nroom-12,mon,09:00,10:00\n"} | (files or {})
    site = texts["site.yaml"].replace(b"zones:\n", MORE_ZONES, 1)
    return build(
        texts | {"site.yaml": b"".join((site, *more)), "examples/google-chrome-devices.csv": EXPORT.read_bytes()}, None
    )


def test_a_whole_section() -> None:
    """Each source with its settings; what is not written has its default."""
    made = built(SECTION)
    assert [str(one) for one in made.problems] == []
    assert made.sources == Sources(
        (LeaseFile("/var/leases", Form.DNSMASQ), LeaseFile("/var/kea.csv", Form.KEA)),
        True,
        Radius("/etc/secret", (network("10.20.1.0/24"),), "0.0.0.0", 1813, 300, True, ("school", "s.example")),
        ("eth1",),
        7200,
        made.sources.inventories,
    )
    assert made.sources.inventories[0].only == {"status": frozenset({"ACTIVE"})}


def test_what_the_engine_makes_of_it() -> None:
    """Devices by hardware address, places by how they are connected, rooms with their times."""
    engine = built(SECTION).engine
    assert engine is not None
    live = engine.directory.live
    assert live is not None
    first = live.devices["00:16:3e:20:00:01"]
    assert (first.id, first.kind, first.owner) == ("ex00000001", DeviceKind.LAPTOP, Owner.SCHOOL)
    assert live.points == {"02:aa:00:00:00:01": ZonePoint(Zone.CLASSROOM, room="room-12")}
    assert live.ssids == {"Guest WiFi": ZonePoint(Zone.GUEST, Role.VISITOR, Owner.PERSONAL)}
    assert live.interfaces == {"eth1.30": ZonePoint(Zone.OFFICE)}
    assert "teacher-01" in live.people
    assert engine.presence.rooms == {"room-12": {0: (TimeRange(540, 600),)}}


def test_without_the_section() -> None:
    """Nothing tells but the inventory, as before."""
    made = build(shipped(), None)
    assert made.engine is not None
    assert made.engine.directory.live is None
    assert made.sources == Sources()


@pytest.mark.parametrize(
    ("section", "people"), [(SECTION, True), (SECTION.replace(b"persons: yes", b"persons: no"), False)]
)
def test_user_names(section: bytes, people: bool) -> None:
    """Persons are looked for by their user names only where the site says so."""
    engine = built(section).engine
    assert engine is not None
    assert engine.directory.live is not None
    assert bool(engine.directory.live.people) is people


def test_the_shipped_section_is_right() -> None:
    """What stands in the example, commented out, loads with the # taken away."""
    texts = shipped()
    lines = texts["site.yaml"].decode().splitlines()
    first = lines.index("# directory:")
    last = next(i for i in range(first, len(lines)) if lines[i].startswith("# rooms:"))
    lines[first:last] = [line.removeprefix("# ") for line in lines[first:last]]
    made = build(texts | {"site.yaml": "\n".join(lines).encode()}, None)
    assert [str(one) for one in made.problems] == []
    assert made.sources.live
