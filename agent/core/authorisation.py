"""The headteacher's time-boxed permission for a person, role or device, a service and a purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agent.core.clients import Client, Role


@dataclass(frozen=True, slots=True)
class Authorisation:
    """Permission number `number`, from `starts` until just before `ends`; empty `services` means every one.

    `granted` is true of one that answers an access request (`access.py`), false of one that site.yaml names.
    """

    number: str
    starts: datetime
    ends: datetime
    purpose: str
    persons: frozenset[str] = frozenset()
    roles: frozenset[Role] = frozenset()
    devices: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    granted: bool = False

    def covers(self, client: Client, service: str) -> bool:
        """True if this permission is for that client and service, at whatever time."""
        if self.services and service not in self.services:
            return False
        return client.person in self.persons or client.role in self.roles or client.device in self.devices

    def holds(self, at: datetime) -> bool:
        """True from `starts` until just before `ends`."""
        return self.starts.timestamp() <= at.timestamp() < self.ends.timestamp()


@dataclass(frozen=True, slots=True)
class OfficialUsers:
    """Who may use the school's own accounts; rules on the official account hold only for them."""

    persons: frozenset[str] = frozenset()
    roles: frozenset[Role] = frozenset()
    devices: frozenset[str] = frozenset()

    def hold(self, client: Client) -> bool:
        """True if this client is one of them."""
        return client.person in self.persons or client.role in self.roles or client.device in self.devices
