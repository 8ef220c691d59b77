"""Nodes as the JSON that an editor's language server would make of them (YAML 1.2, core schema)."""

from __future__ import annotations

import re
from typing import Any

from agent.packs.nodes import Items, Node, Table, Text

_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


def as_json(node: Node) -> Any:
    """The value that JSON Schema is applied to."""
    if isinstance(node, Table):
        return {key: as_json(value) for key, value in node.entries.items()}
    if isinstance(node, Items):
        return [as_json(value) for value in node.values]
    assert isinstance(node, Text)
    if not node.plain:
        return node.value
    if re.fullmatch(r"[-+]?[0-9]+", node.value):
        return int(node.value)
    return _WORDS.get(node.value, node.value)
