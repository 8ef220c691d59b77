"""Which names belong to a service though the catalogue lacks them: counted from what is asked for beside its pages.

A *page* begins when a client asks for a host of a service's site. What the same client asks for within a few seconds,
and no service has, is counted once a page for that service, by domain. Nothing is told of a name until several
clients asked for it, and until then their tokens are all that is kept: keyed hashes, in memory, forgotten by the week.
Once enough clients have asked the tokens go, too. What the tokens stand for this module never sees.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from agent.core.catalogue import HostKind, Match
from agent.core.hosts import suffixes
from agent.core.registries import is_registry

WINDOW = 5.0
"""Seconds after the first name of a page within which names count as asked for by it."""
LEAST_CLIENTS = 5
"""Nothing is told that fewer clients asked for: it could be one person's browsing."""
LEAST_SHARE = 0.1
"""The part of a service's pages that a name must be asked for with."""
LEAST_OWN = 0.7
"""The part of its pages that must be this service's: what many sites load belongs to none."""
WEEK = 7 * 24 * 3600.0
MOST_PAIRS = 20_000
MOST_PAGES = 2_000
MOST_NAMES = 200
"""Names that one page may count."""
MOST_TOLD = 100


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A domain that is often asked for with a service. `pages` of the service's `of` had it; at least 5 clients."""

    host: str
    service: str
    pages: int
    of: int


@dataclass(slots=True)
class _Page:
    service: str
    at: float
    names: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Pair:
    """`clients` is None once there were enough of them."""

    pages: int = 0
    clients: set[bytes] | None = field(default_factory=set)


class Learner:
    """Counts, bounded and for a week at most. `unwanted` are names that are never suggested, nor what is above them."""

    def __init__(self, unwanted: Collection[str] = (), least: int = LEAST_CLIENTS) -> None:
        self._least = least
        self._began: float | None = None
        self.follow(unwanted)
        self._clear()

    def follow(self, unwanted: Collection[str]) -> None:
        """These are never suggested from now on."""
        self._shared = frozenset(one for name in unwanted for one in suffixes(name))

    def asked(self, token: bytes, name: str, match: Match | None, at: float) -> None:
        """A client, known by its token of this week, asked for a canonical name; `match` is the catalogue's answer."""
        if match is not None:
            if match.kind is HostKind.SITE:
                self._page_of(token, match.service.recorded_as, at)
            return
        page = self._pages.get(token)
        if page is None or not 0 <= at - page.at <= WINDOW or len(page.names) >= MOST_NAMES:
            return
        domain = self._domain(name)
        if domain and domain not in page.names:
            page.names.add(domain)
            self._count(token, page.service, domain)

    def over(self, at: float) -> bool:
        """True once a week, or when the clock went back: then all is forgotten, and tokens should be made anew."""
        if self._began is not None and 0 <= at - self._began < WEEK:
            return False
        first, self._began = self._began is None, at
        self._clear()
        return not first

    def suggestions(self) -> tuple[Suggestion, ...]:
        """What may be told, the most frequent first."""
        totals = Counter[str]()
        for (_, domain), pair in self._pairs.items():
            totals[domain] += pair.pages
        found = [
            Suggestion(domain, service, pair.pages, self._opened[service])
            for (service, domain), pair in self._pairs.items()
            if pair.clients is None
            and pair.pages >= LEAST_SHARE * self._opened[service]
            and pair.pages >= LEAST_OWN * totals[domain]
        ]
        return tuple(sorted(found, key=lambda one: (-one.pages / one.of, one.host))[:MOST_TOLD])

    def _clear(self) -> None:
        self._pages: dict[bytes, _Page] = {}
        self._opened: Counter[str] = Counter()
        self._pairs: dict[tuple[str, str], _Pair] = {}

    def _page_of(self, token: bytes, service: str, at: float) -> None:
        """A page begins, unless one of this service has just begun."""
        page = self._pages.pop(token, None)
        if page is None or page.service != service or not 0 <= at - page.at <= WINDOW:
            if len(self._pages) >= MOST_PAGES:
                del self._pages[next(iter(self._pages))]
            page = _Page(service, at)
            self._opened[service] += 1
        self._pages[token] = page

    def _count(self, token: bytes, service: str, domain: str) -> None:
        pair = self._pairs.get((service, domain))
        if pair is None:
            if len(self._pairs) >= MOST_PAIRS:
                return
            pair = self._pairs[service, domain] = _Pair()
        pair.pages += 1
        if pair.clients is not None:
            pair.clients.add(token)
            if len(pair.clients) >= self._least:
                pair.clients = None

    def _domain(self, name: str) -> str:
        """The domain that a name was registered under; the name itself under a shared one; "" where neither counts."""
        labels = name.split(".")
        deep = 3 if len(labels) > 2 and is_registry(".".join(labels[-2:])) else 2
        domain = ".".join(labels[-deep:])
        found = name if domain in self._shared else domain
        return "" if found in self._shared or "." not in found else found
