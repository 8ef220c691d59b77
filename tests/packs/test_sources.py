"""No paragraph of the five written policies goes without an answer. Their texts are not part of this repository."""

from __future__ import annotations

from functools import cache

import pytest

from agent.app.build import build
from agent.core.clauses import ClauseMap
from tests.packs.bad import shipped
from tests.packs.sources import FOLDER, SOURCES, Paragraph, holes, paragraphs, strangers

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the written policies lie beside the checkout, in ../shared/policies, or not at all"
)


@cache
def maps() -> dict[str, ClauseMap]:
    """The clause maps that are shipped, by their source."""
    built = build(shipped(), None)
    assert built.engine is not None, "\n".join(map(str, built.problems))
    return {one.source: one for one in built.engine.clauses.values()}


@cache
def written(source: str) -> tuple[Paragraph, ...]:
    """The paragraphs of a source."""
    return tuple(paragraphs(source, (FOLDER / f"{source}.txt").read_text("utf-8")).values())


@pytest.mark.parametrize("source", SOURCES)
def test_every_paragraph_has_its_answer(source: str) -> None:
    """Numbers, headings and bullets: each has an entry in the clause map of the pack that carries the text out."""
    answered = [(clause.number, clause.part) for clause in maps()[source].clauses]
    assert holes(written(source), answered) == []


@pytest.mark.parametrize("source", SOURCES)
def test_no_answer_is_to_nothing(source: str) -> None:
    """A number, heading or bullet in the map is one of the source's."""
    answered = [(clause.number, clause.part) for clause in maps()[source].clauses]
    assert strangers(written(source), answered) == []


@pytest.mark.parametrize("source", SOURCES)
def test_the_map_is_in_the_order_of_its_source(source: str) -> None:
    """Who reads both side by side finds the same order."""
    order = {one.name: place for place, one in enumerate(written(source))}
    places = [(order[clause.number], clause.part or 0) for clause in maps()[source].clauses if clause.number in order]
    assert places == sorted(places)


COUNTS = {
    "pashley-down": ("6.2.1", "6.5.1", "6.16", "13.1", "APPENDIX"),
    "coppice": ("Social Media Policy", "1", "3.4.2", "8.6.4", "12.2"),
    "bedford": ("INTRODUCTION", "1.4", "Transparency", "7", "12"),
    "thorndown": ("Key Principles", "Code of Conduct: Social Networking", "Review of Policy"),
    "littletown": ("1", "5.5", "10.1", "13.1"),
}


@pytest.mark.parametrize("source", SOURCES)
def test_the_reader_finds_the_paragraphs(source: str) -> None:
    """The test of the maps would pass for nothing if the texts were read as empty: a few are named here."""
    assert set(COUNTS[source]) <= {one.name for one in written(source)}


BULLETS = {
    ("pashley-down", "3.3"): 8,
    ("coppice", "2"): 5,
    ("coppice", "8.6.3"): 1,
    ("bedford", "3.3"): 8,
    ("thorndown", "Key Principles"): 6,
    ("littletown", "5.2"): 9,
    ("littletown", "11.2"): 0,
}


@pytest.mark.parametrize(("key", "bullets"), BULLETS.items(), ids=lambda value: str(value))
def test_bullets_are_counted(key: tuple[str, str], bullets: int) -> None:
    """Bullets count from 1 within their paragraph; those in the middle of a line are words of it."""
    assert {one.name: one.parts for one in written(key[0])}[key[1]] == bullets
