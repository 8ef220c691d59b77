"""What ends without a word: a lease that nobody renews, a session whose stop is lost. It takes minutes."""

from collections.abc import Iterator

import pytest

from . import dhcp
from .conftest import World, need
from .gateway import Gateway, until
from .sites import BREAK

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]
LET_IN = "10.20.30.50"


@pytest.fixture(scope="module")
def cable(world: World) -> Iterator[dhcp.Network]:
    """A cable with a DHCP server that lends for two minutes, the least that dnsmasq knows."""
    need(("dnsmasq", "udhcpc", "radclient"))
    with dhcp.network(world.lab, world.folder("cable")) as made:
        made.serve("2m")
        yield made


@pytest.fixture(scope="module")
def gateway(world: World, cable: dhcp.Network) -> Iterator[Gateway]:
    """Sessions are lost after a minute."""
    secret = cable.folder / "radius.secret"
    secret.write_text(dhcp.SECRET)
    secret.chmod(0o600)
    more = f"  radius: {{secret: {secret}, clients: [10.20.30.0/24], lost-after: 1}}\n"
    made = world.prepare(lambda folder, ca: dhcp.site(folder, ca, cable.leases, more), BREAK)
    with world.run(made):
        yield made
        cable.stop()


def test_nothing_is_said_any_more(world: World, cable: dhcp.Network, gateway: Gateway) -> None:
    """A lease that is not renewed and a session of which nothing is heard are over in their time, not for ever."""
    cable.plug_in(dhcp.LAPTOP_A)
    cable.ask()
    until("it has its lease", lambda: dhcp.who(gateway)["device"] == "laptop-a", 20, 0.3)
    text = (f"NAS-Identifier = ap-1\nAcct-Session-Id = s1\nCalling-Station-Id = {dhcp.LAPTOP_B}\n"
            f"Acct-Status-Type = Start\nFramed-IP-Address = {LET_IN}\n")  # fmt: skip
    assert dhcp.account(world.lab, dhcp.WANDERER, text)
    until("it is let in", lambda: dhcp.who(gateway, LET_IN)["device"] == "desktop-b", 20, 0.3)
    until("the session is lost", lambda: dhcp.who(gateway, LET_IN)["device"] is None, 90, 1)
    until("the lease is over", lambda: dhcp.who(gateway)["device"] is None, 180, 1)
    cable.plug_in(dhcp.LAPTOP_B)
    cable.ask()
    until("the next one has it", lambda: dhcp.who(gateway)["device"] == "desktop-b", 20, 0.3)
