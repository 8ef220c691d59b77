"""A school's evening: a fresh Debian 12 gets Breaktime, rules on traffic, is upgraded, goes back, and is as before."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from .conftest import NEEDED, need, raised
from .curl import curl
from .gateway import until
from .lab import Lab
from .machine import BETWEEN, Machine, bootstrap, copy_checkout, copy_python, wheels
from .processes import Process
from .school import network
from .school.building import School, furnish
from .seats import Seat

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

LAPTOP, STRANGER = Seat("laptop", network.LAPTOP), Seat("tablet", network.TABLET)
ANSWERS = """\
name: Hill Primary School
site: hill
policy: no-personal-use
way-in: router
resolver: [10.90.0.53]
networks: {classroom: [10.20.10.0/24, "fd00:20:10::/64"], staff-room: [10.20.20.0/24, "fd00:20:20::/64"]}
day: 08:45 registration, 09:00 lesson, 10:30 break, 10:45 lesson, 15:15 end
terms: [{from: 2026-09-02, to: 2026-12-18}]
governance: {dpia: 2026-09-01, lawful-basis: as assessed, notice: N-1, consultation: in summer}
"""
OTHERS = """\
table inet school {
  chain input { type filter hook input priority 10; policy accept; tcp dport 9 drop; }
}
"""
WHERE = ("/etc", "/usr/local", "/opt", "/var/lib/breaktime", "/var/lib/breaktime-install")
FACEBOOK, BBC = f"https://{network.FACEBOOK.name}/", f"https://{network.BBC.name}/"
REFUSED = 35


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A network of its own, so that no other test's gateway stands in it."""
    need((*NEEDED, "dnsmasq", "debootstrap", "nsenter"))
    where = replace(network.SCHOOL, kind="btlabinstall")
    with raised(Lab(tmp_path_factory.mktemp("install"), where=where)) as lab:
        yield furnish(lab)


@pytest.fixture(scope="module")
def machine(school: School) -> Iterator[Machine]:
    """The machine, with the checkout in it, and with rules and settings of the school's own."""
    root = school.lab.folder / "debian12"
    bootstrap(root)
    copy_python(root)
    copy_checkout(root / BETWEEN.lstrip("/"))
    wheels(root / "srv/wheels")
    (root / "srv/answers.yaml").write_text(ANSWERS)
    (root / "etc/dnsmasq.d").mkdir(exist_ok=True)
    (root / "etc/dnsmasq.d/school.conf").write_text("# the school's own\nport=0\n")
    (root / "srv/school.nft").write_text(OTHERS)
    made = Machine(school.lab, root)
    made.boot()
    until("the machine is up", lambda: made.is_up, 30)
    made.must("sysctl", "-qw", "net.ipv4.ip_forward=0", "net.ipv6.conf.all.forwarding=0")
    made.must("nft", "-f", "/srv/school.nft")
    yield made
    made.must("nft", "delete", "table", "inet", "school")
    made.halt()


def state(machine: Machine) -> dict[str, str]:
    """What an uninstall must give back: rules, every network setting, and what dnsmasq is told."""
    settings = [line for line in machine.run("sysctl", "-a").stdout.splitlines() if line.startswith("net.")]
    moving = re.compile(r"nf_conntrack_count|nf_conntrack_events_retry|\.mtu_probe|stable_secret|tcp_fastopen_key")
    return {
        "nftables": machine.must("nft", "list", "ruleset"),
        "sysctl": "\n".join(line for line in settings if not moving.search(line)),
        "dnsmasq": _listed(machine, "/etc/dnsmasq.d", "/etc/default"),
        "units": _listed(machine, "/etc/systemd/system", "/etc/sysctl.d"),
        "programs": _listed(machine, "/usr/local", "/opt"),
    }


def _listed(machine: Machine, *folders: str) -> str:
    return "\n".join(f"{name} {what}" for name, what in machine.tree(*folders).items())


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The lines that are not as before, of both."""
    lines = [(f"{key}: {line}", key) for key in before for line in before[key].splitlines()]
    later = [(f"{key}: {line}", key) for key in after for line in after[key].splitlines()]
    return sorted(line for line, _ in set(lines) ^ set(later))


def is_ruled(school: School, ca: Path) -> None:
    """From a client: Facebook is answered with the block page on a managed laptop, refused to others; the rest goes."""
    blocked = curl(school.lab, LAPTOP, FACEBOOK, ca)
    assert (blocked.exit, blocked.status) == (0, 403), blocked.error
    assert "Hill Primary School" in blocked.body
    assert curl(school.lab, STRANGER, FACEBOOK, ca).exit == REFUSED
    passed = curl(school.lab, LAPTOP, BBC, school.origins.ca)
    assert (passed.exit, passed.status) == (0, 200), passed.error


def ready(school: School, machine: Machine) -> bool:
    """The gateway answers, steers and resolves."""
    status = machine.run("breaktime", "steering", "status", "--json")
    if status.returncode or not json.loads(status.stdout)["steered"]["ipv4"]:
        return False
    return curl(school.lab, LAPTOP, "http://breaktime.hill/").status == 200


def started(school: School, machine: Machine) -> Process:
    """The service, once it rules."""
    process = machine.start("breaktime.service")

    def rules() -> bool:
        assert process.poll() is None, process.output()
        return ready(school, machine)

    until("the installed gateway rules", rules, 90, 1)
    return process


def stopped(process: Process) -> None:
    """The service has ended as systemd ends it."""
    assert process.end(20) in (0, -15), process.output()


OPTIONS = ("--answers", "/srv/answers.yaml", "--wheels", "/srv/wheels")


def installs(machine: Machine) -> None:
    """A dry run changes nothing, the installer everything that it said, and a second run nothing more."""
    before = state(machine), machine.tree(*WHERE)
    said = machine.install("--dry-run", *OPTIONS)
    assert "would run:   useradd" in said
    assert "would write: /etc/systemd/system/breaktime.service" in said
    assert changed(before[0], state(machine)) == [], "a dry run changed something"
    assert machine.tree(*WHERE) == before[1], "a dry run changed a file"
    assert "done. Next: breaktime doctor" in machine.install(*OPTIONS)
    installed = _installed(machine)
    machine.install(*OPTIONS)
    assert _installed(machine) == installed, "the second run changed something"
    assert machine.must("sysctl", "-n", "net.ipv4.ip_forward").strip() == "1"


def _installed(machine: Machine) -> dict[str, str]:
    return machine.tree("/etc/breaktime", "/etc/systemd", "/opt/breaktime", "/usr/local/bin")


def adopts_a_laptop(machine: Machine) -> Path:
    """What a technician does first: people, devices, enforce; the root for devices."""
    config = machine.root / "etc/breaktime"
    (config / "people.csv").write_text("person,role,groups\nteacher-01,teacher,\n")
    (config / "devices.csv").write_text(
        "device,owner,kind,person,inspectable,told,addresses\n"
        "laptop-21,school,laptop,teacher-01,yes,2026-09-01,10.20.10.21 fd00:20:10::21\n"
    )
    site = config / "site.yaml"
    site.write_text(site.read_text().replace("mode: observe", "mode: enforce"))
    machine.must("breaktime", "check")
    machine.must("breaktime", "ca", "export", "/srv/out", "--for", "linux")
    return machine.root / "srv/out/linux/breaktime-root.crt"


def is_looked_after(machine: Machine) -> None:
    """While it runs: the root goes to the head, everything is well, and a backup is made."""
    for folder in ("stick", "backup"):
        (machine.root / "srv" / folder).mkdir()
    machine.must("breaktime", "ca", "hand-over", "/srv/stick")
    done = machine.run("breaktime", "doctor", "--json")
    assert [one for one in json.loads(done.stdout) if not one["good"]] == []
    assert done.returncode == 0
    machine.must("breaktime", "backup", "/srv/backup", "--keys-to", "/srv/stick")


def other_release(machine: Machine) -> str:
    """The checkout becomes that of a later version; the version before."""
    project = machine.root / BETWEEN.lstrip("/") / "pyproject.toml"
    (old,) = re.findall(r'^version = "(.*)"', project.read_text(), re.M)
    project.write_text(project.read_text().replace(f'version = "{old}"', 'version = "9.9.9"'))
    return str(old)


def test_an_evening(school: School, machine: Machine) -> None:
    """Dry run, install, the same again, rule, doctor, hand over, back up, upgrade, back, uninstall: as before."""
    before, files = state(machine), machine.tree(*WHERE)
    installs(machine)
    ca = adopts_a_laptop(machine)
    process = started(school, machine)
    is_ruled(school, ca)
    is_looked_after(machine)
    stopped(process)

    old = other_release(machine)
    assert "release 9.9.9-" in machine.install(*OPTIONS)
    process = started(school, machine)
    assert "9.9.9" in machine.must("breaktime", "--version")
    is_ruled(school, ca)
    stopped(process)
    assert f"back on release {old}-" in machine.install("--back")
    process = started(school, machine)
    assert old in machine.must("breaktime", "--version")
    is_ruled(school, ca)
    stopped(process)

    machine.must("breaktime", "restore", "--replace", *_archives(machine, "backup", "stick"))
    machine.install("--uninstall")
    assert changed(before, state(machine)) == [], "the uninstall left something"
    assert (machine.root / "var/lib/breaktime/ca/ca.pem").exists()
    machine.install("--uninstall", "--purge")
    left = {name for name in machine.tree(*WHERE) if name not in files and not name.endswith("-")}
    assert left == set(), "the purge left something"
    assert machine.run("getent", "passwd", "breaktime").returncode != 0


def _archives(machine: Machine, *folders: str) -> list[str]:
    found = [path for folder in folders for path in (machine.root / "srv" / folder).glob("*.tar.gz")]
    assert len(found) == 2
    return [f"/{path.relative_to(machine.root)}" for path in found]
