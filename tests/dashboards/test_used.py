"""Every metric is of use, and everything that is asked for exists."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
import yaml

from dashboards.counts import COUNTS

from .reading import REPOSITORY, RULES, choices, dashboards, documented, metrics, queries

GUIDES = sorted((REPOSITORY / "docs").glob("*.md"))


@cache
def rules() -> list[dict[str, Any]]:
    """Every rule that Prometheus has of us."""
    groups = [group for path in RULES.glob("*.yaml") for group in yaml.safe_load(path.read_text())["groups"]]
    return [rule for group in groups for rule in group["rules"]]


@cache
def recorded() -> set[str]:
    """What the rules record."""
    return {rule["record"] for rule in rules() if "record" in rule}


@cache
def asked() -> dict[str, str]:
    """Every expression by who asks it."""
    found = {rule.get("alert") or rule["record"]: rule["expr"] for rule in rules()}
    for dashboard in dashboards().values():
        found |= {query.what: query.expr for query in queries(dashboard)}
        found |= {f"{dashboard['uid']}: ${name}": query for name, query in choices(dashboard).items()}
    return found


@pytest.mark.parametrize(("who", "expr"), asked().items(), ids=asked())
def test_what_is_asked_for_exists(who: str, expr: str) -> None:
    """A panel, a mark, a variable and a rule ask for metrics of the guide and for records of the rules alone."""
    assert metrics(expr) <= documented() | recorded(), who


@pytest.mark.parametrize("metric", sorted(documented()))
def test_every_metric_is_of_use(metric: str) -> None:
    """A panel shows it, an alert watches it, or a guide besides the list itself explains what to do with it."""
    shown = any(metric in metrics(expr) for expr in asked().values())
    told = any(metric in path.read_text() for path in GUIDES if path.name != "metrics.md")
    assert shown or told


def test_every_count_is_of_a_counter_with_its_labels() -> None:
    """What is counted is a counter of the guide, and by every label that it has there."""
    rows = dict(
        re.findall(
            r"^\| `(breaktime_\w+)(?:\{([\w,]*)\})?` \| counter", (REPOSITORY / "docs/metrics.md").read_text(), re.M
        )
    )
    assert {f"breaktime_{metric}": ",".join(labels) for metric, labels in COUNTS.values()}.items() <= rows.items()


@pytest.mark.parametrize("record", sorted(recorded()))
def test_every_record_is_of_use(record: str) -> None:
    """Nothing is recorded that no panel shows, no alert watches and no other rule asks for."""
    assert [who for who, expr in asked().items() if record in metrics(expr)]


def test_the_console_asks_for_what_there_is() -> None:
    """The technician's page, which shows the same without Grafana, names metrics of the guide alone."""
    pages = (REPOSITORY / "agent" / "console").rglob("*.py")
    names = {name for page in pages for name in re.findall(r'"(breaktime_\w+)"', page.read_text().replace("'", '"'))}
    assert names
    assert names <= documented()
