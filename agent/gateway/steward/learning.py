"""What the resolver's log says of hosts that the catalogue may lack. Only where the site asked for it.

Looked at are known devices of the school alone, and only as tokens: a hash of the device's id, whatever addresses it
has, under a key that lives in this process, and for a week. Where it is not known for sure whose an address is, nothing
is counted. Names go no further than the counts of agent/core/learning.py.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b

from agent.core.clients import Owner
from agent.core.engine import Engine
from agent.core.hosts import canonical
from agent.core.learning import Learner
from agent.core.steering import Steering


class Learning:
    """Hears questions, tells suggestions. `key` makes a fresh key."""

    def __init__(
        self, engine: Engine, settings: Steering, now: Callable[[], datetime], key: Callable[[], bytes] | None = None
    ) -> None:
        self._now = now
        self._make = key or (lambda: os.urandom(32))
        self.wanted = False
        """True where questions are heard: the site asks for it, and people were told."""
        self._begin(settings)
        self.follow(engine, settings)

    def follow(self, engine: Engine, settings: Steering) -> None:
        """Go by these from now on; where it is no longer wanted, all that was counted goes."""
        self._engine, before = engine, self.wanted
        self.wanted = settings.learn and engine.site.governance is not None
        self._learner.follow(settings.unwanted)
        if before and not self.wanted:
            self._begin(settings)

    def know(self, engine: Engine) -> None:
        """Go by an engine that differs in who has which address alone."""
        self._engine = engine

    def _begin(self, settings: Steering) -> None:
        self._learner, self._key = Learner(settings.unwanted), self._make()

    def heard(self, client: str, name: str) -> None:
        """A client asked the resolver for a name."""
        if not self.wanted:
            return
        at = self._now().timestamp()
        try:
            name = canonical(name)
            known = self._engine.directory.identify(client, at)
        except ValueError:
            return
        if known.owner is not Owner.SCHOOL or not known.device:  # a contested address is no device's
            return
        if self._learner.over(at):
            self._key = self._make()
        token = blake2b(known.device.encode(), key=self._key, digest_size=8).digest()
        self._learner.asked(token, name, self._engine.catalogue.match_name(name), at)

    def told(self) -> list[dict[str, str | int]]:
        """The suggestions as plain data."""
        return [
            {"host": one.host, "service": one.service, "pages": one.pages, "of": one.of}
            for one in self._learner.suggestions()
        ]
