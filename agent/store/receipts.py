"""What was forgotten, when and how, to show to whoever asks: never who.

`<data>/receipts/receipts.jsonl` has a line for each run that destroyed anything, each with the digest of the line
before it, so that a line that was changed or taken out is noticed; beside it stands the same as text for people. A
receipt is added whole or not at all, and once: a run that was interrupted after its receipt finds it there.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from textwrap import fill
from typing import Any

from agent.store.errors import StoreError, explained
from agent.store.files import locked, put

FOLDER = "receipts"
LINES = "receipts.jsonl"
_WIDTH = 100

NOT_PROMISED = (
    "A flash disk keeps old blocks until it uses them again, and a file system that copies on write keeps what was "
    "overwritten. Whoever can read such blocks may find a key there.",
    "A snapshot of this machine or its disk, and a backup that took <data>/keys along, hold the keys of their time. "
    "Delete them as soon as the record that they belong to.",
    "Whoever was root on this machine while a key stood could have copied it, or what it opens. Memory of a running "
    "process cannot be wiped for certain.",
    "A backup of the database from before still has the minutes without names: when, where, which service, which "
    "role. Where a role is one person's alone, as a headteacher's, it says whose they were. Let backups expire too.",
)
"""Printed on every receipt."""


class Receipts:
    """The receipts of a data folder."""

    __slots__ = ("_folder",)

    def __init__(self, data: Path) -> None:
        self._folder = data / FOLDER

    def read(self) -> list[dict[str, Any]]:
        """Every receipt, the oldest first. Raises StoreError if a line is none."""
        path = self._folder / LINES
        with explained(path):
            text = path.read_text() if path.exists() else ""
        try:
            return [json.loads(line) for line in text.splitlines()]
        except ValueError:
            raise StoreError("has a line that is no receipt", path, "restore it from a backup") from None

    def forgotten_days(self) -> set[date]:
        """Every day of which a receipt says that it was forgotten."""
        return {date.fromisoformat(day) for receipt in self.read() for day in receipt["days"]}

    def broken(self) -> int | None:
        """The number of the first receipt whose line before it is not the one it was added to; None if all hold."""
        before = ""
        for receipt in self.read():
            if receipt["previous"] != before:
                return int(receipt["number"])
            before = _digest(receipt)
        return None

    def next_number(self) -> int:
        """The number that the next receipt gets."""
        return max((int(receipt["number"]) for receipt in self.read()), default=0) + 1

    def of(self, number: int) -> dict[str, Any] | None:
        """The receipt of that number; None if none stands."""
        return next((receipt for receipt in self.read() if receipt["number"] == number), None)

    def add(self, number: int, receipt: dict[str, Any]) -> dict[str, Any]:
        """Put the receipt on the disk under that number, unless it is there already; the one that stands."""
        standing = self.read()
        if (old := self.of(number)) is not None:
            return old
        before = _digest(standing[-1]) if standing else ""
        whole = {"number": number, **receipt, "not_promised": NOT_PROMISED, "previous": before}
        lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in [*standing, whole])
        with explained(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with locked(self._folder) as folder:
                put(self._folder / f"{number:06d}-{receipt['at'][:10]}.txt", as_text(whole).encode(), folder)
                put(self._folder / LINES, lines.encode(), folder)
        return whole


def as_text(receipt: dict[str, Any]) -> str:
    """The receipt for people."""
    lines = [f"Receipt {receipt['number']}: what {receipt['site']} has forgotten", ""]
    lines.append(f"At           {receipt['at']} (the time stands on: {receipt['time_by']})")
    lines.append(f"Policy       {receipt['policy']}, {receipt['keep_days']} days")
    lines += [f"Forgotten    {day}: {_forgotten(what)}" for day, what in receipt["days"].items()]
    lines += [f"Still held   {held}" for held in _held(receipt["days"])]
    lines += [f"Not secured  {lost}" for lost in _lost(receipt["days"])]
    lines += [f"Totals       {week} added up, small counts left out" for week in receipt["totals"]]
    lines += [f"Set aside    {name} removed: older than anything that is kept" for name in receipt["set_aside"]]
    if receipt["days"]:
        lines.append(f"Wrapping     {_wrapping(receipt)}")
    lines.append(f"File         {receipt['freed_bytes']:,} bytes given back; its log {receipt['log']}")
    lines += ["", "What cannot be promised:"]
    lines += [fill(f"- {text}", _WIDTH, subsequent_indent="  ") for text in receipt["not_promised"]]
    return "\n".join(lines) + "\n"


def _forgotten(what: dict[str, Any]) -> str:
    return f"key {what['key']}; {what['minutes']:,} minutes and {what['identities']:,} identities deleted"


def _held(days: dict[str, Any]) -> list[str]:
    return [
        f"{day}: {minutes:,} minutes for case {case}, under the case's own key"
        for day, what in days.items()
        for case, minutes in what["held"].items()
        if minutes
    ]


def _lost(days: dict[str, Any]) -> list[str]:
    return [
        f"{day}: nothing more for case {case}, whose hold could not be mended within a week"
        for day, what in days.items()
        for case in what.get("unsecured", ())
    ]


def _wrapping(receipt: dict[str, Any]) -> str:
    return f"key-encryption key replaced, {receipt['rewrapped']} keys wrapped anew, the old one destroyed"


def _digest(receipt: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(receipt, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
