"""YAML text → nodes: scalars stay text, lists and tables know their place. The first step of every load.

Only the part of YAML that people can read aloud is allowed: one document, no anchors, aliases or tags, no
repeated keys. `12:30` stays "12:30" and `no` stays "no"; what they mean is for the shapes to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NoReturn

import yaml

from agent.problems import Place, Problems

MAX_BYTES = 1_000_000
MAX_DEPTH = 24
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAB = re.compile(r"^[^#\n]*\t", re.MULTILINE)
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_NAMING_KEYS = ("rule", "service", "bell", "case", "clause", "number")


@dataclass(slots=True, eq=False)
class Node:
    """A value of the file. `key` is its key or its number (from 0) in its parent."""

    place: Place
    parent: Table | Items | None = field(default=None, repr=False)
    key: str | int = ""

    @property
    def where(self) -> str:
        """The way to this node, such as `bells[main].periods[3].from`; list items count from 1."""
        if self.parent is None:
            return ""
        above = self.parent.where
        if isinstance(self.key, int):
            return f"{above}[{_item_name(self)}]"
        return f"{above}.{self.key}" if above else self.key


@dataclass(slots=True, eq=False)
class Text(Node):
    """A scalar as it was written; `plain` if without quotes."""

    value: str = ""
    plain: bool = True


@dataclass(slots=True, eq=False)
class Items(Node):
    """A list."""

    values: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Table(Node):
    """A mapping; `keys` are the places of its keys."""

    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)


def say(problems: Problems, node: Node, what: str, hint: str = "") -> None:
    """Note a problem at a node."""
    problems.add(node.place, node.where, what, hint)


def parse(file: str, data: bytes, problems: Problems) -> Node | None:
    """The root node of a YAML file, or None if it cannot be read at all; never raises, whatever the bytes."""
    text = decode(file, data, problems)
    if text is None:
        return None
    try:
        return _Composer(file, problems).compose(text)
    except _Refused:
        return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        problems.add(place, "", f"this is not YAML: {error.problem or 'it cannot be read'}", _yaml_hint(error))
    except (yaml.YAMLError, ValueError, RecursionError):
        problems.add(Place(file), "", "this is not YAML: it cannot be read")
    return None


def decode(file: str, data: bytes, problems: Problems) -> str | None:
    """The text of a file, or None with a Problem: too long, not UTF-8, control characters, tabs."""
    if len(data) > MAX_BYTES:
        problems.add(Place(file), "", f"the file is longer than {MAX_BYTES:,} bytes")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        place = Place(file, before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        problems.add(place, "", "this is not UTF-8 text", "save the file with the encoding UTF-8")
        return None
    for pattern, what, hint in (
        (_UNPRINTABLE, "a control character stands here", "delete it"),
        (_TAB, "a tab stands here", "use spaces"),
    ):
        found = pattern.search(text)
        if found:
            problems.add(_place(file, text, found.end() - 1), "", what, hint)
            return None
    return text


def _place(file: str, text: str, offset: int) -> Place:
    return Place(file, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def _item_name(node: Node) -> str:
    """A list item is called by its id where it has one."""
    if isinstance(node, Table):
        for key in _NAMING_KEYS:
            name = node.entries.get(key)
            if isinstance(name, Text) and name.value:
                return name.value[:40]
    return str(int(node.key) + 1)


def _yaml_hint(error: yaml.MarkedYAMLError) -> str:
    if error.context and "mapping" in error.context:
        return "check the spaces at the start of the line, the colons and the commas"
    if "found character" in (error.problem or ""):
        return 'put the value in quotes: "..."'
    return ""


class _Refused(Exception):
    """The file has a construct after which reading on makes no sense."""


class _Composer:
    """Builds nodes from parse events on a stack of its own, so that depth is bounded and aliases are seen."""

    def __init__(self, file: str, problems: Problems) -> None:
        self._file = file
        self._problems = problems
        self._stack: list[Table | Items] = []
        self._keys: list[Text | None] = []
        self._root: Node | None = None
        self._documents = 0

    def compose(self, text: str) -> Node | None:
        """Read every event; the root node, or None with a Problem if the file is empty."""
        for event in yaml.parse(text, Loader=_LOADER):
            self._take(event)
        if self._root is None:
            self._problems.add(Place(self._file), "", "the file is empty")
        return self._root

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._check_plain(event)
            plain = event.style in (None, "")
            self._put(Text(self._at(event), value=event.value, plain=plain))
        elif isinstance(event, yaml.MappingStartEvent):
            self._open(event, Table(self._at(event)))
        elif isinstance(event, yaml.SequenceStartEvent):
            self._open(event, Items(self._at(event)))
        elif isinstance(event, yaml.CollectionEndEvent):
            self._stack.pop()
            self._keys.pop()
        elif isinstance(event, yaml.AliasEvent):
            self._refuse(event, "an alias (*) is not allowed here", 'write the value out, or quote it: "*"')
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._refuse(event, "a second document begins here", "one file, one document: delete the ---")

    def _open(self, event: yaml.CollectionStartEvent, node: Table | Items) -> None:
        self._check_plain(event)
        if len(self._stack) >= MAX_DEPTH:
            self._problems.add(self._at(event), "", "this is nested too deeply", f"at most {MAX_DEPTH} levels are read")
            raise _Refused
        self._put(node)
        self._stack.append(node)
        self._keys.append(None)

    def _put(self, node: Node) -> None:
        if not self._stack:
            self._root = node
            return
        parent = self._stack[-1]
        node.parent = parent
        if isinstance(parent, Items):
            node.key = len(parent.values)
            parent.values.append(node)
        else:
            self._put_entry(parent, node)

    def _put_entry(self, parent: Table, node: Node) -> None:
        key = self._keys[-1]
        if key is None:
            if not isinstance(node, Text):
                self._problems.add(node.place, parent.where, "a key must be a plain word")
                raise _Refused
            self._keys[-1] = node
            return
        self._keys[-1], node.key = None, key.value
        if key.value in parent.entries:
            first = parent.keys[key.value].line
            hint = f"it stands on line {first} already; keep one of the two"
            self._problems.add(key.place, parent.where, f"the key {key.value[:40]!r} is repeated", hint)
        else:
            parent.entries[key.value], parent.keys[key.value] = node, key.place

    def _check_plain(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor is not None:
            self._refuse(event, "an anchor (&) is not allowed here", 'write the value out, or quote it: "&"')
        if event.tag is not None:
            self._refuse(event, "a tag (!) is not allowed here", 'delete it, or quote the value: "!"')

    def _at(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        assert mark is not None, "the parser marks every event"
        return Place(self._file, mark.line + 1, mark.column + 1)

    def _refuse(self, event: yaml.Event, what: str, hint: str) -> NoReturn:
        where = self._stack[-1].where if self._stack else ""
        self._problems.add(self._at(event), where, what, hint)
        raise _Refused
