"""Hosts files: an address and the names that it stands for; each name alone, for so a hosts file is read."""

from __future__ import annotations

from collections.abc import Mapping

from agent.core.hosts import is_address
from agent.core.lists import How, ListSource
from agent.lists.draft import Draft, Reason
from agent.lists.text import lines_of

_NOWHERE = frozenset({"0.0.0.0", "127.0.0.1", "::", "::1", "0", "127.0.0.0"})  # noqa: S104
_OWN = frozenset(
    {"localhost", "localhost.localdomain", "local", "broadcasthost", "0.0.0.0"}  # noqa: S104
    | {
        f"ip6-{name}"
        for name in ("localhost", "loopback", "localnet", "mcastprefix", "allnodes", "allrouters", "allhosts")
    }
)


def read(files: Mapping[str, bytes], source: ListSource, into: Draft) -> None:
    """Read every file."""
    for content in files.values():
        for number, line in lines_of(content):
            words = line.partition("#")[0].split()
            if words:
                _line(words, number, into)


def _line(words: list[str], number: int, into: Draft) -> None:
    address, *names = words
    if not names or not is_address(address.partition("%")[0]):
        into.not_understood(number, "not an address with names behind it")
        return
    for name in names:
        if name.lower() in _OWN:
            into.leave(Reason.OWN_NAME)
        elif address.partition("%")[0] not in _NOWHERE:
            into.leave(Reason.ELSEWHERE)
        else:
            into.claim(name, How.EXACT, number)
