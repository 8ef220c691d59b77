"""The *sense* process as the steward keeps it: lines of JSON in, sights, counts and complaints out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from agent.gateway.steward.kept import Heard, Kept, Program
from agent.gateway.steward.slips import Sight

LONGEST_LINE = 65_536
Said = Sight | Mapping[str, int] | str
"""A flow that was read, counts since the process began, or a sentence about what went wrong."""


class Watch:
    """Keeps *sense* running. `decode` reads a line and raises ValueError for one that is none."""

    def __init__(
        self,
        program: Callable[[], Program],
        decode: Callable[[bytes], Said],
        seen: Callable[[Sight], None],
        say: Callable[[str], None],
    ) -> None:
        self._decode = decode
        self._seen = seen
        self._say = say
        self._rest = b""
        self._said = ""
        self._before: Mapping[str, int] = {}
        self.counts: Counter[str] = Counter()
        self.up = False
        self._kept = Kept(program, Heard(self.feed, self._began, self._ended), self._complain)

    @property
    def restarts(self) -> int:
        """How often it was brought back."""
        return self._kept.restarts

    def restart(self) -> None:
        """Begin anew, by other settings."""
        self._kept.restart()

    async def run(self) -> None:
        """Run until cancelled; then *sense* has ended."""
        try:
            await self._kept.run()
        finally:
            self.up = False

    def feed(self, data: bytes) -> None:
        """Read what has come."""
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = rest if len(rest) <= LONGEST_LINE else b""
        for line in lines:
            try:
                said = self._decode(line)
            except ValueError:
                self.counts["unread"] += 1
                continue
            self._take(said)

    def _take(self, said: Said) -> None:
        if isinstance(said, str):
            self._complain(said)
        elif isinstance(said, Mapping):
            self.up = True  # its first line, once it reads packets
            for what, count in said.items():
                self.counts[what] += max(0, count - self._before.get(what, 0))
            self._before = dict(said)
        else:
            self._seen(said)

    def _began(self) -> None:
        self._rest, self._before = b"", {}

    def _ended(self, code: int) -> None:
        self.up = False
        self._complain(f"sense ended ({code}); what slips past is not seen until it is back")

    def _complain(self, text: str) -> None:
        """Say it, unless it was the last thing said."""
        if text != self._said:
            self._said = text
            self._say(text)
