"""Reading a configuration again and again: built anew where a text has changed, and nowhere else."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

from agent.app.live import Configuration, Remembered, read
from agent.app.paths import DataFolder

EXAMPLE = Path(__file__).parents[2] / "config"


def test_only_what_changed_is_built(tmp_path: Path) -> None:
    """The same texts give the same configuration; a change, a problem and its mending are seen at once."""
    folder, data, reading = tmp_path / "config", DataFolder(tmp_path / "data"), Remembered()
    copytree(EXAMPLE, folder)
    first = reading(folder, data)
    assert isinstance(first, Configuration)
    assert reading(folder, data) is first
    site = folder / "site.yaml"
    was = site.read_text()
    site.write_text("no: such word\n")
    assert reading(folder, data) == read(folder, data)
    assert isinstance(reading(folder, data), list)
    site.write_text(was.replace("Example Primary School", "Another School"))
    mended = reading(folder, data)
    assert isinstance(mended, Configuration)
    assert mended.engine.site.name == "Another School"


def test_of_another_folder(tmp_path: Path) -> None:
    """What is remembered is one folder's; problems name the folder that was asked about."""
    reading, data = Remembered(), DataFolder(tmp_path / "data")
    assert isinstance(reading(EXAMPLE, data), Configuration)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        found = reading(tmp_path / name, data)
        assert isinstance(found, list)
        assert str(tmp_path / name) in str(found[0])
