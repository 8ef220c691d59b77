"""The resolver's settings: the Plan and the site's upstream resolvers → the text of a dnsmasq.conf.

Handed over on standard input; nothing of it lies on the disk, so a full one does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from agent.core.steering import SOCIAL, Plan, Steering
from agent.gateway.steering import names

LONGEST_LIFE = 1800
"""Seconds that an answer may live at a client, and in the cache: an address is swept twice as long after it."""

ALIVE = "alive.resolver.breaktime.internal"
"""The name that the steward itself asks for each second. Nothing upstream is asked for it."""

_ALWAYS = f"""\
# Made by Breaktime from site.yaml and the catalogue; changes here would be lost.
no-resolv
no-hosts
no-poll
# The first upstream is always asked first; the next one is if a client asks again because it did not answer.
strict-order
# On the wildcard address: the kernel hands queries over only while that socket stands.
interface=*
pid-file=
# To the steward's pipe, where a line lives for a moment. Without waiting: it would rather lose a line than a query.
log-facility=-
log-queries=extra
log-async=100
cache-size=10000
dns-forward-max=1500
edns-packet-max=1232
# An answer never outlives what the account of addresses counts on.
max-ttl={LONGEST_LIFE}
max-cache-ttl={LONGEST_LIFE}
# HTTPS and SVCB records carry the keys of Encrypted ClientHello, and hints to use QUIC.
filter-rr=HTTPS,SVCB
address=/{ALIVE}/127.0.0.1
# Says where an encrypted resolver is.
address=/resolver.arpa/
"""


def text(plan: Plan, settings: Steering, port: int = 53, table: str = names.TABLE) -> bytes:
    """The settings: what the plan minds goes into the kernel's sets, what is private DNS does not exist here."""
    refused = {*settings.private.names, *settings.private.canaries, *settings.private.relays}
    lines = [_ALWAYS, f"port={port}\n"]
    lines += (f"server={server}\n" for server in settings.upstream)
    lines += (f"address=/{name}/\n" for name in sorted(refused))
    lines += [f"address=/{settings.page}/{names.PAGE}\n"] if settings.page else []
    said: dict[tuple[int, ...], str] = {}
    for domain, classes in plan.domains.items():
        if classes not in said:
            numbers = (SOCIAL,) if plan.everything else (SOCIAL, *classes)
            said[classes] = ",".join(_sets(numbers, table))
        lines.append(f"nftset=/{domain}/{said[classes]}\n")
    return "".join(lines).encode()


def _sets(numbers: Iterable[int], table: str) -> Iterator[str]:
    for number in numbers:
        for version in (4, 6):
            yield f"{version}#{names.FAMILY}#{table}#{names.set_of(number, version)}"


def question(number: int) -> bytes:
    """A query for the steward's own name with this number (0 to 65535)."""
    name = b"".join(bytes([len(label)]) + label.encode() for label in ALIVE.split("."))
    return number.to_bytes(2) + b"\1\0\0\1\0\0\0\0\0\0" + name + b"\0\0\1\0\1"
