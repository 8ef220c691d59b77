"""The readable pages of a bundle: the letters of every name."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.casework.pages import FONTS, Pages

from .making import NOW

HAS_FONTS = pytest.mark.skipif(not FONTS.is_dir(), reason="Debian's fonts-dejavu-core is not here")


@pytest.mark.parametrize(
    ("fonts", "shown", "replaced"),
    [
        pytest.param(FONTS, "Łukasz Erdős ?", True, id="with Debian's font: only what it lacks", marks=HAS_FONTS),
        pytest.param(Path("/nowhere"), "?ukasz Erd?s ?", True, id="without: Latin-1"),
    ],
)
def test_letters(fonts: Path, shown: str, replaced: bool) -> None:
    """Names keep their letters where the font has them; that any was replaced is said."""
    paper = Pages("C2026-2345", NOW, fonts)
    assert paper.shown("Łukasz Erdős 漢") == shown
    assert paper.replaced is replaced
    assert paper.finished().startswith(b"%PDF-")
