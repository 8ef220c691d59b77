"""What tells whose an address is: the `directory:` section of a site as settings. Nothing is read here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from agent.core.clients import DeviceKind, Network, Owner


class Form(StrEnum):
    """How a DHCP server writes its leases down."""

    DNSMASQ = "dnsmasq"
    KEA = "kea"


@dataclass(frozen=True, slots=True)
class LeaseFile:
    """A file of leases on this machine, IPv4 or IPv6."""

    path: str
    form: Form


@dataclass(frozen=True, slots=True)
class Radius:
    """Where RADIUS accounting is listened for, from whom, and the file with the shared secret.

    After `lost_after` seconds without a word a session is over though nobody stopped it. With `persons` a user name
    that is a person's id, bare or of one of `realms` (lower case), says who signed in; other names are not looked at.
    """

    secret: str
    clients: tuple[Network, ...]
    listen: str = "0.0.0.0"  # noqa: S104 - the access points are other machines; `clients` says which
    port: int = 1813
    lost_after: int = 30 * 60
    persons: bool = False
    realms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """An inventory that another program exports: which of its columns says what, and what is so of every line.

    `only`: of these columns, the lines with one of these values. `told`: the day on which the users of all these
    devices were told that they are inspected; None if they are not.
    """

    file: str
    device: str
    macs: tuple[str, ...]
    person: str = ""
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    owner: Owner = Owner.SCHOOL
    kind: DeviceKind = DeviceKind.UNKNOWN
    told: date | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """All of the section. `watch` are interfaces on which devices are met; what is over is kept `keep` seconds."""

    leases: tuple[LeaseFile, ...] = ()
    neighbours: bool = False
    radius: Radius | None = None
    watch: tuple[str, ...] = ()
    keep: int = 24 * 3600
    inventories: tuple[Columns, ...] = ()

    @property
    def live(self) -> bool:
        """True if anything tells of addresses while they are used."""
        return bool(self.leases or self.neighbours or self.radius or self.watch)
