"""What has been read of a list: the names that it claims, and a count of everything that it cannot claim.

Readers put lines in; nothing is lost without being counted under a reason that a technician understands.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from agent.core.hosts import canonical, is_address
from agent.core.lists import How
from agent.core.registries import is_registry

LONGEST_LINE = 4096
MOST_NAMES = 6_000_000
MOST_PATTERNS = 200


class Refused(Exception):
    """A list is not taken; the text says what is wrong with it, where, and what to do."""


class Reason:
    """Why something in a list claims nothing."""

    URL = "addresses within a site"
    ADDRESS = "IP addresses"
    TOP_LEVEL = "whole top-level domains"
    SUFFIX = "domains that registries sell names under"
    NOT_A_NAME = "not a host name"
    OTHER_RULE = "rules that turn on more than the name"
    PATTERN = "patterns that are not safe to try"
    ATTRIBUTE = "of attributes that are not wanted"
    NOT_PICKED = "of services that are not picked"
    OWN_NAME = "names of the machine itself"
    ELSEWHERE = "names that are sent elsewhere"
    LEFT_OUT = "left out by the school"


@dataclass(slots=True)
class Draft:
    """A list as it is read. `entries` counts its rules, whatever became of them; `odd` are lines nobody understood."""

    names: dict[str, How] = field(default_factory=dict)
    patterns: dict[str, None] = field(default_factory=dict)
    entries: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    odd: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def claim(self, text: str, how: How = How.WITHIN, line: int = 0) -> None:
        """One rule about a host. What cannot be a host of a service is counted as left out."""
        self.entries += 1
        try:
            name = canonical(text)
        except ValueError:
            self._not_a_name(text, line)
            return
        if "." not in name:
            self.left_out[Reason.TOP_LEVEL] += 1
        elif is_registry(name) and how is not How.EXCEPT:
            self.left_out[Reason.SUFFIX] += 1
        else:
            self._add(name, how)

    def leave(self, reason: str) -> None:
        """One rule that claims nothing."""
        self.entries += 1
        self.left_out[reason] += 1

    def search(self, text: str, line: int = 0) -> None:
        """A rule by a regular expression; one that could take for ever, or that nobody can read, is left out."""
        self.entries += 1
        if len(self.patterns) < MOST_PATTERNS and is_safe(text):
            self.patterns.setdefault(text)
        else:
            self.left_out[Reason.PATTERN] += 1

    def not_understood(self, line: int, why: str) -> None:
        """A line that is no rule of this format."""
        self.entries += 1
        self.left_out[Reason.NOT_A_NAME] += 1
        self.odd.append((line, why))

    def _add(self, name: str, how: How) -> None:
        """The first thing said of a name stands, but an exception stands over all, and a whole domain over one host."""
        known = self.names.get(name)
        if known is None or how is How.EXCEPT or (how is How.WITHIN and known is How.EXACT):
            self.names[name] = how
            if len(self.names) > MOST_NAMES:
                raise Refused(f"it has more than {MOST_NAMES:,} hosts; is it the right list?")

    def _not_a_name(self, text: str, line: int) -> None:
        if is_address(text.strip()):
            self.left_out[Reason.ADDRESS] += 1
            return
        self.left_out[Reason.NOT_A_NAME] += 1
        self.odd.append((line, "not a host name"))


_ATOM = re.compile(r"\\[wdsb.\-/]|\[\^?[a-z0-9_.\\-]+\]|[a-z0-9_.\-]", re.IGNORECASE)
_REPEAT = re.compile(r"[+*?]\??|\{\d{1,2}(?:,\d{0,2})?\}")


def is_safe(text: str) -> bool:
    """True for a pattern that is tried in a time that grows little with the name.

    Groups are not repeated and at most one part of a pattern repeats without end (two where it begins with ^), so
    nothing is tried in ever more ways. It must have three letters of its own, or it would fit anything.
    """
    if not 4 <= len(text) <= 200 or not text.isascii():
        return False
    endless, at, letters = 0, 0, 0
    while at < len(text):
        if atom := _ATOM.match(text, at):
            at = atom.end()
            letters += atom[0].isalnum()
            if repeat := _REPEAT.match(text, at):
                at = repeat.end()
                endless += repeat[0][0] in "+*" or repeat[0].endswith(",}")
        elif text[at] in "(|^$" or text[at] == ")":
            at += 3 if text.startswith("(?:", at) else 1
            if text[at - 1] == ")" and at < len(text) and text[at] in "+*{":
                return False
        else:
            return False
    return letters >= 3 and endless <= (2 if text.startswith("^") else 1) and _compiles(text)


def _compiles(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True
