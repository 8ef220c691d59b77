"""Every finding of the doctor: provoked, and mended by the command that it names.

What the command would do to the machine itself (its clock, its packages, its services) a program of the same name does
here to the test's own; everything else is the real command on the real thing. A command that only shows the culprit
must show it; then the test does what a technician would do on seeing it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent.app.finding import MEANS, Finding
from agent.app.live import Configuration, read
from agent.app.paths import DATA_VARIABLE, DataFolder
from agent.cli import main
from agent.clock import Clock
from tests.app.steered import SECTION, steered

from . import places, provoked
from .conftest import need, raised
from .desk import Desk
from .kernel import UPSTREAM, Kernel
from .lab import Lab

NOW = datetime.now(UTC)
COMMANDS = r"^(breaktime|deploy/setup\.sh|timedatectl|systemctl|sysctl|nft|apt-get|ss|du|ls|nano|chmod|chown|export) "


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A gateway's namespace, and a resolver upstream that answers."""
    need(("ip", "nft", "ss"))
    where = replace(places.LABORATORY, kind="btlabdoctor")
    with raised(Lab(tmp_path_factory.mktemp("doctor"), where=where)) as lab:
        made = Kernel(lab)
        made.udp(places.INTERNET, UPSTREAM.v4, 53, "an answer of twelve bytes")
        yield made
        made.close()


@pytest.fixture(scope="module")
def well(kernel: Kernel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gateway's folders with everything well: a CA whose root is with the head; and the rules as text."""
    folder = tmp_path_factory.mktemp("well")
    config = steered(folder / "config", SECTION.replace("10.20.1.1", UPSTREAM.v4))
    made = Desk(kernel, folder, config, DataFolder(folder / "data"))
    made.data.prepare()
    made.breaktime("ca", "init")
    (folder / "stick").mkdir()
    said = made.breaktime("ca", "hand-over", str(folder / "stick"))
    (folder / "passphrase").write_text(next(line.strip() for line in said.splitlines() if line.startswith("    ")))
    (folder / "rules.nft").write_text(made.breaktime("steering", "show"))
    return folder


@pytest.fixture
def desk(kernel: Kernel, well: Path, tmp_path: Path) -> Iterator[Desk]:
    """A copy of it, with its rules in force and a worker that is well."""
    shutil.copytree(well, tmp_path, dirs_exist_ok=True)
    made = Desk(kernel, tmp_path, tmp_path / "config", DataFolder(tmp_path / "data"))
    sealed = tmp_path / "stick" / "breaktime-root.p12"
    made.words = {
        "--root FILE": f"--root {sealed} --passphrase-file {tmp_path / 'passphrase'}",
        "FILE": str(sealed),
        "FOLDER": str(sealed.parent),
        "ca renew": "ca renew --yes",
    }
    kernel.lab.nft(places.GATEWAY, (tmp_path / "rules.nft").read_text())
    kernel.do(lambda nft: nft.stand(600))
    yield made
    made.later.close()
    kernel.do(lambda nft: nft.run("flush ruleset"))
    kernel.lab.run(places.GATEWAY, "sysctl", "-qw", "net.ipv4.ip_forward=1")


def test_all_is_well(desk: Desk) -> None:
    """Before anything is provoked there is nothing to mend but that no gateway runs; and every name has its meaning."""
    findings = desk.findings()
    assert [one for one in findings if not one.good] == [_silent(desk)]
    assert {one.name for one in findings} <= set(MEANS)
    assert all(one.as_json()["means"] for one in findings)


def _silent(desk: Desk) -> Finding | None:
    """Rules stand and no resolver answers: no gateway runs in these tests."""
    return desk.bad("resolver")


@dataclass(frozen=True, slots=True)
class Case:
    """A finding, what provokes it; for a command that only shows: what it must show, and what is done then."""

    name: str
    provoke: Callable[[Desk], None]
    shows: str = ""
    then: Callable[[Desk], object] = lambda desk: None


CASES = [
    Case("python", provoked.an_old_python),
    Case("clock", provoked.a_slow_clock),
    Case("configuration", provoked.a_broken_configuration, "polcy", lambda desk: desk.edit("polcy", "policy")),
    Case("data folder", provoked.no_data_folder),
    Case("permissions", provoked.open_to_others),
    Case("permissions", provoked.somebody_elses_file),
    Case("secrets", provoked.a_secret_open_to_others),
    Case("disk", provoked.a_full_disk, "large", lambda desk: (desk.data.root / "large").unlink()),
    Case("governance", provoked.no_governance),
    Case("ca", provoked.no_ca),
    Case("ca", provoked.a_ca_without_its_key),
    Case("ca", provoked.the_last_ca_ends, "", lambda desk: setattr(desk, "clock", Clock())),
    Case("ca", provoked.a_new_service),
    Case("ca", provoked.the_next_ones_turn),
    Case("root", provoked.the_root_lies_here),
    Case("accounts", provoked.no_key_of_accounts),
    Case("gateway", provoked.a_port_that_is_taken(r"\n  port: (8\d+)"), "LISTEN", provoked.taken_apart),
    Case("metrics", provoked.a_port_that_is_taken(r"\n  port: (9\d+)"), "LISTEN", provoked.taken_apart),
    Case("dnsmasq", provoked.no_resolver_program),
    Case("dnsmasq", provoked.no_setpriv),
    Case("forwarding", provoked.no_forwarding),
    Case("names", provoked.too_many_names, "huge.yaml", provoked.names_taken_out),
    Case("upstream", provoked.a_silent_upstream),
    Case("steering", provoked.rules_taken_away, "", provoked.a_worker_is_well),
    Case("steering", provoked.rules_of_another_configuration, "", provoked.a_worker_is_well),
    Case("steering", provoked.a_table_of_our_name, "", provoked.a_worker_is_well),
    Case("other rules", provoked.somebody_takes_names, "redirect to :5353",
         lambda desk: desk.kernel.do(lambda nft: nft.run("delete table ip nat"))),
    Case("other rules", provoked.a_firewall_that_drops),
    Case("store", provoked.a_damaged_record),
]  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.provoke.__name__)
def test_it_is_mended_by_what_it_names(desk: Desk, case: Case) -> None:
    """Provoked it is found, with what it means; after the command that it names it is well."""
    case.provoke(desk)
    found = desk.bad(case.name)
    assert found is not None, [one for one in desk.findings() if one.name == case.name]
    assert re.match(COMMANDS, found.mend.removeprefix("as root: ") + " "), found.mend
    said = desk.run(found.mend)
    assert case.shows in said
    case.then(desk)
    assert desk.bad(case.name) is None, desk.bad(case.name)


def test_a_resolver_of_somebody_else(desk: Desk) -> None:
    """What has port 53 is shown by the command; then the port is ours to take."""
    provoked.somebody_has_port_53(desk)
    found = desk.bad("resolver")
    assert found is not None
    assert "port 53 on all addresses" in found.what
    assert "0.0.0.0:53" in desk.run("ss -lnp sport = :53")
    assert "ss -lnp sport = :53" in found.mend


TESTS = Path(__file__).parents[1]
ELSEWHERE = {
    "access": ("app/test_permits.py",),
    "resolver": ("system/test_doctor.py",),
    "addresses": ("system/school/test_day.py", "app/test_steering.py", "system/test_steering_commands.py"),
    "contested": ("system/test_identity.py",),
    "leases": ("app/test_whereabouts.py",),
    "radius": ("app/test_whereabouts.py",),
    "radius port": ("app/test_whereabouts.py",),
    "retention": ("app/test_doctor.py",),
    "database": ("system/postgres/test_commands.py",),
    "lists": ("app/test_lists.py",),
    "mail": ("cli/test_rights.py",),
    "concerns": ("cli/test_rights.py",),
    "console": ("app/test_console_findings.py",),
    "console certificate": ("app/test_console_findings.py",),
    "console users": ("app/test_console_findings.py",),
}
"""Findings that other tests provoke: of what a gateway that runs, a database or the post tells."""


def test_every_finding_is_provoked() -> None:
    """No finding can be added without what provokes and mends it; these are in other tests, with a gateway running."""
    assert {case.name for case in CASES} | set(ELSEWHERE) == set(MEANS)
    for name, files in ELSEWHERE.items():
        assert any(f'"{name}"' in (TESTS / file).read_text() for file in files), name


def test_the_exit_code_is_for_monitoring(desk: Desk) -> None:
    """0 while all is well, 1 as soon as anything wants mending; the same in JSON."""
    config = read(desk.config)
    assert isinstance(config, Configuration)
    runner = CliRunner(env={DATA_VARIABLE: str(desk.data.root)})
    words = ["doctor", "--config", str(desk.config), "--json"]
    result = desk.inside(lambda: runner.invoke(main, words))
    assert result.exit_code == 1, "no resolver answers"
    desk.breaktime("steering", "remove")
    (desk.config / "site.yaml").write_text((desk.config / "site.yaml").read_text().partition("steering: {")[0])
    result = desk.inside(lambda: runner.invoke(main, words))
    assert result.exit_code == 0, result.output
