"""The persons whom approved cases concern reach every worker's engine, and no file of the configuration."""

from __future__ import annotations

from pathlib import Path

from agent.app.handed import engine_of
from agent.app.live import Configuration, read

CONFIG = Path(__file__).parents[2] / "config"


def test_subjects_go_with_the_configuration() -> None:
    """A worker's engine has the subjects that the supervisor's has, after a reload too; at first there are none."""
    config = read(CONFIG)
    assert isinstance(config, Configuration)
    assert engine_of(config.message).subjects == frozenset()
    concerned = config.concerning(frozenset({"teacher-01"}))
    assert engine_of(concerned.message).subjects == {"teacher-01"}
    assert concerned.engine.revision == config.engine.revision
