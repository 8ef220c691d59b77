"""What a running gateway does each minute: announce concerns, forget them, finish erasures, report, send letters."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime

from agent.app import access, concerns, subject
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.app.post import Courier, post_of
from agent.app.reportround import report_round
from agent.clock import Clock


def courier(
    in_force: Callable[[], Configuration],
    data: DataFolder,
    say: Callable[[str], None],
    rehearsing: bool = False,
    now: Callable[[], datetime] = Clock().now,
) -> Courier:
    """What does it, by the configuration in force; by the machine's own clock also in a rehearsal: letters are real.

    In a rehearsal no week is told: what is recorded then is not of this time.
    """
    report = report_round(in_force, data, now)

    def before() -> None:
        config = in_force()
        with (
            ExitStack() as errands
        ):  # the last comes first, and trouble with one keeps none of the others from being done
            if not rehearsing:
                errands.callback(report)
            errands.callback(subject.finish, config, data)
            errands.callback(access.round_of, config, data, Clock().now)
            errands.callback(concerns.round_of, config, data, Clock().now)

    return Courier(lambda: post_of(in_force(), data), say, before)
