"""The resolver's log, read as it comes from the pipe → which addresses were answered for names of the plan.

Every answer of dnsmasq has a number, and so has each line about it: what was asked for comes with the number first,
then aliases and addresses, from upstream or from the cache. All addresses of an answer count for the name that was
asked for. Nothing is kept but the numbers of the last answers that concern the plan. Who asked is looked at only
where the site wants hosts suggested (`learning`).
"""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable, Mapping

LONGEST_LINE = 65_536
LAST_WORDS = (b"dnsmasq:", b"setpriv:")
"""How a line begins that says why it could not begin; it names no site."""
MOST_OPEN = 10_000
"""Answers that are waited for at a time; the oldest are given up first."""


class Answers:
    """Feed it what comes from the pipe; it never raises, whatever that is.

    `domain_of` gives the name of the plan that a host lies under, or None. `answered` is told an address and that
    name. `lost` is called where the resolver says that lines are missing, `failed` with what it says before it
    gives up. `metered` maps names of no plan to the count that a question for them goes into.
    """

    def __init__(
        self,
        domain_of: Callable[[str], str | None],
        answered: Callable[[str, str], None],
        lost: Callable[[], None],
        metered: Mapping[str, str],
    ) -> None:
        self._domain_of, self._answered = domain_of, answered
        self._lost = lost
        self._metered = metered
        self._open: dict[tuple[bytes, bytes], str] = {}
        self._rest = b""
        self.counts: Counter[str] = Counter()
        self.failed: Callable[[str], None] = lambda why: None
        self.heard: Callable[[str, str], None] | None = None
        """Told who asked for which name, where somebody wants to know."""

    def follow(self, domain_of: Callable[[str], str | None], metered: Mapping[str, str]) -> None:
        """The plan has changed."""
        self._domain_of, self._metered = domain_of, metered

    def begin(self) -> None:
        """Another resolver has begun: its numbers start anew."""
        self._open.clear()
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Read what has come, and keep the beginning of a line for the next time."""
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = rest if len(rest) <= LONGEST_LINE else b""
        for line in lines:
            words = line.split(b" ")
            if words[0] in LAST_WORDS:
                self.failed(line.decode("ascii", "replace").strip())
            elif len(words) == 7:
                self._line(words)
            elif len(words) == 6 and words[1] == b"overflow:":
                self._lost()

    def _line(self, words: list[bytes]) -> None:
        """`dnsmasq[7]: 1 10.0.0.2/5353 query[A] name from 10.0.0.2`, or `… reply name is 192.0.2.1`."""
        # A process of its own answers over TCP, and numbers its answers as the first does: so both tell.
        process, number, _, verb, name, joint, value = words
        if joint == b"from":
            if verb.startswith(b"query["):
                host = name.decode("ascii", "replace").lower()
                self._asked((process, number), host)
                if self.heard is not None:
                    self.heard(value.decode("ascii", "replace"), host)
        elif joint == b"is" and (domain := self._open.get((process, number))) is not None:
            address = _address(value)
            if address:
                self._answered(address, domain)

    def _asked(self, key: tuple[bytes, bytes], name: str) -> None:
        domain = self._domain_of(name)
        if domain is not None:
            if len(self._open) >= MOST_OPEN:
                del self._open[next(iter(self._open))]
            self._open[key] = domain
        elif name in self._metered:
            self.counts[self._metered[name]] += 1


def _address(text: bytes) -> str:
    """The address, or "" for an alias, an error or anything else."""
    try:
        family = socket.AF_INET6 if b":" in text else socket.AF_INET
        return socket.inet_ntop(family, socket.inet_pton(family, text.decode("ascii")))
    except (OSError, UnicodeDecodeError, ValueError):
        return ""
