"""What a school answers, from a file of answers or the dialogue: the shape of the one, and both as one value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from ipaddress import IPv6Network
from pathlib import Path

from agent.app.initial.day import Stretch, read_day
from agent.app.initial.terms import Span, Year, read_calendar
from agent.core.clients import Network, Zone
from agent.packs.nodes import parse, say
from agent.packs.scalars import DATE, ID, SUBNET, TEXT
from agent.packs.shapes import At, Choice, Located, Scalar, Unread, one_of
from agent.packs.site import BASIS, CONSULTATION, DPIA, NOTICE
from agent.packs.steering import UPSTREAM
from agent.packs.tables import Field, Listing, Mapped, Row, fields
from agent.packs.year import NATIONS
from agent.problems import Problem, Problems

WAYS = ("router", "proxy", "here")
"""Traffic passes this machine; browsers are told of it; nothing but a first try on this machine."""
PLACES = tuple(zone for zone in Zone if zone is not Zone.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything that makes a first site.yaml. `governance` are its four lines by key, or empty."""

    name: str
    site: str
    contact: str
    policy: str
    way_in: str
    networks: Mapping[Zone, tuple[Network, ...]]
    day: tuple[Stretch, ...]
    year: Year
    bank_holidays: str = "england"
    resolver: tuple[str, ...] = ()
    governance: Mapping[str, str] = field(default_factory=dict)

    @property
    def speaks_ipv6(self) -> bool:
        """True if a zone has an IPv6 network."""
        return any(isinstance(one, IPv6Network) for many in self.networks.values() for one in many)


def identifier(name: str) -> str:
    """An id from a school's name: `Hill Primary School` → `hill-primary-school`."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:63] or "school"


_DAY = Scalar(read_day, {"type": "string"}, "such as `08:45 registration, 09:00 lesson, 10:30 break, ..., 15:15 end`")
NAME = Field("name", TEXT, says="The school's name.")
SITE = Field("site", ID, "", says="Its id; made from the name without it.")
CONTACT = Field("contact", TEXT, "the school office", says="Whom a blocked page tells people to ask.")
POLICY = Field("policy", At(ID), says="The policy pack.")
WAY_IN = Field("way-in", Choice({way: way for way in WAYS}), says="router, proxy or here.")
NETWORKS: Field[dict[Zone, tuple[Network, ...]]] = Field(
    "networks", Mapped(one_of(*PLACES), Listing(SUBNET, least=1)), says="The school's networks by place."
)
RESOLVER = Field("resolver", UPSTREAM.shape, (), says="router: the resolvers that ours asks.")
DAY = Field("day", _DAY, says="The school's day.")
FROM, TO = Field("from", DATE), Field("to", DATE)
_SPANS = Listing(fields(FROM, TO))
_NO_DAYS: tuple[date, ...] = ()
TERMS = Field("terms", _SPANS, (), says="The terms, unless terms-file has them.")
HALF_TERMS = Field("half-terms", _SPANS, (), says="The breaks inside the terms.")
INSET = Field("inset", Listing(DATE), _NO_DAYS, says="Days on which staff train.")
_NO_FILE: Located[str] | None = None
TERMS_FILE: Field[Located[str] | None] = Field("terms-file", At(TEXT), _NO_FILE, says="An iCalendar file beside this.")
NATION = Field("bank-holidays", Choice({nation: nation for nation in NATIONS}), "england")
_NO_GOVERNANCE: Row | None = None
GOVERNANCE: Field[Row | None] = Field("governance", fields(DPIA, BASIS, NOTICE, CONSULTATION), _NO_GOVERNANCE)
FILE = fields(
    NAME, SITE, CONTACT, POLICY, WAY_IN, NETWORKS, RESOLVER, DAY, TERMS, HALF_TERMS, INSET, TERMS_FILE, NATION,
    GOVERNANCE, says="A school's answers for `breaktime init`.",
)  # fmt: skip


def read_answers(path: Path, packs: tuple[str, ...]) -> Answers | list[Problem]:
    """A file of answers, or every problem in it. Raises OSError."""
    problems = Problems()
    node = parse(path.name, path.read_bytes(), problems)
    made = None
    if node is not None:
        try:
            made = _answers(FILE.read(node, problems), path.parent, packs, problems)
        except Unread:
            made = None
    return made if made is not None and not len(problems) else [*problems.sorted()]


def _answers(row: Row, folder: Path, packs: tuple[str, ...], problems: Problems) -> Answers:
    policy = row[POLICY]
    if policy.value not in packs:
        say(problems, policy.node, f"there is no policy {policy.value!r}", f"one of {', '.join(packs)}")
    resolver = tuple(one.value for one in row[RESOLVER])
    if row[WAY_IN] == "router" and not resolver:
        say(problems, row.at("way-in"), "a router's resolver asks another: none is named", "resolver: [10.0.0.1]")
    return Answers(
        row[NAME],
        row[SITE] or identifier(row[NAME]),
        row[CONTACT],
        policy.value,
        row[WAY_IN],
        row[NETWORKS],
        row[DAY],
        _year(row, folder, problems),
        row[NATION],
        resolver,
        _governance(row),
    )


def _year(row: Row, folder: Path, problems: Problems) -> Year:
    file = row[TERMS_FILE]
    if file is None:
        if not row[TERMS]:
            say(problems, row.node, "there are no terms", "write `terms:`, or name a calendar in `terms-file:`")
        return Year(_spans(row[TERMS]), _spans(row[HALF_TERMS]), row[INSET])
    try:
        found = read_calendar((folder / file.value).read_bytes())
    except OSError as problem:
        say(problems, file.node, f"cannot be read: {problem.strerror}")
        return Year()
    except ValueError as problem:
        say(problems, file.node, str(problem))
        return Year()
    halves = (*found.half_terms, *_spans(row[HALF_TERMS]))
    return Year(found.terms, halves, tuple(sorted({*found.inset, *row[INSET]})), found.ignored)


def _spans(rows: tuple[Row, ...]) -> tuple[Span, ...]:
    return tuple(Span(row[FROM], row[TO]) for row in rows)


def _governance(row: Row) -> dict[str, str]:
    named = row[GOVERNANCE]
    if named is None:
        return {}
    texts = {one.name: named[one] for one in (BASIS, NOTICE, CONSULTATION)}
    return {DPIA.name: named[DPIA].isoformat(), **texts}
