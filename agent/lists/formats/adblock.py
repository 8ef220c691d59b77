"""Lists in the syntax of AdBlock and AdGuard, as far as a name alone decides.

||example.org^              with all that is under it          @@||cdn.example.org^      not this part of it
|www.example.org^           this host alone                    0.0.0.0 www.example.org   the same, as a hosts file
/pattern/                   a regular expression               ! or #                    a remark
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent.core.hosts import is_address
from agent.core.lists import How, ListSource
from agent.lists.draft import Draft, Reason
from agent.lists.text import lines_of

_NAME_ALONE = frozenset(
    {"important", "all", "document", "doc", "popup", "third-party", "3p", "network", "~third-party"}
)
_RULE = re.compile(r"(?P<start>\|\||\||)(?:https?://|\*\.)?(?P<host>[^/^|$:*]+)(?P<end>[\^|/]*)")
_COSMETIC = re.compile(r"#@?[?$%]?@?#")


def read(files: Mapping[str, bytes], source: ListSource, into: Draft) -> None:
    """Read every file."""
    for content in files.values():
        for number, line in lines_of(content):
            rule(line, number, into)


def rule(line: str, number: int, into: Draft) -> None:
    """Read one rule."""
    if line.startswith("!") or (line.startswith("[") and line.endswith("]")):
        return
    if _COSMETIC.search(line):
        into.leave(Reason.OTHER_RULE)
    elif not line.startswith("#"):
        body = line.removeprefix("@@")
        _network(body, How.EXCEPT if body != line else None, number, into)


def _network(text: str, excepted: How | None, number: int, into: Draft) -> None:
    pattern = re.fullmatch(r"/(.+)/(?:\$(.*))?", text)
    if pattern is not None:
        if excepted or not _by_name(pattern[2] or ""):
            into.leave(Reason.OTHER_RULE)
        else:
            into.search(pattern[1], number)
        return
    body, _, options = text.partition("$")
    if not _by_name(options):
        into.leave(Reason.OTHER_RULE)
        return
    words = body.split()
    if len(words) == 2 and is_address(words[0]):
        into.claim(words[1], excepted or How.EXACT, number)
        return
    _host(body, excepted, number, into)


def _host(body: str, excepted: How | None, number: int, into: Draft) -> None:
    found = _RULE.fullmatch(body)
    if found is None:
        if "/" in body:
            into.leave(Reason.URL)
        elif "*" in body:
            into.leave(Reason.PATTERN)
        else:
            into.not_understood(number, "not a rule about a host")
        return
    how = How.WITHIN if found["start"] == "||" else How.EXACT
    into.claim(found["host"], excepted or how, number)


def _by_name(options: str) -> bool:
    """True if the options leave it to the name alone."""
    return all(option.strip().lower() in _NAME_ALONE for option in options.split(",") if option)
