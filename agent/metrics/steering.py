"""What the steward tells, shown by the supervisor; registered only where something is steered."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge


class SteeringMetrics:
    """What the steward tells, shown by the supervisor; registered only where something is steered.

    `now` are states and `more` counts since the last time, by the metric's short name, `/`, and its labels.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(name, text, labels, registry=registry)

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(name, text, labels, registry=registry)

        self._now = {
            "loaded": gauge(
                "breaktime_steering_loaded", "1 if the kernel has the rules of the configuration in force."
            ),
            "standing": gauge("breaktime_steering_standing", "1 if social media is steered; 0: as on-failure says."),
            "share": gauge("breaktime_steering_share", "The part of the clients that a worker takes.", "worker"),
            "addresses": gauge("breaktime_steering_addresses", "Addresses that stand for social media.", "family"),
            "left_out": gauge("breaktime_steering_names_left_out", "Names beyond what the resolver minds."),
            "resolver": gauge("breaktime_resolver_up", "1 if the resolver answers."),
            "sense": gauge("breaktime_sense_up", "1 if what slips past is read."),
        }
        self._more = {
            "swept": counter("breaktime_steering_swept_total", "Addresses that nothing had named for an hour."),
            "errors": counter("breaktime_steering_errors_total", "Refusals of the kernel and failures of the steward."),
            "slips": counter("breaktime_slips_total", "Social media found unsteered.", "protocol", "done"),
            "quic_ended": counter("breaktime_quic_ended_total", "QUIC flows that a new configuration ended."),
            "kernel": counter(
                "breaktime_kernel_verdicts_total",
                "New connections by what the kernel did: steer, pass or refuse.",
                "verdict",
            ),
            "tries": counter("breaktime_tries_total", "What was met on ways round the gateway.", "way"),
            "sensed": counter("breaktime_sensed_total", "What was read of unsteered flows.", "what"),
            "restarts": counter("breaktime_steering_restarts_total", "Programs brought back.", "program"),
        }

    def take(self, told: Mapping[str, Mapping[str, float]]) -> None:
        """Show what the steward tells; what has no metric here is passed over."""
        for key, value in told.get("now", {}).items():
            if gauge := _labelled(self._now, key):
                gauge.set(value)
        for key, value in told.get("more", {}).items():
            if counter := _labelled(self._more, key):
                counter.inc(value)

    def gone(self) -> None:
        """The steward has ended: nothing is known to stand until another tells."""
        self._more["restarts"].labels("steward").inc()
        for name in ("loaded", "standing", "resolver", "sense"):
            self._now[name].set(0)
        self._now["share"].clear()


def _labelled[T: (Gauge, Counter)](metrics: Mapping[str, T], key: str) -> T | None:
    name, *labels = key.split("/")
    metric = metrics.get(name)
    if metric is None or not labels:
        return metric
    return metric.labels(*labels)
