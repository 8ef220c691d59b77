"""The console in the test's own process, for every test of its pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.app.paths import DataFolder

from .stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A console of the example site on an empty data folder."""
    return Stage(DataFolder(tmp_path / "data"))
