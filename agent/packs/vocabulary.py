"""The words of a rule's conditions: each key with its fact, the values its words stand for, how it reads.

A headteacher writes `period: directed`; this table says which values of which fact that is, and how the
condition reads aloud in an explanation. `conditions` makes core conditions of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.calendar import DayKind
from agent.core.catalogue import Category
from agent.core.clients import STAFF, DeviceKind, Owner, Role, Zone
from agent.core.pupils import Pupils
from agent.core.timetable import DIRECTED, PeriodKind
from agent.packs.scalars import ID, YES_NO
from agent.packs.shapes import At, Choice, Located, OrSetting, SettingRef, Shape
from agent.packs.tables import Field, Fields, Some

SOCIAL_MEDIA = "social-media"
USED_UP, LEFT = "used-up", "left"

Values = frozenset[object]


@dataclass(frozen=True, slots=True)
class Key:
    """A key whose words stand for values of an enumeration. `yes` and `no` read with the words put in."""

    name: str
    fact: str
    words: Mapping[str, Values]
    yes: str
    no: str

    @property
    def universe(self) -> Values:
        """Every value that the fact can have."""
        return frozenset().union(*self.words.values())

    @property
    def shape(self) -> Shape[tuple[Located[str], ...]]:
        """One of the words or a list of them."""
        return Some(At(Choice({word: word for word in self.words})))


def _each(members: Iterable[StrEnum], **more: Iterable[StrEnum]) -> dict[str, Values]:
    words: dict[str, Values] = {str(member): frozenset({member}) for member in members}
    return words | {word.replace("_", "-"): frozenset(values) for word, values in more.items()}


_SIGN_UPS = (Activity.SIGN_UP, Activity.SCHOOL_SIGN_UP)  # a sign-up is one whatever address it names
_YES_NO: dict[str, Values] = {"yes": frozenset({True}), "no": frozenset({False})}
_PUPILS = {
    "present": frozenset({Pupils.PRESENT, Pupils.UNKNOWN}),  # where nobody knows, pupils may be about
    "absent": frozenset({Pupils.ABSENT}),
}
FINITE = {
    key.name: key
    for key in (
        Key("role", "role", _each(Role, staff=STAFF), "the role is {}", "the role is not {}"),
        Key("owner", "owner", _each(Owner), "the device's owner is {}", "the device's owner is not {}"),
        Key("device", "kind", _each(DeviceKind), "the device is a {}", "the device is not a {}"),
        Key("zone", "zone", _each(Zone), "the place is {}", "the place is not {}"),
        Key(
            "period",
            "period",
            _each(PeriodKind, directed=DIRECTED),
            "the period is {}",
            "the period is not {}",
        ),
        Key("day", "day", _each(DayKind), "the kind of day is {}", "the kind of day is not {}"),
        Key("activity", "activity", _each(Activity, sign_up=_SIGN_UPS), "the activity is {}", "the activity is not {}"),
        Key("account", "account", _each(Account), "the account is {}", "the account is not {}"),
    )
}
PUPILS = Key("pupils", "pupils", _PUPILS, "pupils are or may be present", "no pupils are present")
FLAGS = {
    key.name: key
    for key in (
        Key("authorised", "authorised", _YES_NO, "permission has been given", "no permission has been given"),
        Key(
            "concern",
            "concern",
            _YES_NO,
            "an approved case concerns the person",
            "no case concerns the person",
        ),
        Key(
            "official-user",
            "official_user",
            _YES_NO,
            "the person may use the school's accounts",
            "the person may not use the school's accounts",
        ),
    )
}
CATEGORIES = (*(str(category) for category in Category), SOCIAL_MEDIA)

_Words = tuple[Located[str], ...]
_NO_WORDS: _Words = ()

WORD_FIELDS: dict[str, Field[_Words | SettingRef]] = {
    name: Field(name, OrSetting(key.shape), _NO_WORDS) for name, key in (FINITE | {"pupils": PUPILS}).items()
}
FLAG_FIELDS: dict[str, Field[bool | None]] = {name: Field(name, YES_NO, None) for name in FLAGS}
PERSON: Field[_Words] = Field("person", Some(At(ID)), _NO_WORDS, says="Persons of people.csv.")
GROUP: Field[_Words] = Field("group", Some(At(ID)), _NO_WORDS, says="Groups of people.csv.")
CATEGORY: Field[_Words] = Field(
    "category", Some(At(Choice({word: word for word in CATEGORIES}))), _NO_WORDS, says="What kind of service."
)
SERVICE = Field(
    "service",
    OrSetting(Some(At(ID))),
    (),
    says="Services of the catalogue, or $name of a setting that lists them.",
)
SHOWS_ACCOUNT: Field[bool | None] = Field(
    "shows-account", YES_NO, None, says="Whether the service shows which account is acting."
)
ALLOWANCE: Field[str | None] = Field(
    "allowance", Choice({USED_UP: USED_UP, LEFT: LEFT}), None, says="The policy's minutes of personal use."
)
CONDITIONS = Fields(
    (*WORD_FIELDS.values(), *FLAG_FIELDS.values(), PERSON, GROUP, CATEGORY, SERVICE, SHOWS_ACCOUNT, ALLOWANCE),
)
