"""Names that devices and hosts give themselves, on the technician's pages: whatever they hold, they stay text."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from agent.app.finding import Finding
from agent.app.paths import DataFolder
from agent.clock import Clock
from agent.console.aside import Aside
from agent.core.callers import Capacity

from ..stage import EXAMPLE, Browser, Stage, example

NAMES = (
    pytest.param("<script>alert(1)</script>", id="script"),
    pytest.param('"><img src=x onerror=alert(1)>', id="end of an attribute"),
    pytest.param("'><svg onload=alert(1)>", id="end of another"),
)


class Figures(HTTPServer):
    """Metrics in which a label is what somebody on the network calls a thing."""

    name = ""


class Answer(BaseHTTPRequestHandler):
    """The page of those metrics."""

    def do_GET(self) -> None:
        """One counter."""
        assert isinstance(self.server, Figures)
        label = self.server.name.replace("\\", "\\\\").replace('"', '\\"')
        text = f'# TYPE breaktime_rulings_total counter\nbreaktime_rulings_total{{zone="{label}"}} 1\n'
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def figures() -> Iterator[Figures]:
    """Whoever serves the metrics, on this machine."""
    server = Figures(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def site(tmp_path: Path, figures: Figures) -> Stage:
    """A console over a copy of the example site, with those figures."""
    shutil.copytree(EXAMPLE, tmp_path / "config")
    config = example()
    metrics = replace(config.built.metrics, listen="127.0.0.1", port=figures.server_port)
    stage = Stage(DataFolder(tmp_path / "data"), replace(config, built=replace(config.built, metrics=metrics)))
    stage.house.folder = tmp_path / "config"
    return stage


def shown(browser: Browser, path: str, name: str) -> str:
    """The page, on which the name is said, and said as text."""
    page = browser.get(path)
    assert page.status_code == 200
    assert name not in page.text
    assert "alert(1)" in page.text, "the name is not on the page, so nothing was tested"
    for tag in ("<script>", "<img src=x", "<svg onload"):
        assert tag not in page.text
    return page.text


@pytest.mark.parametrize("name", NAMES)
def test_a_suggested_host(site: Stage, name: str) -> None:
    """A host that was asked for is shown as it was asked for, in the table and in its forms."""
    row = {"host": name, "service": name, "pages": 12, "of": 40, "on": Clock().now().date().isoformat()}
    site.data.suggestions.write_text(json.dumps([row]))
    text = shown(site.signed_in(Capacity.TECHNICIAN), "/suggestions", name)
    assert 'name="host" value="' in text


@pytest.mark.parametrize("name", NAMES)
def test_a_label_of_the_figures(site: Stage, figures: Figures, name: str) -> None:
    """The pictures of the live state, and the tables behind them, hold the label as text."""
    figures.name = name
    shown(site.signed_in(Capacity.TECHNICIAN), "/gateway", name)


@pytest.mark.parametrize("name", NAMES)
def test_a_device_in_a_finding(site: Stage, name: str) -> None:
    """What the doctor says of a device by its own name is text, well or ill, and so is the command beside it."""
    found = [Finding("contested", False, f"{name} and laptop-21", name), Finding("leases", True, f"1 in {name}", name)]
    site.house.doctor = Aside(lambda: found, time.monotonic)
    shown(site.signed_in(Capacity.TECHNICIAN), "/gateway/problems", name)


@pytest.mark.parametrize("name", NAMES)
def test_a_host_to_explain(site: Stage, name: str) -> None:
    """What is asked of is said again in its field, as text."""
    page = site.signed_in(Capacity.TECHNICIAN).client.get("/explain", params={"url": name})
    assert page.status_code == 200
    assert name not in page.text
    assert "alert(1)" in page.text
