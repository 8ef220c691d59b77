"""What the first bytes of a flow turned out to be: the answer of every parser of this room."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple

_NAME = re.compile(rb"[0-9A-Za-z_.-]{1,255}")


class State(Enum):
    """Whether a reading stands."""

    DONE = auto()
    MORE = auto()
    """More bytes may tell; `name` is what is known so far."""
    OTHER = auto()
    """No beginning of a client's: something else, or the middle of a flow."""
    SERVER = auto()
    """A server's answer: this is the other direction."""


class Reading(NamedTuple):
    """A protocol of `lines`, and the name if there is one."""

    state: State
    protocol: str
    name: str | None = None
    hidden: bool = False


def clean(raw: bytes) -> str | None:
    """A name from the wire in lower case without the last dot; None if it could be none."""
    if _NAME.fullmatch(raw) is None:
        return None
    return raw.decode("ascii").lower().rstrip(".") or None
