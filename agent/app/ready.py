"""Everything that a gateway needs, checked and opened before the first worker starts; `run` takes it from here."""

from __future__ import annotations

import fcntl
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from agent.app import accounts
from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.app.ports import CannotRun, are_free
from agent.app.shelf import pin, say
from agent.app.steered import CANNOT_STEER, may_steer
from agent.clock import Clock
from agent.gateway import ca
from agent.gateway.root import RootFolder
from agent.metrics import GatewayMetrics, counting_folder
from agent.problems import Problem
from agent.store.errors import StoreError
from agent.store.memory import shield
from agent.store.writer import Store


@dataclass(slots=True)
class Gateway:
    """Everything that was made ready before the first worker starts."""

    config: Configuration
    folder: Path
    data: DataFolder
    clock: Clock
    authority: ca.Authority
    metrics: GatewayMetrics
    store: Store
    lock: TextIO


def prepare(folder: Path, data: DataFolder, clock: Clock) -> Gateway:
    """Check and open everything. Raises CannotRun, with nothing left half made."""
    config = _configuration(folder, data)
    if config.built.steering is not None and not may_steer():
        raise CannotRun(CANNOT_STEER)
    try:
        data.prepare()
    except OSError as problem:
        raise CannotRun(
            f"{data.root}: cannot be written ({problem.strerror}); name another folder in BREAKTIME_DATA"
        ) from None
    lock = _lock(data)
    authority = _authority(config, data)
    config = keyed(config.under(authority.names), data)
    are_free(config.built.gateway, config.built.metrics.listen, config.built.metrics.port, config.built.console)
    shield()
    store = _store(config, data)
    pin(data, config.listed)
    metrics = GatewayMetrics(counting_folder(data.root))
    return Gateway(config, folder, data, clock, authority, metrics, store, lock)


def _configuration(folder: Path, data: DataFolder) -> Configuration:
    config = read(folder, data)
    if isinstance(config, list):
        raise CannotRun(_as_text(config, folder))
    return config


def _as_text(problems: list[Problem], folder: Path) -> str:
    lines = [str(problem) for problem in problems]
    return "\n".join([*lines, f"{len(problems)} problem(s) in {folder}; nothing was started"])


def _authority(config: Configuration, data: DataFolder) -> ca.Authority:
    site = config.engine.site
    try:
        # By the machine's own clock, also in a rehearsal: browsers will look at their own.
        return ca.ensure(data.ca, site.name, sorted(site.openable), Clock().now(), RootFolder(data.ca_root))
    except ca.CaError as problem:
        raise CannotRun(str(problem)) from None


def keyed(config: Configuration, data: DataFolder) -> Configuration:
    """The configuration with the site's secret for its own accounts, where it has any."""
    if not config.engine.official_accounts.hashes:
        return config
    try:
        key = accounts.read_key(data.account_key)
    except accounts.AccountError as problem:
        raise CannotRun(str(problem)) from None
    if not key:
        say(f"{data.account_key} is missing: no account is the school's; add the accounts anew")
    return config.keyed(key)


def _store(config: Configuration, data: DataFolder) -> Store:
    engine = config.engine
    try:
        return Store.open(data.root, engine.site.id, engine.timetable.calendar.zone, report=say, thorough=True)
    except StoreError as problem:
        raise CannotRun(str(problem)) from None


def _lock(data: DataFolder) -> TextIO:
    """One gateway a data folder: two would count the same minutes into the same rows."""
    handle = data.lock.open("a")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        raise CannotRun(f"{data.root}: another gateway is running on this data folder; stop it first") from None
    return handle
