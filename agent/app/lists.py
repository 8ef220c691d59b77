"""`breaktime catalogue`: outside lists taken in, looked over and put in force, all of it or nothing."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from agent.app.build import build
from agent.app.folder import read_folder
from agent.app.paths import DataFolder
from agent.app.shelf import library_of, listed_in
from agent.core.catalogue import DictIndex
from agent.core.lists import ListSource
from agent.lists.checks import Shared
from agent.lists.fetch import Fetcher
from agent.lists.intake import Desk, Outcome, Taken, take
from agent.lists.library import Known, Library, LibraryError
from agent.packs.lists import write_meaning
from agent.problems import Problem

__all__ = ["LibraryError", "NotLoaded", "School", "Wanted", "listing", "remove", "take_in", "update"]

Say = Callable[[str], None]


class NotLoaded(Exception):
    """The configuration has problems, so nobody can say what lists mean."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problem(s)")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Wanted:
    """How lists are taken in. `preview`: look, and change nothing."""

    preview: bool = False
    any_size: bool = False
    again: bool = False
    fetcher: Fetcher | None = None


@dataclass(frozen=True, slots=True)
class School:
    """What a configuration says of lists. Their table may be what is broken, and is then left out."""

    sources: tuple[ListSource, ...]
    services: frozenset[str]
    library: Library
    desk: Desk

    @classmethod
    def of(cls, folder: Path, data: DataFolder, wanted: Wanted) -> School:
        """Read it. Raises NotLoaded."""
        files, problems = read_folder(folder)
        listed, _ = listed_in(data, lambda said: None)
        built = build(files, None, listed=listed)
        if built.engine is None or problems:
            raise NotLoaded(tuple(p.under(str(folder)) for p in sorted({*problems, *built.problems})))
        services = built.engine.catalogue.services
        own = DictIndex.of(services.values())

        def is_own(name: str) -> bool:
            return own.find(name) is not None

        desk = Desk(
            wanted.fetcher or Fetcher(_trusting(built.gateway.upstream_ca)),
            Shared.of(built.shared, is_own),
            is_own,
            wanted.any_size,
            wanted.again,
        )
        named = {source.id for source in built.lists if source.meaning.category}
        named |= {means["id"] for means in listed.by_hand if not means["service"]}
        return cls(built.lists, frozenset(services) - named, library_of(data), desk)


def _trusting(further: str) -> ssl.SSLContext:
    """What the machine trusts, and the further certificates that the site names for origins."""
    context = ssl.create_default_context()
    if further:
        context.load_verify_locations(further)
    return context


def update(school: School, wanted: Wanted, ids: Sequence[str], today: date, say: Say) -> list[Taken]:
    """Look at the lists of site.yaml, or at some of them; what is sound is put in force together.

    A list that is refused keeps what it had. Lists that site.yaml names no more are let go. Raises LibraryError.
    """
    chosen = [source for source in school.sources if not ids or source.id in ids]
    return _taken(school, wanted, chosen, {}, today, say)


def take_in(school: School, wanted: Wanted, sources: Sequence[ListSource], today: date, say: Say) -> list[Taken]:
    """Take in lists by hand; those without a meaning are only looked at. Raises LibraryError."""
    named = {source.id for source in school.sources}
    means = {one.id: write_meaning(one.meaning) for one in sources if one.id not in named and _is_meant(one)}
    looked = [one for one in sources if one.id not in named and one.id not in means]
    wanted = replace(wanted, preview=wanted.preview or bool(looked))
    return _taken(school, wanted, sources, means, today, say)


def remove(school: School, id: str, say: Say) -> bool:
    """Let go of a list that was imported by hand; False if there is none of that id. Raises LibraryError."""
    with school.library.changing():
        lists = dict(school.library.state().lists)
        if lists.pop(id, None) is None:
            return False
        school.library.commit(lists, say)
    return True


def listing(school: School) -> list[dict[str, Any]]:
    """Every list with what is known of it, those of site.yaml first. Raises LibraryError."""
    known = school.library.state().lists
    rows = [
        _row(source.id, source.source, known.get(source.id), write_meaning(source.meaning)) for source in school.sources
    ]
    named = {source.id for source in school.sources}
    return rows + [_row(id, one.source, one, one.means) for id, one in known.items() if id not in named]


def _row(id: str, source: str, known: Known | None, means: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "list": id,
        "source": source,
        "service": means.get("service") or id,
        "category": means.get("category"),
        "by_hand": bool(known and known.means),
        "taken": known.taken if known else None,
        "hosts": known.hosts if known else 0,
        "patterns": known.patterns if known else 0,
        "entries": known.entries if known else 0,
    }


def _is_meant(source: ListSource) -> bool:
    return bool(source.meaning.service or source.meaning.category)


def _taken(
    school: School,
    wanted: Wanted,
    sources: Sequence[ListSource],
    means: Mapping[str, Mapping[str, Any]],
    today: date,
    say: Say,
) -> list[Taken]:
    library = school.library
    if wanted.preview:
        known = library.state().lists
        return [_look(school, source, known, today, say) for source in sources]
    with library.changing():
        known = library.state().lists
        found = [_look(school, source, known, today, say) for source in sources]
        after = _after(school, known, found, means)
        if after != known or wanted.again:
            library.commit(after, say)
        return found


def _look(school: School, source: ListSource, known: Mapping[str, Known], today: date, say: Say) -> Taken:
    say(f"reading {source.id} from {source.source}")
    return take(source, known.get(source.id), school.library.names(source.id), school.desk, today.isoformat())


def _after(
    school: School, known: Mapping[str, Known], found: Sequence[Taken], means: Mapping[str, Mapping[str, Any]]
) -> dict[str, Known]:
    """The lists that are to be in force: those of site.yaml in its order, then those that came by hand."""
    lists = dict(known)
    for one in found:
        if one.draft is not None and one.known is not None and one.outcome is not Outcome.REFUSED:
            kept = school.library.keep(one.known, one.draft.names, list(one.draft.patterns))
            lists[one.id] = replace(kept, means=means.get(one.id, {}))
    named = [source.id for source in school.sources if source.id in lists]
    return {id: lists[id] for id in (*named, *(id for id, one in lists.items() if one.means and id not in named))}
