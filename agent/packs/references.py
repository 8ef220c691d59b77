"""Checks that a name in one file stands for something in another, with a hint where it nearly does."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from agent.packs.nodes import say
from agent.packs.shapes import Located, shown
from agent.problems import Problems, did_you_mean


@dataclass(frozen=True, slots=True)
class Known:
    """Every name that a reference may stand for."""

    persons: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    policies: frozenset[str] = field(default=frozenset())
    rooms: frozenset[str] = frozenset()


def refer(found: Iterable[Located[str]], known: Collection[str], noun: str, problems: Problems) -> frozenset[str]:
    """The names that are known; every other is a Problem. `noun` says what they name, such as `person`."""
    names = set()
    for one in found:
        if one.value in known:
            names.add(one.value)
        else:
            say(problems, one.node, f"no {noun} is called {shown(one.value)}", did_you_mean(one.value, known))
    return frozenset(names)
