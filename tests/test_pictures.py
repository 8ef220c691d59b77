"""The guides' pictures: each that is named is there, each that is there is named, and all are small."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
PICTURES = sorted((ROOT / "docs" / "pictures").glob("*"))
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
NAMED = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")


def named() -> dict[Path, str]:
    """Every picture that a guide shows, with the words that stand for it."""
    found = {}
    for guide in GUIDES:
        for words, path in NAMED.findall(guide.read_text()):
            found[(guide.parent / path).resolve()] = words
    return found


def test_each_that_is_named_is_there_and_each_that_is_there_is_named() -> None:
    """No guide shows a broken picture, and none is left behind; who cannot see it is told what it shows."""
    assert {path for path in named() if path.suffix == ".png"} == set(PICTURES)
    assert all(path.exists() for path in named())
    assert all(len(words) > 20 for path, words in named().items() if path in PICTURES)


@pytest.mark.parametrize("path", PICTURES, ids=[path.stem for path in PICTURES])
def test_each_is_small_and_knows_its_page(path: Path) -> None:
    """A guide loads at once; the words by which a picture is known to be old are in it."""
    assert path.stat().st_size <= 80_000
    with Image.open(path) as picture:
        assert picture.info["words"]
        assert picture.width == 1100


@pytest.mark.parametrize("reader", ["technician", "headteacher", "investigator", "staff"])
def test_each_reader_has_a_guide(reader: str) -> None:
    """One for each kind of people, which the README names."""
    assert (ROOT / "docs" / f"{reader}.md").exists()
    assert f"docs/{reader}.md" in (ROOT / "README.md").read_text()
