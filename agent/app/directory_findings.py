"""What the doctor finds about the sources that tell whose an address is."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.app.desk import ask
from agent.app.finding import Finding
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.clock import Clock
from agent.core.sources import Form, LeaseFile, Radius
from agent.directory.leases import Leases
from agent.directory.listener import SecretError, read_secret

STALE = timedelta(days=2)
"""A server of a school that is open writes a lease down more often than that."""
_SERVERS = {Form.DNSMASQ: "dnsmasq", Form.KEA: "kea-dhcp4-server"}


def examine(config: Configuration, data: DataFolder, clock: Clock) -> Iterator[Finding]:
    """A finding for each source; none where the site has none."""
    sources = config.built.sources
    running = ask(data.desk, {"now": True}) is not None
    for file in sources.leases:
        yield _leases(file, clock)
    if sources.radius:
        yield _secret(sources.radius, data)
        yield _port(sources.radius, running)
    if sources.live:
        yield _contested(data, running)


def _leases(file: LeaseFile, clock: Clock) -> Finding:
    name, server = "leases", _SERVERS[file.form]
    try:
        look = Leases(file).look()
        written = datetime.fromtimestamp(Path(file.path).stat().st_mtime, UTC)
    except OSError as problem:
        mend = f"systemctl status {server}; or name its file under `directory: leases` in site.yaml"
        return Finding(name, False, f"{file.path}: cannot be read ({problem.strerror})", mend)
    entries, unread = (len(look.listed.entries), look.listed.unread) if look else (0, 0)
    if unread > entries:
        mend = f"write the `form` of {file.path} right in site.yaml: dnsmasq or kea"
        return Finding(name, False, f"{file.path}: {unread} of its lines are no leases of {server}", mend)
    if clock.now() - written > STALE:
        what = f"{file.path}: nothing was written since {written:%A %d %B}; whose an address is may not be known"
        return Finding(name, False, what, f"systemctl status {server}")
    return Finding(name, True, f"{entries} in {file.path}" + (f", {unread} lines unread" if unread else ""))


def _secret(radius: Radius, data: DataFolder) -> Finding:
    try:
        read_secret(Path(radius.secret))
    except SecretError as problem:
        text = problem.strerror or ""
        mend = f"chmod 600 {radius.secret}" if "others may read" in text else _making(Path(radius.secret), data)
        return Finding("radius", False, text, mend)
    return Finding("radius", True, f"the shared secret is in {radius.secret}")


def _making(secret: Path, data: DataFolder) -> str:
    """The command that takes the secret in; where root types it, it becomes the gateway's."""
    try:
        user = data.root.stat()
    except OSError:
        user = None
    whose = f" -o {user.st_uid} -g {user.st_gid}" if user and os.geteuid() == 0 and user.st_uid else ""
    return f"install -m 600{whose} /dev/stdin {secret}"


def _port(radius: Radius, running: bool) -> Finding:
    family = socket.AF_INET6 if ":" in radius.listen else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((radius.listen, radius.port))
        except OSError as problem:
            if running:
                return Finding("radius port", True, f"{radius.listen}:{radius.port} is listened on")
            what = f"{radius.listen}:{radius.port} cannot be listened on ({problem.strerror})"
            return Finding("radius port", False, what, f"ss -lunp sport = :{radius.port}")
    if running:
        what = f"{radius.listen}:{radius.port} is not listened on though the gateway runs"
        return Finding("radius port", False, what, "see what the gateway says, and mend the shared secret")
    return Finding("radius port", True, f"{radius.listen}:{radius.port} is free (not running)")


def _contested(data: DataFolder, running: bool) -> Finding:
    found = ask(data.desk, {"contested": True}) if running else []
    if found:
        what = f"{len(found)} address(es) are claimed by two devices, so nobody is known there"
        return Finding("contested", False, what, "breaktime devices contested, then look for the second device")
    return Finding("contested", True, "none is claimed twice" if running else "not looked at (not running)")
