"""A recorded browser trace → what was visited, what was only embedded, what only measured.

Each request is read by the function that reads live traffic (`activity.classify`), and how long a visit lasts is
told by the same rule (`sitting`). What a trace knows beyond that, which page a request belongs to and what was
loaded there before, settles what its headers leave open.

A visit begins with a top-level navigation, or, in a trace that begins later, with a fetch from one of the service's
own pages that is no widget. It is never told by guess: what comes without any word of where it belongs counts only
with an embed, or with a visit that it belongs to in time: while that lasts, and for as long before it began. A link
that leads elsewhere (t.co, a redirect to another site) and what is fetched in advance are neither.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from agent.core.activity import Activity, Request, classify
from agent.core.catalogue import Catalogue, HostKind, Match
from agent.core.looks import is_widget, measures
from agent.core.sitting import LASTS, Sitting

_PAGES = (HostKind.SITE, HostKind.SIGN_IN)
_ELSEWHERE = "-"
"""The page of a tab that is no service's."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request of a trace, and of its answer what tells what it was for.

    `at` is an epoch second. `tab` is the page that it belongs to, where the trace says so. `large`: what came back
    could be looked at, as a picture of one pixel cannot. `redirect`: the host that the answer sent the browser on to.
    `began`: the browser says that neither a page nor a script asked for this.
    """

    at: float
    host: str
    request: Request
    tab: str = ""
    large: bool = True
    redirect: str = ""
    began: bool = False


class Visited(NamedTuple):
    """A service that a person was at: in how many minutes of the clock, and with how many requests."""

    service: str
    minutes: int
    requests: int


@dataclass(frozen=True, slots=True)
class Visits:
    """What a trace shows, each in the order of its first request; a service stands in one of the three.

    `embedded`: parts of it were shown on other sites' pages. `measured`: nothing of it was shown, it only counted
    who was there (a pixel).
    """

    visited: tuple[Visited, ...]
    embedded: tuple[str, ...]
    measured: tuple[str, ...]


class _Role(Enum):
    VISIT = 1
    EMBED = 2
    OPEN = 3
    """Part of whatever else is seen of the service."""


@dataclass(slots=True)
class _Tab:
    """What is known of one page: whose it is ("" while unknown), and the frames in it.

    `moved`: it was sent on, so that the page is still to come.
    """

    top: str = ""
    empty: bool = True
    moved: bool = False
    framed: set[str] = field(default_factory=set)
    frames: set[tuple[str, str]] = field(default_factory=set)


class _Part(NamedTuple):
    """`inside`: it was asked for by a widget of the service itself, so that the widget was there."""

    exchange: Exchange
    match: Match
    activity: Activity
    role: _Role
    inside: bool = False


def visits(exchanges: Iterable[Exchange], catalogue: Catalogue) -> Visits:
    """What these requests, in the order in which they were made, show by this catalogue."""
    tabs: defaultdict[str, _Tab] = defaultdict(_Tab)
    parts: dict[str, list[_Part]] = {}
    for exchange in exchanges:
        part = _read(exchange, tabs[exchange.tab], catalogue)
        if part is not None:
            parts.setdefault(part.match.service.id, []).append(part)
    visited = {service: found for service, some in parts.items() if (found := _visited(service, some))}
    embedded = [s for s, some in parts.items() if s not in visited and any(p.role is _Role.EMBED for p in some)]
    shown = [service for service in embedded if any(map(_is_shown, parts[service]))]
    return Visits(tuple(visited.values()), tuple(shown), tuple(s for s in embedded if s not in shown))


def _read(exchange: Exchange, tab: _Tab, catalogue: Catalogue) -> _Part | None:
    """What one request is, once the tab has heard of it; None if it is of no service, or of a link's."""
    match = catalogue.match_name(exchange.host)
    page = _is_page(exchange, tab)
    tab.empty = False
    if page:
        tab.top, tab.framed, tab.frames = match.service.id if match else _ELSEWHERE, set(), set()
        tab.moved = bool(exchange.redirect)
    if match is None or match.kind is HostKind.LINK or exchange.request.is_ahead or _leaves(exchange, match, catalogue):
        return None
    source = catalogue.match_name(exchange.request.source) if exchange.request.source else None
    same = source is not None and source.service.id == match.service.id
    activity = classify(exchange.host, match.service.shapes, exchange.request, same, match.kind is HostKind.SITE)
    if page:
        return _Part(exchange, match, activity, _Role.VISIT)
    role = _role(exchange, match, activity, source if same else None, tab)
    if role is _Role.EMBED:
        _note_frame(exchange, match, tab)
    inside = same and role is _Role.EMBED
    return _Part(exchange, match, activity, role, inside)


def _is_page(exchange: Exchange, tab: _Tab) -> bool:
    """True if this became the page of its tab. Without Fetch-Metadata a frame looks much the same.

    Then it is the page if it is the first that the tab asked for, or what that was sent on to. Where the trace does
    not tell tabs apart, also if it comes from nowhere, or the browser says that nobody asked for it. It must not look
    like what is made to be put into others' pages.
    """
    request = exchange.request
    if request.dest or request.mode:
        return request.navigates and not request.is_ahead
    if not request.is_document or (is_widget(request.path) and not tab.empty):
        return False
    if tab.empty or tab.moved:
        return True
    if exchange.tab:
        return exchange.began and not request.source
    return exchange.began or not request.source


def _leaves(exchange: Exchange, match: Match, catalogue: Catalogue) -> bool:
    """True if the answer sent the browser away from the service."""
    target = catalogue.match_name(exchange.redirect) if exchange.redirect else match
    return target is None or target.service.id != match.service.id


def _role(exchange: Exchange, match: Match, activity: Activity, source: Match | None, tab: _Tab) -> _Role:
    """Whose doing a request was that did not become a page; `source` is the page of the same service that asked."""
    service, request = match.service.id, exchange.request
    if activity is Activity.EMBED or _is_in_frame(request, tab):
        return _Role.EMBED
    if source is None:
        return _Role.EMBED if request.source else _Role.OPEN
    if tab.top == service:
        return _Role.VISIT
    if service in tab.framed or (tab.top and match.kind is HostKind.WIDGET):
        return _Role.EMBED
    if source.kind is HostKind.WIDGET:
        return _Role.EMBED
    began_later = not tab.top and source.kind in _PAGES and match.kind not in (HostKind.ASSET, HostKind.WIDGET)
    return _Role.VISIT if began_later else _Role.OPEN


def _is_in_frame(request: Request, tab: _Tab) -> bool:
    """True if the page that asked is one that was put into another page."""
    return request.page is not None and (request.source, request.page.path) in tab.frames


def _note_frame(exchange: Exchange, match: Match, tab: _Tab) -> None:
    """Remember what was put into the tab's page: the frame, or at least whose it is."""
    request = exchange.request
    if request.is_document:
        tab.frames.add((exchange.host, request.path))
    if tab.top != match.service.id:
        tab.framed.add(match.service.id)


def _visited(service: str, parts: list[_Part]) -> Visited | None:
    """The visit in a service's requests, if there is one; what was open counts with it."""
    first = next((index for index, part in enumerate(parts) if part.role is _Role.VISIT), None)
    if first is None:
        return None
    began = parts[first].exchange.at
    sitting = Sitting(began)
    counted = [p.exchange.at for p in parts[:first] if p.role is _Role.OPEN and began - p.exchange.at < LASTS]
    counted += [p.exchange.at for p in parts[first:] if p.role is not _Role.EMBED and _goes_on(sitting, p)]
    return Visited(service, len({int(at // 60) for at in counted}), len(counted))


def _goes_on(sitting: Sitting, part: _Part) -> bool:
    exchange = part.exchange
    return sitting.goes_on(exchange.at, exchange.host, part.match.kind, part.activity, exchange.request)


def _is_shown(part: _Part) -> bool:
    """True if a person could have seen this on the page: no pixel, no call, no script that only counts."""
    exchange = part.exchange
    if part.inside:
        return True
    if exchange.request.dest == "empty" or not exchange.large:
        return False
    return not measures(exchange.host, exchange.request.path)
