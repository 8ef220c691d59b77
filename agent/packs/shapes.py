"""What a single value must look like. A shape reads a node into a value, and says the same as JSON Schema.

One mechanism for both, so an editor's check and the load cannot differ. The values themselves (dates, hosts)
are in `scalars`, lists and tables in `tables`. A value that does not fit is reported once and then `Unread`;
what stands around it is read on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from agent.packs.nodes import Items, Node, Table, Text, say
from agent.problems import Problems, did_you_mean

Schema = dict[str, Any]


class Unread(Exception):
    """A value could not be read; why has been reported already."""


class Shape[T](Protocol):
    """Reads a node into a T."""

    def read(self, node: Node, problems: Problems) -> T:
        """The value. Raises Unread after reporting why there is none."""

    def schema(self) -> Schema:
        """The same as JSON Schema (draft 2020-12)."""


@dataclass(frozen=True, slots=True)
class Located[T]:
    """A value with the node that it was read from, for problems that show only later."""

    value: T
    node: Node


@dataclass(frozen=True, slots=True)
class Scalar[T]:
    """A value on one line. `convert` raises ValueError with what is wrong; `hint` says how to mend it."""

    convert: Callable[[str], T]
    says: Schema
    hint: str = ""

    def read(self, node: Node, problems: Problems) -> T:
        """See `Shape.read`."""
        text = written(node, problems, self.hint)
        try:
            return self.convert(text)
        except ValueError as error:
            say(problems, node, str(error), self.hint)
            raise Unread from None

    def schema(self) -> Schema:
        """See `Shape.schema`."""
        return dict(self.says)


@dataclass(frozen=True, slots=True)
class Choice[T]:
    """One of a few words."""

    words: Mapping[str, T]

    def read(self, node: Node, problems: Problems) -> T:
        """See `Shape.read`."""
        text = written(node, problems, f"one of: {', '.join(self.words)}")
        if text in self.words:
            return self.words[text]
        say(problems, node, f"{shown(text)} is not known here", did_you_mean(text, self.words))
        raise Unread

    def schema(self) -> Schema:
        """See `Shape.schema`."""
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Flag:
    """yes or no; who writes true or false means the same."""

    def read(self, node: Node, problems: Problems) -> bool:
        """See `Shape.read`."""
        text = written(node, problems, "yes or no")
        if text not in _FLAGS:
            say(problems, node, f"{shown(text)} is not yes or no", "yes or no")
            raise Unread
        return _FLAGS[text]

    def schema(self) -> Schema:
        """See `Shape.schema`."""
        return {"enum": ["yes", "no", True, False]}


_FLAGS = {"yes": True, "no": False, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class At[T]:
    """The same shape, but the value comes with its node."""

    shape: Shape[T]

    def read(self, node: Node, problems: Problems) -> Located[T]:
        """See `Shape.read`."""
        return Located(self.shape.read(node, problems), node)

    def schema(self) -> Schema:
        """See `Shape.schema`."""
        return self.shape.schema()


@dataclass(frozen=True, slots=True)
class Anything:
    """Any node, unread: what it must be is known only later."""

    says: tuple[tuple[str, Any], ...] = ()

    def read(self, node: Node, problems: Problems) -> Node:
        """See `Shape.read`."""
        return node

    def schema(self) -> Schema:
        """See `Shape.schema`."""
        return dict(self.says)


@dataclass(frozen=True, slots=True)
class SettingRef:
    """`$name`: the value of one of the policy's settings."""

    name: str
    node: Node


@dataclass(frozen=True, slots=True)
class OrSetting[T]:
    """A value, or `$name` of a setting that holds one."""

    shape: Shape[T]

    def read(self, node: Node, problems: Problems) -> T | SettingRef:
        """See `Shape.read`."""
        if isinstance(node, Text) and node.value.startswith("$"):
            return SettingRef(node.value[1:], node)
        return self.shape.read(node, problems)

    def schema(self) -> Schema:
        """See `Shape.schema`."""
        return {"anyOf": [self.shape.schema(), {"type": "string", "pattern": r"^\$[a-z0-9][a-z0-9_-]*$"}]}


def one_of[E: StrEnum](*members: E) -> Choice[E]:
    """One of these members of an enumeration, by its word."""
    return Choice({str(member): member for member in members})


def written(node: Node, problems: Problems, hint: str = "") -> str:
    """The text of a scalar; a list, a table or nothing at all is a Problem."""
    if isinstance(node, Text) and (node.value or not node.plain):
        return node.value
    what = "a table" if isinstance(node, Table) else "a list" if isinstance(node, Items) else "nothing"
    say(problems, node, f"one value must stand here, not {what}", hint)
    raise Unread


def shown(text: str) -> str:
    """A value as a message repeats it: short, on one line."""
    return repr(text if len(text) <= 40 else text[:37] + "...")
