"""The steward with a real kernel, a real resolver and real time: what it keeps, what it lets go, what it survives."""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent.gateway.steering import names

from . import places
from .conftest import need, raised
from .lab import Lab
from .places import BBC, FACEBOOK, INSTAGRAM
from .stewardship import UPSTREAM, Stewardship, upstream

KEEP = 2.0
STANDS = 3.0


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A network with a resolver in its internet."""
    need(("ip", "nft", "dnsmasq", "setpriv"))
    with raised(
        Lab(tmp_path_factory.mktemp("stewards"), where=replace(places.LABORATORY, kind="btlabsteward"))
    ) as made:
        upstream(made)
        yield made


@pytest.fixture
def steward(lab: Lab, request: pytest.FixtureRequest) -> Iterator[Stewardship]:
    """A steward that steers, with two workers that are well."""
    folder = lab.folder / f"{abs(hash(request.node.name))}"
    folder.mkdir()
    made = Stewardship(lab, folder, KEEP)
    made.start()
    yield made
    made.close()


def test_one_still_answered_stays_and_any_other_goes(steward: Stewardship) -> None:
    """After several times the time that an answer is kept, the one asked for all along is still steered."""
    assert steward.asks(INSTAGRAM.name) == [INSTAGRAM.v4]
    assert steward.steers(INSTAGRAM.v4)
    last = time.monotonic() + 4 * KEEP
    while time.monotonic() < last:
        assert steward.asks(FACEBOOK.name) == [FACEBOOK.v4]
        assert steward.steers(FACEBOOK.v4)
        time.sleep(0.1)
    assert not steward.steers(INSTAGRAM.v4)
    assert steward.asks(INSTAGRAM.name) == [INSTAGRAM.v4]
    assert steward.steers(INSTAGRAM.v4), "answered again, steered again, before the answer is there"
    assert not steward.steers(BBC.v4)


def test_clients_go_to_who_is_well(steward: Stewardship) -> None:
    """A dead worker's share is the other's at once; without any nothing stands; and back again."""
    steward.until(
        "both take clients", lambda: ":8080" in (rule := steward.shares()).replace(" : ", " :") or "8081" in rule
    )
    steward.dismiss(0)
    steward.until("one takes all", lambda: "redirect to :8081" in steward.shares(), 20)
    assert len(steward.elements("standing")) == 2
    steward.dismiss(1)
    steward.until("nothing stands", lambda: not steward.elements("standing"), 20)
    steward.hire(0)
    steward.until("the new one takes all", lambda: "redirect to :8080" in steward.shares(), 20)
    assert len(steward.elements("standing")) == 2


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hung"])
def test_nobody_is_without_names(steward: Stewardship, how: signal.Signals) -> None:
    """A dead resolver is passed by, one that hangs is ended; within some seconds it is back."""
    first = steward.child("conf-file=-")
    assert first is not None
    os.kill(first, how)
    if how is signal.SIGKILL:
        assert steward.asks(BBC.name) == [BBC.v4]
    steward.until("another has begun", lambda: steward.child("conf-file=-") not in (None, first))
    assert steward.asks(BBC.name) == [BBC.v4]
    steward.until("it fills the sets", lambda: steward.asks(FACEBOOK.name) and steward.steers(FACEBOOK.v4))
    steward.until("it is known to answer", lambda: steward.meters["resolver"])
    assert len([line for line in steward.said if "resolver" in line]) == 1


def test_killed_it_leaves_rules_that_fall_aside(steward: Stewardship) -> None:
    """Its children end with it, `standing` ends by itself, and the next one takes over what the sets hold."""
    assert steward.asks(FACEBOOK.name) == [FACEBOOK.v4]
    steward.process.kill()
    steward.until("nothing stands", lambda: not steward.elements("standing"), STANDS + 2)
    steward.until("its children have ended", lambda: not steward.lab.pids(places.GATEWAY), 20)
    assert steward.steers(FACEBOOK.v4)
    assert steward.asks(BBC.name) == [BBC.v4]
    steward.start()
    assert steward.meters["addresses/ipv4"] == 1
    steward.until("nobody asks, so it goes", lambda: not steward.steers(FACEBOOK.v4))


def test_stopped_it_holds_no_answer_up(steward: Stewardship) -> None:
    """Nobody reads the resolver's log, which would rather lose lines than answers; then nothing is swept at once."""
    os.kill(steward.process.pid, signal.SIGSTOP)
    try:
        for _ in range(1500):
            assert steward.asks(FACEBOOK.name) == [FACEBOOK.v4]
    finally:
        os.kill(steward.process.pid, signal.SIGCONT)
    assert steward.asks(FACEBOOK.name) == [FACEBOOK.v4]
    assert steward.steers(FACEBOOK.v4)


def test_the_marker_lets_go_of_everything(steward: Stewardship) -> None:
    """Rules, resolver and *sense* are gone within a moment, and back when it is."""
    marker = steward.data / "run" / "steering.off"
    marker.touch()
    steward.until("no table", lambda: not steward.has_table(), 20)
    steward.until("no children", lambda: not steward.child("conf-file=-") and not steward.child("agent.sense"), 20)
    marker.unlink()
    steward.until("it stands again", lambda: len(steward.elements("standing")) == 2)
    steward.until("it answers again", lambda: steward.asks(FACEBOOK.name) and steward.steers(FACEBOOK.v4))


def test_a_table_that_was_taken_away_is_made_anew(steward: Stewardship) -> None:
    """Somebody flushes all rules of the machine; the addresses are there again, and clients steered."""
    assert steward.asks(FACEBOOK.name) == [FACEBOOK.v4]
    steward.lab.run(places.GATEWAY, "nft", "flush", "ruleset")
    steward.until("it stands again", lambda: len(steward.elements("standing")) == 2)
    assert steward.steers(FACEBOOK.v4)


def test_a_clean_end_steers_nothing_and_keeps_the_rules(steward: Stewardship) -> None:
    """That is what `on-failure` is for: the table stays, nothing stands, names come from upstream."""
    assert steward.process.end() == 0
    assert steward.has_table()
    assert steward.elements("standing") == []
    assert steward.lab.pids(places.GATEWAY) == []
    assert steward.asks(BBC.name) == [BBC.v4]
    assert UPSTREAM in steward.elements("resolvers4")


def test_a_reload_begins_the_resolver_anew(steward: Stewardship) -> None:
    """Another policy minds other names; nothing is unsteered for it, and nobody without names."""
    first = steward.child("conf-file=-")
    steward.site.adopt("not-in-lessons")
    steward.process.signal(signal.SIGHUP)
    steward.until("another has begun", lambda: steward.child("conf-file=-") not in (None, first))
    assert len(steward.elements("standing")) == 2
    steward.until("it fills the sets", lambda: steward.asks(FACEBOOK.name) and steward.steers(FACEBOOK.v4))
    assert steward.said == []


def test_its_name_is_the_only_one_in_the_kernel(steward: Stewardship) -> None:
    """One table, with this name."""
    tables = steward.lab.run(places.GATEWAY, "nft", "list", "tables").split("\n")
    assert [table for table in tables if table] == [f"table inet {names.TABLE}"]


def test_a_data_folder_that_is_not_there(steward: Stewardship, tmp_path: Path) -> None:
    """It goes away, and comes back: workers are heard again."""
    run = steward.data / "run"
    for file in run.iterdir():
        file.unlink()
    run.rmdir()
    steward.until("it is said", lambda: any("workers cannot be heard" in line for line in steward.said))
    run.mkdir()
    steward.until("it stands again", lambda: steward.meters["standing"])
    assert tmp_path.is_dir()
