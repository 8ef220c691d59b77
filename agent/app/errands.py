"""What a running gateway does each minute: announce concerns, forget them, finish erasures, send letters."""

from __future__ import annotations

from collections.abc import Callable

from agent.app import access, concerns, subject
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.app.post import Courier, post_of
from agent.clock import Clock


def courier(in_force: Callable[[], Configuration], data: DataFolder, say: Callable[[str], None]) -> Courier:
    """What does it, by the configuration in force; by the machine's own clock also in a rehearsal: letters are real."""

    def before() -> None:
        try:
            concerns.round_of(in_force(), data, Clock().now)
            access.round_of(in_force(), data, Clock().now)
        finally:  # trouble with a concern keeps no erasure from being finished
            subject.finish(in_force(), data)

    return Courier(lambda: post_of(in_force(), data), say, before)
