"""Access requests: somebody asks for a service that is blocked; the headteacher answers until a date, or with a word.

A request comes from the block page (`addons/asking.py`) or is made by the head unasked. Granted, it is an authorisation
that workers rule by until it ends; revoked, it ends at once. What the workers know of it is a `Permits`: who is
permitted what until when, and what each device that asked is answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from agent.core.authorisation import Authorisation
from agent.core.clients import Client
from agent.core.engine import Engine, Ruling
from agent.core.offices import Office, Officer

LONGEST_PURPOSE = 500
LONGEST_NAME = 120
LONGEST_WORD = 500
WAITING_EACH = 3
"""Requests of one device or person that may wait at once."""
WAITING_ALL = 300
"""Requests that may wait at once in all."""
LAPSE = timedelta(days=14)
"""A request that nobody answered for so long is answered no more."""
KEPT = timedelta(days=90)
"""How long a request is kept after it was refused, ended, was revoked or lapsed."""
SHOWN = timedelta(days=7)
"""How long whoever asked is shown an answer that holds no more."""
LONGEST_GRANT = timedelta(days=366)


class Standing(StrEnum):
    """How a request stands."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    REVOKED = "revoked"
    ENDED = "ended"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Asking:
    """What somebody asks for. `device` and `person` are ids as the directory has them, "" where it knows none.

    `name` is what whoever asks wrote of themselves. `rule`, `clause` and `policy` are what blocked them, quoted.
    """

    device: str
    person: str = field(repr=False)
    name: str = field(repr=False)
    service: str
    purpose: str = field(repr=False)
    rule: str = ""
    clause: str = ""
    policy: str = ""

    def problems(self) -> tuple[str, ...]:
        """What must be mended before it can be taken, in words."""
        found = []
        if not self.purpose.strip():
            found.append("say what you need it for")
        if not self.person and not self.name.strip():
            found.append("say who you are")
        for text, most, what in (
            (self.purpose, LONGEST_PURPOSE, "what it is for"),
            (self.name, LONGEST_NAME, "a name"),
        ):
            if len(text) > most:
                found.append(f"{what} is at most {most} characters")
        return tuple(found)

    def cleaned(self) -> Asking:
        """The same without what could play tricks on whoever reads it; of the rule as much as a page would show."""
        name, purpose = readable(self.name)[:LONGEST_NAME], readable(self.purpose)[:LONGEST_PURPOSE]
        quoted = (readable(text)[:LONGEST_WORD] for text in (self.rule, self.clause, self.policy))
        rule, clause, policy = quoted
        return replace(self, name=name, purpose=purpose, rule=rule, clause=clause, policy=policy)

    def is_by(self, device: str, person: str) -> bool:
        """True if the same person asked, or the same device where no person is known."""
        if self.person or person:
            return self.person == person
        return self.device == device


def readable(text: str) -> str:
    """Text on one line without control characters and halves of characters."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


@dataclass(frozen=True, slots=True)
class Answer:
    """What an officer answered, in a word where they gave one; `until` is None where they refused or revoked."""

    officer: str
    at: datetime
    until: datetime | None = None
    word: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """A request and what came of it. `told` is true once the head's letter is in the outbox."""

    id: str
    at: datetime
    asking: Asking
    answer: Answer | None = None
    revoked: Answer | None = None
    told: bool = False

    def standing(self, now: datetime) -> Standing:
        """How it stands at an instant."""
        if self.revoked is not None:
            return Standing.REVOKED
        if self.answer is None:
            return Standing.WAITING if now < self.at + LAPSE else Standing.LAPSED
        if self.answer.until is None:
            return Standing.REFUSED
        return Standing.GRANTED if now < self.answer.until else Standing.ENDED

    @property
    def over(self) -> datetime:
        """The instant from which nothing of it holds: refused, revoked, ended or lapsed; it may be still to come."""
        if self.revoked is not None:
            return self.revoked.at
        if self.answer is None:
            return self.at + LAPSE
        return self.answer.until or self.answer.at

    def permission(self) -> Authorisation | None:
        """The authorisation that it gives, by its number; None where it gives none."""
        if self.answer is None or self.answer.until is None or self.revoked is not None:
            return None
        one = self.asking
        persons = frozenset({one.person}) if one.person else frozenset()
        devices = frozenset() if one.person else frozenset({one.device})
        until, services = self.answer.until, frozenset({one.service})
        return Authorisation(self.id, self.answer.at, until, one.purpose, persons, frozenset(), devices, services, True)

    @property
    def word(self) -> str:
        """The last word of an officer to whoever asked, or ""."""
        last = self.revoked or self.answer
        return last.word if last else ""


def may_decide(asking: Asking, officer: Officer) -> str:
    """Why this officer may not answer that request, or "" if they may: the head does, and the chair for the head."""
    if officer.office not in (Office.HEADTEACHER, Office.CHAIR_OF_GOVERNORS):
        return "the headteacher answers access requests, and the chair of governors where the head asks"
    if officer.person and officer.person == asking.person:
        return "nobody answers their own request; the chair of governors does that"
    return ""


@dataclass(frozen=True, slots=True)
class Said:
    """What whoever asked is shown on the device that they asked on: of the last request for a service."""

    device: str
    person: str = field(repr=False)
    service: str
    standing: Standing
    asked: datetime
    until: datetime | None = None
    word: str = field(default="", repr=False)

    def is_for(self, client: Client, service: str) -> bool:
        """True if it is that client's own. A person's answer is shown to that person alone."""
        return self.service == service and (
            client.person == self.person if self.person else not client.person and client.device == self.device
        )


@dataclass(frozen=True, slots=True)
class Permits:
    """What workers and steward know of requests."""

    granted: tuple[Authorisation, ...] = ()
    said: tuple[Said, ...] = ()

    def waiting(self, asking: Asking, at: datetime) -> Permits:
        """The same with a request that was just made, until the supervisor tells of it."""
        fresh = Said(asking.device, asking.person, asking.service, Standing.WAITING, at)
        who = fresh.person or fresh.device
        others = (one for one in self.said if (one.person or one.device, one.service) != (who, fresh.service))
        return replace(self, said=(*others, fresh))

    def moved(self, by: timedelta) -> Permits:
        """The same by a clock that goes so much ahead: in a rehearsal a permission holds for as long."""
        if not by:
            return self
        granted = (replace(one, starts=one.starts + by, ends=one.ends + by) for one in self.granted)
        said = (replace(one, asked=one.asked + by, until=one.until and one.until + by) for one in self.said)
        return Permits(tuple(granted), tuple(said))

    def as_message(self) -> dict[str, Any]:
        """As plain data for the link; what a permission is for stays with the supervisor."""
        granted = [
            [one.number, one.starts.isoformat(), one.ends.isoformat(), *map(sorted, _who(one))] for one in self.granted
        ]
        said = [
            [one.device, one.person, one.service, one.standing.value, one.asked.isoformat(), _text(one.until), one.word]
            for one in self.said
        ]
        return {"permits": {"granted": granted, "said": said}}

    @classmethod
    def of_message(cls, message: Mapping[str, Any]) -> Permits:
        """The inverse; nothing where the message speaks of none."""
        found = message.get("permits", {"granted": (), "said": ()})
        granted = (_authorisation(*row) for row in found["granted"])
        said = (_said(*row) for row in found["said"])
        return cls(tuple(granted), tuple(said))


def permits_of(requests: Iterable[AccessRequest], now: datetime) -> Permits:
    """What holds at an instant, and what whoever asked is shown: for each person or device and service the latest."""
    granted, last = list[Authorisation](), dict[tuple[str, str], Said]()
    for one in sorted(requests, key=lambda request: request.at):
        standing, permission = one.standing(now), one.permission()
        if permission is not None and standing is Standing.GRANTED:
            granted.append(permission)
        asking, until = one.asking, one.answer.until if one.answer and not one.revoked else None
        if now < one.over + SHOWN:
            said = Said(asking.device, asking.person, asking.service, standing, one.at, until, one.word)
            last[asking.person or asking.device, asking.service] = said
    return Permits(tuple(granted), tuple(last.values()))


def given(requests: Iterable[AccessRequest]) -> tuple[Authorisation, ...]:
    """Every permission that was given, in force or over; one that was revoked ends then."""
    found = []
    for one in requests:
        permission = replace(one, revoked=None).permission()
        if permission is not None:
            found.append(replace(permission, ends=min(one.over, permission.ends)))
    return tuple(found)


def permitting(engine: Engine, permits: Permits) -> Engine:
    """The engine with what is granted now; what site.yaml names stays."""
    named = tuple(one for one in engine.authorisations if not one.granted)
    return replace(engine, authorisations=(*named, *permits.granted))


def may_ask(engine: Engine, ruling: Ruling) -> bool:
    """True if an authorisation would lift this block: for staff whom the directory knows, and no sensitive service."""
    situation = ruling.situation
    client, match = situation.client, situation.match
    if match is None or match.service.sensitive or not client.role.is_staff or not (client.person or client.device):
        return False
    return not engine.rule_on(replace(situation, authorised=True), ruling.at).blocks


def next_turn(requests: Iterable[AccessRequest], now: datetime) -> datetime | None:
    """When what holds changes by itself."""
    turns = (turn for one in requests for turn in (one.over, one.over + SHOWN) if turn > now)
    return min(turns, default=None)


def _who(one: Authorisation) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    return one.persons, one.devices, one.services


def _text(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat() if at else ""


def _authorisation(
    number: str, starts: str, ends: str, persons: list[str], devices: list[str], services: list[str]
) -> Authorisation:
    return Authorisation(
        number,
        datetime.fromisoformat(starts),
        datetime.fromisoformat(ends),
        "",
        persons=frozenset(persons),
        devices=frozenset(devices),
        services=frozenset(services),
        granted=True,
    )


def _said(device: str, person: str, service: str, standing: str, asked: str, until: str, word: str) -> Said:
    ends = datetime.fromisoformat(until) if until else None
    return Said(device, person, service, Standing(standing), datetime.fromisoformat(asked), ends, word)
