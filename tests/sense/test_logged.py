"""The live process on a real log group: nftables in a namespace logs, real clients speak, names arrive."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from agent.sense.child import command
from agent.sense.lines import Line, Meters, Seen, decode

NEEDED = ("ip", "nft", "curl", "openssl")
GROUP = "5"
RULES = """
table inet slips {
  chain sent {
    type filter hook output priority 0; policy accept;
    tcp dport 443 ct original packets <= 4 log prefix "slip-tcp" group 5
    udp dport 443 ct original packets <= 4 log prefix "slip-udp" group 5
  }
}
"""
SPLIT = """
import socket, time
from tests.sense.making import client_hello, records
hello = records(client_hello("split.example"))
with socket.create_connection(("127.0.0.1", 443)) as one:
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    one.sendall(hello[:200]); time.sleep(0.1); one.sendall(hello[200:])
with socket.create_connection(("127.0.0.1", 443)) as other:
    other.sendall(records(client_hello("never.example"))[:100]); time.sleep(0.1)
"""
QUIC = """
import socket
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    sink = socket.socket(family, socket.SOCK_DGRAM)
    sink.bind((address, 443))
    client = QuicConnection(configuration=QuicConfiguration(server_name=f"quic{family.value}.example"))
    client.connect((address, 443), now=0.0)
    with socket.socket(family, socket.SOCK_DGRAM) as out:
        for data, _ in client.datagrams_to_send(now=0.0):
            out.sendto(data, (address, 443))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
    out.sendto(bytes([1, 0, 0, 0]) + bytes(144), ("127.0.0.1", 443))
"""

AMBIENT = """
import ctypes, os, sys
from agent.sense.live import run
library = ctypes.CDLL(None)
library.prctl(8, 1, 0, 0, 0)
os.setresuid(65534, 65534, 65534)
net_admin = 1 << 12
given = (ctypes.c_uint32 * 6)(*[net_admin] * 3)
assert library.capset((ctypes.c_uint32 * 2)(0x20080522, 0), given) == 0
assert library.prctl(47, 2, 12, 0, 0) == 0
run(int(sys.argv[1]), 1)
"""
"""The live process as an account that is not root but was given the right."""


def run(*argv: str) -> None:
    """A short administrative command."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, f"{' '.join(argv)}: {done.stderr}"


class School:
    """A namespace with the rules, where processes are started that end with it."""

    def __init__(self, folder: Path) -> None:
        self.name = f"btsense-{os.getpid()}-{time.monotonic_ns()}"
        self._folder = folder
        self._running: list[subprocess.Popen[bytes]] = []

    @contextmanager
    def up(self) -> Iterator[School]:
        """The namespace; afterwards it is gone with all that ran in it."""
        run("ip", "netns", "add", self.name)
        try:
            run("ip", "-n", self.name, "link", "set", "lo", "up")
            self.run("sysctl", "-qw", "net.netfilter.nf_conntrack_acct=1")
            (self._folder / "rules").write_text(RULES)
            self.run("nft", "-f", str(self._folder / "rules"))
            yield self
        finally:
            for process in self._running:
                with suppress(ProcessLookupError):
                    process.kill()
                process.communicate()
            run("ip", "netns", "del", self.name)

    def run(self, *argv: str) -> None:
        """A short command in the namespace."""
        run("ip", "netns", "exec", self.name, *argv)

    def start(self, *argv: str) -> subprocess.Popen[bytes]:
        """A process in the namespace; `ip netns exec` becomes the program itself."""
        self._running.append(
            subprocess.Popen(
                ["ip", "netns", "exec", self.name, *argv],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self._folder,
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            )
        )  # fmt: skip
        return self._running[-1]

    def do(self, *argv: str) -> None:
        """A client in the namespace, whatever comes of it."""
        self.start(*argv).communicate(timeout=30)

    def serve(self) -> None:
        """A TLS server on port 443."""
        key, certificate = str(self._folder / "key"), str(self._folder / "certificate")
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=server.example")  # fmt: skip
        self.start("openssl", "s_server", "-accept", "443", "-key", key, "-cert", certificate, "-www", "-quiet")
        until(lambda: subprocess.run(["ip", "netns", "exec", self.name, "ss", "-Hltn", "sport = 443"],
                                     capture_output=True, check=True).stdout)  # fmt: skip


def until(told: Callable[[], object]) -> None:
    """Wait for something, at most ten seconds."""
    for _ in range(200):
        if told():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come")


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    """A namespace with the rules, or a skip with the reason."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing or os.geteuid():
        reason = f"not installed: {', '.join(missing)}" if missing else "namespaces need root"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    with School(tmp_path).up() as made:
        yield made


@pytest.fixture
def live(school: School) -> subprocess.Popen[bytes]:
    """The live process in it, reading."""
    process = school.start(*command("live", "--group", GROUP))
    assert process.stdout is not None
    assert isinstance(decode(process.stdout.readline()), Meters), "its first line says that it reads"
    return process


def said(process: subprocess.Popen[bytes], flows: int) -> list[Line]:
    """The lines until so many flows and the meters with them have come."""
    assert process.stdout is not None
    lines: list[Line] = []
    while True:
        lines.append(line := decode(process.stdout.readline()))
        if isinstance(line, Meters) and line.counts["flows"] >= flows:
            return lines


@pytest.mark.system
def test_names_arrive(school: School, live: subprocess.Popen[bytes]) -> None:
    """Names of real TLS and QUIC clients arrive, over IPv4 and IPv6, each flow once; without a name it says so."""
    school.serve()
    school.do("curl", "-sk", "--resolve", "curl.example:443:127.0.0.1", "https://curl.example/")
    school.do("curl", "-sk", "--resolve", "curl.example:443:[::1]", "https://curl.example/")
    school.do("openssl", "s_client", "-connect", "127.0.0.1:443", "-noservername")
    school.do(sys.executable, "-c", SPLIT)
    school.do(sys.executable, "-c", QUIC)
    lines = said(live, 8)
    flows = [line for line in lines if isinstance(line, Seen)]
    assert {(flow.protocol, flow.name, flow.dst, flow.dport, flow.prefix) for flow in flows} == {
        ("TLS", "curl.example", "127.0.0.1", 443, "slip-tcp"),
        ("TLS", "curl.example", "::1", 443, "slip-tcp"),
        ("TLS", None, "127.0.0.1", 443, "slip-tcp"),
        ("TLS", "split.example", "127.0.0.1", 443, "slip-tcp"),
        ("QUIC", "quic2.example", "127.0.0.1", 443, "slip-udp"),
        ("QUIC", "quic10.example", "::1", 443, "slip-udp"),
        ("WireGuard", None, "127.0.0.1", 443, "slip-udp"),
    }
    assert len(flows) == 8, "two have no name: one hello without, one that was never whole"
    meters = lines[-1]
    assert isinstance(meters, Meters)
    assert {key: meters.counts[key] for key in ("TLS", "QUIC", "WireGuard", "unnamed", "lost")} == {
        "TLS": 5, "QUIC": 2, "WireGuard": 1, "unnamed": 3, "lost": 0,
    }  # fmt: skip


@pytest.mark.system
def test_ends_with_its_reader(live: subprocess.Popen[bytes]) -> None:
    """When nobody reads its output any more it ends, also where nothing is logged."""
    assert live.stdout is not None
    live.stdout.close()
    assert live.wait(10) == 0


@pytest.mark.system
def test_has_no_rights(live: subprocess.Popen[bytes]) -> None:
    """What takes strangers' bytes apart is not root."""
    status = Path(f"/proc/{live.pid}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert "0" not in fields["Uid"].split()
    assert int(fields["CapEff"], 16) == int(fields["CapPrm"], 16) == 0


@pytest.mark.system
def test_one_reader(school: School, live: subprocess.Popen[bytes]) -> None:
    """A second reader of the group is refused, in words, and the first goes on."""
    assert refused(school, GROUP) == "another process reads it, or this one lacks CAP_NET_ADMIN"
    assert live.poll() is None


@pytest.mark.system
def test_no_such_group(school: School) -> None:
    """A number that no group has is refused, in words."""
    assert refused(school, "70000") == "a log group is a number from 0 to 65535"


def refused(school: School, group: str) -> str:
    """Why the process would not read this group."""
    process = school.start(*command("live", "--group", group))
    _, error = process.communicate(timeout=30)
    assert process.returncode == 1
    return error.decode().strip().removeprefix(f"log group {group} cannot be read: ")


@pytest.mark.system
def test_rights_that_came_otherwise_than_by_root(school: School) -> None:
    """A service may give a right to an account that is not root: that one goes, too, with all that could renew it."""
    process = school.start(sys.executable, "-c", AMBIENT, GROUP)
    assert process.stdout is not None
    assert isinstance(decode(process.stdout.readline()), Meters)
    status = Path(f"/proc/{process.pid}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert {int(fields[name], 16) for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")} == {0}
    assert fields["NoNewPrivs"] == "1"


@pytest.mark.system
def test_with_rights_that_it_cannot_give_up_it_reads_nothing(school: School) -> None:
    """Root of a user namespace in which there is nobody else."""
    process = school.start("unshare", "--user", "--map-root-user", "--net", *command("live", "--group", GROUP))
    _, error = process.communicate(timeout=30)
    assert process.returncode == 1
    assert b"is not read with rights that cannot be given up" in error
