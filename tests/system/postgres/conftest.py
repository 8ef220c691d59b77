"""One server for the run; for each test a database of its own, made ready, and as many schools as it asks for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from agent.core.tally import Counts
from tests.store.making import MINUTE
from tests.system.postgres.cluster import Cluster, programs, temporary
from tests.system.postgres.schools import School

SITES = ("oak", "elm")
_NUMBERS = count(1)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A running PostgreSQL."""
    try:
        programs()
        reason = "it needs root, to start the server as another account" if os.geteuid() else ""
    except FileNotFoundError as missing:
        reason = str(missing)
    if reason:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    with temporary() as running:
        yield running
    assert not running.folder.exists()


@pytest.fixture(scope="session")
def ready(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database that was made ready and has let both schools in, to be copied."""
    name = cluster.new_database("ready")
    for site in SITES:
        School(cluster, name, tmp_path_factory.mktemp(site), site).admit()
    return name


@contextmanager
def fresh(cluster: Cluster, template: str) -> Iterator[str]:
    """A new database, gone afterwards."""
    name = cluster.new_database(f"test{next(_NUMBERS)}", template)
    try:
        yield name
    finally:
        with cluster.admin() as session:
            session.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture
def empty(cluster: Cluster) -> Iterator[str]:
    """A new database that nobody has made ready."""
    with fresh(cluster, "template0") as name:
        yield name


@pytest.fixture
def database(cluster: Cluster, ready: str) -> Iterator[str]:
    """A new database that was made ready."""
    with fresh(cluster, ready) as name:
        yield name


@pytest.fixture
def oak(cluster: Cluster, database: str, tmp_path: Path) -> School:
    """A school."""
    return School(cluster, database, tmp_path / "oak", "oak")


@pytest.fixture
def elm(cluster: Cluster, database: str, tmp_path: Path) -> School:
    """Another school of the same trust."""
    return School(cluster, database, tmp_path / "elm", "elm")


@pytest.fixture(scope="module")
def trust(cluster: Cluster, ready: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[School, School]]:
    """Both schools, for tests that change nothing: both have sent the same minute."""
    with fresh(cluster, ready) as name:
        both = [School(cluster, name, tmp_path_factory.mktemp("trust") / site, site) for site in SITES]
        for requests, one in enumerate(both, 3):
            one.write({MINUTE: Counts(requests)})
            one.forward()
        yield both[0], both[1]
