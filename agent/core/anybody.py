"""Whoever may come to be at an address: where live sources tell that, the kernel must steer for all of them.

The plan of steering is made before anybody is there. It may steer more than is needed, never less.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from agent.core.clients import Client, Device, Owner, ZonePlace, ZonePoint, client_of
from agent.core.concerned import Concerns
from agent.core.directory import signed_in
from agent.core.engine import Engine


class Anybody:
    """The services of concern for anybody whom the live sources could find in a place."""

    def __init__(self, engine: Engine, concerns: Concerns) -> None:
        self._engine, self._concerns = engine, concerns
        self._devices = tuple(_devices(engine))
        self._known: dict[ZonePlace | None, frozenset[str]] = {}

    def of(self, zone: ZonePlace | None, client: Client) -> frozenset[str]:
        """What concerns `client`, and whoever else may be at an address of this zone."""
        mine = self._concerns.of(client)
        return mine if self._engine.directory.live is None else mine | self._in(zone)

    def _in(self, zone: ZonePlace | None) -> frozenset[str]:
        found = self._known.get(zone)
        if found is None:
            clients = (client_of(place, device) for place in self._places(zone) for device in self._devices)
            found = self._known[zone] = frozenset().union(*map(self._concerns.of, clients))
        return found

    def _places(self, zone: ZonePlace | None) -> set[ZonePlace | None]:
        return {zone, *(place for place in self._engine.directory.places if isinstance(place, ZonePoint))}


def _devices(engine: Engine) -> Iterator[Device | None]:
    """One of each kind of device that could be found: those of the inventory, and strangers; whoever signs in there."""
    directory = engine.directory
    if directory.live is None:
        return
    named = {name for one in engine.authorisations for name in one.devices} | engine.official_users.devices
    inventory = [*directory.live.devices.values(), *(one.device for one in directory.bindings)]
    kinds = {replace(one, id=one.id if one.id in named else "") for one in inventory}
    kinds |= {Device("", owner) for owner in Owner}
    yield None
    yield from kinds
    for device in {replace(one, person=None, inspectable=False) for one in kinds}:
        yield from (signed_in(device, person) for person in directory.live.people.values())
