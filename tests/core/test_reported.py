"""What a report counts by: the words that kept reports and tables stand on, and minutes that add up."""

from __future__ import annotations

from datetime import date

import pytest

from agent.core.reported import Counted, Kind, Slice

DAY = date(2026, 11, 23)


@pytest.mark.parametrize("word", ["blocked", "observed", "visited", "contact"])
def test_the_words_are_those_of_reports_that_were_kept(word: str) -> None:
    """A kept report names its kinds by these words, and would not be read if one changed."""
    assert Kind(word).value == word


def test_the_kinds_are_in_the_order_in_which_a_minute_is_told() -> None:
    """Blocked before observed, observed before visited, and a contact only where nothing else was."""
    assert list(Kind) == [Kind.BLOCKED, Kind.OBSERVED, Kind.VISITED, Kind.CONTACT]


def test_slices_tell_who_apart_by_pseudonym_and_day() -> None:
    """The same pseudonym on another day is another slice; nobody in particular is one."""
    one = Slice(DAY, b"p", Kind.VISITED, "classroom", "teacher", "forum", "reddit", "lunch", "other", 4)
    other = one._replace(day=date(2026, 11, 24))
    nobody = one._replace(who=b"", minutes=2)
    counted = Counted((one, other, nobody), {DAY: 1}, frozenset({"7"}))
    assert len({(each.day, each.who) for each in counted.slices}) == 3
    assert sum(each.minutes for each in counted.slices) == 10
