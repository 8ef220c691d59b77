"""`breaktime doctor`: looks at everything the gateway stands on, and says of each finding how to mend it."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from agent.app import (
    access,
    accounts,
    concerns,
    console_findings,
    directory_findings,
    post,
    record_findings,
    secret_files,
    steering_findings,
    store_status,
)
from agent.app.authority import root_in_use
from agent.app.finding import Finding
from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.clock import Clock
from agent.gateway import ca
from agent.gateway.root import RootFolder
from agent.problems import Problem

__all__ = ["Finding", "as_text", "examine"]

type Reading = Callable[[Path, DataFolder], Configuration | list[Problem]]
"""What reads the configuration folder."""
LEAST_DISK = 500 * 1024 * 1024
OLDEST_PYTHON = (3, 12)
BUILT = datetime(2026, 11, 1).astimezone()
"""No honest clock shows an earlier time than that of this version."""


def examine(
    folder: Path,
    data: DataFolder,
    clock: Clock,
    python: tuple[int, ...] = sys.version_info[:3],
    programs: str | None = None,
    reading: Reading = read,
) -> list[Finding]:
    """Look at everything; nothing is changed. `programs` is where programs are, if not where everybody looks."""
    config = reading(folder, data)
    findings = [_python(python), _clock(clock, data), _configuration(config, folder), _data(data), _disk(data)]
    findings += [*_permissions(data), *secret_files.examine(folder, data)]
    if isinstance(config, Configuration):
        findings += [_governance(config, folder), _ca(config, data, clock), *_root(data), _accounts(config, data)]
        findings += [*_lists(config), *_ports(config, data)]
        # By the machine's own time: so do browsers.
        findings += console_findings.examine(config, data, Clock().now(), _is_running(data), _answers)
        findings += [*steering_findings.examine(config, data, programs, folder)]
        findings += [*record_findings.examine(config, data), post.examine(config, data)]
        findings += [*concerns.examine(config, data, clock.now), access.examine(config, data, clock.now)]
        findings += [*store_status.findings(config, data)]
        findings += directory_findings.examine(config, data, clock)
    return findings


def as_text(findings: list[Finding]) -> str:
    """A line a finding, and what to do under those that are not well."""
    lines = []
    for finding in findings:
        lines.append(f"{'ok  ' if finding.good else 'MEND'}  {finding.name:<14} {finding.what}")
        if not finding.good:
            lines.append(f"      {'':<14}   {finding.means}")
        if finding.mend:
            lines.append(f"      {'':<14} → {finding.mend}")
    bad = sum(not finding.good for finding in findings)
    lines.append("all is well" if not bad else f"{bad} of {len(findings)} want mending")
    return "\n".join(lines)


def _python(found: tuple[int, ...]) -> Finding:
    version = ".".join(map(str, found))
    good = found >= OLDEST_PYTHON
    return Finding("python", good, version, "" if good else "deploy/setup.sh")


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
        "" if good else f"du -axh {place} | sort -h | tail   (the largest come last)",
    )


def _governance(config: Configuration, folder: Path) -> Finding:
    governance = config.engine.site.governance
    if governance is None:
        return Finding(
            "governance",
            False,
            "nobody is recorded and nothing is opened: assessment, basis, notice and consultation are not named",
            f"nano {folder}/site.yaml   (name them under `governance:`)",
        )
    named = f"DPIA of {governance.dpia:%d %B %Y}, notice {governance.notice}"
    if "EXAMPLE" in f"{governance.lawful_basis}{governance.notice}{governance.consultation}":
        return Finding(
            "governance",
            True,
            f"{named} - these are the example's",
            f"nano {folder}/site.yaml   (name your own before real use)",
        )
    return Finding("governance", True, named)


def _ca(config: Configuration, data: DataFolder, clock: Clock) -> Finding:
    try:
        authority = ca.load(data.ca)
    except ca.CaError as problem:
        there = any((data.ca / name).exists() for name in (ca.BUNDLE, ca.CERTIFICATE))
        mend = f"breaktime restore KEYS.tar.gz, or: {_renew(data)}" if there else "breaktime ca init"
        return Finding("ca", False, str(problem), mend)
    signable = replace(config.engine.site, openable=authority.names)
    missing = [name for name in config.engine.site.openable if not signable.may_open(name)]
    if authority.expires - clock.now() < ca.RENEW_BEFORE:
        return Finding("ca", False, f"expires on {authority.expires:%d %B %Y}", _renew(data))
    if authority.turns and authority.turns <= clock.now():
        return Finding(
            "ca", False, "the next one's turn has come; it takes over at a restart", "systemctl restart breaktime"
        )
    if missing:
        what = f"{len(missing)} names of the catalogue are outside its constraint and are never opened"
        return Finding("ca", False, what, _renew(data))
    return Finding("ca", True, f"{len(authority.names)} names, until {authority.expires:%d %B %Y}, {authority.path}")


def _renew(data: DataFolder) -> str:
    """The command that makes new CAs: with the head's root, where it was handed over."""
    needs_file = root_in_use(data) is not None and not RootFolder(data.ca_root).holds_root
    return "breaktime ca renew --root FILE" if needs_file else "breaktime ca renew"


def _root(data: DataFolder) -> Iterator[Finding]:
    if RootFolder(data.ca_root).holds_root:
        what = f"the sealed root and its passphrase still lie in {data.ca_root}"
        yield Finding("root", False, what, "breaktime ca hand-over FOLDER")
    elif root_in_use(data) is not None:
        yield Finding("root", True, "with the head; needed again for new names, or when the last CA ends")


def _permissions(data: DataFolder) -> Iterator[Finding]:
    """Nobody but the gateway's own user reads what lies in the data folder."""
    if not data.root.is_dir():
        return
    state = data.root.stat()
    if state.st_mode & 0o077:
        what = f"others may look into {data.root} (mode {state.st_mode & 0o777:03o})"
        yield Finding("permissions", False, what, f"chmod 700 {data.root}")
        return
    try:
        strange = [path for path in data.root.rglob("*") if path.lstat().st_uid != state.st_uid]
    except OSError:
        strange = []
    if strange:
        what = f"{len(strange)} files are not the gateway's, {strange[0]} for one"
        yield Finding("permissions", False, what, f"chown -Rh {state.st_uid}:{state.st_gid} {data.root}")
    else:
        yield Finding("permissions", True, "only the gateway's own user looks into the data folder")


def _accounts(config: Configuration, data: DataFolder) -> Finding:
    """Accounts without the key that their hashes were made with are nobody's."""
    count = sum(one.count for one in accounts.listed(config))
    try:
        key = accounts.read_key(data.account_key)
    except accounts.AccountError as problem:
        return Finding("accounts", False, str(problem), "breaktime account add SERVICE, for each account")
    if count and not key:
        what = f"{count} accounts are named, and the key that tells them is missing: {data.account_key}"
        return Finding("accounts", False, what, "breaktime restore KEYS.tar.gz, or: breaktime account add SERVICE")
    return Finding("accounts", True, f"{count} of the school's own" if count else "none named as the school's own")


def _lists(config: Configuration) -> Iterator[Finding]:
    """Outside lists that were never taken in claim nothing."""
    table = config.listed.table
    there = table.lists if table is not None else ()
    missing = [one.id for one in config.built.lists if one.id not in there]
    if missing:
        what = f"never taken in, so nothing of it counts: {', '.join(missing)}"
        yield Finding("lists", False, what, "breaktime catalogue update")
    elif table is not None:
        yield Finding("lists", True, f"{len(there)} outside lists, {sum(map(table.count, there)):,} hosts")


def _ports(config: Configuration, data: DataFolder) -> Iterator[Finding]:
    gateway, metrics = config.built.gateway, config.built.metrics
    running = _is_running(data)
    every = [("gateway", gateway.listen, gateway.port), ("metrics", metrics.listen, metrics.port)]
    if gateway.page_port:
        every.append(("gateway", gateway.listen, gateway.page_port))
    for name, address, port in every:
        taken = _answers(address, port)
        if taken and not running:
            yield Finding(name, False, f"{address}:{port} is taken by something else", f"ss -ltnp sport = :{port}")
        else:
            yield Finding(name, True, f"{address}:{port} " + ("answers" if taken else "is free (not running)"))


def _is_running(data: DataFolder) -> bool:
    """True if a gateway holds this data folder."""
    try:
        with data.lock.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _answers(address: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((address, port)) == 0
