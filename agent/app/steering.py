"""`breaktime steering`: the rules of the kernel as the configuration asks for them, shown, loaded, taken away."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.core.steering import Plan, Steering
from agent.core.steering import plan as make_plan
from agent.gateway.steering import names
from agent.gateway.steering.nft import Nft, NftError
from agent.gateway.steering.ruleset import VERSIONS, Rules, ruleset
from agent.gateway.steward.counters import Counters

CARDS = Path("/sys/class/net")


class NoSteering(Exception):
    """The site has no `steering` section; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a configuration asks of the kernel."""

    settings: Steering
    plan: Plan
    ports: tuple[int, ...]
    table: str = names.TABLE

    def rules(self, devices: tuple[str, ...] = ()) -> Rules:
        """The rules, with a flowtable between these network cards."""
        return ruleset(self.plan, self.settings, self.ports, table=self.table, devices=devices)

    @property
    def attempts(self) -> tuple[Rules, ...]:
        """The rules in the forms that a kernel might take, the best first."""
        found = cards()
        return (self.rules(found), self.rules()) if found else (self.rules(),)


def prepare(config: Configuration, table: str = names.TABLE) -> Prepared:
    """The plan of a configuration. Raises NoSteering if it has none."""
    settings, gateway = config.built.steering, config.built.gateway
    if settings is None:
        raise NoSteering("site.yaml has no `steering` section; the comments of the example site show one")
    ports = tuple(gateway.port + number for number in range(gateway.workers))
    return Prepared(settings, make_plan(config.engine, settings), ports, table)


def cards(folder: Path = CARDS) -> tuple[str, ...]:
    """The network cards of this machine, or this namespace, without the one that only loops back."""
    try:
        found = sorted(os.listdir(folder))
    except OSError:
        return ()
    return tuple(name for name in found if name != "lo" and (folder / name).is_dir())


def show(prepared: Prepared, open_nft: Callable[[str], Nft] = Nft) -> str:
    """The rules as text. With a flowtable, where this account may ask the kernel and the kernel has one."""
    rules = prepared.rules()
    try:
        with open_nft(prepared.table) as nft:
            rules = next((one for one in prepared.attempts if nft.takes(one)), rules)
    except NftError:
        pass  # what would be loaded can be read without the right to load it
    return f"{_summary(prepared)}\n{rules.text}"


def _summary(prepared: Prepared) -> str:
    plan = prepared.plan
    lines = [f"# The resolver minds {len(plan.domains):,} names and puts their addresses into the sets below."]
    if plan.left_out:
        lines.append(f"# {plan.left_out:,} more are too many for it: workers and sense rule on them when they are met.")
    for one in plan.classes:
        where = sum(number == one.number for _, number in plan.ranges)
        lines.append(
            f"# Class {one.number}: {len(one.services)} services are of concern in {where} ranges of addresses."
        )
    if not plan.classes:
        lines.append("# Nothing is of concern for anybody, so nothing is steered.")
    return "\n".join(lines)


def apply(prepared: Prepared, data: DataFolder, open_nft: Callable[[str], Nft] = Nft) -> Rules:
    """Load the rules in one step, and let a running gateway have them again. Raises NftError."""
    with open_nft(prepared.table) as nft:
        loaded = nft.apply(*prepared.attempts)
    data.steering_off.unlink(missing_ok=True)
    return loaded


def remove(data: DataFolder, table: str = names.TABLE, open_nft: Callable[[str], Nft] = Nft) -> bool:
    """Take everything away and tell a running gateway to let go; False if that could not be noted down.

    Raises NftError; a note that could not be written keeps nobody from being rid of the rules.
    """
    noted = True
    try:
        data.prepare()
        data.steering_off.touch()
    except OSError:
        noted = False
    with open_nft(table) as nft:
        nft.remove()
    return noted


@dataclass(frozen=True, slots=True)
class Status:
    """What stands in the kernel. `rules` is `in force`, `another configuration's`, `not loaded`, `taken away`
    or `not ours`.
    """

    rules: str
    steered: tuple[int, ...] = ()
    sets: Mapping[str, int] | None = None
    meters: Mapping[str, int] | None = None

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        steered = {f"ipv{version}": version in self.steered for version in VERSIONS}
        return {
            "rules": self.rules,
            "steered": steered,
            "sets": dict(self.sets or {}),
            "meters": dict(self.meters or {}),
        }

    def as_text(self) -> str:
        """A line a thing."""
        lines = [f"rules     {self.rules}"]
        if self.sets is not None:
            now = " and ".join(f"IPv{version}" for version in self.steered) or "nothing (no worker is well)"
            lines.append(f"steered   {now}")
            lines += [f"addresses {count:,} in {name}" for name, count in self.sets.items()]
            lines += [f"refused   {count:,} packets: {name}" for name, count in (self.meters or {}).items()]
        return "\n".join(lines)


def status(prepared: Prepared, data: DataFolder, open_nft: Callable[[str], Nft] = Nft) -> Status:
    """Ask the kernel. Raises NftError."""
    with open_nft(prepared.table) as nft:
        loaded = nft.revision()
        if loaded is None:
            return Status("taken away" if data.steering_off.exists() else "not loaded")
        if loaded == 0:
            return Status("not ours")
        rules = "in force" if loaded == prepared.rules().revision else "another configuration's"
        own = [names.quic(one.number, v) for one in prepared.plan.classes if not one.full for v in VERSIONS]
        wanted = [*map(names.social, VERSIONS), *map(names.seen, VERSIONS), *own]
        sets = {name: len(nft.elements(name)) for name in wanted if rules == "in force" or "quic" not in name}
        return Status(rules, tuple(sorted(nft.standing())), sets, _meters(prepared.table))


def _meters(table: str) -> dict[str, int]:
    try:
        counters = Counters(table)
    except OSError:
        return {}
    try:
        return counters.read()
    finally:
        counters.close()
