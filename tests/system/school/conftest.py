"""The school for every test of this folder."""

from collections.abc import Iterator

import pytest

from ..conftest import NEEDED, need, raised
from ..lab import Lab
from .building import School, furnish
from .network import SCHOOL

_measured: list[tuple[str, float]] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how long it took until all was back after something broke."""
    if _measured:
        terminalreporter.section("seconds until all was back")
        for what, seconds in _measured:
            terminalreporter.line(f"{seconds:6.2f}  {what}")


@pytest.fixture(scope="session")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """The school, up for the whole run."""
    need((*NEEDED, "dnsmasq"))
    with raised(Lab(tmp_path_factory.mktemp("school"), where=SCHOOL)) as lab:
        made = furnish(lab)
        made.measured = _measured
        yield made


@pytest.fixture(params=[4, 6], ids=["v4", "v6"])
def family(request: pytest.FixtureRequest) -> int:
    """Both families of addresses."""
    return int(request.param)
