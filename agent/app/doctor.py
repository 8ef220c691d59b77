"""`breaktime doctor`: looks at everything the gateway stands on, and says of each finding how to mend it."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from agent.app import accounts, concerns, post, steering_findings
from agent.app.finding import Finding
from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.app.retention_status import said_of_clock, status
from agent.clock import Clock, sources
from agent.gateway import ca
from agent.store.database import look
from agent.store.errors import StoreError
from agent.store.writer import DATABASE

__all__ = ["Finding", "as_text", "examine"]

LEAST_DISK = 500 * 1024 * 1024
OLDEST_PYTHON = (3, 12)
BUILT = datetime(2026, 11, 1).astimezone()
"""No honest clock shows an earlier time than that of this version."""


def examine(folder: Path, data: DataFolder, clock: Clock) -> list[Finding]:
    """Look at everything; nothing is changed."""
    config = read(folder)
    findings = [_python(), _clock(clock, data), _configuration(config, folder), _data(data), _disk(data)]
    if isinstance(config, Configuration):
        findings += [_governance(config), _ca(config, data, clock), _accounts(config, data)]
        findings += [*_ports(config), *steering_findings.examine(config, data), *_record(config, data)]
        findings += [post.examine(config, data), *concerns.examine(config, data, clock.now)]
    return findings


def as_text(findings: list[Finding]) -> str:
    """A line a finding, and what to do under those that are not well."""
    lines = []
    for finding in findings:
        lines.append(f"{'ok  ' if finding.good else 'MEND'}  {finding.name:<14} {finding.what}")
        if finding.mend:
            lines.append(f"      {'':<14} → {finding.mend}")
    bad = sum(not finding.good for finding in findings)
    lines.append("all is well" if not bad else f"{bad} of {len(findings)} want mending")
    return "\n".join(lines)


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    good = sys.version_info >= OLDEST_PYTHON
    return Finding("python", good, version, "" if good else "install Python 3.12 or later, then: make setup")


def _clock(clock: Clock, data: DataFolder) -> Finding:
    """A clock that is behind what was already written would rule by the wrong bell."""
    now = clock.now()
    newest = max((_written(path) for path in (data.root / "breaktime.db-wal", data.root / "breaktime.db")), default=0.0)
    behind = max(newest - now.timestamp(), (BUILT - now).total_seconds())
    if behind > timedelta(minutes=2).total_seconds():
        minutes = int(behind // 60)
        return Finding("clock", False, f"the clock is at least {minutes} minutes slow", "timedatectl set-ntp true")
    return Finding("clock", True, f"{now.astimezone():%A %d %B %Y %H:%M %Z}")


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _configuration(config: Configuration | list[Any], folder: Path) -> Finding:
    if isinstance(config, list):
        return Finding("configuration", False, f"{len(config)} problem(s) in {folder}", f"breaktime check {folder}")
    engine = config.engine
    return Finding("configuration", True, f"policy {engine.policies.in_force}, revision {engine.revision}")


def _data(data: DataFolder) -> Finding:
    mend = "export BREAKTIME_DATA=a folder that you own"
    for folder in (data.root, data.root / "run"):
        place = _standing(folder)
        if not place.is_dir():
            return Finding("data folder", False, f"{folder} cannot be made: {place} is a file", mend)
        if not os.access(place, os.W_OK | os.X_OK):
            return Finding("data folder", False, f"{place} cannot be written", mend)
    return Finding("data folder", True, f"{data.root}" + ("" if data.root.exists() else " (not made yet)"))


def _standing(path: Path) -> Path:
    """The path itself or the nearest above it that is there."""
    return next(place for place in (path, *path.absolute().parents) if place.exists())


def _disk(data: DataFolder) -> Finding:
    place = _standing(data.root)
    free = shutil.disk_usage(place).free
    good = free >= LEAST_DISK
    return Finding(
        "disk",
        good,
        f"{free // 2**20:,} MB free",
        "" if good else f"free some space: du -xh {place} | sort -h | tail",
    )


def _governance(config: Configuration) -> Finding:
    governance = config.engine.site.governance
    if governance is None:
        return Finding(
            "governance",
            False,
            "nobody is recorded and nothing is opened: assessment, basis, notice and consultation are not named",
            "name them under `governance:` in site.yaml",
        )
    named = f"DPIA of {governance.dpia:%d %B %Y}, notice {governance.notice}"
    if "EXAMPLE" in f"{governance.lawful_basis}{governance.notice}{governance.consultation}":
        return Finding(
            "governance",
            True,
            f"{named} - these are the example's",
            "name your own in site.yaml before real use",
        )
    return Finding("governance", True, named)


def _ca(config: Configuration, data: DataFolder, clock: Clock) -> Finding:
    try:
        authority = ca.load(data.ca)
    except ca.CaError as problem:
        there = any((data.ca / name).exists() for name in (ca.BUNDLE, ca.CERTIFICATE))
        mend = "restore it from a backup, or: breaktime ca renew" if there else "breaktime ca init"
        return Finding("ca", False, str(problem), mend)
    signable = replace(config.engine.site, openable=authority.names)
    missing = [name for name in config.engine.site.openable if not signable.may_open(name)]
    if authority.expires - clock.now() < ca.RENEW_BEFORE:
        return Finding("ca", False, f"expires on {authority.expires:%d %B %Y}", "breaktime ca renew")
    if missing:
        what = f"{len(missing)} names of the catalogue are outside its constraint and are never opened"
        return Finding("ca", False, what, "breaktime ca renew")
    return Finding("ca", True, f"{len(authority.names)} names, until {authority.expires:%d %B %Y}, {authority.path}")


def _accounts(config: Configuration, data: DataFolder) -> Finding:
    """Accounts without the key that their hashes were made with are nobody's."""
    count = sum(one.count for one in accounts.listed(config))
    try:
        key = accounts.read_key(data.account_key)
    except accounts.AccountError as problem:
        return Finding("accounts", False, str(problem), "breaktime account add SERVICE, for each account")
    if count and not key:
        what = f"{count} accounts are named, and the key that tells them is missing: {data.account_key}"
        return Finding("accounts", False, what, "restore it from a backup, or add the accounts anew")
    return Finding("accounts", True, f"{count} of the school's own" if count else "none named as the school's own")


def _ports(config: Configuration) -> Iterator[Finding]:
    gateway, metrics = config.built.gateway, config.built.metrics
    running = _answers(metrics.listen, metrics.port)
    for name, address, port in (
        ("gateway", gateway.listen, gateway.port),
        ("metrics", metrics.listen, metrics.port),
    ):
        taken = _answers(address, port)
        if taken and not running:
            yield Finding(name, False, f"{address}:{port} is taken by something else", f"ss -ltnp sport = :{port}")
        else:
            yield Finding(name, True, f"{address}:{port} " + ("answers" if taken else "is free (not running)"))


def _answers(address: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((address, port)) == 0


def _record(config: Configuration, data: DataFolder) -> Iterator[Finding]:
    store = _store(data)
    yield store
    if store.good:  # else nothing can be told of what is in it
        yield _retention(config, data)


def _store(data: DataFolder) -> Finding:
    path = data.root / DATABASE
    if not path.exists() and not path.with_name(f"{DATABASE}-wal").exists():
        return Finding("store", True, "nothing recorded yet")
    try:
        trouble = look(path)
    except StoreError as problem:
        return Finding("store", False, problem.what, problem.remedy)
    if trouble:
        mend = f"stop the gateway and start it again: it keeps the file as {DATABASE}.corrupt-N and begins a new one"
        return Finding("store", False, f"{path}: {trouble}", mend)
    return Finding("store", True, "whole")


def _retention(config: Configuration, data: DataFolder) -> Finding:
    """Days that should have been forgotten, a time that nothing agrees with, keys that could be swapped out."""
    try:
        found = status(config.engine, data.root, sources)
    except StoreError as problem:
        return Finding("retention", False, problem.what, problem.remedy)
    run = "breaktime retention run"
    if found.overdue or found.unfinished:
        late = len({*found.overdue, *found.unfinished})
        return Finding("retention", False, f"overdue or half forgotten: {late} of {len(found.days)} days", run)
    if not found.today.found.agreed:
        return Finding("retention", False, said_of_clock(found.today), "timedatectl set-ntp true")
    if found.broken:
        what = f"receipt {found.broken} does not follow the one before it"
        return Finding("retention", False, what, "breaktime retention status")
    if found.swap:
        return Finding("retention", False, f"keys in memory may reach the swap: {found.swap}", "swapoff -a")
    held = "1 day" if len(found.days) == 1 else f"{len(found.days)} days"
    return Finding("retention", True, f"{held} held, none overdue; a day is kept for {found.keep_days}")
