"""The `lists:` section of site.yaml → core ListSource; and a catalogue that answers by the lists, too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from agent.core.catalogue import Catalogue, Category, DictIndex, HostKind, Service
from agent.core.listed import HostTable, ListedIndex, Meant
from agent.core.lists import Format, ListSource, Meaning
from agent.packs.nodes import say
from agent.packs.references import refer
from agent.packs.scalars import ID, TEXT, YES_NO, schema_of_text
from agent.packs.shapes import At, Located, Scalar, Unread, one_of, shown
from agent.packs.tables import Field, Listing, Row, fields
from agent.problems import Problems

_NAME = "[a-z0-9][a-z0-9_-]{0,62}"
_HEX = "[0-9a-fA-F]{64}"
_KEY = "[A-Za-z0-9+/]{56}"
_LEFT = r"shared|[a-z0-9_-]+(\.[a-z0-9_-]+)+"


def _matching(pattern: str, what: str) -> Scalar[str]:
    def convert(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{shown(text)} is not {what}")
        return text

    return Scalar(convert, schema_of_text(pattern) | {"type": ["string", "number"]}, what)


def _source(text: str) -> str:
    if not text.strip() or len(text) > 1000:
        raise ValueError("a file, a folder or an https address must stand here")
    if "://" in text and not text.lower().startswith("https://"):
        raise ValueError("lists are fetched over https alone")
    return text.strip()


_SOURCE = Scalar(
    _source, {"type": "string", "minLength": 1}, "such as https://example.org/social.txt or /srv/social.txt"
)
_WORD = _matching(_NAME, "a word of lower-case letters, digits, - and _")
_ATTRIBUTE = _matching("!?[a-z0-9-]+", "an attribute, as it stands behind @")
_NO_SERVICE: Located[str] | None = None

LIST = Field("list", At(_WORD), says="The list's id.")
SOURCE = Field("source", _SOURCE, says="A file, a folder (of UT1's), or an https address.")
FORMAT = Field("format", one_of(*Format), says="How it is written.")
SERVICE: Field[Located[str] | None] = Field(
    "service", At(ID), _NO_SERVICE, says="The service of the catalogue that its hosts belong to."
)
CATEGORY: Field[Category | None] = Field(
    "category",
    one_of(*Category),
    None,
    says="Or the category that its hosts are of, as one service with the list's id.",
)
KIND = Field("kind", one_of(*HostKind), HostKind.SITE, says="What its hosts are for.")
NAME = Field("name", TEXT, "", says="What people call it; by default the list's id.")
SENSITIVE = Field("sensitive", YES_NO, False, says="Recorded only as social media; dating always is.")
LEAVE_OUT = Field(
    "leave-out",
    Listing(_matching(_LEFT, "a host name, or `shared` for all that the web shares")),
    (),
    says="Names that this list may not claim, with all under them.",
)
ONLY = Field("only", Listing(_ATTRIBUTE), (), says="Of v2fly's rules those that have one of these attributes.")
WITHOUT = Field("without", Listing(_ATTRIBUTE), (), says="Of v2fly's rules those that have none of these.")
PICK = Field("pick", Listing(_WORD), (), says="Of a list of services these; by default all.")
SHA256 = Field(
    "sha256", _matching(_HEX, "a SHA-256 in hex"), "", says="What the content must be; it never changes then."
)
CHECKSUM = Field("checksum", _SOURCE, "", says="Where its authors publish its checksum, as sha256sum writes it.")
MINISIGN = Field("minisign", _matching(_KEY, "a public key of minisign"), "", says="Who must have signed it.")
LISTS = Field(
    "lists",
    Listing(
        fields(
            LIST, SOURCE, FORMAT, SERVICE, CATEGORY, KIND, NAME, SENSITIVE, LEAVE_OUT, ONLY, WITHOUT, PICK, SHA256,
            CHECKSUM, MINISIGN,
        )
    ),
    (),
    says="Outside lists of hosts; `breaktime catalogue update` takes them in.",
)  # fmt: skip


def load_lists(rows: Iterable[Row], catalogue: Catalogue, problems: Problems) -> tuple[ListSource, ...]:
    """The lists of a site. Two of one id, no meaning, a service that is not there are Problems."""
    found: dict[str, ListSource] = {}
    for row in rows:
        try:
            one = _list(row, catalogue, problems)
        except Unread:
            continue
        if one.id in found:
            say(problems, row.at("list"), f"two lists are called {one.id!r}")
        found.setdefault(one.id, one)
    return tuple(found.values())


def _list(row: Row, catalogue: Catalogue, problems: Problems) -> ListSource:
    named, service, category = row[LIST], row.get(SERVICE, None), row.get(CATEGORY, None)
    if (service is None) == (category is None):
        say(problems, row.node, "a list has a `service` or a `category`, one of the two", "what are its hosts?")
        raise Unread
    if service is not None and not refer([service], list(catalogue.services), "service", problems):
        raise Unread
    if category is not None and named.value in catalogue.services:
        hint = f"give it another id, or write `service: {named.value}` instead of `category`"
        say(problems, named.node, f"{named.value!r} is a service of the catalogue already", hint)
        raise Unread
    meaning = Meaning(
        service.value if service else "",
        category,
        row.get(KIND, HostKind.SITE),
        row.get(NAME, ""),
        row.get(SENSITIVE, True),
    )
    return ListSource(
        named.value, row[SOURCE], row[FORMAT], meaning, row.get(LEAVE_OUT, ()), row.get(ONLY, ()), row.get(WITHOUT, ()),
        row.get(PICK, ()), row[SHA256], row[CHECKSUM], row[MINISIGN],
    )  # fmt: skip


def with_lists(
    catalogue: Catalogue,
    sources: Iterable[ListSource],
    table: HostTable | None,
    by_hand: Iterable[Mapping[str, Any]],
    never: frozenset[str],
) -> Catalogue:
    """The catalogue that answers by lists, too: those of the site in its order, then those imported by hand."""
    services = dict(catalogue.services)
    meanings: dict[str, Meant] = {}
    named = {source.id: source.meaning for source in sources}
    for id, meaning in (*named.items(), *((m["id"], read_meaning(m)) for m in by_hand if m["id"] not in named)):
        service = services.get(meaning.service) if meaning.service else _own_service(id, meaning, services)
        if service is not None:
            meanings[id] = Meant(len(meanings), service, meaning.kind)
    if not meanings:
        return catalogue
    own = DictIndex.of(catalogue.services.values())
    index = ListedIndex(own, table, meanings, never) if table is not None else own
    return Catalogue(services.values(), index, never)


def _own_service(id: str, meaning: Meaning, services: dict[str, Service]) -> Service | None:
    """The service that a list of a category is; None where the catalogue has one of that id."""
    if id in services:
        return None
    services[id] = service = meaning.as_service(id)
    return service


def write_meaning(meaning: Meaning) -> dict[str, Any]:
    """A meaning as plain data."""
    return {
        "service": meaning.service,
        "category": meaning.category,
        "kind": meaning.kind,
        "name": meaning.name,
        "sensitive": meaning.sensitive,
    }


def read_meaning(data: Mapping[str, Any]) -> Meaning:
    """A meaning from plain data, as `write_meaning` wrote it."""
    category = Category(data["category"]) if data["category"] else None
    return Meaning(data["service"], category, HostKind(data["kind"]), data["name"], data["sensitive"])
