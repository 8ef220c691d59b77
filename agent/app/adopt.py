"""`breaktime devices adopt`: a line for devices.csv, checked with all of the configuration before it is written."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from agent.app.build import build
from agent.app.folder import read_folder
from agent.app.parts import read_parts
from agent.app.paths import DataFolder
from agent.app.shelf import listed_in
from agent.app.swap import swap
from agent.core.held import plain_mac
from agent.directory.inventory import DEVICES, MACS
from agent.packs import site as sites
from agent.problems import Problems


class AdoptError(Exception):
    """The device cannot be adopted; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """What is said of a device. `told`: the day on which its user was told that it is inspected, or ""."""

    mac: str
    owner: str
    kind: str
    person: str = ""
    device: str = ""
    told: str = ""


def adopt(folder: Path, data: DataFolder, adoption: Adoption) -> tuple[str, Path]:
    """Add the device to the inventory; the line, and the file that has it now. Raises AdoptError.

    The file is swapped whole. One that has no column for hardware addresses is given one.
    """
    mac = plain_mac(adoption.mac)
    if mac is None:
        raise AdoptError(f"{adoption.mac[:40]!r} is not the hardware address of one device: write aa:bb:cc:dd:ee:ff")
    files, unreadable = read_folder(folder)
    listed = listed_in(data)[0]  # policies may name services of outside lists
    if unreadable or build(files, None, listed=listed).problems:
        raise AdoptError(f"the configuration has problems already: breaktime check {folder}")
    name = _inventory(files)
    text = files[name].decode("utf-8-sig")
    line, fresh = _with(text, mac, adoption)
    problems = build({**files, name: fresh.encode()}, None, listed=listed).problems
    if problems:
        raise AdoptError("\n".join(str(problem) for problem in problems))
    path = folder / name
    try:
        swap(path, fresh.encode(), folder / "site.yaml")
    except OSError as problem:
        raise AdoptError(f"{path}: cannot be written ({problem.strerror})") from None
    return line, path


def _inventory(files: dict[str, bytes]) -> str:
    row = read_parts(files, Problems()).site
    found = row.get(sites.DEVICES, None) if row else None
    if found is None:
        raise AdoptError("site.yaml names no inventory: write `devices: devices.csv` in it, and make the file with one "
                         f"line: {','.join((*DEVICES, MACS))}")  # fmt: skip
    return found.value


def _with(text: str, mac: str, adoption: Adoption) -> tuple[str, str]:
    """The new line, and the text with it; comments and everything else stay as they are."""
    ending = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if line.strip(" ,") and not line.startswith("#"))
    columns = [column.strip() for column in next(csv.reader([lines[at]]))]
    if MACS not in columns:
        columns.append(MACS)
        lines = [_wider(line, i == at) for i, line in enumerate(lines)]
    said = {
        "device": adoption.device or f"{adoption.kind}-{mac.replace(':', '')[-6:]}",
        "owner": adoption.owner,
        "kind": adoption.kind,
        "person": adoption.person,
        "inspectable": "yes" if adoption.told else "no",
        "told": adoption.told,
        MACS: mac,
    }
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow([said.get(column, "") for column in columns])
    return written.getvalue(), ending.join([*lines, written.getvalue(), ""])


def _wider(line: str, head: bool) -> str:
    if head:
        return f"{line},{MACS}"
    return f"{line}," if line.strip(" ,") and not line.startswith("#") else line
