"""`breaktime devices`: who was met on the network and is in no inventory, and how to adopt it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from agent.app.adopt import AdoptError, Adoption, adopt
from agent.app.desk import ask
from agent.app.meeting import unknown_of
from agent.app.paths import DataFolder
from agent.cli.common import choice, config_option, fail, load, print_json
from agent.core.clients import DeviceKind, Owner
from agent.sense.child import SenseFailed, met_in_capture

_COLUMNS = ("mac", "kind", "address", "zone", "how", "first", "last")


@click.group("devices")
def devices_group() -> None:
    """Devices on the network: which are unknown, and adopt them into the inventory."""


@devices_group.command("unknown")
@click.option("--capture", type=click.Path(path_type=Path), help="Look in a capture (pcap or pcapng) instead.")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def unknown(capture: Path | None, config: Path, as_json: bool) -> None:
    """List devices that were met and that the inventory does not know, whoever was there last first.

    That they are there is all that is known of them: who asked for an address or answered for one, with a hint of
    the kind by how it asked. A hardware address that a device made up itself (`random`) is a personal device's, and
    another one next time: adopting it seldom helps.

    \b
      breaktime devices unknown
      breaktime devices unknown --capture morning.pcapng --json
    """
    found = _met(capture, config)
    if as_json:
        print_json(found)
        return
    for row in _table(found):
        click.echo(row)
    made_up = sum(one["random"] for one in found)
    click.echo(f"{len(found)} unknown device(s), {made_up} with a made-up hardware address")
    if found:
        click.echo("adopt one: breaktime devices adopt MAC --owner school --kind laptop [--person ID]")


def _met(capture: Path | None, config: Path) -> list[dict[str, Any]]:
    if capture is not None:
        try:
            return unknown_of(list(met_in_capture(capture)), load(config).engine.directory)
        except SenseFailed as problem:
            fail(f"breaktime devices: {problem}")
    found: list[dict[str, Any]] | None = ask(DataFolder.chosen().desk, {"unknown": True})
    if found is None:
        fail("breaktime devices: no gateway runs on this data folder; start it, or name a --capture")
    return found


def _table(found: list[dict[str, Any]]) -> list[str]:
    if not found:
        return []
    rows = [[str(one.get(column) or "-") for column in _COLUMNS] for one in found]
    for row, one in zip(rows, found, strict=True):
        row[0] += " random" if one["random"] else ""
    rows.insert(0, list(_COLUMNS))
    widths = [max(len(row[i]) for row in rows) for i in range(len(_COLUMNS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


@devices_group.command("contested")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def contested(as_json: bool) -> None:
    """List the addresses that two devices claim at once: a doubled address, or somebody who takes another's."""
    found = ask(DataFolder.chosen().desk, {"contested": True})
    if found is None:
        fail("breaktime devices: no gateway runs on this data folder; start it")
    if as_json:
        print_json(found)
        return
    click.echo("\n".join(found) if found else "no address is claimed twice")


@devices_group.command("adopt")
@click.argument("mac")
@click.option("--owner", type=choice(Owner), required=True)
@click.option("--kind", type=choice(DeviceKind), required=True)
@click.option("--person", default="", help="Whose it is: an id of people.csv.")
@click.option("--device", default="", help="What to call it; by default its kind and the end of its address.")
@click.option("--told", default="", help="Inspect it: the day on which its user was told, such as 2026-09-01.")
@config_option
def adopt_command(mac: str, config: Path, **given: str) -> None:
    """Write a device into devices.csv. A running gateway takes it up within seconds.

    \b
      breaktime devices adopt 3c:22:fb:01:02:03 --owner school --kind laptop --person teacher-02
      breaktime devices adopt 3c:22:fb:01:02:03 --owner school --kind laptop --told 2026-09-01
    """
    try:
        line, path = adopt(config, DataFolder.chosen(), Adoption(mac, **given))
    except AdoptError as problem:
        fail(f"breaktime devices: {problem}")
    click.echo(f"{path}: {line}")
