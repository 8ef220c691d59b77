"""What the steward tells of itself: numbers only, nobody's. `metrics.SteeringMetrics` shows them.

`now` are states, `more` what has been counted since the last time; a key is the name of a metric, `/`, its label.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from agent.gateway.steering import names
from agent.gateway.steward.steward import Steward

SENSED = frozenset(
    {"packets", "flows", "hidden", "unnamed", "unread", "lost", "evicted"}
    | {"TLS", "QUIC", "HTTP", "TCP", "UDP", "SSH", "DTLS", "WireGuard", "OpenVPN"}
)
"""What *sense* counts; whatever else it may come to say goes under `other`."""

Message = dict[str, dict[str, float]]


class Meters:
    """Reads a steward. `counters` reads the kernel's own; it may raise OSError."""

    def __init__(self, steward: Steward, counters: Callable[[], Mapping[str, int]]) -> None:
        self._steward = steward
        self._counters = counters
        self._before: Counter[str] = Counter()
        self._met_kernel = False

    def read(self) -> Message:
        """States now, and counts since the last time."""
        return {"now": self._now(), "more": self._more()}

    def _now(self) -> dict[str, float]:
        steward = self._steward
        in_four, in_six = steward.ledger.addresses.families
        shares = {f"share/{number}": part for number, part in steward.guard.shares().items()}
        return shares | {
            "loaded": steward.holding,
            "standing": steward.guard.standing,
            "resolver": steward.resolver.up,
            "sense": steward.watch.up,
            "left_out": steward.orders.plan.left_out,
            "addresses/ipv4": in_four,
            "addresses/ipv6": in_six,
        }

    def _more(self) -> dict[str, float]:
        """Counts only grow, but for the kernel's when its table is made anew.

        The table outlives a clean end, with its counts: what stood in it when it was first read is nobody's news.
        """
        kernel = self._kernel()
        if kernel and not self._met_kernel:
            self._before |= Counter(kernel)
            self._met_kernel = True
        totals, before = kernel | self._own(), self._before
        grown = {key: total - before[key] if total >= before[key] else total for key, total in totals.items()}
        self._before = Counter(dict(before) | totals)
        return {key: count for key, count in grown.items() if count}

    def _kernel(self) -> dict[str, int]:
        """What the kernel counts; empty while it cannot be read."""
        try:
            kernel = self._counters()
        except OSError:
            return {}
        ways = {f"tries/{name}": count for name, count in kernel.items() if name in names.WAYS}
        return _by_verdict(kernel) | ways

    def _own(self) -> dict[str, int]:
        steward = self._steward
        found = {f"tries/{way}": count for way, count in steward.answers.counts.items()}
        for what, count in steward.watch.counts.items():
            key = f"sensed/{what if what in SENSED else 'other'}"
            found[key] = found.get(key, 0) + count
        found |= steward.counts
        return found | {
            "swept": steward.ledger.swept,
            "errors": steward.trouble.count + steward.kernel.refusals,
            "restarts/resolver": steward.resolver.restarts,
            "restarts/sense": steward.watch.restarts,
        }


def _by_verdict(kernel: Mapping[str, int]) -> dict[str, int]:
    """What the kernel did with new connections; a tunnel is counted on its way, and then passes with the others."""
    if not kernel:
        return {}
    refused = sum(count for name, count in kernel.items() if name in names.WAYS and name != names.LET_BE)
    return {
        "kernel/steer": kernel.get(names.STEERED, 0),
        "kernel/pass": kernel.get(names.PASSED, 0),
        "kernel/refuse": refused,
    }
