"""Acknowledging the notice: kept for one's own devices alone, where the gateway's rule reads it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.core.callers import Capacity
from tests.console.stage import EXAMPLE, Stage

NOTICE = "EXAMPLE-1"


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A console of a site where two people's devices wait for the notice."""
    folder = tmp_path / "config"
    shutil.copytree(EXAMPLE, folder)
    devices = folder / "devices.csv"
    text = devices.read_text().replace("teacher-02,yes,2026-09-01", "teacher-02,yes,")
    devices.write_text(text.replace("teacher-03,yes,2026-09-01", "teacher-03,yes,"))
    data = DataFolder(tmp_path / "data")
    return Stage(data, configuration(folder, data))


def configuration(folder: Path, data: DataFolder) -> Configuration:
    """What the gateway and its workers would rule by."""
    found = read(folder, data)
    assert isinstance(found, Configuration), found
    return found


def inspectable(config: Configuration) -> set[str]:
    """The devices that the gateway may inspect."""
    return {one.device.id for one in config.engine.directory.bindings if one.device.inspectable}


def test_a_click_makes_ones_own_device_inspectable(stage: Stage, tmp_path: Path) -> None:
    """The gateway's rule sees it for the device of whoever clicked, and for nobody else's."""
    teacher = stage.signed_in(Capacity.STAFF, "teacher-2", "teacher-02")
    page = teacher.get("/notice").text
    assert ("laptop-02" in page, "laptop-03" in page, "I have read" in page) == (True, False, True)
    assert "waits for you" in teacher.get("/mine").text
    assert not inspectable(stage.config) & {"laptop-02", "laptop-03"}
    assert teacher.post("/notice", notice=NOTICE).status_code == 303
    assert "you have read notice EXAMPLE-1" in teacher.get("/notice").text
    found = configuration(tmp_path / "config", stage.data)
    assert inspectable(found) & {"laptop-02", "laptop-03"} == {"laptop-02"}
    assert found.engine.revision != stage.config.engine.revision
    assert ("I have read" in teacher.get("/notice").text, "waits for you" in teacher.get("/mine").text) == (False,) * 2


@pytest.mark.parametrize(
    ("person", "notice", "status"),
    [
        pytest.param("teacher-02", "EXAMPLE-0", 422, id="an earlier version"),
        pytest.param("teacher-02", "", 422, id="none"),
        pytest.param("teacher-01", NOTICE, 303, id="nothing waits"),
    ],
)
def test_what_is_not_kept(stage: Stage, person: str, notice: str, status: int) -> None:
    """Only the version that is in force, and only where a device waits."""
    answer = stage.signed_in(Capacity.STAFF, "somebody", person).post("/notice", notice=notice)
    assert answer.status_code == status
    assert not stage.data.acknowledged.exists()


def test_a_disk_that_takes_nothing(stage: Stage) -> None:
    """It is said that nothing was kept."""
    stage.data.acknowledged.mkdir()
    answer = stage.signed_in(Capacity.STAFF, "teacher-2", "teacher-02").post("/notice", notice=NOTICE)
    assert (answer.status_code, "Not kept" in answer.text) == (503, True)
