"""What the recorder shows: whether the store takes what is counted, and how long anything has waited."""

from __future__ import annotations

import threading
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


def test_what_is_being_summed_is_not_written(tmp_path: Path) -> None:
    """A count that comes in while the store is written to is written whole, then or the next time: never in part."""
    halfway, go_on, written = threading.Event(), threading.Event(), list[tuple[int, int]]()

    class Slow(Counts):
        """Counts of which half is summed, and the rest only when it may."""

        def __getattribute__(self, name: str) -> object:
            if name == "bytes_down":
                halfway.set()
                go_on.wait(60)
            return super().__getattribute__(name)

    def write(minutes: Minutes) -> int:
        written.extend((counts.requests, counts.bytes_down) for counts in minutes.values())
        return len(minutes)

    recorder = Recorder(write, GatewayMetrics(tmp_path))
    adds = threading.Thread(target=recorder.add, args=({MINUTE: Slow(1, 0, 7)},))
    commits = threading.Thread(target=recorder.commit)
    adds.start()
    assert halfway.wait(60)
    commits.start()
    commits.join(0.3)  # long enough for a commit that does not wait; one that does ends after the next line
    go_on.set()
    for thread in (adds, commits):
        thread.join(60)
    recorder.commit()
    assert written == [(1, 7)]
