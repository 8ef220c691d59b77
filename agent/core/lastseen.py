"""Which account was last seen on a service from a device: what hosts follow that never carry its cookie.

A page's pictures, scripts and calls come from hosts of their own (`fbcdn.net`), which the account's cookie never
reaches. They belong to the page, so they are ruled on by the account that the page showed: in memory only, for
15 minutes, bounded, and never by an id. `signing_in` says that the device is on the way to sign in, so that the
sign-in page is whole too.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from agent.core.accounts import Account

KEPT_SECONDS = 15 * 60.0


class Seen(NamedTuple):
    """An account as a page showed it. `at` is an epoch second."""

    account: Account
    signing_in: bool
    at: float

    def holds(self, now: float) -> bool:
        """True for 15 minutes; a clock that was put back does not prolong it."""
        return abs(now - self.at) < KEPT_SECONDS


NOTHING: Mapping[str, Seen] = MappingProxyType({})


class LastSeen:
    """What was last seen, by device and service; the device that was quiet longest is forgotten first."""

    __slots__ = ("_devices", "_limit")

    def __init__(self, limit: int = 5_000) -> None:
        self._devices: dict[str, dict[str, Seen]] = {}
        self._limit = limit

    def of(self, device: str) -> Mapping[str, Seen]:
        """By service, also what no longer holds."""
        return self._devices.get(device, NOTHING)

    def note(self, device: str, service: str, account: Account, signing_in: bool, now: float) -> bool:
        """Remember what a request showed by itself; True if another account acts from now on.

        The way to sign in lasts until another account is seen, not until the next request: a sign-in page goes
        on asking for parts of itself.
        """
        services = self._devices.pop(device, {})
        before = services.get(service)
        known = before is not None and before.holds(now)
        same = before is not None and known and before.account is account
        services[service] = Seen(account, signing_in or (same and before is not None and before.signing_in), now)
        self._devices[device] = services
        if len(self._devices) > self._limit:
            del self._devices[next(iter(self._devices))]
        return known and not same

    def forget(self, now: float) -> None:
        """Drop every device of which nothing holds any more."""
        stale = [name for name, services in self._devices.items() if not any(s.holds(now) for s in services.values())]
        for name in stale:
            del self._devices[name]
