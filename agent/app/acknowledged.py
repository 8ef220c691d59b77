"""Whose user acknowledged which notice: a small file in the data folder, and what it makes of the inventory.

A device is inspectable only if the inventory says so and its user was told: on the day that the inventory names, or by
acknowledging the notice in force on the gateway's page. What was acknowledged travels with the configuration's texts
under a name that no folder can have, so supervisor, workers and steward go by the same.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from agent.core.engine import Engine

FILE = ".acknowledged.csv"
"""Its name among the texts of a configuration: hidden files of a folder are never read."""
HEADER = ("device", "notice", "on")


@dataclass(frozen=True, slots=True)
class Inventory:
    """The text of the inventory with each device's word on inspection as it is in force, and who was not told yet."""

    text: bytes
    awaiting: frozenset[str] = frozenset()


def read(path: Path) -> bytes:
    """The file; empty where there is none, or none that can be read: then nobody was told by it."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def note(path: Path, device: str, notice: str, on: date) -> None:
    """Add a line. Raises OSError; a line that was cut off counts for nobody."""
    before = path.read_bytes() if path.exists() else b""
    fresh = not before
    out = io.StringIO()
    if before and not before.endswith(b"\n"):
        out.write("\n")  # the last line was cut off: this one is not to be lost with it
    writer = csv.writer(out, lineterminator="\n")
    if fresh:
        writer.writerow(HEADER)
    writer.writerow((device, notice, on.isoformat()))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    with open(descriptor, "ab") as file:
        file.write(out.getvalue().encode())
        file.flush()
        os.fsync(file.fileno())


def told(content: bytes, notice: str) -> dict[str, date]:
    """When each device's user acknowledged this version of the notice; a later version asks anew."""
    found: dict[str, date] = {}
    for line in content.decode("utf-8", "replace").splitlines():
        cells = _cells(line)
        if len(cells) == len(HEADER) and cells[1] == notice and (day := _date(cells[2])):
            found[cells[0]] = day
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """A device of somebody's for which the notice in force is theirs to acknowledge; `on`: when they did."""

    device: str
    on: date | None


def standings(engine: Engine, path: Path, person: str) -> tuple[Standing, ...]:
    """How it stands for each device that is assigned to a person and was ever to be acknowledged; by its name."""
    if engine.site.governance is None:
        return ()
    when = told(read(path), engine.site.governance.notice)
    bound = (binding.device for binding in engine.directory.bindings)
    mine = {one.id for one in bound if one.person is not None and one.person.id == person}
    return tuple(Standing(id, when.get(id)) for id in sorted(mine & (engine.site.awaiting | when.keys())))


def note_all(engine: Engine, path: Path, person: str, on: date) -> tuple[str, ...]:
    """Note that a person acknowledged the notice in force, for each device of theirs that waits. Raises OSError."""
    waiting = tuple(one.device for one in standings(engine, path, person) if one.on is None)
    for device in waiting:
        assert engine.site.governance is not None, "without a notice no device waits"
        note(path, device, engine.site.governance.notice, on)
    return waiting


def in_force(devices: bytes, acknowledged: Mapping[str, date]) -> Inventory:
    """An inventory (CSV) whose devices that may be inspected and name no day are inspectable once acknowledged.

    Lines and their numbers stay; what is not understood here is left to whoever reads it next.
    """
    try:
        lines = devices.decode("utf-8-sig").splitlines()
        first = next(number for number, line in enumerate(lines) if line.strip() and not line.startswith("#"))
        head = _cells(lines[first])
        device, inspectable, day = map(head.index, ("device", "inspectable", "told"))
    except (ValueError, StopIteration):
        return Inventory(devices)
    width, awaiting = len(head), set()
    for number, line in enumerate(lines[first + 1 :], first + 1):
        cells = _cells(line)
        if len(cells) != width or cells[inspectable] != "yes" or cells[day]:
            continue
        if cells[device] in acknowledged:
            cells[day] = acknowledged[cells[device]].isoformat()
        else:
            awaiting.add(cells[device])
            cells[inspectable] = "no"
        lines[number] = _line(cells)
    return Inventory("\n".join([*lines, ""]).encode(), frozenset(awaiting))


def _cells(line: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], strict=True), [])]
    except csv.Error:
        return []


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
