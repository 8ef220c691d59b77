"""Numbers that people read aloud: a letter for the kind, the year, and four letters that are not taken for another."""

from __future__ import annotations

import secrets

LETTERS = "23456789BCDFGHJKMNPQRTVWXZ"
"""None that is taken for another, and none that makes a word."""


def number(kind: str, year: int) -> str:
    """Such as `W2026-7KQ2`: nobody can tell from it how many there are."""
    return f"{kind}{year:04}-" + "".join(secrets.choice(LETTERS) for _ in range(4))
