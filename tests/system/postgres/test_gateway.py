"""The real gateway in the middle of a school day; the database of its record is taken away and brought back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent.core.database import login_of
from agent.store.postgres.schema import bring_up
from tests.system import places, raw, records, seats
from tests.system.conftest import World
from tests.system.gateway import Gateway, until
from tests.system.postgres.cluster import Cluster, temporary
from tests.system.sites import Site

SITE = "example-primary"
NOW = ""
"""This machine's own time: what is rehearsed is not forwarded."""
ALL_DAY = """  - rule: no-posts
    verdict: block
    when: {service: facebook, activity: post}
    clause: "8.6.2"
    say: Posts are not for now.
  - rule: reading
    verdict: allow
    when: {service: facebook}
    clause: "8.6.1"
    say: Reading is fine at any time.
"""
"""The same at any hour of any day, and opened, since only the inside tells a post."""
SEAT = seats.seat("explicit", "laptop")
NAME = places.FACEBOOK.name
SECONDS = 120.0


def ask(world: World, gateway: Gateway) -> None:
    """One opened request on a new connection."""
    with raw.secure(seats.connect(world.lab, SEAT, places.FACEBOOK), NAME, gateway.trusted) as held:
        assert raw.get(held, NAME) == 200


def shown(gateway: Gateway, metric: str) -> float:
    """What the metrics page says."""
    found = re.search(rf"^breaktime_forwarding_{metric} (\S+)$", gateway.metrics(), re.M)
    assert found, f"no such metric: {metric}"
    return float(found[1])


def arrived(cluster: Cluster, service: str) -> int:
    """Requests to a service in the database."""
    with cluster.admin("trust") as session:
        sums = session.execute("SELECT sum(requests) FROM breaktime.minutes WHERE service = %s", (service,)).fetchone()
    return int(sums[0] or 0) if sums else 0


@pytest.mark.timeout(600)
def test_the_database_goes_and_comes_back(world: World, tmp_path: Path) -> None:
    """Traffic is ruled on and recorded as ever while the database is away; when it is back all of it arrives there.

    It says once that the record waits and once that it goes on, no more, and never tells the password.
    """
    with temporary() as cluster:
        gateway = world.prepare(lambda folder, ca: forwarding(folder, ca, cluster, tmp_path / "password"), NOW)
        gateway.site.add_rules(ALL_DAY)
        with world.run(gateway):
            until("it has found the database", lambda: shown(gateway, "up") == 1, SECONDS)
            cluster.stop()
            until("it has noticed", lambda: shown(gateway, "up") == 0, SECONDS)
            for _ in range(3):
                ask(world, gateway)
            until("it is recorded", lambda: gateway.recorded("facebook") == 3, SECONDS)
            until("it waits", lambda: shown(gateway, "backlog") > 0, SECONDS)
            cluster.start()
            until("it has arrived", lambda: arrived(cluster, "facebook") == 3, SECONDS)
            until("nothing waits", lambda: shown(gateway, "backlog") == 0, SECONDS)
            assert shown(gateway, "rows_total") >= 1
            assert shown(gateway, "errors_total") >= 1
        said = gateway.output()
        assert (said.count("the record waits to be forwarded"), said.count("takes the record again")) == (1, 1)
        assert "hush" not in said
        assert list(records.containing(gateway.folder, "hush-example")) == []


def forwarding(folder: Path, ca: Path, cluster: Cluster, password: Path) -> Site:
    """The laboratory's site, with its record going to a new database of the cluster that has let it in."""
    password.touch(mode=0o600)
    password.write_text("hush-example")
    cluster.new_database("trust")
    bring_up(lambda: cluster.admin("trust"), "here", login_of(SITE), "hush-example")
    site = Site.laboratory(folder, ca)
    site.forward_to(f"postgresql:///trust?host={cluster.folder}", password)
    return site
