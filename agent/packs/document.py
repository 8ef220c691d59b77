"""What a policy says about itself as a document → core Document: adoption, review, consultation, settings."""

from __future__ import annotations

from collections.abc import Iterable

from agent.core.document import Document, Review, SettingInForce
from agent.packs.scalars import DATE, TEXT
from agent.packs.settings import Settings, Value
from agent.packs.shapes import Choice, Unread
from agent.packs.tables import Field, Listing, Row, fields

_NO_ROW: Row | None = None
_YEARS = {"1 year": 1, "2 years": 2, "3 years": 3}

ON = Field("on", DATE, says="The day of adoption.")
BY = Field("by", TEXT, says="The body that adopted it, not a person.")
EVERY = Field("every", Choice(_YEARS), says="How often the written policy is to be looked at again.")
DUE = Field("due", DATE, says="The day by which it is due next.")
ADOPTED: Field[Row | None] = Field("adopted", fields(ON, BY), _NO_ROW, says="When, and by which body.")
REVIEW: Field[Row | None] = Field("review", fields(EVERY, DUE), _NO_ROW, says="When it is to be looked at again.")
CONSULTED: Field[tuple[str, ...]] = Field(
    "consulted", Listing(TEXT), (), says="Who was consulted, such as staff or unions; bodies, not persons."
)


def load_document(row: Row, settings: Settings, left_out: Iterable[str]) -> Document:
    """The document of a policy; what is wrong with its dates has been reported."""
    adopted = row.get(ADOPTED, None)
    return Document(
        adopted.get(ON, None) if adopted else None,
        adopted.get(BY, "") if adopted else "",
        _review(row.get(REVIEW, None)),
        row.get(CONSULTED, ()),
        tuple(
            SettingInForce(s.name, value_text(s.value), value_text(s.default), s.clause, s.says)
            for s in settings.values()
            if s is not None
        ),
        tuple(left_out),
    )


def value_text(value: Value) -> str:
    """A setting's value as it reads."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value} minutes"
    if isinstance(value, frozenset):
        return ", ".join(sorted(value)) or "none"
    return value


def _review(row: Row | None) -> Review | None:
    try:
        return Review(row[EVERY], row[DUE]) if row else None
    except Unread:
        return None
