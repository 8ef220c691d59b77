"""What the kernel is told: whose traffic to which names is steered here, and what happens to it when nobody is here.

    Engine ──► plan() ──► Plan ──► agent/gateway/steering   rules of the kernel, sets of addresses
                              └──► the resolver             names → sets

A plan follows from the configuration alone. It may steer more than the policy needs, which costs time; it never
steers less, so that a verdict is the worker's in every case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations
from typing import NamedTuple

from agent.core.addresses import KEEP, SOCIAL, Addresses, Adopted, Found, Numbers, Reason
from agent.core.anybody import Anybody
from agent.core.catalogue import Catalogue
from agent.core.clients import Binding, Client, Network, Zone, ZoneRange, client_of
from agent.core.concerned import Concerns, concerned
from agent.core.engine import Engine
from agent.core.hosts import suffixes
from agent.core.ranges import flatten

__all__ = [
    "KEEP", "SOCIAL", "Addresses", "Numbers", "OnFailure", "Plan", "PrivateDns", "QuicClass", "Steer", "Steering",
    "concerned", "flatten", "plan",
]  # fmt: skip

MOST_DOMAINS = 20_000
"""The resolver walks its list of names for each answer; more of them would be felt."""

MOST_CLASSES = 8
"""Each class of clients has sets of its own; more would cost memory for little."""


class Steer(StrEnum):
    """Which web traffic of the site's clients comes to the workers."""

    SOCIAL = "social"
    ALL = "all"


class OnFailure(StrEnum):
    """What becomes of social media when no worker is left."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class PrivateDns:
    """Known ways round the resolver. `names` and `addresses` are of services that answer DNS in private.

    `canaries` are names whose absence asks browsers to use the network's resolver, `relays` those whose absence
    turns a private relay off.
    """

    names: tuple[str, ...] = ()
    addresses: tuple[Network, ...] = ()
    canaries: tuple[str, ...] = ()
    relays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Steering:
    """The `steering:` section of a site. `upstream` are the addresses that the resolver asks.

    `page` is the name of the gateway's own page, which the resolver answers.
    `learn`: names asked for beside services are counted, to suggest hosts; `unwanted` are never suggested.
    """

    upstream: tuple[str, ...]
    steer: Steer = Steer.SOCIAL
    on_failure: Mapping[Zone, OnFailure] = field(default_factory=dict)
    log_group: int = 5
    private: PrivateDns = PrivateDns()
    page: str = ""
    learn: bool = False
    unwanted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class QuicClass:
    """Clients for whom the same services are of concern. `full`: these are all that is steered at all."""

    number: int
    services: frozenset[str]
    full: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that steering needs to know of a configuration.

    `domains` maps each name that the resolver minds to the numbers of the classes whose own sets its addresses
    belong in (a full class has none of its own); `left_out` counts names beyond what the resolver takes. `clients`
    are all of the site's addresses, `ranges` those with a class, `closed` those that are shut when no worker is
    left; the networks of each do not overlap.
    """

    domains: Mapping[str, tuple[int, ...]]
    left_out: int
    clients: tuple[Network, ...]
    classes: tuple[QuicClass, ...]
    ranges: tuple[tuple[Network, int], ...]
    closed: tuple[Network, ...]
    everything: bool = False

    def domain_of(self, name: str) -> str | None:
        """The name of the plan that a host is or lies under, the longest; None if its addresses are not minded."""
        return next((one for one in suffixes(name) if one in self.domains), None)

    @property
    def own_sets(self) -> tuple[QuicClass, ...]:
        """The classes that have sets of their own: none where all of the web is steered."""
        return () if self.everything else tuple(one for one in self.classes if not one.full)

    @property
    def numbers(self) -> Numbers:
        """The classes in whose own sets an address belongs, by the reason for which it stands for social media.

        A service that was read counts for all whom it concerns, also by a name that the resolver does not mind.
        """
        own = self.own_sets
        found: dict[Reason, tuple[int, ...]] = {Adopted(): tuple(one.number for one in own)}
        for one in own:
            for service in one.services:
                found[Found(service)] = (*found.get(Found(service), ()), one.number)
        for domain, classes in self.domains.items():
            found[domain] = () if self.everything else classes
        return found


class _Where(NamedTuple):
    """What the directory knows of a range of addresses."""

    zone: ZoneRange | None = None
    binding: Binding | None = None

    def within(self, inner: _Where) -> _Where:
        """What is known of a range inside this one."""
        return _Where(inner.zone or self.zone, inner.binding or self.binding)

    @property
    def client(self) -> Client:
        """The client there."""
        return client_of(self.zone, self.binding.device if self.binding else None)


def plan(engine: Engine, settings: Steering, most_domains: int = MOST_DOMAINS) -> Plan:
    """The plan of an engine. Nothing that only loops back in the machine is steered."""
    concerns = Anybody(engine, Concerns(engine))
    places = _places(engine)
    wanted = [(network, concerns.of(where.zone, where.client)) for network, where in places]
    steered = frozenset().union(*(services for _, services in wanted))
    classes = tuple(_classes((services for _, services in wanted), steered))
    by_services = _numbers(classes, (services for _, services in wanted))
    domains, left_out = _domains(engine.catalogue, steered, classes, most_domains)
    closed = [(n, True) for n, where in places if _on_failure(where, settings) is OnFailure.CLOSED]
    return Plan(
        domains,
        left_out,
        tuple(network for network, _ in flatten((network, True) for network, _ in places)),
        classes,
        flatten((network, by_services[services]) for network, services in wanted if services),
        tuple(network for network, _ in flatten(closed)),
        settings.steer is Steer.ALL,
    )


def _places(engine: Engine) -> tuple[tuple[Network, _Where], ...]:
    directory = engine.directory
    pairs = [(zone.network, _Where(zone=zone)) for zone in directory.zones]
    pairs += [(binding.network, _Where(binding=binding)) for binding in directory.bindings]
    return flatten([pair for pair in pairs if not pair[0].is_loopback], _Where.within)


def _on_failure(where: _Where, settings: Steering) -> OnFailure:
    return settings.on_failure.get(where.zone.zone if where.zone else Zone.UNKNOWN, OnFailure.OPEN)


def _classes(found: Iterable[frozenset[str]], steered: frozenset[str]) -> Iterator[QuicClass]:
    """At most `MOST_CLASSES`; beyond that the two that differ least become one that concerns what either does."""
    kept = {services for services in found if services}
    while len(kept) > MOST_CLASSES:
        one, other = min(combinations(sorted(kept, key=_order), 2), key=lambda pair: len(pair[0] ^ pair[1]))
        kept = (kept - {one, other}) | {one | other}
    for number, services in enumerate(sorted(kept, key=_order), 1):
        yield QuicClass(number, services, services == steered)


def _order(services: frozenset[str]) -> tuple[int, list[str]]:
    return -len(services), sorted(services)


def _numbers(classes: tuple[QuicClass, ...], found: Iterable[frozenset[str]]) -> dict[frozenset[str], int]:
    """The smallest class that holds each set of services; the larger come first."""
    holds = {services: [one.number for one in classes if services <= one.services] for services in set(found)}
    return {services: numbers[-1] for services, numbers in holds.items() if services}


def _domains(
    catalogue: Catalogue, steered: frozenset[str], classes: tuple[QuicClass, ...], most: int
) -> tuple[dict[str, tuple[int, ...]], int]:
    """The names with their classes, the first names of every service first, and how many there was no room for.

    Outside lists come last; those that are too long for the resolver are left out whole, if anybody is concerned.
    """
    ranked = [
        (rank, place, host.name, service.id)
        for place, service in enumerate(catalogue.services.values())
        for rank, (host, _) in enumerate(service.entries())
    ]
    owners = {name: service for _, _, name, service in sorted(ranked)}
    owners |= catalogue.index.names()
    beyond = sum(count for service, count in catalogue.index.beyond().items() if service in steered)
    said = _Said(owners, steered, classes)
    told = [name for name in owners if said.of(name) is not None and said.of(name) != said.above(name)]
    return {name: said.of(name) or () for name in told[:most]}, max(0, len(told) - most) + beyond


class _Said:
    """What the resolver must know of each entry of the catalogue, so that it is not told the same twice."""

    def __init__(self, owners: Mapping[str, str], steered: frozenset[str], classes: tuple[QuicClass, ...]) -> None:
        self._owners = owners
        self._classes = {
            service: tuple(one.number for one in classes if service in one.services and not one.full)
            for service in steered
        }

    def of(self, name: str) -> tuple[int, ...] | None:
        """The classes of an entry; None if its addresses need not be minded.

        An entry that concerns nobody, under one that does, is told apart: or it would fall under that one's.
        """
        classes = self._classes.get(self._owners[name])
        return classes if classes is not None or self.above(name) is None else ()

    def above(self, name: str) -> tuple[int, ...] | None:
        """The same of the nearest entry above."""
        nearest = next((one for one in suffixes(name)[1:] if one in self._owners), None)
        return self.of(nearest) if nearest else None
