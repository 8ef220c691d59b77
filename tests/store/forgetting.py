"""A school's weeks in small, and the order to forget some of their days."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from agent.core.tally import Counts
from agent.store import Store
from agent.store.retention import Order, retention_of
from tests.store.making import LONDON, MINUTE, SITE

MONDAY = date(2026, 11, 23)
PEOPLE = 8
MINUTES = 6
"""Minutes that each person has at one service a day."""

ORDER = Order(
    days=(),
    today=MONDAY + timedelta(days=30),
    at="2026-12-23T00:10:00+00:00",
    time_by="network",
    policy="breaks-without-pupils",
    keep_days=28,
)


def day(number: int) -> date:
    """So many days after the Monday."""
    return MONDAY + timedelta(days=number)


def live(data: Path, days: int, site: str = SITE, first: int = 0) -> None:
    """Write that many days of eight people, the first of them the head."""
    with Store.open(data, site, LONDON) as store:
        for number in range(first, first + days):
            at = MINUTE.minute + 1440 * number
            store.write(
                {
                    MINUTE._replace(
                        minute=at + minute,
                        person=f"teacher-{person:02}",
                        device=f"laptop-{person:02}",
                        role="teacher" if person else "headteacher",
                    ): Counts(1, 20, 300)
                    for person in range(PEOPLE)
                    for minute in range(MINUTES)
                }
            )


def forget(data: Path, *numbers: int, site: str = SITE, **other: Any) -> dict[str, Any] | None:
    """Forget those days; the receipt."""
    with retention_of(data, site) as retention:
        return retention.run(replace(ORDER, days=tuple(day(number) for number in numbers), **other))
