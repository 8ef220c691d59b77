"""Figures of the moment → the technician's tiles: is it working, in a glance; each with what it means."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from agent.console.technician.gauges import Gauges
from agent.console.technician.machine_tiles import certificates, clock, disk
from agent.console.technician.tile import Tile, ago, many, span

LATE = 60
"""Seconds that a count may wait for the store."""


def tiles(gauges: Gauges, now: datetime) -> list[Tile]:
    """Every tile, in the order in which one looks."""
    return [
        _workers(gauges),
        _configuration(gauges, now),
        _steering(gauges),
        _kernel(gauges),
        _resolver(gauges),
        _store(gauges),
        _forwarding(gauges),
        _retention(gauges, now),
        _directory(gauges),
        _slips(gauges),
        clock(gauges),
        disk(gauges),
        *certificates(gauges, now),
        _errors(gauges),
    ]


def _workers(gauges: Gauges) -> Tile:
    running, restarts = gauges.one("breaktime_workers") or 0, gauges.one("breaktime_worker_restarts_total") or 0
    wanted = gauges.one("breaktime_workers_wanted") or 1
    what = f"{many(running, 'worker')} running" if running >= wanted else f"{running:,.0f} of {wanted:,.0f} running"
    if restarts:
        what += f", {many(restarts, 'restart')} since the start"
    return Tile(
        "Workers",
        running >= wanted,
        what,
        "They rule on connections; without one, rules fall aside as site.yaml says.",
        "Read why it ends; it is brought back meanwhile: journalctl -u breaktime --since -15min",
    )


def _configuration(gauges: Gauges, now: datetime) -> Tile:
    good = gauges.one("breaktime_config_last_reload_successful") == 1
    since = gauges.one("breaktime_config_last_reload_success_timestamp_seconds")
    age = f", {ago(now - datetime.fromtimestamp(since, UTC))}" if since else ""
    what = f"taken up{age}" if good else f"what is on the disk has problems; the one in force was taken up{age}"
    return Tile("Configuration", good, what, "A configuration with a problem is not loaded: what is in force stays.")


def _steering(gauges: Gauges) -> Tile:
    loaded, standing = gauges.one("breaktime_steering_loaded"), gauges.one("breaktime_steering_standing")
    means = "The kernel brings social media to the workers; while it stands aside, on-failure says what happens."
    if loaded is None:
        return Tile("Steering", None, "browsers are told of the proxy; the kernel steers nothing", means)
    what = "social media is steered" if loaded and standing else "the rules are not standing"
    return Tile("Steering", bool(loaded and standing), what, means)


def _kernel(gauges: Gauges) -> Tile:
    means = (
        "Addresses in the kernel's sets stand for social media; with none nothing is steered until names are asked for."
    )
    sets = gauges.by("breaktime_steering_addresses", "family")
    if not sets:
        return Tile("Sets", None, "not in use", means)
    count = sum(sets.values())
    return Tile("Sets", count > 0, ", ".join(f"{value:,.0f} {family}" for family, value in sets.items()), means)


def _resolver(gauges: Gauges) -> Tile:
    up = gauges.one("breaktime_resolver_up")
    means = "It tells the kernel which addresses are social media; while it is silent, names come from upstream."
    what = "not in use" if up is None else "answers" if up else "does not answer"
    return Tile("Resolver", None if up is None else bool(up), what, means)


def _store(gauges: Gauges) -> Tile:
    waiting, errors = gauges.one("breaktime_store_waiting_rows") or 0, gauges.one("breaktime_store_errors_total") or 0
    lag, up = gauges.one("breaktime_store_lag_seconds") or 0, gauges.one("breaktime_store_up") != 0
    what = f"{many(gauges.one('breaktime_store_rows_written_total') or 0, 'row')} written, {waiting:,.0f} waiting"
    what = what if up else f"the store takes nothing; {what}"
    what += f", the oldest for {span(lag)}" if lag > LATE else ""
    what += f", {many(errors, 'failed commit')} since the start" if errors else ""
    return Tile(
        "Record",
        up and lag <= LATE and waiting < 1000,
        what,
        "Active minutes wait in memory while the disk does not take them.",
        "Read what is in the way, a full disk or other rights: breaktime doctor",
    )


def _forwarding(gauges: Gauges) -> Tile:
    up, lag = gauges.one("breaktime_forwarding_up"), gauges.one("breaktime_forwarding_lag_seconds") or 0
    means = "Where the site names a database, minutes go there; they wait here while it is away."
    if up is None:
        return Tile("Database", None, "records stay on this machine", means)
    waits = f"the oldest minute waits for {many(lag // 60, 'minute')}" if lag else "nothing waits"
    return Tile("Database", bool(up), f"{'reached' if up else 'not reached'}; {waits}", means)


def _retention(gauges: Gauges, now: datetime) -> Tile:
    up, last = gauges.one("breaktime_retention_up"), gauges.one("breaktime_retention_last_success_timestamp_seconds")
    what = "nothing is overdue" if up else "something is overdue"
    if last:
        what += f", as of {ago(now - datetime.fromtimestamp(last, UTC))}"
    means = "What is kept past its date is kept against the school's own policy."
    return Tile("Forgetting", None if up is None else bool(up), "not yet run" if up is None else what, means)


def _directory(gauges: Gauges) -> Tile:
    sources = gauges.by("breaktime_directory_source_up", "source")
    down = sorted(name for name, up in sources.items() if not up)
    held, unknown = gauges.one("breaktime_directory_addresses") or 0, gauges.one("breaktime_devices_unknown") or 0
    what = f"{many(held, 'address', 'addresses')} known from live sources, {many(unknown, 'unknown device')}"
    what += f"; cannot be read: {', '.join(down)}" if down else ""
    return Tile(
        "Directory", None if not sources else not down, what, "Whose an address is: without it a device is a stranger."
    )


def _slips(gauges: Gauges) -> Tile:
    slips = gauges.by("breaktime_slips_total", "protocol")
    total = sum(slips.values())
    means = "Social media that went out unsteered, found afterwards: a few are new addresses, many are a way round."
    if gauges.one("breaktime_sense_up") is None:
        return Tile("Slips", None, "not watched", means)
    parts = ", ".join(f"{value:,.0f} by {protocol}" for protocol, value in slips.items())
    return Tile(
        "Slips",
        bool(gauges.one("breaktime_sense_up")),
        f"{total:,.0f} since the start{': ' if parts else ''}{parts}",
        means,
    )


def _errors(gauges: Gauges) -> Tile:
    errors = gauges.one("breaktime_engine_errors_total") or 0
    means = "Failures of Breaktime's own code; each followed the zone's on-error. Please report them."
    return Tile("Engine", not errors, "no error" if not errors else many(errors, "error"), means)


def counts(gauges: Gauges, name: str, label: str, most: int = 8, **labels: str) -> Iterator[tuple[str, float]]:
    """The largest sums by a label, for a picture; what is nothing is left out."""
    found: dict[str, Any] = gauges.by(name, label, **labels)
    return ((key or "none", value) for key, value in list(found.items())[:most] if value)
