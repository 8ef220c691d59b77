"""A school that is watched: a gateway with traffic of every kind; beside it Debian's Prometheus, provisioned by us."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from dashboards import counts
from tests.dashboards import reading

from ..gateway import until
from ..prometheus.server import Prometheus
from . import network
from .building import School, SteeringGateway
from .network import LAPTOP, PHONE, At
from .probe import Quic, quic
from .traffic import Way, get, hello

DEPLOY = reading.REPOSITORY / "deploy" / "prometheus"
PATIENCE = 60.0
HURRIES = "--storage.remote.flush-deadline=1s"
"""At its end it does not wait a minute for a trust that has gone."""
TRUST_PORT = 9092
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
OWNER = "teacher-01"
INVENTORY = f"""device,owner,kind,person,inspectable,told,addresses,macs
laptop-21,school,laptop,{OWNER},yes,2026-09-01,,02:00:00:20:10:21
phone-21,personal,phone,{OWNER},no,,,02:00:00:20:10:51
"""
"""Where the kernel's neighbours tell whose an address is, devices are known by their hardware addresses."""
PASSED, OPENED, REFUSED, OTHERS = 4, 3, 2, 5
SENSED = "sum_over_time(breaktime:sensed:new[10m])"
RELOADED = "breaktime_config_last_reload_success_timestamp_seconds"


@dataclass
class Observed:
    """A gateway that has had its traffic, and a Prometheus that has seen all of it."""

    gateway: SteeringGateway
    prometheus: Prometheus
    folder: Path

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
    """Our prometheus.yml and rules as a school gets them, in a folder of the test's; it also sends to a trust."""
    (folder / "given").mkdir()
    for path in reading.RULES.glob("*.yaml"):
        text = re.sub(r"^(\s+)interval: .*$", r"\1interval: 1s", path.read_text(), flags=re.M)
        (folder / "given" / path.name).write_text(text)
    (folder / "given" / "counts.yaml").write_text(counts.rules("2s"))
    (folder / "gateways.yml").write_text((DEPLOY / "gateways.yml").read_text())
    (folder / "rules").symlink_to(folder / "server" / "rules")
    (folder / "trust.password").write_text("whoever receives asks for none\n")
    sends = quickened(DEPLOY / "remote-write.yml", folder)
    sends = sends.replace("https://metrics.trust.example", f"http://127.0.0.1:{TRUST_PORT}")
    return quickened(DEPLOY / "prometheus.yml", folder) + sends


def quickened(path: Path, folder: Path) -> str:
    """A file of Prometheus' for a folder of the test's, on a clock on which everything is asked every second."""
    text = path.read_text().replace("/etc/prometheus/breaktime", str(folder))
    return re.sub(r"\b(15s|10s|30s|1m)\b", "1s", text)


@contextmanager
def observing(school: School) -> Iterator[Observed]:
    """Traffic of every kind, counted by Prometheus to the last ruling; and a configuration taken up meanwhile."""
    folder, gateway = school.folder("prometheus"), school.gateway("", *ALWAYS)
    (folder / "password").write_text("nobody listens there\n")
    (folder / "password").chmod(0o600)
    gateway.site.forward_to("postgresql://127.0.0.1:1/trust", folder / "password")
    gateway.site.look_at_neighbours()
    (gateway.site.folder / "devices.csv").write_text(INVENTORY)
    server = Prometheus(school.lab, folder / "server", provisioned(folder), rules=folder / "given", flags=(HURRIES,))
    with school.steering(gateway) as running, server:
        until("the steward has told", lambda: server.value("breaktime_steering_standing") == 1, PATIENCE)
        _traffic(school, running)
        running.site.add_rules(*ALWAYS, ALWAYS[0].replace("pictures-never", "again").replace("instagram", "tiktok"))
        running.reload()
        changed = lambda: bool(server.ask(f"changes({RELOADED}[1m]) > 0"))  # noqa: E731
        until("the configuration is taken up, and read", changed, PATIENCE)
        until("what sense reads is told", lambda: bool(server.value(f"sum({SENSED})")), PATIENCE)
        until("all is counted", lambda: _counted(server) == (PASSED, OPENED, REFUSED), PATIENCE)
        yield Observed(running, server, folder)


def _counted(server: Prometheus) -> tuple[float | None, ...]:
    record = 'sum(sum_over_time(breaktime:connections:new{{action="{}"}}[10m]))'
    return tuple(server.value(record.format(action)) for action in ("pass", "open", "refuse"))


def _make_known(school: School, gateway: SteeringGateway, at: At) -> None:
    """Until the kernel's neighbours have told whose the device is: before, it is a stranger under another rule."""
    hello(school, at, network.BBC.v4, network.BBC.name)
    words = ("who", at.address, "--config", str(gateway.site.folder), "--json")
    until(f"{at.device} is known", lambda: json.loads(gateway.command(*words))["person"] == OWNER, PATIENCE, 0.5)


def _traffic(school: School, gateway: SteeringGateway) -> None:
    laptop, phone, trusted = At(LAPTOP), At(PHONE), gateway.trusted
    _make_known(school, gateway, laptop)
    _make_known(school, gateway, phone)
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
