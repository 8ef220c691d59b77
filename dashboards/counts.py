"""The rules that count: for each counter, how many came within the last minute, as whole numbers.

`increase` estimates between samples and cannot see the first of a series, which in a school is most of what happens.
Here a series' value is compared with its own last one; a new series counts from nothing if its gateway was being read
before; one that began anew counts from its beginning. Written out as `rules/counts.yaml` by `python -m dashboards`.
"""

from __future__ import annotations

from typing import Final

from .queries import total

EVERY: Final = "1m"
BACK: Final = "1h"
"""How long a gateway may be out of reach without a count being lost."""

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
}
"""What is counted, from which metric, by which labels besides the site's."""


def rule(metric: str, labels: tuple[str, ...], every: str = EVERY, back: str = BACK) -> str:
    """The expression of one count."""
    name = f"breaktime_{metric}"
    since = f"({name} - last_over_time({name}[{back}] offset {every}) >= 0)"
    was_read = f'max_over_time(up{{job="breaktime"}}[{back}] offset {every}) == 1'
    return total(f"{since} or ({name} and on (job, instance, site) ({was_read}))", ("site", *labels))


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
