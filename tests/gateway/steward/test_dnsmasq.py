"""The resolver's settings: every name of the plan into its sets, private DNS away, and nothing too long to be read."""

from __future__ import annotations

import shutil
import socket
import subprocess
from contextlib import closing, suppress
from dataclasses import replace

import pytest

from agent.gateway.steward.dnsmasq import ALIVE, question, text

from .fakes import PLAN, SETTINGS

LONGEST = 1024
"""Letters that dnsmasq reads of a line."""


@pytest.mark.parametrize(
    "line",
    [
        "nftset=/facebook.com/4#inet#breaktime#social4,6#inet#breaktime#social6",
        "nftset=/youtube.com/4#inet#breaktime#social4,6#inet#breaktime#social6,"
        "4#inet#breaktime#quic_2_4,6#inet#breaktime#quic_2_6",
        "server=192.0.2.53",
        "server=2001:db8::53",
        "address=/canary.example/",
        "address=/relay.example/",
        "address=/dns.example/",
        "port=53",
        "max-ttl=1800",
        "max-cache-ttl=1800",
        "filter-rr=HTTPS,SVCB",
        "interface=*",
        "strict-order",
    ],
)
def test_settings(line: str) -> None:
    """Each stands on a line of its own."""
    assert line in text(PLAN, SETTINGS).decode().splitlines()


def test_where_everything_is_steered_there_is_one_set() -> None:
    """The rules then have no sets of classes."""
    assert b"quic_" not in text(replace(PLAN, everything=True), SETTINGS)


def test_the_gateways_page_has_an_address() -> None:
    """One that is nobody else's; without a page there is no such line."""
    assert b"address=/breaktime.hill/192.0.2.80\n" in text(PLAN, replace(SETTINGS, page="breaktime.hill"))
    assert b"192.0.2.80" not in text(PLAN, SETTINGS)


def test_the_longest_name_still_fits() -> None:
    """A name of 253 letters in all the classes that there can be."""
    name = ".".join(["a" * 49] * 5)
    whole = text(replace(PLAN, domains={name: tuple(range(1, 9))}), SETTINGS)
    assert max(map(len, whole.splitlines())) < LONGEST


@pytest.mark.skipif(shutil.which("dnsmasq") is None, reason="dnsmasq is not installed")
def test_dnsmasq_takes_them() -> None:
    """The real one finds no fault."""
    done = subprocess.run(
        ["dnsmasq", "--test", "--conf-file=-"], input=text(PLAN, SETTINGS), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_question() -> None:
    """One question, by number, for the steward's own name."""
    asked = question(258)
    assert asked[:2] == b"\1\2"
    labels = b"".join(bytes([len(label)]) + label.encode() for label in ALIVE.split("."))
    assert asked[12:] == labels + b"\0\0\1\0\1"


@pytest.mark.skipif(shutil.which("dnsmasq") is None, reason="dnsmasq is not installed")
def test_the_first_upstream_is_asked_first() -> None:
    """Each time, by the real one: the second hears of a name only once the first has been silent."""
    with closing(bound("127.0.0.1")) as first, closing(bound("127.0.0.2", port_of(first))) as second:
        with closing(bound("127.0.0.1")) as free:
            port = port_of(free)
        lines = text(PLAN, replace(SETTINGS, upstream=()), port).decode().splitlines()
        lines = [line for line in lines if not line.startswith(("nftset=", "interface="))]
        lines += [f"server={one}#{port_of(first)}" for one in ("127.0.0.1", "127.0.0.2")]
        lines += ["listen-address=127.0.0.1", "bind-interfaces"]
        command = ["dnsmasq", "--keep-in-foreground", "--conf-file=-"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            try:
                assert process.stdin is not None
                process.stdin.write("\n".join(lines).encode())
                process.stdin.close()
                with closing(bound("127.0.0.1")) as client:
                    asked(client, port, first)
                    for number in range(5):
                        client.sendto(query(number), ("127.0.0.1", port))
                        assert name_in(first.recv(512)) == number
                    client.sendto(query(4), ("127.0.0.1", port))
                    assert name_in(second.recv(512)) == 4, "nothing before it"
            finally:
                process.kill()


def bound(address: str, port: int = 0) -> socket.socket:
    """A socket that waits ten seconds."""
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.settimeout(10)
    one.bind((address, port))
    return one


def port_of(one: socket.socket) -> int:
    """Its port."""
    return int(one.getsockname()[1])


def query(number: int) -> bytes:
    """A question for a name with this number."""
    return (1000 + number).to_bytes(2) + b"\1\0\0\1\0\0\0\0\0\0\3" + b"n%02d" % number + b"\4test\0\0\1\0\1"


def name_in(asked: bytes) -> int:
    """The number in a question."""
    return int(asked[14:16])


def asked(client: socket.socket, port: int, first: socket.socket) -> None:
    """Wait until the resolver passes questions on."""
    for _ in range(100):
        client.sendto(query(99), ("127.0.0.1", port))
        first.settimeout(0.1)
        with suppress(TimeoutError):
            assert name_in(first.recv(512)) == 99
            first.settimeout(10)
            return
    raise AssertionError("it does not begin")
