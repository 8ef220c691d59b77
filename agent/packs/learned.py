"""`catalogue/learned.yaml`: hosts that the school put to services of the catalogue, and those that it will not have.

`breaktime catalogue accept` and `refuse` write it; by hand is as good.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from agent.core.catalogue import HostKind
from agent.core.hosts import Host
from agent.packs.nodes import Node
from agent.packs.scalars import DATE, HOST, ID
from agent.packs.shapes import At, Located, Unread, one_of
from agent.packs.tables import Field, Listing, Row, fields
from agent.problems import Problems

LEARNED = "catalogue/learned.yaml"
_HEAD = """# yaml-language-server: $schema=../schemas/catalogue-learned.schema.json
# Hosts that this school put to services of the catalogue, and those that are not to be suggested again.
# `breaktime catalogue accept HOST` and `breaktime catalogue refuse HOST` write this file anew, without your remarks.
"""

ACCEPTED_HOST = Field("host", At(HOST), says="The host; it stands for every host under it.")
ACCEPTED_SERVICE = Field("service", At(ID), says="The service that it belongs to.")
ACCEPTED_KIND = Field("kind", one_of(*HostKind), HostKind.SITE, says="What it is for.")
ON = Field("on", DATE, says="The day on which it was accepted.")
ACCEPTED = Field(
    "accepted",
    Listing(fields(ACCEPTED_HOST, ACCEPTED_SERVICE, ACCEPTED_KIND, ON)),
    (),
    says="Hosts put to a service.",
)
REFUSED = Field("refused", Listing(HOST), (), says="Hosts that are not suggested again.")
LEARNED_FILE = fields(ACCEPTED, REFUSED, says="What the technician decided about suggested hosts.")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A host that was put to a service."""

    host: Host
    service: str
    kind: HostKind
    on: date


@dataclass(frozen=True, slots=True)
class Placed:
    """The same with the nodes that its problems are said at."""

    accepted: Accepted
    host: Located[Host]
    service: Located[str]


@dataclass(frozen=True, slots=True)
class Learned:
    """The whole file."""

    accepted: tuple[Placed, ...] = ()
    refused: tuple[str, ...] = ()


def load_learned(root: Node | None, problems: Problems) -> Learned:
    """What the file says; nothing if there is none."""
    if root is None:
        return Learned()
    try:
        row = LEARNED_FILE.read(root, problems)
    except Unread:
        return Learned()
    return Learned(tuple(_each(row.get(ACCEPTED, ()))), tuple(host.name for host in row.get(REFUSED, ())))


def _each(rows: Iterable[Row]) -> Iterator[Placed]:
    for row in rows:
        try:
            host, service = row[ACCEPTED_HOST], row[ACCEPTED_SERVICE]
            yield Placed(Accepted(host.value, service.value, row[ACCEPTED_KIND], row[ON]), host, service)
        except Unread:
            continue


def learned_text(accepted: Iterable[Accepted], refused: Iterable[str]) -> str:
    """The file with these decisions."""
    lines = [
        f"  - {{host: {one.host}, service: {one.service}, kind: {one.kind}, on: {one.on}}}\n"
        for one in sorted(accepted, key=lambda one: (one.service, one.host.name))
    ]
    names = [f"  - {name}\n" for name in sorted(set(refused))]
    return "".join(
        (
            _HEAD,
            "accepted:\n" if lines else "accepted: []\n",
            *lines,
            "refused:\n" if names else "refused: []\n",
            *names,
        )
    )
