"""What tells of addresses: a site has live sources if anything but the inventory does."""

import pytest

from agent.core.clients import network
from agent.core.sources import Form, LeaseFile, Radius, Sources


@pytest.mark.parametrize(
    ("sources", "live"),
    [
        (Sources(), False),
        (Sources(leases=(LeaseFile("/x", Form.KEA),)), True),
        (Sources(neighbours=True), True),
        (Sources(radius=Radius("/secret", (network("10.0.0.1"),))), True),
        (Sources(watch=("eth1",)), True),
    ],
    ids=["none", "leases", "neighbours", "radius", "watch"],
)
def test_live(sources: Sources, live: bool) -> None:
    """Any source will do."""
    assert sources.live is live
