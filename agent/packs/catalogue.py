"""`catalogue/*.yaml` → core Catalogue: services by category, their hosts, cookies and request shapes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from agent.core.activity import Activity, Shape, path_pattern
from agent.core.catalogue import Catalogue, Category, HostKind, Service
from agent.core.hosts import Host, suffixes
from agent.packs.learned import LEARNED, Placed, load_learned
from agent.packs.nodes import Node, Table, say
from agent.packs.references import refer
from agent.packs.scalars import HOST, ID, TEXT, TOKEN, YES_NO
from agent.packs.shapes import At, Located, Scalar, Unread, one_of, shown
from agent.packs.tables import Field, Listing, Mapped, Row, Some, fields
from agent.problems import Place, Problems

FOLDER = "catalogue/"
SHARED = "catalogue/shared.yaml"
_ACTS = (Activity.POST, Activity.EDIT, Activity.SIGN_IN, Activity.SIGN_UP, Activity.LIVE)


def _method(text: str) -> str:
    if not re.fullmatch("[A-Z]{3,10}", text):
        raise ValueError(f"{shown(text)} is not a request method")
    return text


def _path(text: str) -> str:
    if not text.startswith("/") or len(text) > 200 or text.count("*") > 6 or " " in text:
        raise ValueError(f"{shown(text)} is not a path")
    return text


def _word(text: str) -> str:
    if not text or len(text) > 200:
        raise ValueError("a word must stand here")
    return text


def _address(text: str) -> str:
    host, slash, path = text.partition("/")
    if text.startswith(("http:", "https:")) or not slash:
        raise ValueError(f"{shown(text)} is not a host and a path")
    return f"{Host.parse(host).name}/{path}"


_METHOD = Scalar(_method, {"type": "string", "pattern": "^[A-Z]{3,10}$"}, "such as GET or POST")
_PATH = Scalar(_path, {"type": "string", "pattern": "^/"}, "it begins with /; at most six * stand for any letters")
_WORD = Scalar(_word, {"type": ["string", "number", "boolean"]})


def _call(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_*]{1,200}", text):
        raise ValueError(f"{shown(text)} is not the name of a call")
    return text


def _label(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]{4,63}", text):
        raise ValueError(f"{shown(text)} is not the first label of a name: four letters or more, such as mastodon")
    return text


_LABEL = Scalar(_label, {"type": "string", "pattern": "^[a-z0-9-]{4,63}$"})
_CALL = Scalar(_call, {"type": "string", "pattern": "^[A-Za-z0-9_*]+$"})
_PAGE = Scalar(_address, {"type": "string", "pattern": "^[^/:]+/"}, "such as example.org/login")
_HOSTS = Mapped(one_of(*HostKind), Listing(At(HOST), least=1))
_NO_HOST: Located[Host] | None = None

ACTIVITY = Field("activity", one_of(*_ACTS), says="What the request does.")
METHOD = Field("method", Some(_METHOD), says="Its methods.")
PATH = Field("path", _PATH, says="Its path; * stands for any run of characters.")
QUERY: Field[dict[str, tuple[str, ...]]] = Field(
    "query", Mapped(_WORD, Some(_WORD)), {}, says="Parameters it must have, with their possible values."
)
HOST_OF: Field[Located[Host] | None] = Field(
    "host", At(HOST), _NO_HOST, says="A host of this service that the shape is limited to."
)
OPERATION = Field(
    "operation", Some(_CALL), (), says="Names that a page gives to the call (X-FB-Friendly-Name), * for any letters."
)
_SHAPE = fields(ACTIVITY, METHOD, PATH, QUERY, HOST_OF, OPERATION)

SERVICE = Field("service", At(ID), says="The service's id.")
NAME = Field("name", TEXT, says="What people call it.")
HOSTS = Field("hosts", _HOSTS, says="Its hosts by what they are for; an entry stands for every host under it.")
ACCOUNT = Field("account", Listing(TOKEN), (), says="Cookies whose value is the acting account's id, in order.")
SIGNED_IN = Field("signed-in", Listing(TOKEN), (), says="Cookies whose mere presence says `signed in`.")
SIGN_IN_PAGE = Field("sign-in-page", _PAGE, "", says="Where its people sign in, for those who are signed out.")
SHAPES = Field("activities", Listing(_SHAPE), (), says="Request shapes; the first fit names the activity.")
SELF_HOSTED = Field(
    "self-hosted", Listing(_LABEL), (), says="First labels of names under which people run it themselves."
)
SENSITIVE = Field("sensitive", YES_NO, False, says="Recorded only as social media.")
CLOSED = Field("closed", YES_NO, False, says="The service has shut down.")
_SERVICE = fields(SERVICE, NAME, HOSTS, ACCOUNT, SIGNED_IN, SIGN_IN_PAGE, SHAPES, SELF_HOSTED, SENSITIVE, CLOSED)

CATEGORY = Field("category", one_of(*Category), says="The category of every service in this file.")
SERVICES = Field("services", Listing(_SERVICE), says="The services.")
CATALOGUE_FILE = fields(CATEGORY, SERVICES, says="The services of one category.")
NEVER = Field("never", Listing(At(HOST)), says="Shared hosts that no service may claim.")
SHARED_FILE = fields(NEVER, says="Hosts that the whole web uses.")


@dataclass(frozen=True, slots=True)
class _Entry:
    host: Host
    node: Node
    service: str


def load_catalogue(roots: Mapping[str, Node], problems: Problems) -> Catalogue:
    """Every service of these files (by path, in order). Duplicates and shared hosts are Problems."""
    services: dict[str, Service] = {}
    entries: list[_Entry] = []
    before = len(problems)
    for name, root in sorted(roots.items(), key=lambda pair: pair[0].removesuffix(".yaml")):
        if name not in (SHARED, LEARNED):
            _load_file(root, services, entries, problems)
    for placed in load_learned(roots.get(LEARNED), problems).accepted:
        _accept(placed, services, entries, problems)
    shared = _never(roots.get(SHARED), problems)
    _check_entries(entries, shared, problems)
    if not services and len(problems) == before:
        hint = f"put at least one service into a file of {FOLDER}, such as {FOLDER}social-network.yaml"
        problems.add(Place(FOLDER), "", "the catalogue is empty, so nothing would be recognised", hint)
    return Catalogue(services.values(), shared=shared)


def _load_file(root: Node, into: dict[str, Service], entries: list[_Entry], problems: Problems) -> None:
    try:
        row = CATALOGUE_FILE.read(root, problems)
    except Unread:
        return
    category = row.get(CATEGORY, Category.SOCIAL_NETWORK)
    for one in row.get(SERVICES, ()):
        try:
            service = _service(one, category, entries, problems)
        except Unread:
            continue
        if service.id in into:
            say(problems, one.at("service"), f"two services are called {service.id!r}")
        into.setdefault(service.id, service)


def _accept(placed: Placed, services: dict[str, Service], entries: list[_Entry], problems: Problems) -> None:
    """Put a host that the school accepted to its service."""
    one = placed.accepted
    if refer([placed.service], services, "service", problems):
        service = services[one.service]
        hosts = dict(service.hosts) | {one.kind: (*service.hosts.get(one.kind, ()), one.host)}
        services[one.service] = replace(service, hosts=hosts)
        entries.append(_Entry(one.host, placed.host.node, one.service))


def _service(row: Row, category: Category, entries: list[_Entry], problems: Problems) -> Service:
    name, hosts = row[SERVICE].value, row[HOSTS]
    if not hosts:
        _say_no_hosts(row, problems)
    entries.extend(_Entry(h.value, h.node, name) for listed in hosts.values() for h in listed)
    return Service(
        name,
        row[NAME],
        category,
        {kind: tuple(host.value for host in listed) for kind, listed in hosts.items()},
        row.get(ACCOUNT, ()),
        row.get(SIGNED_IN, ()),
        tuple(_shapes(row, [h.value for listed in hosts.values() for h in listed], problems)),
        row.get(SENSITIVE, True),
        row.get(CLOSED, False),
        row.get(SIGN_IN_PAGE, ""),
        row.get(SELF_HOSTED, ()),
    )


def _say_no_hosts(row: Row, problems: Problems) -> None:
    """An empty `hosts`; where its entries are wrong, that has been said of each."""
    written = row.at("hosts")
    if isinstance(written, Table) and not written.entries:
        say(problems, written, "the service has no hosts", "such as hosts: {site: [example.org]}")


def _shapes(row: Row, hosts: list[Host], problems: Problems) -> Iterable[Shape]:
    for one in row.get(SHAPES, ()):
        try:
            yield _shape(one, hosts, problems)
        except Unread:
            continue


def _shape(row: Row, hosts: list[Host], problems: Problems) -> Shape:
    limit = row[HOST_OF]
    if limit is not None and not any(limit.value.is_under(host) for host in hosts):
        say(
            problems,
            limit.node,
            f"{limit.value} is not a host of this service",
            "name it under `hosts` first",
        )
    query = {key: frozenset(values) for key, values in row[QUERY].items()}
    methods = frozenset(row[METHOD])
    calls = tuple(path_pattern(name) for name in row[OPERATION])
    return Shape(row[ACTIVITY], methods, path_pattern(row[PATH]), query, limit.value.name if limit else "", calls)


def shared_names(roots: Mapping[str, Node]) -> frozenset[str]:
    """The hosts that the whole web uses, which neither a service nor a list may claim."""
    return _never(roots.get(SHARED), Problems())


def _never(root: Node | None, problems: Problems) -> frozenset[str]:
    if root is None:
        return frozenset()
    try:
        return frozenset(one.value.name for one in SHARED_FILE.read(root, problems)[NEVER])
    except Unread:
        return frozenset()


def _check_entries(entries: list[_Entry], never: frozenset[str], problems: Problems) -> None:
    """An entry may be one service's only, and may not claim what the whole web shares."""
    claimed = {parent: name for name in never for parent in suffixes(name)}
    seen: dict[str, _Entry] = {}
    for entry in entries:
        name = entry.host.name
        if "." not in name:
            say(problems, entry.node, f"{name} is a whole top-level domain", "name the service's own domain")
        elif name in claimed:
            hint = "name only hosts under it that are this service's alone"
            say(problems, entry.node, f"{name} would claim {claimed[name]}, which the whole web shares", hint)
        first = seen.setdefault(name, entry)
        if first is not entry:
            place = first.node.place
            what = f"{name} is a host of {first.service} already ({place.file}:{place.line})"
            say(problems, entry.node, what, "a host belongs to one service, once")
