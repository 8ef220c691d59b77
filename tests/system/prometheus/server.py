"""Debian's Prometheus, beside a gateway in its namespace: started on a folder of its own, asked, ended.

It stands in the gateway's namespace, so it reads the gateway's metrics where a school's would: on the loopback address.
"""

import json
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from dashboards import counts

from .. import places
from ..gateway import until
from ..lab import Lab
from ..processes import Process

PROGRAM = "prometheus"
RULES = Path(__file__).parents[3] / "dashboards" / "rules"
PORT = 9090
"""Free in the gateway's namespace, whatever listens on the machine itself."""
JOB = "breaktime"
BEAT = "2s"
"""How often hurried rules count, and over how long: each count once, as over the minute that they mean."""


def configuration(rules: str = "rules/*.yaml", every: str = "1s", labels: str = "{}") -> str:
    """A configuration for one gateway that reads and evaluates every second."""
    return f"""\
global: {{scrape_interval: {every}, evaluation_interval: {every}}}
rule_files: ["{rules}"]
scrape_configs:
  - job_name: {JOB}
    static_configs: [{{targets: ["127.0.0.1:{places.METRICS_PORT}"], labels: {labels}}}]
"""


def hurried(text: str) -> str:
    """Rules whose groups are evaluated so often and whose alerts do not wait for the hours that they mean."""
    text = re.sub(r"^(\s+)for: .*$", r"\1for: 0s", text, flags=re.M)
    return re.sub(r"^(\s+)interval: .*$", rf"\1interval: {BEAT}", text, flags=re.M)


class Prometheus:
    """One server. `rules` are copied, hurried if `hurry`; `text` is its configuration, `flags` are added to its own."""

    def __init__(
        self,
        lab: Lab,
        folder: Path,
        text: str = "",
        *,
        rules: Path = RULES,
        hurry: bool = False,
        port: int = PORT,
        flags: tuple[str, ...] = (),
    ) -> None:
        self._lab, self._folder, self._port = lab, folder, port
        self._flags = flags
        self._process: Process | None = None
        (folder / "rules").mkdir(parents=True)
        for file in sorted(rules.glob("*.yaml")):
            content = counts.rules(BEAT) if hurry and file.name == "counts.yaml" else file.read_text()
            (folder / "rules" / file.name).write_text(hurried(content) if hurry else content)
        (folder / "prometheus.yml").write_text(text or configuration())

    def start(self) -> "Prometheus":
        """Start and wait until it has read the gateway once."""
        argv = [
            shutil.which(PROGRAM) or PROGRAM, f"--config.file={self._folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={self._folder / 'tsdb'}", f"--web.listen-address=127.0.0.1:{self._port}",
            "--log.level=warn", *self._flags,
        ]  # fmt: skip
        log = self._folder.relative_to(self._lab.folder) / "prometheus.log"
        self._process = self._lab.start(places.GATEWAY, argv, str(log), {"PATH": "/usr/bin:/bin", "GOMAXPROCS": "2"})
        until("Prometheus has read the gateway", self._has_read, 60)
        return self

    def stop(self) -> None:
        """End it; nothing of it runs on."""
        if self._process is not None:
            self._process.end(20)

    def __enter__(self) -> "Prometheus":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def ask(self, query: str) -> list[dict[str, Any]]:
        """The instant answer to a query, `{"metric": {…}, "value": [time, text]}` each. AssertionError for an error."""
        answer = self.get(f"/api/v1/query?{urlencode({'query': query})}")
        assert answer.get("status") == "success", f"{query}: {answer.get('error')}"
        result = answer["data"]["result"]
        return [{"metric": {}, "value": result}] if answer["data"]["resultType"] == "scalar" else list(result)

    def value(self, query: str) -> float | None:
        """The one number of a query; None if there is none."""
        found = self.ask(query)
        return float(found[0]["value"][1]) if found else None

    def firing(self) -> set[str]:
        """The names of the alerts that fire now."""
        alerts = self.get("/api/v1/alerts")["data"]["alerts"]
        return {one["labels"]["alertname"] for one in alerts if one["state"] == "firing"}

    def rules(self) -> list[dict[str, Any]]:
        """Every rule as the server has it, with its health."""
        groups = self.get("/api/v1/rules")["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]

    def get(self, path: str) -> dict[str, Any]:
        """Ask its interface; raises OSError while nobody listens."""
        with self._lab.connect(places.GATEWAY, ("127.0.0.1", self._port)) as connection:
            connection.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        found: dict[str, Any] = json.loads(answer.partition(b"\r\n\r\n")[2])
        return found

    def output(self) -> str:
        """What it has said."""
        return self._process.output() if self._process else ""

    def _has_read(self) -> bool:
        assert self._process is not None
        code = self._process.poll()
        assert code is None, f"Prometheus ended with {code}:\n{self.output()}"
        try:
            return self.value(f'up{{job="{JOB}"}}') == 1
        except (OSError, ValueError):
            return False
