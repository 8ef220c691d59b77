"""The laboratory for every system test, and gateways to run in it.

Nothing stays behind: not a namespace, not a process, not a file outside pytest's own folder. What a
gateway said is shown with every failure.
"""

import os
import shutil
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agent.metrics import MEMORY

from . import lab as laboratory
from . import places
from .chromium import CHROMIUM
from .gateway import Gateway
from .lab import Lab
from .origins import Origins
from .sites import Site

NEEDED = ("ip", "nft", "ss", "curl", "nginx", "certutil", "prlimit", CHROMIUM)
HERE = Path(__file__).parent


@dataclass
class World:
    """What a test can use: the network, the origins, and gateways on demand."""

    lab: Lab
    origins: Origins
    running: list[Gateway] = field(default_factory=list)
    _count: int = 0

    def folder(self, name: str) -> Path:
        """A new folder of the run."""
        self._count += 1
        made = self.lab.folder / f"{self._count:02}-{name}"
        made.mkdir()
        return made

    def prepare(self, site: Callable[[Path, Path], Site], at: str, name: str = "gateway") -> Gateway:
        """A gateway that is not started: `site` makes its configuration in a given folder.

        One that still runs for earlier tests of the file ends first: there is one port, and one namespace.
        """
        for other in self.running:
            other.stop()
        folder = self.folder(name)
        made = site(folder / "config", self.origins.ca)
        return Gateway(self.lab, made, folder, at, self.origins.ca)

    @contextmanager
    def run(self, gateway: Gateway, workers: int = 1, mode: str = "explicit") -> Iterator[Gateway]:
        """Have it running, steered to if it is transparent; it must end clean and whole."""
        steering: AbstractContextManager[None] = nullcontext() if mode == "explicit" else self.lab.redirect()
        self.running.append(gateway)
        try:
            gateway.start(workers)
            with steering:
                yield gateway
            code = gateway.stop()
            left = self.lab.pids(places.GATEWAY)
        finally:
            gateway.stop()
            gateway.kill()
            self.running.remove(gateway)
        assert code == 0, f"it ended with {code}:\n{gateway.output()}"
        assert left == [], "processes outlived the gateway"
        assert "Traceback" not in gateway.output(), gateway.output()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test below this folder is a system test."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.system)


def pytest_sessionfinish() -> None:
    """What gateways that a test killed were counting into lies in memory still: it goes, where all of them are dead."""
    for folder in MEMORY.glob("breaktime-*"):
        pids = [file.stem.rpartition("_")[2] for file in folder.glob("*.db")]
        if pids and not any(Path("/proc", pid).exists() for pid in pids):
            shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failure what the gateways of that moment have said."""
    report = yield
    worlds = [one for one in getattr(item, "funcargs", {}).values() if isinstance(one, World)]
    for world in worlds if report.failed else ():
        for gateway in world.running:
            report.sections.append((f"gateway {gateway.folder.name}", gateway.output()[-6000:]))
    return report


@contextmanager
def raised(lab: Lab) -> Iterator[Lab]:
    """Have a network up; afterwards it must be gone without a trace."""
    laboratory.sweep()
    lab.up()
    try:
        yield lab
    finally:
        lab.down()
    assert lab.leftovers() == []
    assert not list(laboratory.NETNS.glob(lab.name("*")))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The laboratory, up for the whole run."""
    need(NEEDED)
    with raised(Lab(tmp_path_factory.mktemp("laboratory"))) as lab:
        origins = Origins(lab)
        origins.start()
        yield World(lab, origins)


@pytest.fixture(scope="session")
def lab(world: World) -> Lab:
    """The network alone."""
    return world.lab


@pytest.fixture(scope="session")
def origins(world: World) -> Origins:
    """The sites alone."""
    return world.origins


def need(programs: Sequence[str]) -> None:
    """Skip with a reason where the tests cannot run; in continuous integration that is a failure."""
    missing = [name for name in programs if shutil.which(name) is None]
    reason = "system tests need root" if os.geteuid() else f"not installed: {', '.join(missing)}"
    if missing or os.geteuid():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
