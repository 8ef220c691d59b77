"""A gateway that runs by this machine's own time forgets by itself what is due, and says and shows it."""

from datetime import timedelta

import pytest

from agent.clock import Clock
from agent.core.tally import Counts
from agent.store import DayKeys, Store
from agent.store.keys import KEYS
from agent.store.receipts import Receipts
from tests.store.making import LONDON, MINUTE, SITE

from . import records
from .conftest import World
from .gateway import Gateway, until
from .sites import Site

OVERDUE, KEPT = 40, 2
"""Days ago."""


@pytest.fixture
def gateway(world: World) -> Gateway:
    """One that finds an overdue day and a younger one in its record."""
    gateway = world.prepare(Site.as_shipped, "", "forgets")
    now = Clock().now()
    with Store.open(gateway.data, SITE, LONDON) as store:
        for days in (OVERDUE, KEPT):
            minute = int((now - timedelta(days=days)).timestamp()) // 60
            store.write({MINUTE._replace(minute=minute, service=f"days-{days}"): Counts(1)})
    return gateway


def test_what_is_due_is_forgotten_beside_the_traffic(world: World, gateway: Gateway) -> None:
    """The overdue day is gone soon after the start, with receipt, metric and one line; the younger one is not."""
    overdue = DayKeys(gateway.data / KEYS).days()[0]
    with world.run(gateway):
        until("the day is forgotten", lambda: Receipts(gateway.data).read(), 60)
        until("it is counted", lambda: "breaktime_retention_forgotten_total 1.0" in gateway.metrics(), 60)
        assert "breaktime_retention_up 1.0" in gateway.metrics()
        assert records.requests(gateway.data, f"days-{OVERDUE}") == 0
        assert records.requests(gateway.data, f"days-{KEPT}") == 1
    (receipt,) = Receipts(gateway.data).read()
    assert list(receipt["days"]) == [str(overdue)]
    assert len(DayKeys(gateway.data / KEYS).days()) == 1
    assert gateway.output().count(f"breaktime: forgotten: {overdue}; receipt 1") == 1
    assert list(records.containing(gateway.data, MINUTE.person)) == []
