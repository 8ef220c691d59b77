"""Whether a list that was read may count: what a broken or a hostile one is known by."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agent.core.hosts import suffixes
from agent.core.lists import Format, How
from agent.lists.draft import Draft, Reason, Refused

SHARED = "shared"
"""Stands in `leave-out` for everything that the whole web shares."""
LEAST_KNOWN = 20
"""A list that had fewer hosts may change as it likes."""
MOST_ODD = 0.05


LEAST_LETTERS = 5
"""A pattern that may fit anywhere in a name needs so many letters in a row."""
_EVERYDAY = tuple(
    f"www.{word}.example"
    for word in (
        "account", "books", "business", "chat", "church", "cloud", "college", "community", "connect", "education",
        "exam", "family", "football", "forum", "friends", "games", "games-online", "group", "health", "help",
        "homework", "hospital", "learning", "library", "lives", "maths", "media", "message", "music", "network",
        "news", "online", "people", "photos", "primary", "public", "pupil", "school", "science", "search", "server",
        "share", "social", "sports", "static", "store", "stream", "student", "teacher", "travel", "video",
        "weather", "world",
    )
)  # fmt: skip
"""Hosts that no list may mean by a word in their name: a pattern that fits one fits half of the web."""

_CLASSES = re.compile(r"\\[A-Za-z]|\[\^?[^\]]*\]|\{[^}]*\}")


def _nobody(name: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Shared:
    """Names that no list may claim, by what stands in catalogue/shared.yaml: each with its shared name.

    `roots` are the last two labels of those; `is_own` tells a host that the catalogue itself has under one.
    """

    never: frozenset[str]
    claimed: Mapping[str, str]
    roots: frozenset[str]
    is_own: Callable[[str], bool] = _nobody

    @classmethod
    def of(cls, never: frozenset[str], is_own: Callable[[str], bool] = _nobody) -> Shared:
        """The names themselves and all above them."""
        claimed = {parent: name for name in sorted(never, reverse=True) for parent in suffixes(name)}
        return cls(never, claimed, frozenset(map(_root, never)), is_own)

    def covers(self, name: str) -> str:
        """The name that would be claimed with this one: a shared one at or below it, or itself under one; else ""."""
        if name in self.claimed:
            return self.claimed[name]
        below = _root(name) in self.roots and not self.never.isdisjoint(suffixes(name))
        return name if below and not self.is_own(name) else ""

    def fits(self, text: str) -> str:
        """What a pattern would claim that is shared: a shared name, or what all the web says; "" if nothing."""
        found = next((name for name in sorted(self.never) if re.search(text, name)), "")
        return found or (f"whatever the pattern {text[:40]} fits" if _is_wide(text) else "")


def _root(name: str) -> str:
    """The last two labels."""
    return name[name.rfind(".", 0, max(0, name.rfind("."))) + 1 :]


def _is_wide(text: str) -> bool:
    """True for a pattern that fits everyday names, or that is short and may stand anywhere."""
    if any(re.search(text, host) for host in _EVERYDAY):
        return True
    plain = _CLASSES.sub(" ", text)
    if any(anchor in plain for anchor in ("^", "$", "\\.")):
        return False
    ways = [plain] if "(" in plain else plain.split("|")
    return min(max(map(len, re.findall(r"[A-Za-z0-9-]+", way)), default=0) for way in ways) < LEAST_LETTERS


def leave_out(draft: Draft, names: tuple[str, ...], shared: Shared) -> None:
    """Take out what the school does not want of a list: names with all that is under them, and what is shared."""
    wanted = frozenset(name for name in names if name != SHARED)
    if SHARED in names:
        _drop(draft, [name for name in draft.names if shared.covers(name)])
        for text in [text for text in draft.patterns if shared.fits(text)]:
            del draft.patterns[text]
            draft.left_out[Reason.LEFT_OUT] += 1
    if wanted:
        _drop(draft, [name for name in draft.names if any(one in wanted for one in suffixes(name))])
        for name in sorted(wanted):  # a domain above it may be in the list, or a pattern fit it
            draft.names[name] = How.EXCEPT


def check(draft: Draft, format: Format, shared: Shared, before: int, any_size: bool) -> None:
    """Raises Refused for a list that may not count. `before` is how many hosts it had."""
    if not draft.entries:
        raise Refused("it is empty")
    _check_lines(draft, format)
    if not draft.patterns and all(how is How.EXCEPT for how in draft.names.values()):
        raise Refused(f"none of its {draft.entries:,} entries can name a service's host ({_reasons(draft)})")
    _check_shared(draft, shared)
    _check_size(len(draft.names), before, any_size)


def _check_lines(draft: Draft, format: Format) -> None:
    odd = len(draft.odd)
    if (odd > 5 and odd > draft.entries * MOST_ODD) or odd == draft.entries:
        line, why = draft.odd[0]
        where = f", first on line {line}" if line else ""
        raise Refused(f"{odd:,} of {draft.entries:,} lines are not of the format {format} ({why}{where})")


def _check_shared(draft: Draft, shared: Shared) -> None:
    found = {shared.covers(name) for name, how in draft.names.items() if how is not How.EXCEPT}
    found |= {shared.fits(text) for text in draft.patterns}
    found.discard("")
    if found:
        names = sorted(found)
        few = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        word = names[0] if names[0] in draft.names and len(names) == 1 else SHARED
        hint = f"`leave-out: [{word}]` in site.yaml, or --leave-out {word}"
        raise Refused(f"it would claim {few}, which the whole web shares; if the rest of it is sound, say {hint}")


def _check_size(now: int, before: int, any_size: bool) -> None:
    if any_size or before < LEAST_KNOWN:
        return
    if now < before / 2:
        lost = round(100 * (1 - now / before))
        raise Refused(f"it has {now:,} hosts and had {before:,}: {lost} % are gone; if that is right, say --any-size")
    if now > before * 10:
        raise Refused(f"it has {now:,} hosts and had {before:,}; if that is right, say --any-size")


def _drop(draft: Draft, names: list[str]) -> None:
    for name in names:
        del draft.names[name]
    draft.left_out[Reason.LEFT_OUT] += len(names)


def _reasons(draft: Draft) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in draft.left_out.most_common(3))
