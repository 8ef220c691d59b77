"""The hosts of outside lists for whoever builds a configuration: from the data folder, or by the path that was handed.

A table that is damaged is refused and the one before it used; where there is none that is a problem of the
configuration, so that a running gateway keeps what is in force.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from agent.app.parts import Listed
from agent.app.paths import DataFolder
from agent.lists.library import Library, LibraryError
from agent.lists.table import Table
from agent.problems import Problem


def say(text: str) -> None:
    """A line on standard error."""
    print(f"breaktime: {text}", file=sys.stderr, flush=True)


def listed_in(data: DataFolder, say: Callable[[str], None] = say) -> tuple[Listed, list[Problem]]:
    """The lists of a data folder, or what is wrong with all of their tables; none where there is no such folder."""
    if not data.root.is_dir():
        return Listed(), []
    library = library_of(data)
    try:
        table, doubt = library.open()
    except LibraryError as problem:
        what, _, hint = str(problem).partition("; ")
        return Listed(), [Problem(str(data.lists.absolute()), 1, 1, "", what, hint)]
    if doubt:
        say(doubt)
    return _listed(table, library.path_of(table.digest)) if table else Listed(), []


def library_of(data: DataFolder) -> Library:
    """The lists that a school has taken in."""
    return Library(data.lists, data.lists_in_force)


def pin(data: DataFolder, listed: Listed) -> None:
    """Say which table the gateway rules by: a worker that is brought back must find it."""
    draft = data.lists_in_force.with_suffix(".new")
    with suppress(OSError):  # on a full disk the old pin stands, and the table is there until the next update
        draft.write_text(listed.digest)
        draft.replace(data.lists_in_force)


def listed_at(path: str) -> Listed:
    """The lists of a table that the supervisor has opened. Raises what `Table.open` does."""
    return _listed(Table.open(Path(path)), Path(path)) if path else Listed()


def _listed(table: Table, path: Path) -> Listed:
    return Listed(table, table.digest, str(path.absolute()), table.head.means)
