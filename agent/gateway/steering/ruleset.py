"""A plan → the rules of the kernel as text: what `breaktime steering show` prints and `apply` loads, in one piece.

The text replaces the rules of whatever stood in the table, in one step, and keeps what the resolver and the workers
put into its sets. Every part says why it stands there. Nothing of it comes from a configuration but addresses,
numbers and ids, all of them checked when they were read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

from agent.core.clients import Network
from agent.core.steering import MOST_CLASSES, Plan, QuicClass, Steering
from agent.gateway.steering import names
from agent.gateway.steering.elements import of_version, share, slots, spans
from agent.gateway.steering.words import CHAINS, HEAD, WHOLE

VERSIONS = (4, 6)
_PROTOCOL = {4: "ip", 6: "ip6"}


@dataclass(frozen=True, slots=True)
class Rules:
    """A rule text, and the number that the kernel keeps to tell whether it has these very rules."""

    text: str
    revision: int


def ruleset(
    plan: Plan,
    settings: Steering,
    ports: Sequence[int],
    healthy: Iterable[int] | None = None,
    *,
    table: str = names.TABLE,
    devices: Sequence[str] = (),
) -> Rules:
    """The rules of a plan. `ports` are all workers', `healthy` those that may be sent clients (None: all).

    With `devices` (names of network cards) established connections take the kernel's flowtable between these; only
    some kernels have one. Raises ValueError for a name that no table or card can have.
    """
    writer = _Writer(plan, settings, ports, names.table_name(table))
    whole = writer.text(ports, (), 0)
    revision = crc32(whole.encode()) or 1
    live = ports if healthy is None else list(healthy)
    return Rules(writer.text(live, [_card(one) for one in devices], revision), revision)


def _card(name: str) -> str:
    if not name or len(name) > 15 or any(letter in '"/\\' or letter.isspace() for letter in name):
        raise ValueError("this is not the name of a network card")
    return name


class _Writer:
    """Writes one text; `parts` are what stands in the template under each name."""

    def __init__(self, plan: Plan, settings: Steering, ports: Sequence[int], table: str) -> None:
        self._plan = plan
        self._settings = settings
        self._ports = ports
        self._table = table

    def text(self, healthy: Iterable[int], devices: Sequence[str], revision: int) -> str:
        parts = {
            "table": self._table,
            "head": HEAD,
            "lasting": _lines(self._lasting(), 1),
            "emptied": _lines(self._emptied(), 0),
            "unused": _lines(self._unused(), 0),
            "sets": _lines(self._sets(), 0),
            "classes": _lines(self._classes(), 1),
            "revision": f"{revision:#010x}",
            "fast_table": self._fast_table(devices),
            "fast": "\n    ct state established ct mark and 0x0f000000 == 0 meta l4proto { tcp, udp } flow add @fast"
            if devices
            else "",
            "steering": _lines(self._steering(), 2),
            "resolving": _lines(self._resolving(), 2),
            "past": _lines(self._past(), 2),
            "ports": ", ".join(map(str, self._ports)) or "0",
            "group": str(self._settings.log_group),
            "page": names.PAGE,
        }
        for version in VERSIONS:
            parts[f"share{version}"] = share(slots(self._ports, healthy), version) or "# no worker is left"
        return WHOLE.substitute(parts | {"chains": CHAINS.substitute(parts)})

    def _lasting(self) -> Iterator[str]:
        """What is kept over a new load: filled by the resolver and by the workers' guard."""
        for version in VERSIONS:
            kind = f"ipv{version}_addr"
            yield f"set {names.social(version)} {{ type {kind}; }}"
            yield f"set {names.seen(version)} {{ type {kind}; flags timeout; timeout 10m; size 65536; }}"
            for one in self._with_sets():
                yield f"set {names.quic(one.number, version)} {{ type {kind}; }}"
            for name in ("clients", "steered", "closed", "resolvers", "doh"):
                yield f"set {name}{version} {{ type {kind}; flags interval; }}"
            yield f"map class{version} {{ type {kind} : verdict; flags interval; }}"
        yield from (f"chain quic_{one.number} {{ }}" for one in self._plan.classes)
        yield "map standing { type nf_proto : verdict; flags timeout; }"
        yield "set revision { type mark; }"
        yield from (f"counter {meter} {{ }}" for meter in names.METERS)

    def _emptied(self) -> Iterator[str]:
        for version in VERSIONS:
            for name in ("clients", "steered", "closed", "resolvers", "doh"):
                yield f"flush set inet {self._table} {name}{version}"
            yield f"flush map inet {self._table} class{version}"
        yield f"flush set inet {self._table} revision"

    def _unused(self) -> Iterator[str]:
        """Chains and sets of classes that there are no more: made, so that taking them away never fails."""
        used, filled = {one.number for one in self._plan.classes}, {one.number for one in self._with_sets()}
        for number in range(1, MOST_CLASSES + 1):
            if number not in used:
                yield f"add chain inet {self._table} quic_{number}"
                yield f"delete chain inet {self._table} quic_{number}"
            for version in VERSIONS:
                if number not in filled:
                    name = names.quic(number, version)
                    yield f"add set inet {self._table} {name} {{ type ipv{version}_addr; }}"
                    yield f"delete set inet {self._table} {name}"

    def _with_sets(self) -> list[QuicClass]:
        return list(self._plan.own_sets)

    def _sets(self) -> Iterator[str]:
        plan, settings = self._plan, self._settings
        for version in VERSIONS:
            yield from self._filled(f"clients{version}", _plain(plan.clients, version))
            yield from self._filled(f"steered{version}", _plain((one for one, _ in self._steered()), version))
            yield from self._filled(f"closed{version}", _plain(plan.closed, version))
            yield from self._filled(f"resolvers{version}", of_version(settings.upstream, version))
            yield from self._filled(f"doh{version}", _plain(settings.private.addresses, version))
            jumps = [f"{span} : jump quic_{number}" for span, number in spans(plan.ranges, version)]
            yield from self._filled(f"class{version}", jumps)

    def _filled(self, name: str, elements: Sequence[str]) -> Iterator[str]:
        if elements:
            yield f"add element inet {self._table} {name} {{"
            yield from (f"  {one}," for one in elements)
            yield "}"

    def _steered(self) -> Iterable[tuple[Network, int]]:
        if self._plan.everything:
            return [(network, 0) for network in self._plan.clients]
        return self._plan.ranges

    def _classes(self) -> Iterator[str]:
        for one in self._plan.classes:
            what = "everything that is steered" if one.full else f"{len(one.services)} services"
            yield f"# Clients for whom {what} may be ruled on: their browsers turn to TCP, which a worker can read."
            yield f"chain quic_{one.number} {{"
            for version in VERSIONS:
                protocol = _PROTOCOL[version]
                target = f"@{names.social(version) if one.full else names.quic(one.number, version)}"
                if self._plan.everything:
                    target = f"!= @clients{version}"
                yield f"  {protocol} daddr {target} counter name quic reject with icmpx type port-unreachable"
            yield "}"

    def _fast_table(self, devices: Sequence[str]) -> str:
        if not devices:
            return ""
        cards = ", ".join(f'"{one}"' for one in devices)
        return f"\n  flowtable fast {{ hook ingress priority filter; devices = {{ {cards} }}; }}\n"

    def _steering(self) -> Iterator[str]:
        yield f"ip saddr @clients4 ip daddr {names.PAGE} tcp dport 80 meta nfproto vmap @standing"
        for version in VERSIONS:
            ip = _PROTOCOL[version]
            where = f"{ip} daddr @{names.social(version)}"
            if self._plan.everything:
                where = f"{ip} daddr != @clients{version} fib daddr type != local"
            yield f"{ip} saddr @steered{version} {where} tcp dport {{ 80, 443 }} meta nfproto vmap @standing"

    def _resolving(self) -> Iterator[str]:
        for version in VERSIONS:
            ip = _PROTOCOL[version]
            yield f"{ip} saddr @resolvers{version} return"
            yield f"{ip} saddr @clients{version} socket wildcard 1 redirect"
            upstream = of_version(self._settings.upstream, version)
            if upstream:
                yield f"{ip} saddr @clients{version} fib daddr type local dnat {ip} to {upstream[0]}"

    def _past(self) -> Iterator[str]:
        """Answers to what was sent past a dead resolver must come back this way, wherever the upstream stands."""
        for version in VERSIONS:
            ip = _PROTOCOL[version]
            for one in of_version(self._settings.upstream, version)[:1]:
                yield f"ct status dnat {ip} saddr @clients{version} {ip} daddr {one} masquerade"


def _plain(networks: Iterable[Network], version: int) -> list[str]:
    return [span for span, _ in spans(((network, True) for network in networks), version)]


def _lines(lines: Iterable[str], depth: int) -> str:
    return "\n".join("  " * depth + line for line in lines)
