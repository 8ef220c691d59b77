"""The right to steer is looked for before anything starts, and the welcome says how it stands."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.app.steered import Steered, may_steer, told
from agent.gateway.beats import listen
from agent.metrics import SteeringMetrics

CONFIG = Path(__file__).parents[2] / "config"


@pytest.mark.parametrize(
    ("status", "may"),
    [
        ("Name:\tpython\nCapEff:\t0000000000001000\n", True),
        ("CapEff:\t000001ffffffffff\n", True),
        ("CapEff:\t0000000000000400\n", False),
        ("CapEff:\t0000000000000000\n", False),
        ("Name:\tpython\n", False),
    ],
)
def test_who_may_steer(tmp_path: Path, status: str, may: bool) -> None:
    """CAP_NET_ADMIN among the effective rights."""
    path = tmp_path / "status"
    path.write_text(status)
    assert may_steer(path) is may


def steered(data: DataFolder, said: list[str]) -> Steered:
    """A steward's ties, with nothing started."""
    config = read(CONFIG)
    assert isinstance(config, Configuration)
    return Steered(config, data, 0.0, SteeringMetrics(CollectorRegistry()), said.append)


def test_what_the_welcome_says(tmp_path: Path) -> None:
    """Whether it is on, and how to have it back."""
    data = DataFolder(tmp_path)
    data.prepare()
    one = steered(data, [])
    assert one.said.startswith("on: ")
    data.steering_off.touch()
    assert "steering apply" in one.said


def test_suggestions_are_kept(tmp_path: Path) -> None:
    """What the steward may tell lies in the data folder; where that cannot be written the gateway goes on."""
    data = DataFolder(tmp_path)
    data.prepare()
    found = [{"host": "parts.example", "service": "tiktok", "pages": 8, "of": 10}]
    steered(data, []).companion._events.suggested(found)
    assert '"parts.example"' in data.suggestions.read_text()
    steered(DataFolder(tmp_path / "nowhere"), []).companion._events.suggested(found)


def test_the_steward_gets_no_key() -> None:
    """It meets no accounts; workers are told the key, by the same configuration."""
    config = read(CONFIG)
    assert isinstance(config, Configuration)
    keyed = config.keyed(b"a secret of the site")
    assert told(keyed) == keyed.message | {"account_key": ""}


def test_the_store_beats(tmp_path: Path) -> None:
    """As it is at the moment."""
    data = DataFolder(tmp_path)
    data.prepare()
    one = steered(data, [])

    async def run() -> bytes:
        with listen(one.beats) as listening:
            task = asyncio.create_task(one.beat(lambda: False))
            said = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(listening, 100), 5)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return said

    assert asyncio.run(run()) == b'{"store": false}'


def test_a_configuration_that_is_not_taken_up_is_said(tmp_path: Path) -> None:
    """The kernel goes on by the one before."""
    said: list[str] = []
    config = read(CONFIG)
    assert isinstance(config, Configuration)
    asyncio.run(steered(DataFolder(tmp_path), said).reload(config, 0.01))
    assert said == [f"the steward has not taken up configuration {config.engine.revision}; it is steered as before"]
