"""The technician's commands about devices and pupils, run as a person runs them, where no gateway runs."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from scapy.layers.l2 import ARP, Ether
from scapy.utils import wrpcap

from agent.app.declared import Declarations
from agent.cli import main
from agent.clock import Clock
from agent.core.pupils import Declaration, Pupils

CONFIG = Path(__file__).parents[2] / "config"
MAC = "3c:22:fb:01:02:03"
X = "10.20.10.77"


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A copy of the example site with a lease file, and a data folder of its own."""
    monkeypatch.setenv("BREAKTIME_DATA", str(tmp_path / "data"))
    made = Path(shutil.copytree(CONFIG, tmp_path / "config"))
    leases = tmp_path / "leases"
    leases.write_text(f"{int(Clock().now().timestamp()) + 3600} {MAC} {X} * *\n")
    section = f"directory:\n  leases: [{{file: {leases}, form: dnsmasq}}]\n"
    (made / "site.yaml").write_text((made / "site.yaml").read_text() + section)
    return made


def breaktime(*words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, list(words))


def test_who(config: Path) -> None:
    """Without a gateway the sources are asked as they are; the text says how sure it is, and why."""
    result = breaktime("who", X, "--config", str(config), "--json")
    said = json.loads(result.stdout)
    assert (said["mac"], said["certainty"], said["sources"], said["zone"]) == (MAC, "unknown", ["dhcp"], "classroom")
    text = breaktime("who", "10.20.10.12", "--config", str(config)).output
    assert "laptop-02" in text
    assert "one source alone says so" in text
    assert "source    inventory" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["who", "hello"], "'hello' is not an address"),
        (["who", X, "--at", "2026-11-23T09:30"], "no gateway runs on this data folder"),
        (["who", X, "--at", "noon"], "'at' is a time like"),
        (["devices", "adopt", "xx", "--owner", "school", "--kind", "laptop"], "is not the hardware address"),
        (
            ["devices", "adopt", MAC, "--owner", "school", "--kind", "laptop", "--person", "x"],
            "no person is called 'x'",
        ),
        (["devices", "adopt", MAC, "--owner", "personal", "--kind", "phone", "--told", "2026-09-01"], "only a device"),
        (["pupils", "absent", "halll", "--until", "23:59"], "did you mean hall?"),
        (["pupils", "absent", "hall", "--until", "noon"], "'noon' is not a time of day"),
        (["pupils", "absent", "hall", "--until", "00:00"], "00:00 is over today"),
        (["import", "rooms", "/nowhere"], "cannot be read"),
    ],
)
def test_what_cannot_be_done(config: Path, words: list[str], said: str) -> None:
    """It is said what is wrong and what to do, and the exit code is 1."""
    result = breaktime(*words, "--config", str(config))
    assert result.exit_code == 1
    assert said in result.output


@pytest.mark.parametrize("words", [["devices", "unknown"], ["devices", "contested"]])
def test_what_only_a_gateway_knows(config: Path, words: list[str]) -> None:
    """Who was met is known while the gateway runs."""
    result = breaktime(*words)
    assert result.exit_code == 1
    assert "no gateway runs" in result.output


def test_adopting_a_device(config: Path) -> None:
    """The inventory gets one more line, a column for hardware addresses if it has none, and stays correct."""
    before = (config / "devices.csv").read_text()
    words = ("devices", "adopt", MAC.upper(), "--owner", "school", "--kind", "laptop", "--config", str(config))
    result = breaktime(*words, "--person", "teacher-03", "--told", "2026-09-01")
    assert result.exit_code == 0, result.output
    after = (config / "devices.csv").read_text()
    assert after.splitlines()[-1] == f"laptop-010203,school,laptop,teacher-03,yes,2026-09-01,,{MAC}"
    assert [line.rstrip(",").removesuffix(",macs") for line in after.splitlines()[:-1]] == before.splitlines()
    said = json.loads(breaktime("who", X, "--config", str(config), "--json").stdout)
    assert (said["device"], said["person"], said["inspectable"]) == ("laptop-010203", "teacher-03", True)
    again = breaktime(*words, "--device", "other")
    assert again.exit_code == 1
    assert f"{MAC} is the hardware address of laptop-010203 already" in again.output


def test_unknown_devices_of_a_capture(config: Path, tmp_path: Path) -> None:
    """Who a capture tells of and no inventory knows; a made-up address is said to be one."""
    frame = Ether(src=MAC) / ARP(op=2, hwsrc=MAC, psrc=X)
    other = Ether(src="da:a1:19:00:00:01") / ARP(op=2, hwsrc="da:a1:19:00:00:01", psrc=X)
    wrpcap(str(tmp_path / "c.pcap"), [frame, other])
    words = ("devices", "unknown", "--capture", str(tmp_path / "c.pcap"), "--config", str(config))
    found = json.loads(breaktime(*words, "--json").stdout)
    assert [(one["mac"], one["random"]) for one in found] == [(MAC, False), ("da:a1:19:00:00:01", True)]
    assert "2 unknown device(s), 1 with a made-up hardware address" in breaktime(*words).output
    assert breaktime("devices", "unknown", "--capture", "/nowhere", "--config", str(config)).exit_code == 1


def test_pupils(config: Path) -> None:
    """What is declared is shown, and taken back."""
    folder = ("--config", str(config))
    local = Clock().now().astimezone()
    if local.hour == 23 and local.minute >= 58:
        until = "24:00"  # a declaration ends on its day; there is hardly any of it left
        assert breaktime("pupils", "absent", "hall", "--until", until, *folder).exit_code == 1
        return
    assert "nothing is declared" in breaktime("pupils", "show", *folder).output
    assert (
        breaktime("pupils", "absent", "hall", "--until", "23:59", *folder).output == "hall: pupils absent until 23:59\n"
    )
    (row,) = json.loads(breaktime("pupils", "show", "--json", *folder).stdout)
    assert (row["place"], row["pupils"]) == ("hall", "absent")
    assert datetime.fromisoformat(row["until"]) - Clock().now() < timedelta(days=1)
    assert "hall" in breaktime("pupils", "show", *folder).output
    assert "taken back" in breaktime("pupils", "withdraw", "hall", *folder).output
    assert "nothing was declared" in breaktime("pupils", "withdraw", "hall", *folder).output


def test_explain_knows_what_is_declared(config: Path) -> None:
    """What was said on the spot of pupils holds in the answers too, for as long as it was said for."""
    now = Clock().now()
    Declarations(config.parent / "data" / "pupils.json").declare(
        Declaration("staff-room", Pupils.PRESENT, now.timestamp() - 60, now.timestamp() + 600)
    )
    words = ("explain", "--url", "facebook.com", "--zone", "staff-room", "--config", str(config), "--trace", "--at")
    assert "pupils present" in breaktime(*words, now.isoformat()).output
    assert "pupils absent" in breaktime(*words, "2026-11-23T09:30").output


def test_import(config: Path, tmp_path: Path) -> None:
    """A timetable becomes ours, printed or written; what is wrong in it leaves nothing behind."""
    source, target, folder = tmp_path / "in.csv", tmp_path / "out.csv", ("--config", str(config))
    source.write_text("person,day,from,to\nteacher-02,mon,09:00,10:00\n")
    assert breaktime("import", "free-periods", str(source), *folder).output == source.read_text()
    assert "1 rows" in breaktime("import", "free-periods", str(source), "--output", str(target), *folder).output
    assert target.read_text() == source.read_text()
    source.write_text("bell,period,from,to\nmain,Period 1,09:00,10:00\n")
    assert "period: lesson, from: 09:00, to: 10:00" in breaktime("import", "bells", str(source), *folder).output
    source.write_text("room,day,from,to\nx,mon,9,10\n")
    bad = breaktime("import", "rooms", str(source), "--output", str(tmp_path / "none.csv"), *folder)
    assert bad.exit_code == 1
    assert "nothing was imported" in bad.output
    assert not (tmp_path / "none.csv").exists()
    source.write_text("room,day,from,to\n")
    assert "nothing in it is one of the rooms" in breaktime("import", "rooms", str(source), *folder).output


def test_explain_for_a_person_a_group_and_a_room(config: Path) -> None:
    """Staggered days: whose bell rings, and a person's own free periods, show in the answer."""
    words = ("explain", "--url", "facebook.com", "--zone", "office", "--config", str(config), "--trace", "--at")

    def told(*more: str) -> str:
        return next(line for line in breaktime(*words, *more).output.splitlines() if "period" in line)

    assert "period lesson, pupils absent, bell main" in told("2026-11-23T10:20")
    assert "period break, pupils absent, bell infants" in told("2026-11-23T10:20", "--groups", "infants")
    assert "period lesson" in told("2026-11-25T09:30")
    assert "period break, pupils absent, bell infants" in told("2026-11-25T09:30", "--person", "teacher-03")
