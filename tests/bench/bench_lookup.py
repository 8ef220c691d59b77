"""One look-up of a host name in the shipped catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import cycle, islice

from agent.core.catalogue import Catalogue
from agent.core.hosts import Host
from tests.bench import cases
from tests.bench.clocks import each, medians, slowest
from tests.bench.figures import Mark, Result, Row

UNDER_1 = Mark(1, at_most=True)
CALLS = 100
BEFORE = ("", "www.", "m.", "scontent-lhr8-1.xx.", "a.b.c.")
"""What stands before a catalogue's entry in the names that are looked up."""
MISSES = (
    "www.bbc.co.uk", "school.example", "mail.school.example", "www.gov.uk", "fonts.gstatic.com", "example.com",
    "www.google.com", "clients4.google.com", "ocsp.digicert.com", "outlook.office365.com", "update.example.org",
    "d111111abcdef8.cloudfront.net", "e1234.dscb.akamaiedge.net", "ns1.a.very.deep.name.in.some.zone.example",
    "facebook.com.example.net", "notfacebook.com",
)  # fmt: skip

Job = Callable[[], object]


def lookup() -> Result:
    """Hits and misses, of a name that is canonical already and of raw text from the wire."""
    catalogue = cases.engine().catalogue
    hits = list(islice(_hits(catalogue), 0, None, 7))
    rows = [
        *_rows(catalogue, hits, "hit"),
        *_rows(catalogue, MISSES, "miss"),
    ]
    return Result("lookup", f"one host in {_entries(catalogue):,} entries", tuple(rows))


def _rows(catalogue: Catalogue, names: Sequence[str], what: str) -> Iterator[Row]:
    assert all((catalogue.match_name(name) is not None) is (what == "hit") for name in names)
    parsed: list[Job] = [partial(catalogue.match, Host.parse(name)) for name in names]
    raw: list[Job] = [partial(catalogue.match_name, name) for name in names]
    rounds, note = each(parsed, CALLS), f"{len(names)} names"
    yield Row(f"Catalogue.match, {what}", "the case in the middle", "µs", medians(rounds), mark=UNDER_1, note=note)
    yield Row(f"Catalogue.match, {what}", "the slowest case", "µs", slowest(rounds))
    yield Row(f"Catalogue.match_name, {what}", "the case in the middle", "µs", medians(each(raw, CALLS)))


def _hits(catalogue: Catalogue) -> Iterator[str]:
    """A name below, or at, each entry of the catalogue."""
    entries = [host for service in catalogue.services.values() for host, _ in service.entries()]
    for before, host in zip(cycle(BEFORE), entries, strict=False):
        yield f"{before}{host}"


def _entries(catalogue: Catalogue) -> int:
    return sum(1 for service in catalogue.services.values() for _ in service.entries())
