"""Whose an address is, with a real DHCP server: given out, renewed, moved; and a phone that makes its address up."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from . import dhcp, places
from .conftest import World, need
from .curl import curl
from .gateway import Gateway, until
from .records import DATABASE
from .sites import BREAK, ONLY_OFFICIAL

FACEBOOK = f"https://{places.FACEBOOK.name}/"


@pytest.fixture(scope="module")
def cable(world: World) -> Iterator[dhcp.Network]:
    """A cable with a DHCP server on the gateway's end."""
    need(("dnsmasq", "dhcp_release", "udhcpc", "radclient"))
    with dhcp.network(world.lab, world.folder("cable")) as made:
        made.serve()
        yield made


@pytest.fixture(scope="module")
def gateway(world: World, cable: dhcp.Network) -> Iterator[Gateway]:
    """A break; Facebook is opened on devices that may be, and nothing but leases and neighbours tells who they are."""
    secret = cable.folder / "radius.secret"
    secret.write_text(dhcp.SECRET + "\n")
    secret.chmod(0o600)
    radius = f"{{secret: {secret}, clients: [10.20.30.0/24], persons: yes, realms: [school.example]}}"
    more = f"  neighbours: yes\n  radius: {radius}\n"
    made = world.prepare(lambda folder, ca: dhcp.site(folder, ca, cable.leases, more), BREAK)
    made.site.add_rules(ONLY_OFFICIAL)
    with world.run(made):
        yield made
        cable.stop()


def is_there(gateway: Gateway, device: str | None, mac: str) -> None:
    """Wait until the address is this device's."""

    def found() -> bool:
        said = dhcp.who(gateway)
        return (said["device"], said["mac"]) == (device, mac)

    until(f"the address is {device}'s", found, 20, 0.3)


def rows(gateway: Gateway) -> set[tuple[str, str]]:
    """Role and kind of device of each minute in the record."""
    with closing(sqlite3.connect(f"file:{gateway.data / DATABASE}?mode=ro", uri=True, timeout=5)) as connection:
        return set(connection.execute("SELECT role, device_kind FROM minutes WHERE service = 'facebook'"))


def test_the_next_device_gets_the_address(world: World, cable: dhcp.Network, gateway: Gateway) -> None:
    """An address that is given to another device is that one's from then on; the minute before stays the first's."""
    cable.plug_in(dhcp.LAPTOP_A)
    cable.ask()
    is_there(gateway, "laptop-a", dhcp.LAPTOP_A)
    first = dhcp.who(gateway)
    assert (first["person"], first["inspectable"], first["zone"]) == ("teacher-01", True, "office")
    assert "dhcp" in first["sources"]
    assert curl(world.lab, dhcp.SEAT, FACEBOOK, gateway.trusted).status == 200
    until("the minute is kept", lambda: rows(gateway) == {("teacher", "laptop")}, 20, 0.2)

    cable.ask()  # renewed: the same device, and its time goes on
    until("the lease is renewed", lambda: dhcp.who(gateway)["until"] >= first["until"], 20, 0.3)
    is_there(gateway, "laptop-a", dhcp.LAPTOP_A)
    assert dhcp.who(gateway)["since"] == first["since"]

    cable.release(dhcp.LAPTOP_A)
    cable.plug_in(dhcp.LAPTOP_B)
    cable.ask()
    is_there(gateway, "desktop-b", dhcp.LAPTOP_B)
    assert curl(world.lab, dhcp.SEAT, FACEBOOK, gateway.trusted).status == 200
    until("both are kept", lambda: rows(gateway) == {("teacher", "laptop"), ("senior-leader", "desktop")}, 20, 0.2)
    then = dhcp.ask(gateway, "who", dhcp.ADDRESS, "--at", first["at"])
    assert (then["device"], then["person"]) == ("laptop-a", "teacher-01")


def test_a_phone_that_makes_its_address_up(cable: dhcp.Network, gateway: Gateway) -> None:
    """A randomised hardware address is somebody's own device, known to nobody, listed to be adopted."""
    cable.release(dhcp.LAPTOP_B)
    cable.plug_in(dhcp.PHONE)
    cable.ask()
    is_there(gateway, None, dhcp.PHONE)
    said = dhcp.who(gateway)
    assert (said["owner"], said["random"], said["inspectable"], said["certainty"]) == (
        "personal",
        True,
        False,
        "unknown",
    )
    assert dhcp.PHONE in {one["mac"] for one in dhcp.ask(gateway, "devices", "unknown")}


def test_somebody_takes_an_address(world: World, cable: dhcp.Network, gateway: Gateway) -> None:
    """Who takes the address that another was given is nobody: it is contested, said, and nothing is opened."""
    cable.release(dhcp.PHONE)
    cable.plug_in(dhcp.LAPTOP_A)
    cable.ask()
    is_there(gateway, "laptop-a", dhcp.LAPTOP_A)
    cable.plug_in(dhcp.LAPTOP_B)
    cable.static(dhcp.ADDRESS)
    assert world.lab.run(dhcp.WANDERER, "curl", "-qs", "-o", "/dev/null", "-w", "%{http_code}", "-x",
                         dhcp.SEAT.proxy_url, f"http://{places.BBC.name}/")  # fmt: skip
    until("it is contested", lambda: dhcp.who(gateway)["certainty"] == "contested", 30, 0.5)
    said = dhcp.who(gateway)
    assert (said["device"], said["person"], said["inspectable"]) == (None, None, False)
    assert "breaktime_directory_contests_total 0.0" not in gateway.metrics()
    assert dhcp.ADDRESS not in gateway.output()


AP = "02-AA-00-00-00-01:School"
SESSION = f"""NAS-Identifier = "ap-1"
Acct-Session-Id = "s1"
Calling-Station-Id = "{dhcp.LAPTOP_A.upper().replace(":", "-")}"
Called-Station-Id = "{AP}"
User-Name = "leader-01@school.example"
"""
LET_IN = "10.20.30.50"


def test_access_points_tell_who_was_let_in(world: World, cable: dhcp.Network, gateway: Gateway) -> None:
    """Accounting begins, goes on and ends a session; who signed in counts; a restarted access point ends its own."""
    cable.plug_in(dhcp.LAPTOP_B)
    cable.static("10.20.30.60")

    def say(status: str, *more: str) -> bool:
        lines = (f"Acct-Status-Type = {status}", *more)
        return dhcp.account(world.lab, dhcp.WANDERER, SESSION + "\n".join(lines) + "\n")

    def is_let_in(device: str | None) -> None:
        until(f"{device} is let in", lambda: dhcp.who(gateway, LET_IN)["device"] == device, 20, 0.3)

    assert say("Start")  # without an address yet, as access points do
    assert say("Interim-Update", f"Framed-IP-Address = {LET_IN}")
    is_let_in("laptop-a")
    said = dhcp.who(gateway, LET_IN)
    assert (said["person"], said["role"], said["inspectable"]) == ("leader-01", "senior-leader", False)
    assert (said["sources"], said["certainty"]) == (["radius"], "likely")
    assert say("Stop")
    is_let_in(None)
    assert say("Start", f"Framed-IP-Address = {LET_IN}")
    is_let_in("laptop-a")
    assert say("Accounting-On")
    is_let_in(None)


def test_accounting_of_strangers_is_refused(world: World, cable: dhcp.Network, gateway: Gateway) -> None:
    """A packet under another secret is not answered, changes nothing and is counted."""
    cable.static("10.20.30.60")
    text = SESSION + f"Acct-Status-Type = Start\nFramed-IP-Address = {LET_IN}\n"
    assert not dhcp.account(world.lab, dhcp.WANDERER, text, "another secret")
    assert dhcp.who(gateway, LET_IN)["device"] is None
    until("it is counted", lambda: 'breaktime_radius_refused_total{why="secret"}' in gateway.metrics(), 10, 0.2)


def test_pupils_are_declared(world: World, cable: dhcp.Network, gateway: Gateway) -> None:
    """What is declared of pupils holds on running traffic within two seconds, and is taken back as fast."""
    cable.static("10.20.30.60")

    def status() -> int:
        return curl(world.lab, dhcp.SEAT, f"http://{places.INSTAGRAM.name}/", gateway.trusted).status

    assert status() == 200
    dhcp.command_of(gateway, "pupils", "present", "office", "--until", "10:44")
    until("pupils are there", lambda: status() == 403, 20, 0.2)
    dhcp.command_of(gateway, "pupils", "withdraw", "office")
    until("they are not", lambda: status() == 200, 20, 0.2)


def test_nothing_of_a_device_is_left(gateway: Gateway) -> None:
    """No hardware address stands in the data folder or in what the gateway says: who was where is in memory alone."""
    text = gateway.output()
    for mac in (dhcp.LAPTOP_A, dhcp.LAPTOP_B, dhcp.PHONE):
        assert mac not in text
        assert [p for p in gateway.data.rglob("*") if p.is_file() and mac.encode() in p.read_bytes()] == []
