"""Every refusal is an entry of the audit chain; of what nobody in particular sends, so many an hour, the rest counted.

A signed-in user's refusals are few, as the session ends after some. Who has not signed in may send what they like: an
entry for each would let anybody on the network fill the disk.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Lock

from agent.core.audit import Tag
from agent.core.throttle import Throttle
from agent.store.auditlog import SYSTEM, AuditLog

NAMELESS, WITHIN = 120, 3600.0


class Refusals:
    """Writes refusals. `now`: seconds that never go back."""

    def __init__(self, log: AuditLog, stamp: Callable[[], datetime], now: Callable[[], float]) -> None:
        self._log, self._stamp, self._now = log, stamp, now
        self._nameless = Throttle(NAMELESS, WITHIN)
        self._left_out = 0
        self._lock = Lock()

    def note(self, actor: str, action: str, why: str, tag: Tag = Tag.CONSOLE_DENIED) -> None:
        """Write one down. `actor` is a user's id, or "" for nobody in particular. Raises StoreError."""
        detail = {"action": action, "why": why}
        if not actor and not self._counted(detail):
            return
        self._log.append(tag, actor or SYSTEM, self._stamp(), "", detail)

    def _counted(self, detail: dict[str, str]) -> bool:
        """True if it is to be written; then with how many were not, before it."""
        with self._lock:
            if self._nameless.wait("", self._now()):
                self._left_out += 1
                return False
            self._nameless.failed("", self._now())
            if self._left_out:
                detail["not-written-before"] = str(self._left_out)
                self._left_out = 0
        return True
