"""What the gateway's own metrics say now, read where Prometheus would read them: for a school that runs none."""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

PATIENCE = 3.0
"""Seconds in which the gateway answers, or counts as not running."""
_LARGEST = 8_000_000
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked, not listened at


@dataclass(frozen=True, slots=True)
class Sample:
    """One figure with its labels."""

    name: str
    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Gauges:
    """All figures of one moment."""

    samples: tuple[Sample, ...]

    def one(self, name: str, **labels: str) -> float | None:
        """The sum of what has that name and those labels; None if nothing has."""
        found = [one.value for one in self._named(name) if labels.items() <= one.labels.items()]
        return sum(found) if found else None

    def by(self, name: str, label: str, **labels: str) -> dict[str, float]:
        """Sums by the values of a label, the largest first."""
        sums: dict[str, float] = {}
        for one in self._named(name):
            if labels.items() <= one.labels.items():
                key = one.labels.get(label, "")
                sums[key] = sums.get(key, 0.0) + one.value
        return dict(sorted(sums.items(), key=lambda pair: (-pair[1], pair[0])))

    def _named(self, name: str) -> Iterator[Sample]:
        return (one for one in self.samples if one.name == name)


def read_gauges(listen: str, port: int) -> Gauges | None:
    """The figures; None where nothing answers, or not with metrics."""
    connection = http.client.HTTPConnection(_EVERYWHERE.get(listen, listen), port, timeout=PATIENCE)
    try:
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        text = answer.read(_LARGEST).decode("utf-8", "replace") if answer.status == http.client.OK else ""
        return parsed(text) if text else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()


def parsed(text: str) -> Gauges:
    """The figures of a page of metrics. Raises ValueError if it is none."""
    families = text_string_to_metric_families(text)
    return Gauges(tuple(Sample(one.name, one.labels, one.value) for family in families for one in family.samples))
