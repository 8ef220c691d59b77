"""Receipts: one a run, each bound to the one before it, readable for people, and without anybody in them."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agent.store import StoreError
from agent.store.receipts import NOT_PROMISED, Receipts, as_text

RECEIPT: dict[str, Any] = {
    "at": "2026-12-21T00:10:00+00:00",
    "time_by": "network",
    "site": "example-primary",
    "policy": "breaks-without-pupils",
    "keep_days": 28,
    "days": {
        "2026-11-23": {
            "key": "overwritten, removed and verified",
            "minutes": 1_234,
            "identities": 16,
            "held": {"2026-0001": 30, "2026-0002": 0},
        }
    },
    "totals": ["2026-W48"],
    "set_aside": ["breaktime.db.corrupt-1"],
    "rewrapped": 27,
    "freed_bytes": 45_056,
    "log": "was emptied",
}


@pytest.fixture
def receipts(tmp_path: Path) -> Receipts:
    receipts = Receipts(tmp_path)
    for number in (1, 2, 3):
        receipts.add(number, RECEIPT)
    return receipts


def test_each_follows_the_one_before(receipts: Receipts) -> None:
    """Numbers rise, and each line carries the digest of the one before it."""
    assert [one["number"] for one in receipts.read()] == [1, 2, 3]
    assert receipts.next_number() == 4
    assert receipts.broken() is None
    assert receipts.forgotten_days() == {date(2026, 11, 23)}


def test_a_receipt_is_added_once(receipts: Receipts) -> None:
    """A run that was cut off after its receipt finds it there; what stands is not changed."""
    assert receipts.add(3, RECEIPT | {"policy": "another"})["policy"] == "breaks-without-pupils"
    assert len(receipts.read()) == 3


def test_none(tmp_path: Path) -> None:
    """Where nothing was forgotten there is none, and the first is number 1."""
    receipts = Receipts(tmp_path)
    assert (receipts.read(), receipts.next_number(), receipts.broken()) == ([], 1, None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        pytest.param(lambda lines: lines[1:], 2, id="the first taken out"),
        pytest.param(lambda lines: [lines[0], lines[2]], 3, id="one taken out"),
        pytest.param(lambda lines: [lines[0].replace("1234", "1"), *lines[1:]], 2, id="one changed"),
        pytest.param(lambda lines: lines[:2], None, id="the last taken out: nothing follows it"),
    ],
)
def test_a_changed_line_is_noticed(receipts: Receipts, tmp_path: Path, change: Any, broken: int | None) -> None:
    """Whoever changes or removes a line breaks the one after it."""
    path = tmp_path / "receipts" / "receipts.jsonl"
    path.write_text("\n".join(change(path.read_text().splitlines())) + "\n")
    assert receipts.broken() == broken


def test_a_line_that_is_none(receipts: Receipts, tmp_path: Path) -> None:
    """A damaged file is said, with what to do, and not read past."""
    (tmp_path / "receipts" / "receipts.jsonl").write_text("{")
    with pytest.raises(StoreError, match="has a line that is no receipt; restore it"):
        receipts.read()


def test_text(receipts: Receipts, tmp_path: Path) -> None:
    """For people it says what, when, by which clock, what is still held, and what cannot be promised."""
    text = (tmp_path / "receipts" / "000001-2026-12-21.txt").read_text()
    assert text == as_text(receipts.read()[0])
    for said in (
        "2026-11-23: key overwritten, removed and verified; 1,234 minutes and 16 identities deleted",
        "2026-11-23: 30 minutes for case 2026-0001, under the case's own key",
        "2026-W48 added up, small counts left out",
        "breaktime.db.corrupt-1 removed",
        "27 keys wrapped anew",
        "45,056 bytes given back; its log was emptied",
        "the time stands on: network",
    ):
        assert said in text
    assert "2026-0002" not in text
    flat = " ".join(text.split())
    assert all(promise.replace("  ", " ") in flat for promise in NOT_PROMISED)


def test_lines_are_private(receipts: Receipts, tmp_path: Path) -> None:
    """Receipts are for the owner alone, and each line is JSON."""
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "receipts").iterdir()} == {0o600}
    lines = (tmp_path / "receipts" / "receipts.jsonl").read_text().splitlines()
    assert all(json.loads(line)["not_promised"] for line in lines)
