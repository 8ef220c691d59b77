"""What a host is: host → service → category. The second step of a flow, after the name is canonical."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Protocol, Self

from agent.core.activity import Activity, Shape, possible_activities
from agent.core.hosts import SHORT, Host, canonical, plain
from agent.core.selfhosted import SelfHosted


class Category(StrEnum):
    """The kinds of social media; `social-media` itself is the union that a policy defines."""

    SOCIAL_NETWORK = "social-network"
    MICROBLOG = "microblog"
    VIDEO_SHARING = "video-sharing"
    PHOTO_SHARING = "photo-sharing"
    MESSAGING = "messaging"
    CHAT = "chat"
    FORUM = "forum"
    BLOG = "blog"
    PODCAST = "podcast"
    SOCIAL_BOOKMARKING = "social-bookmarking"
    WIKI = "wiki"
    PROFESSIONAL_NETWORK = "professional-network"
    LIVE_STREAMING = "live-streaming"
    DATING = "dating"
    SCHOOL_COMMUNICATION = "school-communication"


class HostKind(StrEnum):
    """What a host of a service is for; it tells which contacts may count as use."""

    SITE = "site"
    SIGN_IN = "sign-in"
    API = "api"
    APP = "app"
    ASSET = "asset"
    WIDGET = "widget"
    LINK = "link"
    """Short links, and pages that send people on to elsewhere: nobody stays there."""

    @property
    def tells_of_use(self) -> bool:
        """True where a contact by name alone may be a person's; pictures, buttons and links sit on others' pages."""
        return self in (HostKind.SITE, HostKind.API, HostKind.APP, HostKind.SIGN_IN)

    @property
    def is_part(self) -> bool:
        """True for what a page or an app loads from elsewhere, where the account's cookie does not reach."""
        return self in (HostKind.API, HostKind.APP, HostKind.ASSET)

    @property
    def is_asset(self) -> bool:
        """True for pictures, videos and scripts: nobody posts there."""
        return self is HostKind.ASSET


@dataclass(frozen=True, slots=True)
class Service:
    """One social-media service: its hosts by kind, the cookies that tell its accounts, its request shapes.

    `sign_in_page` is where a blocked page may send people who are signed out; "" where it is not known.
    `self_hosted` are the first labels of names under which people run it themselves (see `SelfHosted`). `listed`
    is what further hosts are for that stand in an outside list alone; None where there are none.
    """

    id: str
    name: str
    category: Category
    hosts: Mapping[HostKind, tuple[Host, ...]]
    account_cookies: tuple[str, ...] = ()
    signed_in_cookies: tuple[str, ...] = ()
    shapes: tuple[Shape, ...] = ()
    sensitive: bool = False
    closed: bool = False
    sign_in_page: str = ""
    self_hosted: tuple[str, ...] = ()
    listed: HostKind | None = None
    activities: frozenset[Activity] = field(init=False, repr=False, compare=False)
    """What a request here could turn out to do."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "activities", possible_activities(self.shapes))

    @property
    def recorded_as(self) -> str:
        """The name that may stand in a record: a sensitive service stands there only as `social-media`."""
        return "social-media" if self.sensitive else self.id

    @property
    def tells_of_use(self) -> bool:
        """True if a contact with some host of it may be a person's."""
        kinds = (*self.hosts, *((self.listed,) if self.listed else ()))
        return any(kind.tells_of_use for kind in kinds)

    def entries(self) -> Iterator[tuple[Host, HostKind]]:
        """Every host entry with its kind, in the catalogue's order."""
        for kind, hosts in self.hosts.items():
            for host in hosts:
                yield host, kind


class Match(NamedTuple):
    """The answer to a look-up: the service and the kind of the entry that fitted. Made for each new name, so light."""

    service: Service
    kind: HostKind
    entry: str


class HostIndex(Protocol):
    """Longest-suffix look-up over host entries; a compact form serves lists of millions."""

    def find(self, name: str) -> Match | None:
        """The match of the longest entry that `name` is under, or None."""

    def names(self) -> Iterable[tuple[str, str]]:
        """Hosts of short outside lists, each with its service's id: the resolver may mind them."""

    def beyond(self) -> Mapping[str, int]:
        """How many hosts of each service stand in lists that are too long for the resolver."""


class DictIndex:
    """The index of the shipped catalogue: one dictionary, walked from the longest suffix."""

    __slots__ = ("_entries",)

    def __init__(self, entries: Mapping[str, Match]) -> None:
        self._entries = dict(entries)

    @classmethod
    def of(cls, services: Iterable[Service]) -> Self:
        """The index of every entry of these."""
        every = ((service, host, kind) for service in services for host, kind in service.entries())
        return cls({host.name: Match(service, kind, host.name) for service, host, kind in every})

    def find(self, name: str) -> Match | None:
        """See `HostIndex.find`."""
        entries = self._entries
        while True:
            found = entries.get(name)
            if found is not None:
                return found
            cut = name.find(".")
            if cut < 0:
                return None
            name = name[cut + 1 :]

    def roots(self) -> frozenset[str]:
        """The last two labels of each entry: a name with others is under none."""
        return frozenset(".".join(name.split(".")[-2:]) for name in self._entries)

    def names(self) -> Iterable[tuple[str, str]]:
        """See `HostIndex.names`: there are no lists here."""
        return ()

    def beyond(self) -> Mapping[str, int]:
        """See `HostIndex.beyond`."""
        return {}


class _Seen(dict[str, "Match | None"]):
    """Matches by raw name; what is missing is looked up. Its own subscript is all that a name seen before costs."""

    __slots__ = ("_find", "_limit")

    def __init__(self, find: Callable[[str], Match | None], limit: int) -> None:
        self._find, self._limit = find, limit

    def __missing__(self, text: str) -> Match | None:
        if len(self) >= self._limit:
            self.clear()
        try:  # the first half of `canonical` stands here, for the time that a call takes
            found = self[text] = self._find(text if len(text) <= SHORT and plain(text) else canonical(text))
        except ValueError:
            found = self[text] = None
        return found


class Catalogue:
    """Every service of the site's catalogue with an index of its hosts. Immutable.

    Raw names are remembered with their match in a bounded table: the same few hosts come again and again.
    `match_name` gives the match of raw text from the wire; what is not a host name matches nothing.
    """

    __slots__ = ("_labels", "_seen", "_self_hosted", "index", "match_name", "services")

    LIMIT = 20_000

    def __init__(self, services: Iterable[Service], index: HostIndex | None = None, shared: Iterable[str] = ()) -> None:
        """`shared` are names of the whole web, under which no look of a name tells a service."""
        self.services: Mapping[str, Service] = {service.id: service for service in services}
        self.index = index or DictIndex.of(self.services.values())
        labels = _labels(self.services.values())
        self._labels, self._self_hosted = frozenset(labels), SelfHosted(labels, shared)
        self._seen = _Seen(self._find, self.LIMIT)
        self.match_name: Callable[[str], Match | None] = self._seen.__getitem__

    def match(self, host: Host) -> Match | None:
        """The service that `host` belongs to, or None: then it is not social media."""
        return self._find(host.name)

    def _find(self, name: str) -> Match | None:
        return self.index.find(name) or self._by_look(name)

    def _by_look(self, name: str) -> Match | None:
        """What most misses pass in one step: few names begin as a server of one's own does."""
        return self._self_hosted.find(name) if name[: name.find(".")] in self._labels else None

    def first(self, names: Iterable[str]) -> Match | None:
        """The match of the first of these raw names that is in the catalogue."""
        return next((match for name in names if (match := self.match_name(name))), None)

    def one_each(self, names: Iterable[str]) -> list[str]:
        """Of these raw names the first of each service, in their order."""
        found: dict[str, str] = {}
        for name in names:
            match = self.match_name(name)
            if match is not None:
                found.setdefault(match.service.id, name)
        return list(found.values())

    def of_category(self, categories: frozenset[str]) -> frozenset[str]:
        """The ids of the services in these categories."""
        return frozenset(s.id for s in self.services.values() if s.category in categories)


def _labels(services: Iterable[Service]) -> dict[str, Match]:
    return {label: Match(service, HostKind.SITE, label) for service in services for label in service.self_hosted}
