"""`deploy/install --monitoring` and the files beside it: what is put where, and that nobody's own is written over."""

from __future__ import annotations

import subprocess
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest
import yaml

DEPLOY = Path(__file__).parents[1] / "deploy"
OURS = ("prometheus/prometheus.yml", "prometheus/breaktime/gateways.yml", "default")


def put(folder: Path, *, dry: bool = False, then: str = "put_monitoring") -> str:
    """Run a function of the installer with every folder of the machine in one of the test's; what it said."""
    script = f"""
      eval "$(sed '/^case $action in/,$d' {DEPLOY}/install)"
      ETC={folder}/etc PROMETHEUS={folder}/prometheus DEFAULTS={folder}/default GRAFANA={folder}/grafana
      GRAFANA_UNIT={folder}/unit/breaktime.conf GRAFANA_SAMPLE={folder}/sample.ini
      STATE={folder}/state dry={"yes" if dry else ""}
      has_systemd() {{ true; }}
      systemctl() {{ echo "systemctl $*"; }}
      promtool() {{ true; }}
      apt-cache() {{ :; }}
      {then}
    """
    done = subprocess.run(
        ["bash", "-c", script, str(DEPLOY / "install")], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine with a school's configuration and both programs."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "site.yaml").write_text("# a school\nsite: hill-primary\nname: Hill Primary\n")
    for name in ("prometheus", "grafana"):
        (tmp_path / name).mkdir()
    return tmp_path


def read(path: Path) -> Any:
    """A YAML file."""
    return yaml.safe_load(path.read_text())


def test_a_school_that_has_nothing_gets_everything(machine: Path) -> None:
    """Configuration, rules, dashboards and where they are found, all of the school's own site."""
    said = put(machine)
    assert read(machine / "prometheus/breaktime/gateways.yml")[0]["labels"] == {"site": "hill-primary"}
    assert read(machine / "prometheus/prometheus.yml")["global"]["external_labels"] == {"site": "hill-primary"}
    assert (machine / "prometheus/breaktime/rules/counts.yaml").is_file()
    assert "127.0.0.1:9090" in (machine / "default").read_text()
    assert {path.name for path in (machine / "grafana/breaktime").iterdir()} >= {"now.json", "schools.json"}
    assert (machine / "grafana/provisioning/datasources/breaktime.yaml").is_file()
    assert "systemctl restart prometheus.service" in said
    assert "GF_SERVER_HTTP_ADDR=127.0.0.1" in (machine / "unit/breaktime.conf").read_text()
    assert said.index("daemon-reload") < said.index("systemctl restart grafana-server.service")
    assert "your own" not in said


def test_again_changes_nothing(machine: Path) -> None:
    """What is so already is not written again, and a gateway that somebody added stays."""
    put(machine)
    gateways = machine / "prometheus/breaktime/gateways.yml"
    gateways.write_text(gateways.read_text() + '- targets: ["10.0.0.2:9108"]\n  labels: {site: other}\n')
    assert "writing" not in put(machine)
    assert len(read(gateways)) == 2


@pytest.mark.parametrize("name", ["prometheus/prometheus.yml", "default"])
def test_what_is_somebody_elses_stays(machine: Path, name: str) -> None:
    """A file that a technician wrote is left alone, and it is said what to do about it."""
    (machine / name).write_text("# mine\n")
    assert "your own and stays" in put(machine)
    assert (machine / name).read_text() == "# mine\n"


@pytest.mark.parametrize("name", ["prometheus/prometheus.yml", "default", "unit/breaktime.conf"])
def test_what_was_edited_since_stays(machine: Path, name: str) -> None:
    """Ours is ours until somebody adds a line to it; another release of ours does not take that away."""
    put(machine)
    edited = (machine / name).read_text() + "# and this is mine\n"
    (machine / name).write_text(edited)
    said = put(machine)
    assert "stays" in said
    assert (machine / name).read_text() == edited


def test_another_release_replaces_what_is_ours(machine: Path) -> None:
    """What nobody edited becomes as the new release has it."""
    put(machine)
    (machine / "default").write_text("# an earlier release\n")
    notes = machine / "prometheus/breaktime/written"
    sums = [line for line in notes.read_text().splitlines() if not line.endswith("/default")]
    digest = md5(b"# an earlier release\n", usedforsecurity=False).hexdigest()
    notes.write_text("\n".join([*sums, f"{digest}  {machine}/default"]) + "\n")
    put(machine)
    assert "127.0.0.1:9090" in (machine / "default").read_text()


def test_a_grafana_of_ones_own_listens_as_it_did(machine: Path) -> None:
    """Where a technician has edited grafana.ini, it is not told where to listen, but they are asked to look."""
    (machine / "grafana/grafana.ini").write_text("[server]\nhttp_addr = 10.0.0.1\n")
    assert "see where http_addr" in put(machine)
    assert not (machine / "unit").exists()


def test_without_grafana_there_is_prometheus(machine: Path) -> None:
    """Where no apt source has Grafana, that is said, and no folder is made for it."""
    (machine / "grafana").rmdir()
    assert "add yours" in put(machine, then="name_packages; put_monitoring")
    assert not (machine / "grafana").exists()


def test_dry_run_only_says_it(machine: Path) -> None:
    """Every file is named, none is written."""
    before = sorted(machine.rglob("*"))
    said = put(machine, dry=True)
    assert sorted(machine.rglob("*")) == before
    assert f"would write: {machine}/prometheus/prometheus.yml" in said


def test_uninstalling_takes_ours_away(machine: Path) -> None:
    """Rules, dashboards and what points at them go; the configuration of Prometheus stays with its package."""
    put(machine)
    put(machine, then="drop_monitoring")
    assert not list((machine / "grafana").rglob("*.json"))
    assert not (machine / "prometheus/breaktime/rules").exists()


def test_what_is_the_schools_outlives_uninstalling(machine: Path) -> None:
    """Gateways that were named and passwords stay; installed again, what was ours is ours still."""
    put(machine)
    password = machine / "prometheus/breaktime/trust.password"
    password.write_text("a secret\n")
    put(machine, then="drop_monitoring")
    assert (machine / "prometheus/breaktime/gateways.yml").exists()
    assert password.read_text() == "a secret\n"
    assert "stays" not in put(machine)
    assert (machine / "prometheus/breaktime/rules/counts.yaml").exists()


def test_a_grafana_that_was_just_installed_is_bound(machine: Path) -> None:
    """Its package copies grafana.ini from a sample: as long as both are the same, nobody has set it up."""
    for name in ("grafana/grafana.ini", "sample.ini"):
        (machine / name).write_text(";http_addr =\n")
    put(machine)
    assert "GF_SERVER_HTTP_ADDR=127.0.0.1" in (machine / "unit/breaktime.conf").read_text()


def test_the_job_is_one_and_the_same() -> None:
    """What a school pastes is what `--monitoring` puts in place, and the container has the same files."""
    whole = read(DEPLOY / "prometheus/prometheus.yml")
    assert read(DEPLOY / "prometheus/job.yml") == [whole["scrape_configs"][0]]
    for service in read(DEPLOY / "compose.yaml")["services"].values():
        sources = [volume.split(":")[0] for volume in service["volumes"] if volume.startswith(".")]
        assert sources, "nothing is mounted"
        assert all((DEPLOY / source).exists() for source in sources)
        assert ":" in service["image"], "a version is named"


def test_what_leaves_the_school_is_ours_alone() -> None:
    """A trust is sent Breaktime's series and nothing else, and keeps each school's name."""
    written = read(DEPLOY / "prometheus/remote-write.yml")["remote_write"][0]
    assert [one["action"] for one in written["write_relabel_configs"]] == ["keep"]
    assert "password" not in written["basic_auth"]
    job = read(DEPLOY / "prometheus/trust.yml")["scrape_configs"][0]
    assert job["honor_labels"] is True
    assert all("reaktime" in match for match in job["params"]["match[]"])
