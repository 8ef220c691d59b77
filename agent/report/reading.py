"""A report that was told before, read back from its JSON: what was told is never reckoned again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, TypeAliasType, Union, cast, get_args, get_origin, get_type_hints

from agent.core.smallcounts import FEW
from agent.report.figures import Week


def week_in(plain: Mapping[str, Any]) -> Week:
    """The figures of `Week.to_json`. Raises ValueError if this is none."""
    try:
        made = _made(Week, plain)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ValueError("is no report of this form") from None
    assert isinstance(made, Week)
    return made


def _made(form: Any, plain: Any) -> Any:
    """A value of that type."""
    if isinstance(form, TypeAliasType):
        return _figure(plain)
    if get_origin(form) in (Union, UnionType):
        return _optional(get_args(form), plain)
    if get_origin(form) is tuple:
        return tuple(_made(get_args(form)[0], one) for one in plain)
    if is_dataclass(form):
        hints = _hints(cast(type, form))
        return form(*(_made(hints[field.name], plain[field.name]) for field in fields(form)))  # type: ignore[operator]
    return _plain(form, plain)


def _optional(forms: tuple[Any, ...], plain: Any) -> Any:
    if plain is None:
        return None
    (form,) = (one for one in forms if one is not type(None))
    return _made(form, plain)


def _figure(plain: Any) -> Any:
    if plain == FEW.value:
        return FEW
    return _plain(int, plain)


def _plain(form: Any, plain: Any) -> Any:
    if form is datetime:
        return datetime.fromisoformat(plain)
    if form is date:
        return date.fromisoformat(plain)
    if isinstance(form, type) and issubclass(form, Enum):
        return form(plain)
    if type(plain) is not form:
        raise ValueError("is of another type")
    return plain


@cache
def _hints(form: type) -> dict[str, Any]:
    return get_type_hints(form)
