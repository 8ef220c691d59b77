"""`breaktime sense`: the command, and the process that it starts."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from agent.cli import main
from agent.sense.child import SenseFailed, command, read_capture
from tests.sense import making
from tests.sense.making import CLIENT, ECH, SERVER, V6, client_hello, records, tcp, udp

DATA = Path(__file__).parents[3] / "shared" / "data"
CAPTURE = making.pcap(
    making.ethernet(tcp(records(client_hello("www.facebook.com", more=ECH)))),
    making.ethernet(udp(making.initial(making.crypto(client_hello("school.example", key=32))), ends=V6)),
    making.ethernet(tcp(b"\x17\x03\x03\x00\x10" + bytes(16), sport=50009)),
)
APACHE = ("prometheus_client", "mitmproxy", "uvloop", "sqlalchemy", "aioquic", "agent.metrics")


def sense(*arguments: str) -> Result:
    """The command's result."""
    return CliRunner().invoke(main, ["sense", *arguments])


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """A capture with a flow of each kind."""
    path = tmp_path / "lesson.pcap"
    path.write_bytes(CAPTURE)
    return path


def test_json(capture: Path) -> None:
    """One object a flow, with the catalogue's service and whether the name may hide another."""
    done = sense(str(capture), "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == [
        {"protocol": "TLS", "name": "www.facebook.com", "service": "facebook", "src": f"{CLIENT}:50001",
         "dst": f"{SERVER}:443", "hidden": True},
        {"protocol": "QUIC", "name": "school.example", "service": None, "src": "[2001:db8::7]:50001",
         "dst": "[2001:db8::9]:443", "hidden": False},
        {"protocol": "TLS", "name": None, "service": None, "src": f"{CLIENT}:50009",
         "dst": f"{SERVER}:443", "hidden": False},
    ]  # fmt: skip


def test_table(capture: Path) -> None:
    """For people it is a table, with the sum below."""
    done = sense(str(capture))
    assert done.exit_code == 0
    header, first, *_, total = done.stdout.splitlines()
    assert header.split() == ["protocol", "name", "service", "from", "to"]
    assert first.split() == ["TLS", "www.facebook.com", "facebook", f"{CLIENT}:50001", f"{SERVER}:443", "hidden"]
    assert total == "3 flow(s) in 3 packet(s), 2 with a name"


def test_early_end(capture: Path) -> None:
    """Of a capture that was cut the beginning is told, and that it was cut, apart from the answer."""
    capture.write_bytes(CAPTURE[:-20])
    done = sense(str(capture), "--json")
    assert done.exit_code == 0
    assert len(json.loads(done.stdout)) == 2
    assert "ends early, after packet 3" in done.stderr


@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "no such file"), (b"", "it is empty"), (b"no capture", "it is no capture")],
    ids=["missing", "empty", "text"],
)
def test_refused(tmp_path: Path, content: bytes | None, why: str) -> None:
    """What cannot be read is said in one sentence, with exit code 1."""
    path = tmp_path / "-x.pcap"
    if content is not None:
        path.write_bytes(content)
    done = sense("--", str(path))
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"breaktime sense: {path}: {why}")


def test_left_in_the_middle(capture: Path) -> None:
    """Who reads no further ends the process."""
    reading = read_capture(capture)
    next(reading)
    del reading


def test_failure(tmp_path: Path) -> None:
    """The process's own word on a failure is passed on."""
    with pytest.raises(SenseFailed, match="is a directory"):
        list(read_capture(tmp_path))


@pytest.mark.parametrize("arguments", [["read", "none"], ["live", "--group", "5"]], ids=["read", "live"])
def test_what_the_process_imports(arguments: list[str], tmp_path: Path) -> None:
    """scapy's licence allows no Apache-2.0 beside it; and whatever reads live packets does without scapy."""
    script = (
        "import sys; from agent.sense.__main__ import main\n"
        "import agent.sense.offline as _\n" if arguments[0] == "read" else
        "import sys; from agent.sense import live as _\n"
    )  # fmt: skip
    script += f"print([name for name in {APACHE!r} if name in sys.modules], 'scapy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split("\n")[0] == f"[] {arguments[0] == 'read'}"


def test_command_line() -> None:
    """A group that is no number, or no command, is refused by the process itself."""
    for words in (["live", "--group", "x"], [], ["read"]):
        assert subprocess.run(command(*words), capture_output=True, check=False, timeout=60).returncode == 2


# --- the captures that lie beside the checkout -----------------------------------------------------


def labelled() -> dict[str, list[dict[str, str]]]:
    """The rows of flows.tsv by their capture; empty where the data is not there."""
    if not (DATA / "flows.tsv").is_file():
        return {}
    found: dict[str, list[dict[str, str]]] = {}
    with (DATA / "flows.tsv").open(newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            found.setdefault(row["pcap"], []).append(row)
    return found


def end(address: str, port: str) -> str:
    """An end as the command writes it."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


@pytest.mark.skipif(not labelled(), reason="the captures lie beside the checkout, in ../shared/data, or not at all")
@pytest.mark.parametrize("name", labelled().keys() or [""])
def test_every_labelled_flow(name: str) -> None:
    """Every flow that is labelled with a name is named so, by its protocol, and told to be hidden where it has ECH."""
    flows: list[dict[str, Any]] = json.loads(sense(str(DATA / "pcap" / name), "--json").stdout)
    told = {(flow["src"], flow["dst"], flow["protocol"]): (flow["name"], flow["hidden"]) for flow in flows}
    expected = {
        (end(row["src_ip"], row["src_port"]), end(row["dst_ip"], row["dst_port"]), row["protocol"]):
        (row["sni_or_host"], row["ech_ext"] == "1")
        for row in labelled()[name] if row["sni_or_host"]
    }  # fmt: skip
    assert {key: told.get(key) for key in expected} == expected
    assert {key for key, (name, _) in told.items() if name} == expected.keys()
    assert len(told) == len(flows)
