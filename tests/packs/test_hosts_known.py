"""The shipped catalogue against tables of our own, and the labelled examples that may lie beside the checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.app.accuracy import Figures, measure
from agent.app.live import Configuration, read
from agent.clock import Clock
from agent.core.catalogue import Catalogue
from tests.packs.bad import CONFIG, ROOT

DATA = ROOT / "tests" / "data"
EXAMPLES = ROOT.parent / "shared" / "data"
BESIDE = pytest.mark.skipif(
    not (EXAMPLES / "hosts.tsv").is_file(),
    reason="labelled examples lie beside the checkout, in ../shared/data, or not at all",
)


def _words(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


def known() -> dict[str, list[str]]:
    """By service the hosts that are its own."""
    services: dict[str, list[str]] = {}
    for word in _words(DATA / "hosts.txt"):
        if word.endswith(":"):
            services[word[:-1]] = []
        else:
            services[list(services)[-1]].append(word)
    return services


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The shipped catalogue."""
    loaded = read(CONFIG)
    assert isinstance(loaded, Configuration)
    return loaded.engine.catalogue


@pytest.mark.parametrize(("service", "hosts"), known().items(), ids=known())
def test_hosts_of_a_service(service: str, hosts: list[str], catalogue: Catalogue) -> None:
    """Each host is found as the service that it belongs to."""
    found = {host: match.service.id if (match := catalogue.match_name(host)) else None for host in hosts}
    assert found == dict.fromkeys(hosts, service)


def test_the_table_is_large() -> None:
    """It covers more services than anybody asked for, each with several kinds of host."""
    assert len(known()) >= 150
    assert sum(map(len, known().values())) >= 900


def test_strangers(catalogue: Catalogue) -> None:
    """Shared parts of the web, work tools and look-alikes are nobody's."""
    hosts = _words(DATA / "strangers.txt")
    assert len(hosts) > 150
    assert {host: match.service.id for host in hosts if (match := catalogue.match_name(host))} == {}


@pytest.fixture(scope="module")
def figures(catalogue: Catalogue) -> Figures:
    """What is measured on the examples."""
    return measure(EXAMPLES, catalogue, "", Clock().now().date())


@BESIDE
def test_labelled_examples(figures: Figures) -> None:
    """99 % of the labelled hosts are found as the right service and in the right category, at most one wrongly."""
    hosts = figures.hosts
    assert hosts is not None
    assert hosts.total.recall >= 0.99, hosts.misses
    assert hosts.total.category_recall >= 0.99, hosts.misses
    assert len(hosts.false_matches) <= 1, hosts.false_matches


@BESIDE
def test_recorded_examples(figures: Figures) -> None:
    """Every flow with a readable name is named as labelled, and every trace shows what its index says."""
    for checked in (figures.flows, figures.traces):
        assert checked is not None
        assert checked.errors == ()
        assert checked.total > 0
