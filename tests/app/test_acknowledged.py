"""Who acknowledged the notice, and what that makes of the inventory."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from agent.app import acknowledged
from agent.app.live import Configuration, read
from agent.app.paths import DataFolder

CONFIG = Path(__file__).parents[2] / "config"
HEAD = "device,owner,kind,person,inspectable,told,addresses\n"
DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"", {}, id="nothing"),
        pytest.param(b"device,notice,on\na,N-1,2026-11-23\n", {"a": DAY}, id="one"),
        pytest.param(b"device,notice,on\na,N-0,2026-11-23\n", {}, id="an earlier version of the notice"),
        pytest.param(b"a,N-1,2026-11-20\na,N-1,2026-11-23\n", {"a": DAY}, id="twice: the last"),
        pytest.param(b"a,N-1\nb,N-1,20\nc,N-1,2026-11-23\n", {"c": DAY}, id="lines that were cut off"),
        pytest.param(b'\xff\xfe\x00garbage\n"', {}, id="garbage"),
    ],
)
def test_told(content: bytes, expected: dict[str, date]) -> None:
    """A device counts with the version of the notice in force, and nothing that is damaged counts."""
    assert acknowledged.told(content, "N-1") == expected


@pytest.mark.parametrize(
    ("line", "made", "awaiting"),
    [
        pytest.param("a,school,laptop,,yes,,10.0.0.1", "a,school,laptop,,no,,10.0.0.1", {"a"}, id="nobody was told"),
        pytest.param("b,school,laptop,,yes,,10.0.0.1", "b,school,laptop,,yes,2026-11-23,10.0.0.1", set(), id="told"),
        pytest.param("b,school,laptop,,no,,10.0.0.1", "b,school,laptop,,no,,10.0.0.1", set(), id="never inspectable"),
        pytest.param("a,school,laptop,,yes,2026-09-01,", "a,school,laptop,,yes,2026-09-01,", set(), id="a date"),
        pytest.param("# a comment", "# a comment", set(), id="comment"),
        pytest.param("a,b", "a,b", set(), id="too short: the loader says so"),
        pytest.param('a,"b', 'a,"b', set(), id="an open quote"),
    ],
)
def test_in_force(line: str, made: str, awaiting: set[str]) -> None:
    """Only devices that the inventory would have inspected change, and line numbers stay."""
    found = acknowledged.in_force(f"# mine\n{HEAD}{line}\n".encode(), {"b": DAY})
    assert found.text.decode() == f"# mine\n{HEAD}{made}\n"
    assert found.awaiting == awaiting


@pytest.mark.parametrize("content", [b"", b"\xff\xff", b"device,owner\na,school\n", b"#\n"])
def test_what_is_no_inventory_is_left_to_the_loader(content: bytes) -> None:
    """Not understood is not changed."""
    assert acknowledged.in_force(content, {}).text == content


def test_kept_and_read(tmp_path: Path) -> None:
    """A line each, private to the gateway; without a file nobody was told."""
    path = tmp_path / "acknowledged.csv"
    assert acknowledged.read(path) == b""
    acknowledged.note(path, "laptop-02", "N-1", DAY)
    acknowledged.note(path, "laptop-03", "N-1", DAY)
    assert path.stat().st_mode & 0o777 == 0o600
    assert acknowledged.told(acknowledged.read(path), "N-1") == {"laptop-02": DAY, "laptop-03": DAY}
    assert path.read_text().count("device,notice,on") == 1


def test_after_a_line_that_was_cut_off(tmp_path: Path) -> None:
    """The next one begins anew."""
    path = tmp_path / "acknowledged.csv"
    acknowledged.note(path, "laptop-02", "N-1", DAY)
    path.write_bytes(path.read_bytes()[:-6])
    acknowledged.note(path, "laptop-03", "N-1", DAY)
    assert acknowledged.told(acknowledged.read(path), "N-1") == {"laptop-03": DAY}


def test_a_device_is_inspectable_once_its_user_acknowledged(tmp_path: Path) -> None:
    """Through the whole loader: not before, then, and not again under a new version of the notice."""
    folder, data = Path(shutil.copytree(CONFIG, tmp_path / "config")), DataFolder(tmp_path / "data")
    devices = folder / "devices.csv"
    devices.write_text(devices.read_text().replace("teacher-02,yes,2026-09-01", "teacher-02,yes,"))

    def state() -> tuple[bool, frozenset[str]]:
        config = read(folder, data)
        assert isinstance(config, Configuration), config
        return config.engine.directory.identify("10.20.10.12").inspectable, config.engine.site.awaiting

    assert state() == (False, frozenset({"laptop-02"}))
    data.prepare()
    acknowledged.note(data.acknowledged, "laptop-02", "EXAMPLE-1", DAY)
    assert state() == (True, frozenset())
    site = folder / "site.yaml"
    site.write_text(site.read_text().replace("notice: EXAMPLE-1", "notice: EXAMPLE-2"))
    assert state() == (False, frozenset({"laptop-02"}))
