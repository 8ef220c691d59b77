"""Categories of the Université Toulouse Capitole: `domains`, `urls` and `usage` of one folder, or `domains` alone.

A domain stands for all that is under it. What `urls` names is a part of a site, which no name can tell. `usage` says
whether the authors mean to block (black) or to allow (white) what is listed.
"""

from __future__ import annotations

from collections.abc import Mapping

from agent.core.lists import ListSource
from agent.lists.draft import Draft, Reason, Refused
from agent.lists.text import lines_of


def read(files: Mapping[str, bytes], source: ListSource, into: Draft) -> None:
    """Read the files of one category; a single file of whatever name is its `domains`."""
    by_kind = _by_kind(files)
    if "domains" not in by_kind and "urls" not in by_kind:
        raise Refused("there is no file called `domains` in it; a category of UT1 has one")
    for number, line in lines_of(by_kind.get("domains", b"")):
        if not line.startswith("#"):
            into.claim(line, line=number)
    for _, line in lines_of(by_kind.get("urls", b"")):
        if not line.startswith("#"):
            into.leave(Reason.URL)
    usage = {word for _, line in lines_of(by_kind.get("usage", b"")) for word in line.split()}
    if usage and "black" not in usage:
        into.notes.append("its authors mean it as a list of what to allow (usage: white)")


def _by_kind(files: Mapping[str, bytes]) -> dict[str, bytes]:
    if len(files) == 1:
        name, content = next(iter(files.items()))
        kind = name.rpartition("/")[2]
        return {kind if kind in ("urls", "usage") else "domains": content}
    found: dict[str, bytes] = {}
    for name, content in files.items():
        folder, _, kind = name.rpartition("/")
        if kind in ("domains", "urls", "usage"):
            if kind in found:
                raise Refused(f"it has more than one category ({folder} is another); name one of their folders")
            found[kind] = content
    return found
