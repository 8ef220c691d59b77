"""What DHCP servers write down, read line by line: leases, what is none, and files that are under way or damaged."""

from __future__ import annotations

import os
from math import inf
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.leases import History
from agent.core.sources import Form, LeaseFile
from agent.directory.leasefiles import Entry, mac_of_duid, read_leases
from agent.directory.leases import GONE_AFTER, Leases

MAC, OTHER = "00:16:3e:00:00:0a", "00:16:3e:00:00:0b"
HEAD4 = (
    "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id\n"
)
HEAD6 = ("address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,"
         "hostname,hwaddr,state,user_context,hwtype,hwaddr_source,pool_id\n")  # fmt: skip
LLT = "00:01:00:01:2c:aa:bb:cc:00:16:3e:00:00:0a"

DNSMASQ = {
    "a lease": (f"1763900000 {MAC} 10.20.10.7 somebodys-phone 01:{MAC}\n", {"10.20.10.7": Entry(MAC, 1763900000)}, 0),
    "for ever": (f"0 {MAC} 10.20.10.7 * *\n", {"10.20.10.7": Entry(MAC, inf)}, 0),
    "with a type of hardware": (f"1 01-{MAC} 10.20.10.7 * *\n", {"10.20.10.7": Entry(MAC, 1)}, 0),
    "IPv6": (f"duid 00:01:00:01:aa\n1 77 fd00::7 * {LLT}\n", {"fd00::7": Entry(MAC, 1)}, 0),
    "IPv6 without a hardware address": ("duid x\n1 77 fd00::7 * 00:02:00:00\n", {}, 0),
    "under way": (f"1 {MAC} 10.20.10.7 * *\n2 {OTHER} 10.20.1", {"10.20.10.7": Entry(MAC, 1)}, 0),
    "nonsense": (f"hello\n1 {MAC} nowhere * *\nx {MAC} 10.0.0.1 * *\n", {}, 3),
    "empty": ("", {}, 0),
}


@pytest.mark.parametrize(("text", "entries", "unread"), DNSMASQ.values(), ids=DNSMASQ)
def test_dnsmasq(text: str, entries: dict[str, Entry], unread: int) -> None:
    """A line is a lease; the last one may be under way; what is none is counted."""
    assert read_leases(Form.DNSMASQ, [text]) == (entries, unread)


def kea(*lines: str, head: str = HEAD4) -> str:
    """A file of Kea's."""
    return head + "".join(f"{line}\n" for line in lines)


KEA = {
    "a lease": (
        [kea(f"10.0.0.7,{MAC},,3600,1763903600,1,0,0,name,0,,0")],
        {"10.0.0.7": Entry(MAC, 1763903600, 1763900000)},
    ),
    "renewed": (
        [kea(f"10.0.0.7,{MAC},,3600,5000,1,0,0,,0,,0", f"10.0.0.7,{MAC},,3600,6000,1,0,0,,0,,0")],
        {"10.0.0.7": Entry(MAC, 6000, 2400)},
    ),
    "given back": ([kea(f"10.0.0.7,{MAC},,3600,5000,1,0,0,,0,,0", f"10.0.0.7,{MAC},,0,5000,1,0,0,,0,,0")], {}),
    "reclaimed": ([kea(f"10.0.0.7,{MAC},,3600,5000,1,0,0,,0,,0", f"10.0.0.7,{MAC},,3600,5000,1,0,0,,2,,0")], {}),
    "given to another": (
        [kea(f"10.0.0.7,{MAC},,10,5000,1,0,0,,0,,0"), kea(f"10.0.0.7,{OTHER},,10,6000,1,0,0,,0,,0")],
        {"10.0.0.7": Entry(OTHER, 6000, 5990)},
    ),
    "for ever": ([kea(f"10.0.0.7,{MAC},,4294967295,4294967295,1,0,0,,0,,0")], {"10.0.0.7": Entry(MAC, inf, 0)}),
    "IPv6 by its DUID": (
        [kea(f"fd00::7,{LLT},10,20,1,5,0,7,128,0,0,,,0,,,,0", head=HEAD6)],
        {"fd00::7": Entry(MAC, 20, 10)},
    ),
    "a prefix is no address": ([kea(f"fd00::,{LLT},10,20,1,5,2,7,64,0,0,,,0,,,,0", head=HEAD6)], {}),
}


@pytest.mark.parametrize(("texts", "entries"), KEA.values(), ids=KEA)
def test_kea(texts: list[str], entries: dict[str, Entry]) -> None:
    """The last line of an address holds, through all of its files; names of devices are not looked at."""
    assert read_leases(Form.KEA, texts).entries == entries


def test_kea_damaged() -> None:
    """Lines that are no leases are counted, and the others stand."""
    found = read_leases(Form.KEA, [kea("nonsense", f"10.0.0.7,{MAC},,10,20,1,0,0,,0,,0", "10.0.0.8,x,,y,z,1")])
    assert (list(found.entries), found.unread) == (["10.0.0.7"], 2)


@pytest.mark.parametrize(
    ("duid", "mac"),
    [(LLT, MAC), ("0003:0001:0016:3e00:000a", MAC), ("00:02:00:00:ab:11", ""), ("", ""), ("00:01:00:01:aa", "")],
)
def test_hardware_addresses_in_a_duid(duid: str, mac: str) -> None:
    """Two of the kinds of DUID are made of one."""
    assert mac_of_duid(duid) == mac


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200), st.sampled_from(list(Form)))
def test_whatever_stands_there(text: str, form: Form) -> None:
    """No text ends the reading."""
    assert read_leases(form, [text, text]).unread >= 0


class Watched:
    """A lease file that a test writes, and what its source makes of it."""

    def __init__(self, path: Path, form: Form = Form.DNSMASQ, offset: float = 0.0) -> None:
        self.path, self.history = path, History()
        self.source = Leases(LeaseFile(str(path), form), offset)
        self.written = 1000

    def write(self, text: str) -> None:
        """Write the file, ten seconds after the last time by its clock."""
        self.written += 10
        self.path.write_text(text)
        os.utime(self.path, (self.written, self.written))

    def look(self, now: float) -> list[tuple[float, float, str]]:
        """Look at it, and what is known of the address then."""
        self.source.take(self.source.look(), self.history, now)
        self.history.news()
        return [piece[:3] for piece in self.history.held.get("10.0.0.7", ())]


def line(mac: str, ends: int) -> str:
    """A lease of the address."""
    return f"{ends} {mac} 10.0.0.7 * *\n"


def test_a_lease_from_its_beginning_to_its_end(tmp_path: Path) -> None:
    """What is there at the first look begins then; later on a lease begins when it was written."""
    watched = Watched(tmp_path / "leases")
    watched.write(line(MAC, 2000))
    assert watched.look(1500) == [(1500, 2000, MAC)]
    watched.written = 1590
    watched.write(line(MAC, 2100))
    assert watched.look(1700) == [(1500, 2100, MAC)]
    watched.written = 1790
    watched.write(line(OTHER, 2300))
    assert watched.look(1900) == [(1500, 1800, MAC), (1800, 2300, OTHER)]


def test_what_is_gone_is_gone_when_it_stays_away(tmp_path: Path) -> None:
    """dnsmasq empties its file before it writes it: a lease that is away for a moment has not ended."""
    watched = Watched(tmp_path / "leases")
    watched.write(line(MAC, 2000))
    watched.look(1500)
    watched.write("")
    assert watched.look(1600) == [(1500, 2000, MAC)]
    watched.write(line(MAC, 2000))
    assert watched.look(1600 + GONE_AFTER) == [(1500, 2000, MAC)]
    watched.write("")
    watched.look(1700)
    assert watched.look(1700 + GONE_AFTER) != [(1500, 2000, MAC)]


def test_nothing_new_is_not_read_again(tmp_path: Path) -> None:
    """A file that is as it was is not read."""
    watched = Watched(tmp_path / "leases")
    watched.write(line(MAC, 2000))
    assert watched.source.look() is not None
    assert watched.source.look() is None


def test_a_file_that_is_away(tmp_path: Path) -> None:
    """It is an error of the file, and what is known stays."""
    watched = Watched(tmp_path / "leases")
    with pytest.raises(FileNotFoundError):
        watched.source.look()
    watched.source.take(None, watched.history, 5)


def test_a_rehearsal_moves_the_leases(tmp_path: Path) -> None:
    """Where the engine's clock was moved, leases move with it."""
    watched = Watched(tmp_path / "leases", offset=10_000)
    watched.write(line(MAC, 2000))
    assert watched.look(11_500) == [(11_500, 12_000, MAC)]


def test_kea_goes_on_from_what_it_put_aside(tmp_path: Path) -> None:
    """While Kea cleans its file up, leases stand in the files beside it."""
    watched = Watched(tmp_path / "leases4.csv", Form.KEA)
    (tmp_path / "leases4.csv.2").write_text(kea(f"10.0.0.7,{MAC},,1000,2000,1,0,0,,0,,0"))
    watched.write(kea())
    assert watched.look(1500) == [(1000, 2000, MAC)]
    (tmp_path / "leases4.csv.completed").write_text(kea(f"10.0.0.7,{MAC},,1000,2500,1,0,0,,0,,0"))
    watched.write(kea())
    assert watched.look(1600)[-1][1:] == (2500, MAC)


def test_leaving_ends_what_it_said(tmp_path: Path) -> None:
    """A file that is not asked any more says nothing more."""
    watched = Watched(tmp_path / "leases")
    watched.write(line(MAC, 2000))
    watched.look(1500)
    watched.source.leave(watched.history, 1600)
    assert watched.history.news()["10.0.0.7"][0].ends == 1600
