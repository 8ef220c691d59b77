"""`breaktime steering` and `breaktime doctor` in a gateway's namespace: loaded, looked at, taken away."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from agent.app import steering_findings
from agent.app.finding import Finding
from agent.app.paths import DATA_VARIABLE, DataFolder
from agent.cli import main
from tests.app.steered import SECTION, loaded, steered

from . import places
from .conftest import need, raised
from .kernel import SOCIAL, Kernel
from .lab import Lab


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A gateway's namespace."""
    need(("ip", "nft"))
    where = replace(places.LABORATORY, kind="btlabcommands")
    with raised(Lab(tmp_path_factory.mktemp("commands"), where=where)) as lab:
        made = Kernel(lab)
        yield made
        made.close()


@dataclass
class Desk:
    """A technician at the gateway."""

    kernel: Kernel
    config: Path
    data: DataFolder

    def run(self, *words: str) -> Result:
        """A command."""
        runner = CliRunner(env={DATA_VARIABLE: str(self.data.root)})
        return self.kernel.lab.inside(places.GATEWAY, lambda: runner.invoke(main, list(words)))

    def steering(self, command: str, *words: str) -> Result:
        """A command on the rules that must work."""
        result = self.run("steering", command, *words, *([] if command == "remove" else ["--config", str(self.config)]))
        assert result.exit_code == 0, result.output
        return result

    def status(self) -> dict[str, Any]:
        """What `status` says."""
        answer: dict[str, Any] = json.loads(self.steering("status", "--json").stdout)
        return answer

    def finding(self, name: str) -> Finding:
        """What the doctor says of one thing."""
        config = loaded(self.config)
        every = self.kernel.lab.inside(places.GATEWAY, lambda: list(steering_findings.examine(config, self.data)))
        return next(one for one in every if one.name == name)


@pytest.fixture
def desk(kernel: Kernel, tmp_path: Path) -> Iterator[Desk]:
    """A gateway without rules."""
    yield Desk(kernel, steered(tmp_path / "config"), DataFolder(tmp_path / "data"))
    kernel.do(lambda nft: nft.run("flush ruleset"))


def test_shown_is_what_is_loaded(desk: Desk, tmp_path: Path) -> None:
    """The text that `show` prints makes of an empty kernel what `apply` makes of it."""
    text = desk.steering("show").stdout
    assert desk.kernel.listed() == ""
    desk.steering("apply")
    applied = desk.kernel.listed()
    desk.kernel.do(lambda nft: nft.remove())
    desk.kernel.lab.nft(places.GATEWAY, text)
    assert desk.kernel.listed() == applied


def test_from_nothing_to_nothing(desk: Desk) -> None:
    """Each step is seen by `status` and by `doctor`, which name the next command."""
    assert desk.status()["rules"] == "not loaded"
    assert desk.finding("steering").mend == "breaktime run"
    desk.steering("apply")
    assert desk.status()["rules"] == "in force"
    assert "stand aside: no worker is well" in desk.finding("steering").what
    desk.kernel.do(lambda nft: nft.stand(30))
    assert desk.status()["steered"] == {"ipv4": True, "ipv6": True}
    assert desk.finding("steering").good
    desk.steering("remove")
    assert desk.kernel.listed() == ""
    assert desk.data.steering_off.exists()
    assert (desk.status()["rules"], desk.finding("steering").mend) == ("taken away", "breaktime steering apply")
    desk.steering("apply")
    assert not desk.data.steering_off.exists()


def test_rules_of_another_configuration(desk: Desk) -> None:
    """After a change that no gateway took up, the kernel's rules are the old ones, and that is said."""
    desk.steering("apply")
    site = desk.config / "site.yaml"
    site.write_text(site.read_text().replace(SECTION, SECTION.replace("guest", "hall")))
    assert desk.status()["rules"] == "another configuration's"
    assert "another configuration's" in desk.finding("steering").what
    desk.steering("apply")
    assert desk.status()["rules"] == "in force"


def test_a_table_that_is_not_ours(desk: Desk) -> None:
    """A table of our name that somebody else made is told from ours, and replaced by `apply`."""
    desk.kernel.do(lambda nft: nft.run("add table inet breaktime"))
    assert desk.status()["rules"] == "not ours"
    assert "not ours" in desk.finding("steering").what
    desk.steering("apply")
    assert desk.status()["rules"] == "in force"


def test_forwarding(desk: Desk) -> None:
    """A gateway that does not forward is none."""
    assert desk.finding("forwarding").good
    desk.kernel.lab.run(places.GATEWAY, "sysctl", "-qw", "net.ipv4.ip_forward=0")
    found = desk.finding("forwarding")
    desk.kernel.lab.run(places.GATEWAY, "sysctl", "-qw", "net.ipv4.ip_forward=1")
    assert (found.good, found.mend) == (False, "as root: sysctl -w net.ipv4.ip_forward=1")


def test_other_rules(desk: Desk) -> None:
    """Whoever takes our traffic first is named."""
    desk.steering("apply")
    desk.kernel.do(
        lambda nft: nft.run(
            "add table ip nat; add chain ip nat x { type nat hook prerouting priority -110; }\n"
            "add rule ip nat x udp dport 53 redirect to :5353"
        )
    )
    assert desk.finding("other rules").mend == "nft list table ip nat"


def test_a_resolver_that_is_silent(desk: Desk) -> None:
    """It is not missed before there are rules; then it is."""
    assert desk.finding("resolver").good
    desk.steering("apply")
    found = desk.finding("resolver")
    assert (found.good, "ss -lnp sport = :53" in found.mend) == (False, True)


@pytest.mark.parametrize(
    ("asked", "addresses", "good"),
    [
        pytest.param(5000, [], False, id="it answered, and nothing stands"),
        pytest.param(5000, [SOCIAL.v4], True, id="something stands"),
        pytest.param(5, [], True, id="it has hardly begun"),
    ],
)
def test_sets_that_stay_empty(desk: Desk, asked: int, addresses: list[str], good: bool) -> None:
    """A school's resolver that looked up so many names without one of social media fills no set."""
    desk.steering("apply")
    desk.kernel.do(lambda nft: nft.add(0, addresses))
    ours = desk.kernel.lab.inside(places.GATEWAY, lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    ours.bind(("127.0.0.1", 53))
    text = str(asked).encode()
    desk.kernel.answer(ours, lambda query: query[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + query[12:] + _record(query, text))
    assert desk.finding("resolver").good
    assert desk.finding("addresses").good is good
    desk.kernel.end(ours)


def _record(query: bytes, text: bytes) -> bytes:
    """An answer of the kind that was asked for."""
    kind = query[-4:]
    body = bytes([len(text)]) + text if kind == b"\0\x10\0\3" else b"\x7f\0\0\1"
    return b"\xc0\x0c" + kind + b"\0\0\0\0" + len(body).to_bytes(2) + body
