"""Failures of our own code in the steward: said once a place, counted each time, and never more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Trouble:
    """`count` is how many there were. What a failure tells is not repeated: it might name a site or an address."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._said: set[str] = set()
        self.count = 0

    def heard(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """An event loop's exception handler; its own would print what was being handled, with all that it holds."""
        self.of(context.get("exception") or RuntimeError())

    def of(self, failure: BaseException) -> None:
        """Say where it came from and of what kind it is."""
        trace = failure.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
        text = f"steward: {type(failure).__name__} at {where}; it goes on without"
        self.count += 1
        if text not in self._said:
            self._said.add(text)
            self._say(text)
