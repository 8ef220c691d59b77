"""Starts that cannot succeed: the reason in a line, a code that says so, nothing left running."""

from pathlib import Path

import pytest

from . import places, sites
from .conftest import World
from .gateway import Gateway, until
from .sites import MISTAKEN, Site


def ends(world: World, gateway: Gateway, **how: object) -> str:
    """Start it, see it end by itself with a failure; what it said."""
    process = gateway.launch(**how)  # type: ignore[arg-type]
    try:
        assert process.wait(30) != 0
        until("nothing runs on", lambda: not world.lab.pids(places.GATEWAY), 20)
    finally:
        gateway.kill()
    assert "Traceback" not in gateway.output(), gateway.output()
    return gateway.output()


@pytest.mark.parametrize("port", [places.PROXY_PORT, places.METRICS_PORT], ids=["gateway", "metrics"])
def test_port_in_use(world: World, port: int) -> None:
    """A port that another program holds is named."""
    gateway = world.prepare(Site.as_shipped, sites.LESSON)
    with world.lab.listen(places.GATEWAY, ("127.0.0.1", port)):
        assert str(port) in ends(world, gateway)


def test_read_only_data(world: World, tmp_path: Path) -> None:
    """A data folder that cannot be written is named."""
    gateway, data = world.prepare(Site.as_shipped, sites.LESSON), tmp_path / "data"
    data.mkdir()
    # Root may write in spite of a mode, so the folder is mounted read-only, for this command alone.
    mount = f'mount -t tmpfs -o ro lab {data} && exec "$@"'
    assert str(data) in ends(world, gateway, data=data, before=("sh", "-c", mount, "sh"))


def test_data_is_a_file(world: World, tmp_path: Path) -> None:
    """So is one that is no folder."""
    gateway, data = world.prepare(Site.as_shipped, sites.LESSON), tmp_path / "data"
    data.write_text("in the way")
    assert str(data) in ends(world, gateway, data=data)


def test_mistaken_policy(world: World) -> None:
    """A configuration with a mistake does not start; the mistake is named by file and line."""
    gateway = world.prepare(Site.as_shipped, sites.LESSON)
    gateway.site.add_rules(MISTAKEN)
    assert "policy.yaml:" in ends(world, gateway)


def test_no_configuration(world: World) -> None:
    """Nor does one without any configuration."""
    gateway = world.prepare(Site.as_shipped, sites.LESSON)
    (gateway.site.folder / "site.yaml").unlink()
    assert "site.yaml" in ends(world, gateway)


def test_second_start(world: World) -> None:
    """After a failed start the same folder starts as if nothing had been."""
    gateway = world.prepare(Site.as_shipped, sites.LESSON)
    with world.lab.listen(places.GATEWAY, ("127.0.0.1", places.PROXY_PORT)):
        ends(world, gateway)
    with world.run(gateway):
        assert gateway.worker()
