"""Sessions, in the memory of the console's process alone: the browser holds a secret, the console its hash.

A console that is started again has none, and everybody signs in anew. The proof of a form is made of the browser's
secret and a key that lives as long as the process, so that a secret that nobody has signed in with has one too.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import replace
from threading import Lock

from agent.core.sessions import Session

MOST = 5000


class Keyring:
    """Every session that has begun and not ended. Safe between threads. `now`: seconds that never go back."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._key = secrets.token_bytes(32)
        self._sessions: dict[bytes, Session] = {}
        self._lock = Lock()

    def fresh(self) -> str:
        """A secret for a browser that has none; nobody has signed in with it."""
        return secrets.token_urlsafe(32)

    def begin(self, user: str, by: str) -> str:
        """Begin a session under a new secret."""
        secret, now = self.fresh(), self._now()
        with self._lock:
            self._tidy(now)
            self._sessions[self._hashed(secret)] = Session(user, by, now, now)
        return secret

    def find(self, secret: str) -> Session | None:
        """The session of a secret, used now; None if there is none or it is over."""
        key, now = self._hashed(secret), self._now()
        with self._lock:
            found = self._sessions.get(key)
            if found is None or found.over(now):
                self._sessions.pop(key, None)
                return None
            self._sessions[key] = found.used(now)
        return found

    def end(self, secret: str) -> Session | None:
        """End a session; the one that it was."""
        with self._lock:
            return self._sessions.pop(self._hashed(secret), None)

    def end_all(self, user: str) -> int:
        """End every session of a user; how many there were."""
        with self._lock:
            theirs = [key for key, one in self._sessions.items() if one.user == user]
            for key in theirs:
                del self._sessions[key]
        return len(theirs)

    def refused(self, secret: str) -> None:
        """Count a refusal."""
        self._change(secret, lambda session: session.refused())

    def say(self, secret: str, text: str) -> None:
        """Have the next page say this first."""
        self._change(secret, lambda session: replace(session, said=text))

    def proof(self, secret: str) -> str:
        """What a form of that browser carries."""
        return hmac.new(self._key, secret.encode("ascii", "replace"), hashlib.sha256).hexdigest()

    def proves(self, secret: str, proof: str) -> bool:
        """True if that is the proof of that browser."""
        return hmac.compare_digest(self.proof(secret).encode(), proof.encode("utf-8", "replace"))

    def _change(self, secret: str, change: Callable[[Session], Session]) -> None:
        key = self._hashed(secret)
        with self._lock:
            if key in self._sessions:
                self._sessions[key] = change(self._sessions[key])

    def _tidy(self, now: float) -> None:
        """Forget what is over; of more than there is room for, the one that was used longest ago."""
        for key in [key for key, one in self._sessions.items() if one.over(now)]:
            del self._sessions[key]
        if len(self._sessions) >= MOST:
            del self._sessions[min(self._sessions, key=lambda key: self._sessions[key].seen)]

    def _hashed(self, secret: str) -> bytes:
        return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
