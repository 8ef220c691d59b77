"""The files in which DHCP servers write their leases down → who has which address until when. Texts only; pure.

dnsmasq   `EXPIRY MAC ADDRESS NAME CLIENT-ID` a line; after `duid …` those of IPv6, with the device's DUID last
Kea       CSV of its memfile backend, a line for each change: the last one of an address holds

Names that devices give themselves are not looked at: they often are people's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from math import inf
from typing import NamedTuple

from agent.core.held import plain_mac
from agent.core.sources import Form


class Entry(NamedTuple):
    """A device has an address until just before `ends`, since `starts` if the file says so (epoch seconds)."""

    mac: str
    ends: float
    starts: float | None = None


class Listed(NamedTuple):
    """What a file says, by address, and how many of its lines could not be read."""

    entries: dict[str, Entry]
    unread: int


def read_leases(form: Form, texts: Iterable[str]) -> Listed:
    """The leases in the text of a file, or of several of which the later ones go on from the earlier."""
    return _kea(texts) if form is Form.KEA else _dnsmasq("".join(texts))


def _dnsmasq(text: str) -> Listed:
    entries: dict[str, Entry] = {}
    unread = 0
    for line in _whole_lines(text):
        words = line.split()
        if not words or words[0] == "duid":
            continue
        found = _dnsmasq_line(words)
        if found is None:
            unread += 1
        elif found[1].mac:
            entries[found[0]] = found[1]
    return Listed(entries, unread)


def _dnsmasq_line(words: list[str]) -> tuple[str, Entry] | None:
    """The address and its entry, without a hardware address where the device shows none; None if it is no lease."""
    if len(words) != 5 or not words[0].isdigit():
        return None
    address = _address(words[2])
    if address is None:
        return None
    ends = float(words[0]) or inf  # 0: for ever
    if ":" in address:
        return address, Entry(mac_of_duid(words[4]), ends)
    return address, Entry(plain_mac(words[1].rpartition("-")[2]) or "", ends)


def _kea(texts: Iterable[str]) -> Listed:
    entries: dict[str, Entry] = {}
    unread = 0
    for text in texts:
        lines = (line.rstrip("\r").split(",") for line in _whole_lines(text))  # Kea puts nothing in quotes
        head = next(lines, [])
        for values in lines:
            found = _kea_line(dict(zip(head, values, strict=False)))
            if found is None:
                unread += 1
            elif found[1].mac:
                entries[found[0]] = found[1]
            else:
                entries.pop(found[0], None)
    return Listed(entries, unread)


def _kea_line(row: dict[str, str]) -> tuple[str, Entry] | None:
    address = _address(row.get("address", ""))
    expire, lifetime = row.get("expire", ""), row.get("valid_lifetime", "")
    if address is None or not expire.isdigit() or not lifetime.isdigit():
        return None
    if row.get("state", "0") != "0" or row.get("lease_type", "0") != "0" or lifetime == "0":
        return address, Entry("", 0.0)  # declined, reclaimed, released; or a prefix, which no device has
    mac = plain_mac(row.get("hwaddr", "")) or mac_of_duid(row.get("duid", ""))
    ends = inf if lifetime == "4294967295" else float(expire)
    return address, Entry(mac, ends, float(expire) - float(lifetime))


def mac_of_duid(text: str) -> str:
    """The hardware address in a DUID that is made of one (RFC 8415, 11.2 and 11.4); "" in another."""
    digits = text.replace(":", "").lower()
    if digits.startswith("00010001") and len(digits) == 28:
        return plain_mac(digits[16:]) or ""
    return plain_mac(digits[8:]) or "" if digits.startswith("00030001") and len(digits) == 20 else ""


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def _whole_lines(text: str) -> Iterator[str]:
    """The lines that are written to their end; the last one may still be under way."""
    lines = text.split("\n")
    return (line for line in lines[:-1] if "\0" not in line)
