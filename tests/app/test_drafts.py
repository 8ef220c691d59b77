"""Edited policies before they count, what was in force, and the way back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from agent.app import drafts
from agent.app.kept_texts import kept_texts
from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.store.history import History

EXAMPLE = Path(__file__).parents[2] / "config"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
POLICY = "policies/breaks-without-pupils/policy.yaml"


@dataclass
class Site:
    """A copy of the example site with a data folder, and what came into force there."""

    folder: Path
    data: DataFolder
    config: Configuration

    @property
    def file(self) -> Path:
        """The policy's file."""
        return self.folder / POLICY

    def draft(self, name: str, text: str) -> None:
        """Lay a draft down."""
        self.data.drafts.mkdir(exist_ok=True)
        (self.data.drafts / f"{name}.yaml").write_text(text)

    def in_force(self, at: datetime) -> str:
        """What is on the disk comes into force; its revision."""
        config = read(self.folder, self.data)
        assert isinstance(config, Configuration), config
        self.config = config
        History(self.data.root).keep(at, "breaks-without-pupils", config.engine.revision, kept_texts(config))
        return config.engine.revision


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """The example site."""
    folder, data = tmp_path / "config", DataFolder(tmp_path / "data")
    shutil.copytree(EXAMPLE, folder)
    data.prepare()
    return Site(folder, data, example())


@cache
def example() -> Configuration:
    """The example site, read once."""
    config = read(EXAMPLE, DataFolder(Path("/nonexistent")))
    assert isinstance(config, Configuration), config
    return config


CASES: list[tuple[str, Callable[[str], str], bool, bool]] = [
    ("the same", lambda text: text, True, True),
    ("another verdict", lambda text: text.replace("verdict: block", "verdict: allow", 1), True, False),
    ("an unknown key", lambda text: text + "\nnonsense: yes\n", False, False),
    ("no YAML", lambda text: "{", False, False),
    ("no name", lambda text: text.replace("policy: ", "name: ", 1), False, False),
]


@pytest.mark.parametrize(("how", "loads", "sound"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_draft(site: Site, how: Callable[[str], str], loads: bool, sound: bool) -> None:
    """A draft says what it changes, what is wrong with it, and whether the policy's tests pass with it."""
    text = site.file.read_text()
    site.draft("spring", how(text))
    found = drafts.draft(site.config, site.data, "spring")
    assert (found.tested is not None, not found.problems, found.sound) == (loads, loads, sound)
    assert bool(found.changes) is (how(text) != text)


def test_drafts_by_name(site: Site) -> None:
    """Drafts are found by their names; a file of another kind is none."""
    assert drafts.names(site.data) == []
    site.draft("spring", "x")
    (site.data.drafts / "Notes.txt").write_text("x")
    assert drafts.names(site.data) == ["spring"]


@pytest.mark.parametrize("name", ["../keys/x", "nothing", "", "A", "x" * 80])
def test_no_other_file_is_read(site: Site, name: str) -> None:
    """Only a draft's own name leads to a draft."""
    with pytest.raises(ValueError, match="draft"):
        drafts.draft(site.config, site.data, name)


def test_what_is_on_the_disk_but_not_in_force(site: Site) -> None:
    """An edit that did not load is shown against what is in force."""
    assert drafts.unloaded(site.config, site.folder) == {}
    site.file.write_text(site.file.read_text() + "\nnonsense: yes\n")
    found = drafts.unloaded(site.config, site.folder)
    assert list(found) == [POLICY]
    assert "+nonsense: yes" in found[POLICY]


def test_there_and_back(site: Site) -> None:
    """The files of an earlier revision are put back, byte for byte; what was not in force is laid among the drafts."""
    text = site.file.read_text()
    first = site.in_force(NOW)
    site.file.write_text(text.replace("title:", "title: ", 1))
    second = site.in_force(NOW + timedelta(days=1))
    assert first != second
    assert [one.revision for one in drafts.revisions(site.data)] == [second, first]
    assert drafts.revisions(site.data)[0].latest
    assert list(drafts.since(site.config, site.data, first) or {}) == [POLICY]
    site.file.write_text("not in force: {")
    assert drafts.put_back(site.folder, site.config, site.data, first, NOW) == [POLICY]
    assert site.file.read_text() == text
    laid = drafts.names(site.data)
    assert [(site.data.drafts / f"{name}.yaml").read_text() for name in laid] == ["not in force: {"]


def test_no_way_back_to_what_never_was(site: Site) -> None:
    """A revision that never was in force changes nothing."""
    with pytest.raises(drafts.CannotPutBack, match="never in force"):
        drafts.put_back(site.folder, site.config, site.data, "0" * 12, NOW)
    assert drafts.since(site.config, site.data, "0" * 12) is None


def test_no_way_back_into_trouble(site: Site) -> None:
    """Files with which the configuration would not load are not written."""
    first = site.in_force(NOW)
    site.file.write_text(site.file.read_text().replace("title:", "title: ", 1))
    second = site.in_force(NOW + timedelta(days=1))
    assert first != second
    (site.folder / "site.yaml").write_text("site: {")
    before = site.file.read_bytes()
    with pytest.raises(drafts.CannotPutBack, match="would not load"):
        drafts.put_back(site.folder, site.config, site.data, first, NOW)
    assert site.file.read_bytes() == before
