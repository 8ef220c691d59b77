"""Plain lists: a host a line, with everything under it; `#` begins a remark."""

from __future__ import annotations

from collections.abc import Mapping

from agent.core.lists import ListSource
from agent.lists.draft import Draft, Reason
from agent.lists.text import lines_of


def read(files: Mapping[str, bytes], source: ListSource, into: Draft) -> None:
    """Read every file."""
    for content in files.values():
        for number, line in lines_of(content):
            word = line.partition("#")[0].strip().removeprefix("*.").removeprefix(".")
            if not word:
                continue
            if "/" in word:
                into.leave(Reason.URL)
            elif " " in word or "\t" in word:
                into.not_understood(number, "more than one word")
            else:
                into.claim(word, line=number)
