"""What a child is handed is what the supervisor checked, with the steering that goes with it."""

from __future__ import annotations

from pathlib import Path

from agent.app.handed import built_of, engine_of
from agent.app.live import Configuration, read
from agent.app.steward import orders_of

CONFIG = Path(__file__).parents[2] / "config"


def test_the_same_engine() -> None:
    """By the same texts the same revision, and the same names that may be opened."""
    config = read(CONFIG)
    assert isinstance(config, Configuration)
    engine = engine_of(config.message)
    assert engine.revision == config.engine.revision
    assert engine.site.openable == config.engine.site.openable
    assert built_of(config.message).gateway == config.built.gateway


def test_a_site_that_does_not_steer() -> None:
    """The steward has no orders by it."""
    config = read(CONFIG)
    assert isinstance(config, Configuration)
    assert orders_of(config.message) == (None, config.engine.revision)
