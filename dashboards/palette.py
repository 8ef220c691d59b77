"""Colours that everybody can tell apart (Okabe and Ito, 2008), one for each word; a state is also told in words."""

from __future__ import annotations

from typing import Final

BLUE: Final = "#0072B2"
ORANGE: Final = "#E69F00"
SKY: Final = "#56B4E9"
GREEN: Final = "#009E73"
YELLOW: Final = "#F0E442"
VERMILION: Final = "#D55E00"
PURPLE: Final = "#CC79A7"
GREY: Final = "#999999"
ALL: Final = (BLUE, ORANGE, SKY, GREEN, YELLOW, VERMILION, PURPLE, GREY)

WELL, WATCH, WRONG = BLUE, ORANGE, VERMILION
"""Good, to look at, and broken: told apart by everybody, unlike green and red."""

OF: Final = {
    "allow": BLUE, "block": VERMILION, "open": SKY,
    "pass": BLUE, "refuse": VERMILION, "steer": SKY,
    "passed": BLUE, "cut": VERMILION, "tcp": SKY, "quic": PURPLE,
    "ipv4": BLUE, "ipv6": ORANGE,
    "lesson": BLUE, "break": ORANGE, "lunch": YELLOW, "registration": SKY, "assembly": PURPLE, "training": GREEN,
    "before-school": GREY, "after-school": GREY, "closed": GREY,
}  # fmt: skip
"""The colour of a word, the same on every dashboard."""
