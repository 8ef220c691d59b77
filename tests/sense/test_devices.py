"""Devices met on the wire: that they are there, by what they ask and answer for, and nothing of what they visit."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.dhcp6 import DHCP6_Solicit
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6NDOptDstLLAddr, IPv6
from scapy.layers.l2 import ARP, Ether
from scapy.utils import wrpcap

from agent.core.clients import DeviceKind
from agent.sense.child import command, met_in_capture
from agent.sense.devices import AGAIN_AFTER, MOST_A_SECOND, Devices, read
from agent.sense.ether import open_interface
from agent.sense.met import Met, decode, encode

MAC, RANDOM = "00:16:3e:00:00:0a", "da:a1:19:12:34:56"
ALL = "ff:ff:ff:ff:ff:ff"
IOS = [1, 121, 3, 6, 15, 114, 119, 252]


def dhcp(mac: str = MAC, *options: object) -> bytes:
    """A question for an address."""
    chaddr = bytes.fromhex(mac.replace(":", ""))
    head = Ether(src=mac, dst=ALL) / IP(src="0.0.0.0", dst="255.255.255.255") / UDP(sport=68, dport=67)
    asked = DHCP(options=[("message-type", "discover"), *options, "end"])
    return bytes(head / BOOTP(op=1, chaddr=chaddr) / asked)


def arp(mac: str = MAC, address: str = "10.0.0.7") -> bytes:
    """An answer for an address."""
    return bytes(Ether(src=mac, dst=ALL) / ARP(op=2, hwsrc=mac, psrc=address, pdst=address))


FRAMES = {
    "ARP": (arp(), Met(MAC, "10.0.0.7", "arp")),
    "an ARP probe": (arp(address="0.0.0.0"), Met(MAC, "", "arp")),
    "DHCP": (dhcp(), Met(MAC, "", "dhcp")),
    "an iPhone": (dhcp(RANDOM, ("param_req_list", IOS)), Met(RANDOM, "", "dhcp", DeviceKind.PHONE)),
    "Windows": (dhcp(MAC, ("vendor_class_id", b"MSFT 5.0")), Met(MAC, "", "dhcp", DeviceKind.LAPTOP)),
    "the name that it gives itself is not told": (dhcp(MAC, ("hostname", b"marys-phone")), Met(MAC, "", "dhcp")),
    "a server's answer": (
        bytes(Ether(src=MAC) / IP() / UDP(sport=67, dport=68) / BOOTP(op=2) / DHCP(options=["end"])), None,
    ),
    "DHCPv6": (
        bytes(Ether(src=MAC) / IPv6(src="fe80::1", dst="ff02::1:2") / UDP(sport=546, dport=547) / DHCP6_Solicit()),
        Met(MAC, "", "dhcp"),
    ),
    "an IPv6 neighbour": (
        bytes(Ether(src=MAC) / IPv6(src="fe80::1") / ICMPv6ND_NA(tgt="fd00::7") / ICMPv6NDOptDstLLAddr()),
        Met(MAC, "fd00::7", "nd"),
    ),
    "who looks for one": (
        bytes(Ether(src=MAC) / IPv6(src="fd00::7", dst="ff02::1:ff00:2") / ICMPv6ND_NS(tgt="fd00::2")),
        Met(MAC, "fd00::7", "nd"),
    ),
    "a visit is nobody's business": (bytes(Ether(src=MAC) / IP() / TCP(dport=443)), None),
    "a group's address": (arp("01:00:5e:00:00:01"), None),
    "cut": (arp()[:20], None),
    "nothing": (b"", None),
}  # fmt: skip


@pytest.mark.parametrize(("frame", "met"), FRAMES.values(), ids=FRAMES)
def test_what_a_frame_tells(frame: bytes, met: Met | None) -> None:
    """Who asks for an address or answers for one is there; a hint of the kind comes with how it asks."""
    assert read(frame) == met


def test_the_same_is_told_once_a_minute() -> None:
    """A device that goes on answering is no news; with another address it is."""
    devices = Devices()
    assert devices.frame(arp(), 0.0, "eth1") == Met(MAC, "10.0.0.7", "arp", interface="eth1")
    assert devices.frame(arp(), 1.0, "eth1") is None
    assert devices.frame(arp(address="10.0.0.8"), 1.0, "eth1") is not None
    assert devices.frame(arp(), AGAIN_AFTER, "eth1") is not None
    assert devices.frame(dhcp(), 1.0) is not None
    assert devices.frame(dhcp(), 2.0) is None


def test_a_flood_costs_no_more_than_it_may() -> None:
    """Beyond so many frames a second the rest is counted and let go."""
    devices = Devices()
    frames = [arp(f"00:16:3e:01:{n >> 8:02x}:{n & 255:02x}") for n in range(MOST_A_SECOND + 50)]
    told = [devices.frame(frame, 5.5) for frame in frames]
    assert sum(one is not None for one in told) == MOST_A_SECOND
    assert devices.passed_over == 50
    assert devices.frame(arp(), 6.0) is not None


@given(st.binary(max_size=120), st.sampled_from([b"\x08\x06", b"\x08\x00", b"\x86\xdd"]))
def test_whatever_is_on_the_wire(rest: bytes, kind: bytes) -> None:
    """No frame ends the reading."""
    Devices().frame(bytes(12) + kind + rest, 0.0)


def test_lines() -> None:
    """A line says what was met; what is no such line is refused."""
    met = Met(RANDOM, "10.0.0.7", "dhcp", DeviceKind.PHONE, "eth1")
    assert decode(encode(met)) == met
    for bad in (
        b"",
        b"[]",
        b"{}",
        b"nonsense",
        encode(met._replace(mac="x")),
        encode(met).replace(b'"10.0.0.7"', b"7"),
    ):
        with pytest.raises(ValueError, match="not a line about a device"):
            decode(bad)


def test_in_a_capture(tmp_path: Path) -> None:
    """A capture is read by the same; what else is in it is passed over."""
    path = tmp_path / "c.pcap"
    wrpcap(str(path), [Ether(frame) for frame in (arp(), dhcp(RANDOM, ("param_req_list", IOS)), FRAMES["cut"][0])])
    assert list(met_in_capture(path)) == [Met(MAC, "10.0.0.7", "arp"), Met(RANDOM, "", "dhcp", DeviceKind.PHONE)]


@pytest.mark.skipif(os.geteuid() != 0, reason="a raw socket needs root")
def test_the_kernel_hands_over_nothing_else() -> None:
    """The filter lets ARP, DHCP and neighbour discovery through, and no other traffic."""
    wanted = [frame for name, (frame, met) in FRAMES.items() if met and name != "DHCPv6"]
    wanted.append(FRAMES["DHCPv6"][0])
    others = [FRAMES[name][0] for name in ("a visit is nobody's business", "a server's answer")]
    others.append(bytes(Ether(src=MAC) / IPv6() / TCP(dport=443)))
    others.append(bytes(Ether(src=MAC) / IP(frag=9) / UDP(dport=67)))
    with open_interface("lo") as hears, socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as sends:
        sends.bind(("lo", 0))
        for frame in (*others, *wanted):
            sends.send(frame)
        hears.settimeout(10)
        heard: list[bytes] = []
        while not set(wanted) <= set(heard):
            heard.append(hears.recv(2048))
    assert set(heard).isdisjoint(others)


@pytest.mark.skipif(os.geteuid() != 0, reason="a raw socket needs root")
def test_live_without_rights() -> None:
    """The process meets a device on an interface, and has no right left while it does."""
    process = subprocess.Popen(command("meet", "lo"), stdout=subprocess.PIPE)
    with process, socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as sends:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"\n"
            status = Path(f"/proc/{process.pid}/status").read_text()
            assert "CapEff:\t0000000000000000" in status
            sends.bind(("lo", 0))
            sends.send(arp())
            assert decode(process.stdout.readline()) == Met(MAC, "10.0.0.7", "arp", interface="lo")
        finally:
            process.kill()


def test_an_interface_that_is_not_there() -> None:
    """It is said, and the process ends with 1."""
    done = subprocess.run(command("meet", "nowhere0"), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "nowhere0: cannot be read" in done.stderr
