"""Figures of the moment → tiles of what the machine must have: the time, room on the disk, certificates.

Each is ill where the alert of the same thing fires (dashboards/rules/alerts.yaml), so a school without Prometheus sees
the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from agent.console.technician.gauges import Gauges
from agent.console.technician.tile import Tile, many, span

FULL = 0.1
"""The part of the disk below which it is filling."""
LAST_CA, TURN, ROOT, CONSOLE = (timedelta(days=days) for days in (60, 45, 180, 14))
"""How long before its end each wants something done: the last CA, a CA whose next waits, the root, the console's."""
ENDS = "breaktime_certificate_expiry_timestamp_seconds"


def clock(gauges: Gauges) -> Tile:
    """Whether the time is right."""
    agreed, astray = gauges.one("breaktime_clock_agreed"), gauges.one("breaktime_clock_astray_seconds") or 0
    means = "Rules and forgetting follow the time; with a wrong one, breaks begin and end wrongly."
    if agreed is None:
        return Tile("Clock", None, "not looked at yet", means)
    what = "right" if agreed else f"{span(abs(astray))} {'ahead' if astray > 0 else 'behind'}"
    return Tile("Clock", bool(agreed), what, means, "Let the network keep it: timedatectl set-ntp true")


def disk(gauges: Gauges) -> Tile:
    """Whether the data folder's disk has room."""
    free, size = gauges.one("breaktime_disk_free_bytes"), gauges.one("breaktime_disk_size_bytes")
    means = "On a full disk records wait in memory, and are lost if the gateway ends meanwhile."
    if free is None or not size:
        return Tile("Disk", None, "not looked at yet", means)
    what = f"{_room(free)} of {_room(size)} left where the data folder lies"
    return Tile("Disk", free / size >= FULL, what, means, "Find what fills it and make room: df -h")


def certificates(gauges: Gauges, now: datetime) -> Iterator[Tile]:
    """The root's, each CA's and the console's, as far as there are any; no CA in use is trouble too."""
    ends = {name: datetime.fromtimestamp(end, UTC) for name, end in gauges.by(ENDS, "certificate").items()}
    cas = sorted(name for name in ends if name.startswith("ca-"))
    if "root" in ends:
        means = "Devices trust it; before it ends every device needs a new one."
        yield _until("Root", ends["root"], now, ROOT, means, "Make a new CA with a new root: breaktime ca renew")
    if "ca-1" not in ends:
        means = "With it blocked pages say why; without one nothing is opened."
        yield Tile("CA", False, "no certificate", means, "See what is in the way: breaktime doctor")
    for name in cas:
        yield _ca(name, ends, now, last=name == cas[-1])
    if "console" in ends:
        means = "When it ends, browsers warn whoever opens the console."
        yield _until("Console", ends["console"], now, CONSOLE, means, "Put a new certificate in its place.")


def _ca(name: str, ends: dict[str, datetime], now: datetime, *, last: bool) -> Tile:
    number = name.removeprefix("ca-")
    title = "CA" if number == "1" else f"CA {number}"
    if number == "1":
        means = "With it blocked pages say why; when it ends, browsers show an error instead."
    else:
        means = "It takes over when the one before it ends; devices trust it already."
    if last:
        return _until(title, ends[name], now, LAST_CA, means, "Make new ones: breaktime ca renew")
    return _until(title, ends[name], now, TURN, means, "Let the next take over: systemctl restart breaktime")


def _until(name: str, end: datetime, now: datetime, before: timedelta, means: str, do: str) -> Tile:
    if end <= now:
        return Tile(name, False, f"ended on {end.day} {end:%B %Y}", means, do)
    left = many((end - now) // timedelta(days=1), "day")
    return Tile(name, end - now >= before, f"until {end.day} {end:%B %Y}, {left} left", means, do)


def _room(size: float) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.0f} MB"
