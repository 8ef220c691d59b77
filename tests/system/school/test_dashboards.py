"""Every question of every dashboard, put to Debian's Prometheus with our provisioning, beside a gateway with traffic.

Nothing is an error, nothing is empty but what the table says, and the numbers are those of what was sent.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from dashboards import counts
from tests.dashboards import reading

from ..conftest import need
from ..gateway import until
from ..prometheus.server import Prometheus
from . import network
from .building import School, SteeringGateway
from .network import LAPTOP, PHONE, At
from .probe import Quic, quic
from .traffic import Way, get, hello

DEPLOY = reading.REPOSITORY / "deploy" / "prometheus"
PATIENCE = 60.0
RANGE, STEP = "10m", 15
ALWAYS = (
    """  - rule: pictures-never
    verdict: block
    when: {service: instagram}
    clause: "8.6.2"
    say: Not at any hour.
""",
    """  - rule: reading-always
    verdict: allow
    when: {service: facebook}
    clause: "8.6.1"
    say: At any hour.
""",
)
"""The same at any hour of any day: the machine's own time is needed, as in a rehearsal nothing is forgotten."""
INVENTORY = """device,owner,kind,person,inspectable,told,addresses,macs
laptop-21,school,laptop,teacher-01,yes,2026-09-01,,02:00:00:20:10:21
phone-21,personal,phone,teacher-01,no,,,02:00:00:20:10:51
"""
"""Where the kernel's neighbours tell whose an address is, devices are known by their hardware addresses."""
PASSED, OPENED, REFUSED, OTHERS = 4, 3, 2, 5
EMPTY = {
    "marks of Bells": "no bell need ring while the test runs",
}
"""What may be empty, by the end of its name, and why."""


@dataclass
class Observed:
    """A gateway that has had its traffic, and a Prometheus that has seen all of it."""

    gateway: SteeringGateway
    prometheus: Prometheus

    def instant(self, expr: str) -> list[dict[str, Any]]:
        """What an instant query answers."""
        return self.prometheus.ask(reading.filled(expr, RANGE, f"{STEP}s"))

    def over_time(self, expr: str, every: str) -> list[dict[str, Any]]:
        """What a panel over time is answered for the last minutes."""
        step = max(STEP, {"": 0, "1m": 60, "15m": 900, "1h": 3600}[every])
        now = time.clock_gettime(time.CLOCK_REALTIME)
        asked = {"query": reading.filled(expr, RANGE, f"{step}s"), "start": now - 20 * step, "end": now, "step": step}
        answer = self.prometheus.get(f"/api/v1/query_range?{urlencode(asked)}")
        assert answer.get("status") == "success", f"{expr}: {answer.get('error')}"
        return list(answer["data"]["result"])

    def number(self, dashboard: str, title: str, **labels: str) -> float:
        """The number that a panel shows now, of the series with these labels."""
        found = [p for p in reading.panels(reading.dashboards()[dashboard]) if p["title"] == title]
        instant = next(p["targets"][0]["expr"] for p in found if p["targets"][0]["instant"])
        series = [one for one in self.instant(instant) if labels.items() <= one["metric"].items()]
        assert len(series) == 1, f"{title}: {series}"
        return float(series[0]["value"][1])


def provisioned(folder: Path) -> str:
    """Our prometheus.yml and rules as a school gets them, in a folder of the test's and on a faster clock."""
    (folder / "given").mkdir()
    for path in reading.RULES.glob("*.yaml"):
        text = re.sub(r"^(\s+)interval: .*$", r"\1interval: 1s", path.read_text(), flags=re.M)
        (folder / "given" / path.name).write_text(text)
    (folder / "given" / "counts.yaml").write_text(counts.rules("1s"))
    (folder / "gateways.yml").write_text((DEPLOY / "gateways.yml").read_text())
    text = (DEPLOY / "prometheus.yml").read_text().replace("/etc/prometheus/breaktime", str(folder / "server"))
    text = text.replace(str(folder / "server" / "gateways.yml"), str(folder / "gateways.yml"))
    return re.sub(r"\b1[05]s\b", "1s", text)


@pytest.fixture(scope="module")
def observed(school: School) -> Iterator[Observed]:
    """Traffic of every kind, counted by Prometheus to the last ruling; and a configuration taken up meanwhile."""
    need(("prometheus",))
    folder, gateway = school.folder("prometheus"), school.gateway("", *ALWAYS)
    (folder / "password").write_text("nobody listens there\n")
    (folder / "password").chmod(0o600)
    gateway.site.forward_to("postgresql://127.0.0.1:1/trust", folder / "password")
    gateway.site.look_at_neighbours()
    (gateway.site.folder / "devices.csv").write_text(INVENTORY)
    text = provisioned(folder)
    server = Prometheus(school.lab, folder / "server", text, rules=folder / "given")
    with school.steering(gateway) as running, server:
        made = Observed(running, server)
        until("the steward has told", lambda: server.value("breaktime_steering_standing") == 1, PATIENCE)
        _traffic(school, running)
        running.site.add_rules(*ALWAYS, ALWAYS[0].replace("pictures-never", "again").replace("instagram", "tiktok"))
        running.reload()
        changed = lambda: bool(server.ask(f"changes({RELOADED}[1m]) > 0"))  # noqa: E731
        until("the configuration is taken up, and read", changed, PATIENCE)
        until("what sense reads is told", lambda: bool(server.value(f"sum({SENSED})")), PATIENCE)
        until("all is counted", lambda: _counted(server) == (PASSED, OPENED, REFUSED), PATIENCE)
        yield made


SENSED = "sum_over_time(breaktime:sensed:new[10m])"
RELOADED = "breaktime_config_last_reload_success_timestamp_seconds"


def _counted(server: Prometheus) -> tuple[float | None, ...]:
    record = 'sum(sum_over_time(breaktime:connections:new{{action="{}"}}[10m]))'
    return tuple(server.value(record.format(action)) for action in ("pass", "open", "refuse"))


def _traffic(school: School, gateway: SteeringGateway) -> None:
    laptop, phone, trusted = At(LAPTOP), At(PHONE), gateway.trusted
    for _ in range(PASSED):
        assert get(school, laptop, network.FACEBOOK).status == 200
    for _ in range(OPENED):
        assert get(school, laptop, network.INSTAGRAM, ca=trusted).status == 403
    for _ in range(REFUSED):
        assert hello(school, phone, network.INSTAGRAM.v4, network.INSTAGRAM.name) is Way.REFUSED
    for _ in range(OTHERS):
        assert get(school, laptop, network.BBC).status == 200
    assert quic(school.lab, PHONE, network.INSTAGRAM.v4) is not Quic.ANSWERED
    hello(school, phone, network.elsewhere(77, 4), network.INSTAGRAM.name, 3)
    until("the slip is told", lambda: gateway.metric('breaktime_slips_total{done="cut",protocol="tcp"}') >= 1, PATIENCE)


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
    assert [name for name in silent if name not in ONLY_THEN] == []


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
    """A packet may be sent twice on a busy machine: at least what was sent, and exactly what the kernel counted."""
    assert observed.number("network", "QUIC refused") == observed.gateway.counter("quic") >= 1
    passed = observed.gateway.metric('breaktime_kernel_verdicts_total{verdict="pass"}')
    assert observed.number("privacy", "Not by us") == passed >= OTHERS + 1


def test_rulings_are_told_apart(observed: Observed) -> None:
    """Each verdict, action and rule has its own: those that were opened were blocked, by the rule that says so."""
    shown = {rule: observed.number("week", "By rule", rule=rule) for rule in ("pictures-never", "reading-always")}
    assert shown == {"pictures-never": RULED_TWICE * OPENED, "reading-always": PASSED}
    assert observed.number("week", "Since the gateway began", verdict="block") == BLOCKED


def test_nothing_alerts_that_is_well(observed: Observed) -> None:
    """A gateway that is well has no alert but of the database that this test keeps away."""
    assert observed.prometheus.firing() <= {"BreaktimeDatabaseAway"}
