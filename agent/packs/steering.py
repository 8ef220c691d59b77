"""The `steering:` section of site.yaml and the list of private DNS services → core Steering."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from agent.core.clients import Network, Zone, ZoneRange
from agent.core.steering import OnFailure, PrivateDns, Steer, Steering
from agent.packs.nodes import Node, say
from agent.packs.scalars import HOST, ID, SUBNET, YES_NO, integer
from agent.packs.shapes import At, Located, Scalar, Unread, one_of, shown
from agent.packs.tables import Field, Listing, Mapped, Row, fields
from agent.problems import Place, Problems

PRIVATE_DNS = "private-dns.yaml"


def _server(text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        raise ValueError(f"{shown(text)} is not an address") from None
    if address.is_loopback or address.is_unspecified or address.is_multicast or "%" in text:
        raise ValueError(f"{text} is not the address of another machine")
    return str(address)


_SERVER = Scalar(_server, {"type": "string", "minLength": 2}, "such as 10.20.1.1: the resolver that this one asks")

UPSTREAM = Field(
    "upstream",
    Listing(At(_SERVER), least=1),
    says="The resolvers that ours asks: always the first; the next where it is silent and a device asks again.",
)
RESOLVER = Field("resolver", fields(UPSTREAM), says="How names are asked for.")
STEER = Field("steer", one_of(*Steer), Steer.SOCIAL, says="social: what the catalogue names; all: the whole web.")
ON_FAILURE: Field[dict[Zone, OnFailure]] = Field(
    "on-failure",
    Mapped(one_of(*Zone), one_of(*OnFailure)),
    {},
    says="What becomes of social media in a zone when no worker is left: open (default) or closed.",
)
LOG_GROUP = Field("log-group", integer(1, 65535), 5, says="The kernel's log group in which new names are read.")
LEARN = Field(
    "learn",
    YES_NO,
    False,
    says="Count which names school devices ask for beside services, to suggest hosts (no person).",
)
STEERING: Field[Row | None] = Field(
    "steering",
    fields(STEER, ON_FAILURE, RESOLVER, LOG_GROUP, LEARN),
    None,
    says="The kernel brings social media here; without this section somebody else must.",
)

SERVICE = Field("service", ID, says="The service's id.")
NAMES = Field("names", Listing(HOST), (), says="Its names; they are not answered.")
ADDRESSES = Field("addresses", Listing(SUBNET), (), says="Its addresses; nobody reaches them by HTTPS or QUIC.")
SERVICES = Field("services", Listing(fields(SERVICE, NAMES, ADDRESSES)), says="Services that answer DNS in private.")
CANARIES = Field("canaries", Listing(HOST), (), says="Names whose absence asks browsers to use the network's resolver.")
RELAYS = Field("relays", Listing(HOST), (), says="Names whose absence turns a private relay off.")
PRIVATE_DNS_FILE = fields(SERVICES, CANARIES, RELAYS, says="Known ways round the resolver of a network.")


def load_private_dns(root: Node | None, problems: Problems) -> PrivateDns | None:
    """The known ways round the resolver; None if there is no such file, or it is no table."""
    if root is None:
        return None
    try:
        row = PRIVATE_DNS_FILE.read(root, problems)
    except Unread:
        return None
    services = row.get(SERVICES, ())
    return PrivateDns(
        tuple(host.name for one in services for host in one.get(NAMES, ())),
        _once(network for one in services for network in one.get(ADDRESSES, ())),
        tuple(host.name for host in row.get(CANARIES, ())),
        tuple(host.name for host in row.get(RELAYS, ())),
    )


def load_steering(
    row: Row | None, private: PrivateDns | None, page: str = "", unwanted: frozenset[str] = frozenset()
) -> Steering | None:
    """The section of a site; None if there is none, or its resolver could not be read.

    `page` is the name of its page, `unwanted` are names that are never suggested for the catalogue.
    """
    found = row.get(STEERING, None) if row else None
    if found is None:
        return None
    servers = _servers(found)
    if not servers:
        return None
    return Steering(
        tuple(one.value for one in servers),
        found.get(STEER, Steer.SOCIAL),
        found.get(ON_FAILURE, {}),
        found.get(LOG_GROUP, 5),
        private or PrivateDns(),
        page,
        found.get(LEARN, False),
        unwanted if found.get(LEARN, False) else frozenset(),
    )


def check_steering(
    row: Row, mode: str, listen: str, zones: Iterable[ZoneRange], there: bool, problems: Problems
) -> None:
    """Find what would leave the section without effect. `there`: the list of private DNS services is."""
    section = row.get(STEERING, None)
    if section is None:
        return
    node = row.at("steering")
    if mode != "transparent":
        hint = "write `mode: transparent` under `gateway`, or take `steering` out"
        say(problems, node, f"the gateway is {mode}: nothing that is steered here would be taken", hint)
    else:
        _check_listen(node, listen, zones, problems)
    if all(zone.network.is_loopback for zone in zones):
        say(problems, node, "no zone has a subnet, so nobody would be steered", "name the school's networks in `zones`")
    if not there:
        what = "the file is missing, and with `steering` it must say which services answer DNS in private"
        problems.add(Place(PRIVATE_DNS), "", what, "take the shipped one; `services: []` names none")
    _check_once(_servers(section), problems)


def _servers(section: Row) -> tuple[Located[str], ...]:
    resolver: Row | None = section.get(RESOLVER, None)
    return resolver.get(UPSTREAM, ()) if resolver else ()


def _check_listen(node: Node, listen: str, zones: Iterable[ZoneRange], problems: Problems) -> None:
    """What is steered arrives at whatever address the gateway has towards the client."""
    address = ip_address(listen)
    hint = 'write `listen: "::"` under `gateway`: every address, of both kinds'
    if not address.is_unspecified:
        say(problems, node, f"workers that listen on {listen} alone do not get what is steered to them", hint)
    elif address.version == 4 and any(zone.network.version == 6 for zone in zones if not zone.network.is_loopback):
        say(problems, node, "there are zones with IPv6, and workers that listen on 0.0.0.0 do not get it", hint)


def _check_once(servers: Iterable[Located[str]], problems: Problems) -> None:
    seen: set[str] = set()
    for server in servers:
        if server.value in seen:
            say(problems, server.node, f"{server.value} is named already", "name each resolver once")
        seen.add(server.value)


def _once(networks: Iterable[Network]) -> tuple[Network, ...]:
    """Without those that lie in another: a set of the kernel holds each address once."""
    every = sorted(set(networks), key=lambda n: (n.version, n.prefixlen, int(n.network_address)))
    kept: list[Network] = []
    for one in every:
        if not any(one.version == other.version and one.network_address in other for other in kept):
            kept.append(one)
    return tuple(sorted(kept, key=lambda n: (n.version, int(n.network_address))))
