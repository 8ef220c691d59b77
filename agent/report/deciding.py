"""What waits for somebody's decision, most pressing first, with the console's page where it is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from agent.core.engine import Engine
from agent.report.figures import Decision, Why
from agent.store.database import DATABASE
from agent.store.receipts import Receipts
from agent.store.week import days_held

SOON = timedelta(days=7)
_LINKS = {
    Why.GOVERNANCE: "/policy",
    Why.RECEIPTS: "/week",
    Why.AUDIT: "/week",
    Why.OVERDUE: "/week",
    Why.SUGGESTIONS: "/week",
    Why.AUTHORISATION_ENDS: "/access",
}


def decisions_of(
    data: Path, engine: Engine, now: datetime, waiting: Mapping[Why, int], suggestions: int
) -> Iterator[Decision]:
    """In the order of `Why`; what nothing waits for is left out. Raises StoreError."""
    counts = dict(waiting) | {
        Why.GOVERNANCE: int(not engine.site.governed),
        Why.RECEIPTS: int(Receipts(data).broken() is not None),
        Why.OVERDUE: _overdue(data, engine, now),
        Why.SUGGESTIONS: suggestions,
        Why.AUTHORISATION_ENDS: sum(now < one.ends <= now + SOON for one in engine.authorisations),
    }
    return (Decision(why, counts[why], _LINKS[why]) for why in Why if counts.get(why))


def _overdue(data: Path, engine: Engine, now: datetime) -> int:
    """Days whose rows are older than any policy of the site keeps them."""
    most = max((policy.retention_days for policy in engine.policies.policies.values()), default=28)
    today = now.astimezone(engine.timetable.calendar.zone).date()
    return len(days_held(data / DATABASE, engine.site.id, today - timedelta(days=most)))
