"""The made-up staff and devices."""

from __future__ import annotations

from ipaddress import ip_address

from agent.app.demo.people import NETWORKS, address, items, members, people_csv, pupils_tablets
from agent.core.clients import Zone


def test_sixty_people_and_four_hundred_devices() -> None:
    """As many as the demonstration promises, each with an id of its own."""
    assert len({one.id for one in members()}) == 60
    assert len({one.id for one in items()}) == 400
    assert [one.number for one in items()] == list(range(1, 401))
    assert len(people_csv().splitlines()) == 61


def test_a_member_has_a_laptop_and_a_phone() -> None:
    """Their laptop may be inspected, their own phone never."""
    by_number = {one.number: one for one in items()}
    for one in members():
        assert (by_number[one.laptop].person, by_number[one.laptop].inspectable) == (one.id, True)
        assert (by_number[one.phone].person, by_number[one.phone].inspectable) == (one.id, False)


def test_pupils_tablets_are_nobodys() -> None:
    """No person stands behind a pupil's device."""
    by_number = {one.number: one for one in items()}
    assert {(by_number[number].kind, by_number[number].person) for number in pupils_tablets()} == {("tablet", "")}


def test_every_address_is_in_its_zone() -> None:
    """The highest device number still fits the zone's network, and no two zones share an address."""
    found = {ip_address(address(zone, number)) for zone in Zone if zone in NETWORKS for number in (1, 400)}
    assert len(found) == 2 * len(NETWORKS)
