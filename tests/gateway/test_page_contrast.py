"""The block page's colours: every text can be read, by day, by night and on paper."""

import re

import pytest

from agent.gateway.page import document

from .test_page import LESSON


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, WCAG 2.2."""
    step = len(colour) // 3  # #rgb or #rrggbb
    parts = [int((colour[i : i + step] * 2)[:2], 16) / 255 for i in range(0, 3 * step, step)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def palettes() -> dict[str, dict[str, str]]:
    """The page's colours: the first :root is light, each later one changes some of them."""
    blocks = re.findall(r":root \{(.*?)\}", document(LESSON).decode(), re.DOTALL)
    light, dark, paper = (dict(re.findall(r"--([\w-]+): #(\w+)", block)) for block in blocks)
    return {"light": light, "dark": light | dark, "print": light | paper}


PAIRS = [("ink", "paper"), ("soft", "paper"), ("accent", "paper"), ("band-ink", "band")]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: "-on-".join(pair))
@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_contrast(scheme: str, pair: tuple[str, str]) -> None:
    """Every text meets WCAG AAA (7 to 1) on its ground, by day, by night and on paper."""
    low, high = sorted(luminance(palettes()[scheme][name]) for name in pair)
    assert (high + 0.05) / (low + 0.05) >= 7
