"""Minutes as rows: what is remembered between them changes nothing, and does not grow without end."""

from datetime import date
from pathlib import Path

from agent.core.tally import Counts
from agent.store import DayKey, Store
from agent.store.rows import DayRows
from agent.store.tables import minutes
from tests.store.making import LONDON, MINUTE, SITE

KEY = DayKey.derived(bytes(range(32)), date(2026, 11, 23), Path("2026-11-23.key"))


def test_a_row_has_a_value_for_each_column() -> None:
    """Rows are plain values in the order of the columns, as SQLite takes them fastest."""
    row = DayRows(SITE, KEY).row(MINUTE, Counts(3, 20, 100))
    held = dict(zip((column.name for column in minutes.columns), row, strict=True))
    assert {type(value) for value in row} <= {str, int, bytes}
    assert (held["site"], held["day"], held["minute"]) == (SITE, "2026-11-23", MINUTE.minute)
    assert (held["zone"], held["verdict"], held["opened"]) == ("classroom", "block", 1)
    assert (held["requests"], held["bytes_up"], held["bytes_down"]) == (3, 20, 100)


def test_what_is_remembered_is_bounded_and_changes_nothing() -> None:
    """With room for two combinations only, a hundred give the rows that they give with room for all."""
    keys = [MINUTE._replace(service=f"service-{n % 5}", minute=MINUTE.minute + n) for n in range(100)]
    small, large = DayRows(SITE, KEY, remembered=2), DayRows(SITE, KEY)
    assert [small.row(key, Counts(1)) for key in keys] == [large.row(key, Counts(1)) for key in keys]
    assert len(small._dimensions) <= 2


def test_days_that_are_over_are_forgotten(tmp_path: Path) -> None:
    """Around midnight two days are in memory; older keys and names are let go."""
    with Store.open(tmp_path, SITE, LONDON) as store:
        for day in range(4):
            store.write({MINUTE._replace(minute=MINUTE.minute + day * 24 * 60): Counts(1)})
        assert sorted(store._days) == [date(2026, 11, 25), date(2026, 11, 26)]
        assert len(store.days()) == 4
