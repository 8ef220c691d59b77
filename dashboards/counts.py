"""The rules that count: for each counter, how many came within the last minute, as whole numbers.

`increase` estimates between samples and cannot see the first of a series, which in a school is most of what happens.
Here a series' value is compared with its own last one of the same run of the gateway; what is new, or of a new run,
counts from nothing if its gateway was being read before. Written out as `rules/counts.yaml` by `python -m dashboards`.
"""

from __future__ import annotations

from typing import Final

from .queries import total

EVERY: Final = "1m"
BACK: Final = "1h"
"""How long a gateway may be out of reach without a count being lost."""

RUN: Final = "breaktime_start_timestamp_seconds"
"""Another value, another run of the gateway."""
SAME_GATEWAY: Final = "on (job, instance, site)"

COUNTS: Final = {
    "rulings": ("rulings_total", ("verdict", "category", "role", "zone", "period", "rule")),
    "connections": ("connections_total", ("action",)),
    "cut": ("connections_cut_total", ()),
    "handshake_failures": ("handshake_failures_total", ()),
    "engine_errors": ("engine_errors_total", ("hook",)),
    "rows": ("store_rows_written_total", ()),
    "kernel": ("kernel_verdicts_total", ("verdict",)),
    "slips": ("slips_total", ("protocol", "done")),
    "tries": ("tries_total", ("way",)),
    "sensed": ("sensed_total", ("what",)),
    "looks": ("case_looks_total", ()),
    "restarts": ("worker_restarts_total", ()),
    "radius_refused": ("radius_refused_total", ("why",)),
}
"""What is counted, from which metric, by which labels besides the site's."""


def rule(metric: str, labels: tuple[str, ...], every: str = EVERY, back: str = BACK) -> str:
    """The expression of one count.

    Whichever of these there is first, for each series: what was added since it was read last, a moment ago; all of it,
    if the gateway was read a moment ago, and not this or in another run; what was added since it was read last before
    it could not be reached; all of it, if the gateway was read before that.
    """
    name = f"breaktime_{metric}"
    # Only what came with the last reading: where gateway and Prometheus begin together, the old values linger.
    now = f"({name} and (timestamp({name}) == {SAME_GATEWAY} group_left () timestamp({RUN})))"
    this_run = f"and {SAME_GATEWAY} ({RUN} == last_over_time({RUN}[{back}] offset {every}))"
    was_read = f'and {SAME_GATEWAY} (up{{job="breaktime"}} offset {every} == 1)'
    once_read = f'and {SAME_GATEWAY} (max_over_time(up{{job="breaktime"}}[{back}] offset {every}) == 1)'
    ways = (
        f"({now} - ({name} offset {every}) {this_run})",
        f"({now} {was_read})",
        f"({now} - last_over_time({name}[{back}] offset {every}) {this_run})",
        f"({now} {once_read})",
    )
    return total(" or ".join(ways), ("site", *labels))


def rules(every: str = EVERY, back: str = BACK) -> str:
    """The rule file, in Prometheus' YAML; `every` is how often and over how long it counts."""
    lines = [
        "# How many came within the last minute, of everything that is counted. Written by `python -m dashboards`.",
        "groups:",
        "  - name: breaktime-counts",
        f"    interval: {every}",
        "    rules:",
    ]
    for count, (metric, labels) in COUNTS.items():
        lines += [f"      - record: breaktime:{count}:new", f"        expr: '{rule(metric, labels, every, back)}'"]
    return "\n".join(lines) + "\n"
