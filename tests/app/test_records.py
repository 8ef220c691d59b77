"""What the recorder shows: whether the store takes what is counted, and how long anything has waited."""

from __future__ import annotations

from pathlib import Path

from agent.app.records import Recorder
from agent.core.tally import Counts, Minutes
from agent.metrics import GatewayMetrics
from tests.store.making import MINUTE


def test_what_waits_has_an_age(tmp_path: Path) -> None:
    """While the store refuses it is shown as away and the wait grows; once it takes all, nothing waits."""
    metrics, refuses = GatewayMetrics(tmp_path), [True]

    def write(minutes: Minutes) -> int:
        if refuses[0]:
            raise OSError("full")
        return len(minutes)

    recorder, value = Recorder(write, metrics), metrics.registry.get_sample_value
    assert (value("breaktime_store_up"), value("breaktime_store_lag_seconds")) == (1, 0)
    recorder.add({MINUTE: Counts(1)})
    assert not recorder.commit()
    first = value("breaktime_store_lag_seconds")
    assert first is not None
    assert first > 0
    recorder.add({MINUTE: Counts(1)})
    assert not recorder.commit()
    second = value("breaktime_store_lag_seconds")
    assert second is not None
    assert second > first
    assert (value("breaktime_store_up"), value("breaktime_store_errors_total")) == (0, 2)
    refuses[0] = False
    assert recorder.commit()
    assert (value("breaktime_store_up"), value("breaktime_store_lag_seconds")) == (1, 0)
    assert value("breaktime_store_rows_written_total") == 1
