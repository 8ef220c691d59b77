"""Rules of others that would take the traffic before ours, or keep it from the workers: for `doctor`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from agent.gateway.steering import names
from agent.gateway.steering.nft import Nft

PRIORITY = -105
"""Of our rules in prerouting: `dstnat - 5`."""
PORTS = frozenset({53, 80, 443})
_TAKES = ("redirect", "dnat", "tproxy", "notrack")


def in_the_way(nft: Nft) -> Iterator[tuple[str, str]]:
    """What stands in the way, and how to look at it. Raises NftError."""
    chains = [one["chain"] for one in nft.ask("list chains") if "chain" in one]
    foreign = [one for one in chains if "hook" in one and not _ours(one, nft.table)]
    for chain in foreign:
        what = f"table {chain['family']} {chain['table']}"
        look = f"nft list table {chain['family']} {chain['table']}"
        if chain["hook"] == "prerouting" and chain["prio"] < PRIORITY:
            taken = _taken(_rules(nft, chain))
            if taken:
                yield f"{what} takes {taken} before our rules see it (chain {chain['name']})", look
        if chain["hook"] == "input" and chain.get("policy") == "drop" and not _lets_steered_in(_rules(nft, chain)):
            yield (
                f"{what} drops what arrives here unless a rule lets it in, and none is for what is steered",
                (f"nft add rule {chain['family']} {chain['table']} {chain['name']} ct status dnat accept"),
            )


def _ours(chain: Mapping[str, Any], table: str) -> bool:
    return bool(chain["family"] == names.FAMILY and chain["table"] == table)


def _rules(nft: Nft, chain: Mapping[str, Any]) -> list[list[dict[str, Any]]]:
    """The expressions of every rule of the chain's table: others' base chains mostly jump on."""
    answer = nft.ask(f"list table {chain['family']} {chain['table']}", terse=True)
    return [one["rule"]["expr"] for one in answer if "rule" in one]


def _taken(rules: Iterable[list[dict[str, Any]]]) -> str:
    """Which of our ports these rules take somewhere else, in words; "" if none."""
    taken: set[int] = set()
    for rule in rules:
        if any(word in expression for expression in rule for word in _TAKES):
            taken |= _ports(rule)
    return f"port {', '.join(map(str, sorted(taken)))}" if taken else ""


def _ports(rule: Iterable[Mapping[str, Any]]) -> set[int]:
    """The ports of ours that a rule is for; all where it names none."""
    for expression in rule:
        match = expression.get("match", {})
        left = match.get("left", {})
        payload = left.get("payload", {}) if isinstance(left, dict) else {}
        if payload.get("field") == "dport":
            return {port for port in PORTS if _holds(match.get("right"), port)}
    return set(PORTS)


def _holds(value: Any, port: int) -> bool:
    if isinstance(value, int):
        return value == port
    if isinstance(value, dict) and "range" in value:
        return bool(value["range"][0] <= port <= value["range"][1])
    if isinstance(value, dict) and "set" in value:
        return any(_holds(one, port) for one in value["set"])
    return isinstance(value, str)  # the name of a set: what is in it may be ours


def _lets_steered_in(rules: Iterable[list[dict[str, Any]]]) -> bool:
    return any("'status'" in repr(rule) and "'dnat'" in repr(rule) for rule in rules)
