"""The rules as the technician meets them: shown without any right, and what is said where the kernel is closed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from agent.app import steering, steering_findings
from agent.app.checks import check
from agent.app.paths import DataFolder
from agent.app.steering import NoSteering, Prepared, Status, cards, prepare
from agent.core.steering import MOST_DOMAINS
from agent.gateway.steering.nft import Nft, NftError
from tests.app.steered import loaded, steered


def closed(table: str) -> Nft:
    """A kernel that this account may not reach."""
    raise NftError("no right", "be root")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The shipped site with the section."""
    return prepare(loaded(steered(tmp_path_factory.mktemp("steered") / "config")))


def test_without_the_section(tmp_path: Path) -> None:
    """There is nothing to show, and it is said where to write it."""
    config = loaded(steered(tmp_path / "config", ""))
    with pytest.raises(NoSteering, match="no `steering` section"):
        prepare(config)
    assert list(steering_findings.examine(config, DataFolder(tmp_path))) == []


def test_showing_needs_no_right(prepared: Prepared) -> None:
    """What would be loaded can be read by anybody, with a line on names and one on each class above it."""
    text = steering.show(prepared, closed)
    assert text.endswith(prepared.rules().text)
    first, second, *_ = text.splitlines()
    assert first.startswith("# The resolver minds 4,")
    assert second.startswith("# Class 1: ")


def test_nothing_of_concern_is_said(tmp_path: Path) -> None:
    """A site whose policy leaves everybody alone reads so."""
    config = loaded(steered(tmp_path / "config"))
    alone = prepare(config)
    quiet = Prepared(alone.settings, alone.plan.__class__({}, 3, alone.plan.clients, (), (), ()), alone.ports)
    text = steering.show(quiet, closed)
    assert "# Nothing is of concern for anybody, so nothing is steered.\n" in text
    assert "# 3 more are too many for it" in text


def test_workers_ports(tmp_path: Path) -> None:
    """Each worker has the next port."""
    folder = steered(tmp_path / "config")
    site = folder / "site.yaml"
    site.write_text(site.read_text().replace("workers: 1", "workers: 3"))
    assert prepare(loaded(folder)).ports == (8080, 8081, 8082)


def test_a_kernel_that_is_closed(prepared: Prepared, tmp_path: Path) -> None:
    """Loading, taking away and asking say what is wrong; a note that was left is taken up later."""
    data = DataFolder(tmp_path / "data")
    for work in (steering.apply, steering.status):
        with pytest.raises(NftError, match="be root"):
            work(prepared, data, closed)
    with pytest.raises(NftError, match="be root"):
        steering.remove(data, open_nft=closed)
    assert data.steering_off.exists()


def test_the_cards_of_a_machine(tmp_path: Path) -> None:
    """All but the one that only loops back; none where the kernel does not say."""
    for name in ("eth1", "lo", "eth0"):
        (tmp_path / name).mkdir()
    (tmp_path / "bonding_masters").write_text("")
    assert cards(tmp_path) == ("eth0", "eth1")
    assert cards(tmp_path / "nothing") == ()


def test_a_status_in_words() -> None:
    """What stands, what is steered, how many addresses, what was refused."""
    assert Status("not loaded").as_text() == "rules     not loaded"
    text = Status("in force", (4, 6), {"social4": 1234}, {"quic": 2}).as_text()
    assert text.splitlines() == [
        "rules     in force",
        "steered   IPv4 and IPv6",
        "addresses 1,234 in social4",
        "refused   2 packets: quic",
    ]
    assert "nothing (no worker is well)" in Status("in force", (), {}).as_text()
    assert Status("taken away").as_json() == {
        "rules": "taken away",
        "steered": {"ipv4": False, "ipv6": False},
        "sets": {},
        "meters": {},
    }


def test_more_names_than_the_resolver_takes(tmp_path: Path) -> None:
    """`check` warns, `doctor` wants it mended, `show` says it: all with the number that is left out."""
    folder = steered(tmp_path / "config")
    many = ", ".join(f"n{number}.example" for number in range(MOST_DOMAINS))
    service = f"{{service: many, name: Many, hosts: {{site: [{many}]}}}}"
    (folder / "catalogue" / "many.yaml").write_text(f"category: forum\nservices:\n  - {service}\n")
    config = loaded(folder)
    left_out = prepare(config).plan.left_out
    assert left_out > 0
    (warning,) = [one for one in check(folder, date(2026, 11, 23)).warnings if one.file == "catalogue/"]
    assert f"{left_out:,} more" in warning.what
    names = next(one for one in steering_findings.examine(config, DataFolder(tmp_path)) if one.name == "names")
    assert (names.good, f"{left_out:,}" in names.what) == (False, True)
    assert f"# {left_out:,} more are too many for it" in steering.show(prepare(config), closed)


@pytest.mark.parametrize(
    ("sockets", "had"),
    [
        pytest.param(" 1: 00000000:0035 00000000:0000 07", True, id="every address"),
        pytest.param(f" 1: {'0' * 32}:0035 {'0' * 32}:0000 07", True, id="every address of IPv6"),
        pytest.param(" 1: 0100007F:0035 00000000:0000 07", False, id="one address"),
        pytest.param(" 1: 00000000:0036 00000000:0035 07", False, id="another port"),
        pytest.param("", False, id="nobody"),
    ],
)
def test_somebody_elses_port_53(tmp_path: Path, sockets: str, had: bool) -> None:
    """The rules take any such socket for our resolver's."""
    table = tmp_path / "udp"
    table.write_text(f"  sl  local_address rem_address   st\n{sockets}\n".rstrip() + "\n")
    assert steering_findings.somebody_has_port_53([tmp_path / "missing", table]) is had
