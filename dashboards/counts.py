"""The rules that count: for each counter, how many came within the last minute, as whole numbers.

`increase` estimates between samples and cannot see the first of a series, which in a school is most of what happens.
Here a series' value is compared with the one that was seen at the last look (`…:seen`), if that was in the same run of
the gateway; what is new, or of a new run, counts from nothing if its gateway was seen before. Written out as
`rules/counts.yaml` by `python -m dashboards`.
"""

from __future__ import annotations

from typing import Final

from .queries import total

EVERY: Final = "1m"
BACK: Final = "1h"
"""How long a gateway may be out of reach without a count being lost."""

RUN: Final = "breaktime_start_timestamp_seconds"
"""Another value, another run of the gateway."""
RUN_SEEN: Final = "breaktime:run:seen"
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


def rule(count: str, back: str = BACK) -> str:
    """The expression of one count, from what was seen at the last look.

    Whichever of these there is first, for each series: what was added since the last look; all of it, if the gateway
    was seen at the last look, and not this or in another run; what was added since it was seen last, before it could
    not be reached; all of it, if the gateway was seen before that.
    """
    seen, run = f"breaktime:{count}:seen", f"{RUN} == {RUN_SEEN}"
    ways = (
        f"({now(count)} - {seen} and {SAME_GATEWAY} ({run}))",
        f"({now(count)} and {SAME_GATEWAY} {RUN_SEEN})",
        f"({now(count)} - last_over_time({seen}[{back}]) "
        f"and {SAME_GATEWAY} ({RUN} == last_over_time({RUN_SEEN}[{back}])))",
        f"({now(count)} and {SAME_GATEWAY} last_over_time({RUN_SEEN}[{back}]))",
    )
    return total(" or ".join(ways), ("site", *COUNTS[count][1]))


def now(count: str) -> str:
    """What came with the last reading alone: where gateway and Prometheus begin together, the old values linger."""
    name = f"breaktime_{COUNTS[count][0]}"
    return f"({name} and (timestamp({name}) == {SAME_GATEWAY} group_left () timestamp({RUN})))"


def rules(every: str = EVERY, back: str = BACK) -> str:
    """The rule file, in Prometheus' YAML; `every` is how often it looks. Rules of a group are worked out in order."""
    lines = [
        "# How many came within the last minute, of everything that is counted. Written by `python -m dashboards`.",
        "groups:",
        "  - name: breaktime-counts",
        f"    interval: {every}",
        "    rules:",
    ]
    for count in COUNTS:
        lines += [f"      - record: breaktime:{count}:new", f"        expr: '{rule(count, back)}'"]
        lines += [f"      - record: breaktime:{count}:seen", f"        expr: '{now(count)}'"]
    lines += [f"      - record: {RUN_SEEN}", f"        expr: '{RUN}'"]
    return "\n".join(lines) + "\n"
