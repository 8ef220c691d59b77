"""What the written dashboards hold: panels, queries, and the names of metrics in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

REPOSITORY = Path(__file__).parents[2]
FOLDER = REPOSITORY / "dashboards" / "grafana"
RULES = REPOSITORY / "dashboards" / "rules"
NAME = re.compile(r"\b[a-z0-9_:]*breaktime[_:][a-z0-9_:]+")
HISTOGRAM = re.compile(r"_(bucket|sum|count)$")


class Asked(NamedTuple):
    """A query of a dashboard: `what` names it for people."""

    what: str
    expr: str
    instant: bool
    every: str
    """The shortest step of it, as the panel has it; empty for none."""


@cache
def dashboards() -> dict[str, Any]:
    """Every dashboard by its file's name."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}


def panels(dashboard: Any) -> Iterator[Any]:
    """The panels that draw something."""
    for panel in dashboard["panels"]:
        if panel["type"] != "row":
            yield panel


def queries(dashboard: Any) -> Iterator[Asked]:
    """Everything that a dashboard asks of Prometheus: its panels, and what it marks."""
    for panel in panels(dashboard):
        for target in panel["targets"]:
            what = f"{dashboard['uid']}: {panel['title']} {target['refId']}"
            yield Asked(what, target["expr"], bool(target.get("instant")), panel.get("interval", ""))
    for mark in dashboard["annotations"]["list"]:
        yield Asked(f"{dashboard['uid']}: marks of {mark['name']}", mark["expr"], False, "")


def choices(dashboard: Any) -> dict[str, str]:
    """The queries of its variables by their names."""
    return {one["name"]: one["query"] for one in dashboard["templating"]["list"] if one["type"] == "query"}


def filled(expr: str, span: str, step: str, rate: str = "1m") -> str:
    """An expression as Grafana asks it with everything chosen."""
    values = {"$site": ".*", "$zone": ".*", "$__range": span, "$__rate_interval": rate, "$__interval": step}
    for variable, value in values.items():
        expr = expr.replace(variable, value)
    assert "$" not in expr, f"a variable that nobody fills in: {expr}"
    return expr


def metrics(text: str) -> set[str]:
    """The names of Breaktime's metrics and records in a text."""
    return {HISTOGRAM.sub("", name) if "_seconds_" in name else name for name in NAME.findall(text)}


@cache
def documented() -> set[str]:
    """Every metric that docs/metrics.md has a row for."""
    guide = (REPOSITORY / "docs" / "metrics.md").read_text()
    return set(re.findall(r"^\| `(breaktime_\w+)", guide, flags=re.M))
