"""Shapes for lists and tables. Fields are typed: `row[FIELD]` gives what the field's shape reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from agent.packs.nodes import Items, Node, Table, Text, say
from agent.packs.shapes import Schema, Shape, Unread
from agent.problems import Problems, did_you_mean


class _Required:
    """Marks a field that must be written."""


REQUIRED = _Required()


@dataclass(frozen=True, slots=True)
class Field[T]:
    """One key of a table; `default` is the value where the key is not written."""

    name: str
    shape: Shape[T]
    default: T | _Required = REQUIRED
    says: str = ""

    def schema(self) -> Schema:
        """The schema of the value, with what it means for an editor to show."""
        schema = self.shape.schema()
        return schema | {"description": self.says} if self.says else schema


class Row:
    """A table that was read. A field that was wrong is `Unread` again wherever it is asked for."""

    __slots__ = ("_values", "node")

    def __init__(self, node: Table, values: Mapping[str, object]) -> None:
        """`values` are those that could be read, by key."""
        self.node = node
        self._values = values

    def __getitem__[T](self, field: Field[T]) -> T:
        """The value, or the field's default. Raises Unread if it was wrong or is missing."""
        if field.name in self._values:
            return cast(T, self._values[field.name])
        if field.name in self.node.entries or isinstance(field.default, _Required):
            raise Unread
        return field.default

    def get[T, U](self, field: Field[T], otherwise: U) -> T | U:
        """The value, or `otherwise` if it could not be read."""
        try:
            return self[field]
        except Unread:
            return otherwise

    def written(self, field: Field[object]) -> bool:
        """True if the key stands in the file."""
        return field.name in self.node.entries

    def at(self, name: str) -> Node:
        """The node of a key, or of the whole table where the key is not written."""
        return self.node.entries.get(name, self.node)


@dataclass(frozen=True, slots=True)
class Fields:
    """A table with these keys and no others."""

    fields: tuple[Field[object], ...]
    says: str = ""

    def read(self, node: Node, problems: Problems) -> Row:
        """See `Shape.read`; only something that is not a table at all is Unread."""
        table = _as_table(node, problems)
        known = {field.name: field for field in self.fields}
        values: dict[str, object] = {}
        for name, child in table.entries.items():
            if name not in known:
                self._unknown(table, name, problems)
                continue
            try:
                values[name] = known[name].shape.read(child, problems)
            except Unread:
                continue
        self._missing(table, problems)
        return Row(table, values)

    def schema(self) -> Schema:
        """See `Shape.schema`."""
        required = [f.name for f in self.fields if isinstance(f.default, _Required)]
        schema: Schema = {
            "type": "object",
            "properties": {f.name: f.schema() for f in self.fields},
            "additionalProperties": False,
        }
        if required:
            schema["required"] = required
        return schema | {"description": self.says} if self.says else schema

    def _unknown(self, table: Table, name: str, problems: Problems) -> None:
        hint = did_you_mean(name, (field.name for field in self.fields))
        problems.add(table.keys[name], table.where, f"the key {name[:40]!r} is not known here", hint)

    def _missing(self, table: Table, problems: Problems) -> None:
        for field in self.fields:
            if isinstance(field.default, _Required) and field.name not in table.entries:
                say(problems, table, f"the key {field.name!r} is missing", field.says)


@dataclass(frozen=True, slots=True)
class Listing[T]:
    """A list; items that are wrong are reported and left out."""

    item: Shape[T]
    least: int = 0

    def read(self, node: Node, problems: Problems) -> tuple[T, ...]:
        """See `Shape.read`."""
        if not isinstance(node, Items):
            say(
                problems,
                node,
                "a list must stand here",
                "write it as [one, two], or with a dash on each line",
            )
            raise Unread
        if len(node.values) < self.least:
            say(problems, node, "the list is empty")
            raise Unread
        return read_each(self.item, node.values, problems)

    def schema(self) -> Schema:
        """See `Shape.schema`."""
        schema: Schema = {"type": "array", "items": self.item.schema()}
        return schema | {"minItems": self.least} if self.least else schema


@dataclass(frozen=True, slots=True)
class Some[T]:
    """One value or a list of at least one."""

    item: Shape[T]

    def read(self, node: Node, problems: Problems) -> tuple[T, ...]:
        """See `Shape.read`."""
        if not isinstance(node, Items):
            return (self.item.read(node, problems),)
        if not node.values:
            say(problems, node, "an empty list fits nothing", "leave the key out, or name at least one")
            raise Unread
        values = read_each(self.item, node.values, problems)
        if len(values) < len(node.values):
            raise Unread
        return values

    def schema(self) -> Schema:
        """See `Shape.schema`."""
        item = self.item.schema()
        return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}


@dataclass(frozen=True, slots=True)
class Mapped[K, V]:
    """A table with free keys of one shape and values of another."""

    key: Shape[K]
    value: Shape[V]

    def read(self, node: Node, problems: Problems) -> dict[K, V]:
        """See `Shape.read`; entries that are wrong are reported and left out."""
        table, values = _as_table(node, problems), {}
        for name, child in table.entries.items():
            key = Text(table.keys[name], table, name, value=name, plain=False)
            try:
                values[self.key.read(key, problems)] = self.value.read(child, problems)
            except Unread:
                continue
        return values

    def schema(self) -> Schema:
        """See `Shape.schema`."""
        return {
            "type": "object",
            "propertyNames": self.key.schema(),
            "additionalProperties": self.value.schema(),
        }


def read_each[T](shape: Shape[T], nodes: list[Node], problems: Problems) -> tuple[T, ...]:
    """What can be read of these nodes."""
    values = []
    for node in nodes:
        try:
            values.append(shape.read(node, problems))
        except Unread:
            continue
    return tuple(values)


def fields(*these: Field[object], says: str = "") -> Fields:
    """A table with these keys."""
    return Fields(these, says)


def _as_table(node: Node, problems: Problems) -> Table:
    if isinstance(node, Table):
        return node
    say(problems, node, "a table must stand here", "write `key: value` lines, or {key: value}")
    raise Unread
