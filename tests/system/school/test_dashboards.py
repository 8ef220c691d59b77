"""Every question of every dashboard, put to Debian's Prometheus with our provisioning, beside a gateway with traffic.

Nothing is an error, nothing is empty but what the table says, and the numbers are those of what was sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
import yaml

from dashboards.counts import COUNTS
from tests.dashboards import reading

from ..conftest import need
from ..gateway import until
from ..prometheus.server import Prometheus
from .building import School
from .observing import DEPLOY, OPENED, OTHERS, PASSED, PATIENCE, REFUSED, TRUST_PORT, Observed, observing, quickened

EMPTY = {
    "marks of Bells": "no bell need ring while the test runs",
}
"""What may be empty, by the end of its name, and why."""


RECEIVES = "--web.enable-remote-write-receiver"


@pytest.fixture(scope="module")
def observed(school: School) -> Iterator[Observed]:
    """One for the whole file."""
    need(("prometheus",))
    with observing(school) as made:
        yield made


def test_every_query_is_answered(observed: Observed) -> None:
    """No error and no empty answer in any panel or mark of any dashboard, but for those of the table."""
    empty = []
    for dashboard in reading.dashboards().values():
        for asked in reading.queries(dashboard):
            found = observed.instant(asked.expr) if asked.instant else observed.over_time(asked.expr, asked.every)
            values = [v for one in found for v in (one.get("values") or [one["value"]]) if v[1] != "NaN"]
            if not values and not asked.what.endswith(tuple(EMPTY)):
                empty.append(f"{asked.what}: {asked.expr}")
    assert empty == []


def test_every_choice_offers_something(observed: Observed) -> None:
    """Sites and zones are there to choose, by the names that site.yaml has for them."""
    offered: dict[str, set[str]] = {}
    for dashboard in reading.dashboards().values():
        for name, query in reading.choices(dashboard).items():
            metric, label = re.fullmatch(r"label_values\((.+), (\w+)\)", reading.filled(query, "", "")).groups()  # type: ignore[union-attr]
            found = observed.prometheus.get(f"/api/v1/label/{label}/values?{urlencode({'match[]': metric})}")
            offered.setdefault(name, set()).update(found["data"])
    assert offered == {"site": {"example-primary"}, "zone": {"classroom"}}


def test_every_rule_is_well_and_asks_what_there_is(observed: Observed) -> None:
    """Prometheus finds no fault in a rule, and whatever an alert or a record asks of the gateway is told by it."""
    rules = observed.prometheus.rules()
    written = [yaml.safe_load(path.read_text()) for path in reading.RULES.glob("*.yaml")]
    assert len(rules) == sum(len(group["rules"]) for file in written for group in file["groups"])
    until(
        "each has been looked at", lambda: all(r["health"] != "unknown" for r in observed.prometheus.rules()), PATIENCE
    )
    assert [rule["name"] for rule in observed.prometheus.rules() if rule["health"] != "ok"] == []
    names = {name for rule in rules for name in reading.metrics(rule["query"])}
    silent = sorted(name for name in names if not observed.prometheus.ask(f'{{__name__=~"{name}(_bucket)?"}}'))
    counted = {
        f"breaktime:{count}:{word}"
        for count, (metric, _) in COUNTS.items()
        for word in ("new", "seen")
        if f"breaktime_{metric}" in ONLY_THEN
    }
    assert [name for name in silent if name not in {*ONLY_THEN, *counted}] == []


ONLY_THEN = {
    "breaktime_engine_errors_total": "told once there has been one",
    "breaktime_radius_refused_total": "with RADIUS alone",
}
"""Metrics that an alert asks for and that a gateway has from its first on, and why."""


RULED_TWICE = 2
"""A connection that is opened to show a page is ruled on at its name and at its request."""
BLOCKED = RULED_TWICE * OPENED + REFUSED
RULINGS = PASSED + BLOCKED
STEERED = PASSED + OPENED + REFUSED


@pytest.mark.parametrize(
    ("dashboard", "title", "expected"),
    [
        ("now", "Gateway", 1),
        ("now", "Workers", 1),
        ("now", "Steering", 1),
        ("now", "Rulings in this range", RULINGS),
        ("now", "Blocked in this range", BLOCKED / RULINGS),
        ("week", "Rulings", RULINGS),
        ("week", "Blocked", BLOCKED),
        ("week", "By zone", RULINGS),
        ("week", "By category", RULINGS),
        ("network", "Brought back", 0),
        ("privacy", "Opened", OPENED),
        ("privacy", "Unopened", PASSED + REFUSED),
        ("privacy", "Opened share", OPENED / STEERED),
        ("privacy", "Cases open", 0),
        ("privacy", "Database", 0),
        ("schools", "Schools", 1),
        ("schools", "Gateways gone", 0),
        ("schools", "Blocked share", BLOCKED / RULINGS),
        ("schools", "Slips", 1),
    ],
)
def test_numbers_are_those_of_what_was_sent(observed: Observed, dashboard: str, title: str, expected: float) -> None:
    """What a panel shows is what went through the gateway, to the last one."""
    assert observed.number(dashboard, title) == pytest.approx(expected)


def test_what_the_kernel_did_is_as_it_counted(observed: Observed) -> None:
    """A packet may be sent twice on a busy machine: at least what was sent, at most what the kernel counted."""
    assert 1 <= observed.number("network", "QUIC refused") <= observed.gateway.counter("quic")
    passed = observed.gateway.metric('breaktime_kernel_verdicts_total{verdict="pass"}')
    assert OTHERS + 1 <= observed.number("privacy", "Not by us") <= passed


def test_rulings_are_told_apart(observed: Observed) -> None:
    """Each verdict and rule has its own: what was opened or refused was blocked by the rule that says so."""
    shown = {rule: observed.number("week", "By rule", rule=rule) for rule in ("pictures-never", "reading-always")}
    assert shown == {"pictures-never": BLOCKED, "reading-always": PASSED}
    assert observed.number("week", "Since the gateway began", verdict="block") == BLOCKED


def test_nothing_alerts_that_is_well(observed: Observed) -> None:
    """A gateway that is well has no alert but of the database that this test keeps away."""
    assert observed.prometheus.firing() <= {"BreaktimeDatabaseAway"}


@pytest.mark.parametrize("way", ["federation", "remote-write"])
def test_a_trust_has_the_same_numbers(school: School, observed: Observed, way: str) -> None:
    """By either way a trust's Prometheus has each school's counts under the school's own site, and nothing but ours."""
    folder, opened = observed.folder / way, 'sum by (site) (breaktime_connections_total{action="open"})'
    folder.mkdir()
    (folder / "schools.yml").write_text('[{targets: ["127.0.0.1:9090"]}]')
    text, port, flags = quickened(DEPLOY / "trust.yml", folder), 9091, list[str]()
    if way == "remote-write":
        text, port, flags = "{}", TRUST_PORT, [RECEIVES]
    with Prometheus(school.lab, folder / "server", text, rules=folder, port=port, flags=tuple(flags)) as server:
        until("the trust has it", lambda: server.value(opened) == OPENED, PATIENCE)
        assert server.ask(opened)[0]["metric"] == {"site": "example-primary"}
        names = server.get("/api/v1/label/__name__/values")["data"]
        others = {name for name in names if not re.search("breaktime[_:]|^scrape_", name)}
        assert others <= {"up", "ALERTS", "ALERTS_FOR_STATE"}
