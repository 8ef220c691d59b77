"""Frozen types ↔ plain data for JSON: by their annotations, so that there is no second list of a case's fields."""

from __future__ import annotations

import types
import typing
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

_TEXTS = (date, datetime)


def as_plain(value: Any) -> Any:
    """Plain data of a value: dataclasses as objects, sets in order, dates in ISO form."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, frozenset):
        return sorted(as_plain(one) for one in value)
    if isinstance(value, tuple):
        return [as_plain(one) for one in value]
    if isinstance(value, _TEXTS):
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else value


def of_plain[T](kind: type[T], data: Any) -> T:
    """The value of a dataclass that such data says. Raises ValueError; fields that are not there have their default."""
    try:
        made = _made(kind, data)
    except (TypeError, KeyError, AttributeError) as problem:
        raise ValueError(f"is not of the form of a {kind.__name__}") from problem
    assert isinstance(made, kind), "a dataclass gives itself"
    return made


def _made(kind: Any, data: Any) -> Any:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return None if data is None else _made(next(one for one in inner if one is not type(None)), data)
    if origin is tuple:
        kinds = [inner[0]] * len(data) if inner[-1] is Ellipsis else inner
        return tuple(_made(one, item) for one, item in zip(kinds, data, strict=True))
    if origin is frozenset:
        return frozenset(_made(inner[0], item) for item in data)
    if is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return kind(**{name: _made(hints[name], item) for name, item in data.items()})  # type: ignore[operator]
    return _simple(kind, data)


def _simple(kind: Any, data: Any) -> Any:
    if kind in _TEXTS:
        return kind.fromisoformat(data)
    if issubclass(kind, StrEnum):
        return kind(data)
    if type(data) is not kind:
        raise TypeError(f"{kind.__name__} is wanted")
    return data
