"""The gateway's figures as the technician's page reads and tells them."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from agent.console.technician.gauges import Gauges, parsed, read_gauges
from agent.console.technician.machine_tiles import ENDS, LAST_CA, certificates
from agent.console.technician.tile import Tile, ago
from agent.console.technician.tiles import counts, tiles

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
END = (NOW + timedelta(days=400)).timestamp()
WELL = f"""
# TYPE breaktime_workers gauge
breaktime_workers 2
# TYPE breaktime_workers_wanted gauge
breaktime_workers_wanted 2
# TYPE breaktime_store_up gauge
breaktime_store_up 1
# TYPE breaktime_store_lag_seconds gauge
breaktime_store_lag_seconds 2
# TYPE breaktime_worker_restarts_total counter
breaktime_worker_restarts_total 1
# TYPE breaktime_config_last_reload_successful gauge
breaktime_config_last_reload_successful 1
# TYPE breaktime_config_last_reload_success_timestamp_seconds gauge
breaktime_config_last_reload_success_timestamp_seconds {(NOW - timedelta(hours=3)).timestamp()}
# TYPE breaktime_store_rows_written_total counter
breaktime_store_rows_written_total 1234
# TYPE breaktime_store_waiting_rows gauge
breaktime_store_waiting_rows 3
# TYPE breaktime_retention_up gauge
breaktime_retention_up 1
# TYPE breaktime_certificate_expiry_timestamp_seconds gauge
breaktime_certificate_expiry_timestamp_seconds{{certificate="ca-1"}} {(NOW + LAST_CA + timedelta(days=1)).timestamp()}
breaktime_certificate_expiry_timestamp_seconds{{certificate="root"}} {END}
breaktime_certificate_expiry_timestamp_seconds{{certificate="console"}} {END}
# TYPE breaktime_clock_agreed gauge
breaktime_clock_agreed 1
# TYPE breaktime_clock_astray_seconds gauge
breaktime_clock_astray_seconds -7200
# TYPE breaktime_disk_free_bytes gauge
breaktime_disk_free_bytes 12000000000
# TYPE breaktime_disk_size_bytes gauge
breaktime_disk_size_bytes 100000000000
# TYPE breaktime_rulings_total counter
breaktime_rulings_total{{verdict="block",category="video-sharing"}} 5
breaktime_rulings_total{{verdict="allow",category="video-sharing"}} 7
breaktime_rulings_total{{verdict="block",category="messaging"}} 9
"""
STEERED = """
# TYPE breaktime_steering_loaded gauge
breaktime_steering_loaded 1
# TYPE breaktime_steering_standing gauge
breaktime_steering_standing 1
# TYPE breaktime_steering_addresses gauge
breaktime_steering_addresses{family="v4"} 120
breaktime_steering_addresses{family="v6"} 80
# TYPE breaktime_resolver_up gauge
breaktime_resolver_up 1
# TYPE breaktime_sense_up gauge
breaktime_sense_up 1
# TYPE breaktime_slips_total counter
breaktime_slips_total{protocol="quic",done="ended"} 2
# TYPE breaktime_forwarding_up gauge
breaktime_forwarding_up 0
# TYPE breaktime_forwarding_lag_seconds gauge
breaktime_forwarding_lag_seconds 300
# TYPE breaktime_directory_source_up gauge
breaktime_directory_source_up{source="leases"} 0
"""


def by_name(text: str) -> dict[str, Tile]:
    """The tiles of a page of metrics."""
    return {tile.name: tile for tile in tiles(parsed(text), NOW)}


def test_a_quiet_gateway_is_well() -> None:
    """What is in use is well, what is not in use is neither, and every figure is said in words."""
    found = by_name(WELL)
    assert [name for name, tile in found.items() if tile.good is False] == []
    assert found["Workers"].what == "2 workers running, 1 restart since the start"
    assert found["Configuration"].what == "taken up, 3 hours ago"
    assert found["Record"].what == "1,234 rows written, 3 waiting"
    assert {name for name, tile in found.items() if tile.good is None} == {
        "Steering", "Sets", "Resolver", "Database", "Directory", "Slips",
    }  # fmt: skip


def test_a_gateway_that_steers() -> None:
    """Steering, sets and slips are told where there are any; what is away is not well, and says what and how long."""
    found = by_name(WELL + STEERED)
    assert found["Sets"] == Tile("Sets", True, "120 v4, 80 v6", found["Sets"].means)
    assert found["Slips"].what == "2 since the start: 2 by quic"
    assert (found["Database"].good, found["Directory"].good) == (False, False)
    assert found["Database"].what == "not reached; the oldest minute waits for 5 minutes"
    assert "leases" in found["Directory"].what


def left(days: float) -> float:
    """The end of a certificate that lasts for so many days."""
    return (NOW + timedelta(days=days)).timestamp()


@pytest.mark.parametrize(
    ("old", "new", "tile"),
    [
        ("breaktime_workers 2", "breaktime_workers 0", "Workers"),
        ("breaktime_workers 2", "breaktime_workers 1", "Workers"),
        ("store_up 1", "store_up 0", "Record"),
        ("store_lag_seconds 2", "store_lag_seconds 61", "Record"),
        ("clock_agreed 1", "clock_agreed 0", "Clock"),
        ("disk_free_bytes 12000000000", "disk_free_bytes 9000000000", "Disk"),
        (f'{{certificate="root"}} {END}', f'{{certificate="root"}} {left(179)}', "Root"),
        (f'{{certificate="console"}} {END}', f'{{certificate="console"}} {left(13)}', "Console"),
        (f'{{certificate="console"}} {END}', f'{{certificate="console"}} {left(-1)}', "Console"),
        ("last_reload_successful 1", "last_reload_successful 0", "Configuration"),
        ("waiting_rows 3", "waiting_rows 5000", "Record"),
        ("retention_up 1", "retention_up 0", "Forgetting"),
        (
            str((NOW + LAST_CA + timedelta(days=1)).timestamp()),
            str((NOW + LAST_CA - timedelta(days=1)).timestamp()),
            "CA",
        ),
        ("steering_standing 1", "steering_standing 0", "Steering"),
        (
            'addresses{family="v4"} 120\nbreaktime_steering_addresses{family="v6"} 80',
            'addresses{family="v4"} 0',
            "Sets",
        ),
        ("resolver_up 1", "resolver_up 0", "Resolver"),
        ("sense_up 1", "sense_up 0", "Slips"),
    ],
)
def test_trouble_is_seen(old: str, new: str, tile: str) -> None:
    """Each thing that is not well makes its own tile ill."""
    before, after = by_name(WELL + STEERED), by_name((WELL + STEERED).replace(old, new))
    assert before[tile].good
    assert after[tile].good is False


@pytest.mark.parametrize(
    ("old", "new", "tile", "what"),
    [
        ("breaktime_workers 2", "breaktime_workers 1", "Workers", "1 of 2 running, 1 restart since the start"),
        ("store_up 1", "store_up 0", "Record", "the store takes nothing; 1,234 rows written, 3 waiting"),
        ("lag_seconds 2", "lag_seconds 130", "Record", "1,234 rows written, 3 waiting, the oldest for 2 minutes"),
        ("clock_agreed 1", "clock_agreed 0", "Clock", "2 hours behind"),
        (
            "free_bytes 12000000000",
            "free_bytes 500000000",
            "Disk",
            "500 MB of 100.0 GB left where the data folder lies",
        ),
        (f'"console"}} {END}', f'"console"}} {left(1.5)}', "Console", "until 24 November 2026, 1 day left"),
        (f'"root"}} {END}', f'"root"}} {left(-1)}', "Root", "ended on 22 November 2026"),
    ],
)
def test_trouble_in_words(old: str, new: str, tile: str, what: str) -> None:
    """What is so is said in words, with what to do."""
    found = by_name(WELL.replace(old, new))[tile]
    assert (found.good, found.what, bool(found.do)) == (False, what, True)


@pytest.mark.parametrize(
    ("ends", "ill", "does"),
    [
        ({"ca-1": 46, "ca-2": 500, "ca-3": 900}, set(), ""),
        ({"ca-1": 44, "ca-2": 500}, {"CA"}, "systemctl restart breaktime"),
        ({"ca-1": 400, "ca-2": 59}, {"CA 2"}, "breaktime ca renew"),
        ({"ca-1": 59}, {"CA"}, "breaktime ca renew"),
        ({"root": 400}, {"CA"}, "breaktime doctor"),
    ],
    ids=["three", "its turn is near", "the last ends", "the only one ends", "none"],
)
def test_every_certificate_has_a_tile(ends: dict[str, float], ill: set[str], does: str) -> None:
    """What to do is to restart while a next one waits, and to make new ones where none does."""
    rows = (f'{ENDS}{{certificate="{name}"}} {left(days)}' for name, days in ends.items())
    found = {tile.name: tile for tile in certificates(parsed(f"# TYPE {ENDS} gauge\n" + "\n".join(rows) + "\n"), NOW)}
    assert len(found) == max(len(ends), 2 if "root" in ends else 0)
    assert {name for name, tile in found.items() if not tile.good} == ill
    assert all(does in found[name].do for name in ill)


def test_a_rehearsal_has_no_clock() -> None:
    """Where nothing tells of clock and disk, neither is called well or ill."""
    found = by_name("# TYPE breaktime_workers gauge\nbreaktime_workers 1\n")
    assert (found["Clock"].good, found["Disk"].good) == (None, None)


def test_sums() -> None:
    """Figures are summed by a label, the largest first; what nobody has is none."""
    gauges = parsed(WELL)
    assert gauges.by("breaktime_rulings_total", "verdict") == {"block": 14.0, "allow": 7.0}
    assert list(counts(gauges, "breaktime_rulings_total", "category", 1)) == [("video-sharing", 12.0)]
    assert gauges.one("breaktime_rulings_total", verdict="allow") == 7
    assert gauges.one("breaktime_nothing") is None


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (7200, "2 hours ago"),
        (86400, "1 day ago"),
        (-5, "just now"),
    ],
)
def test_how_long_ago(age: int, said: str) -> None:
    """The largest unit that is not nothing, in the right number."""
    assert ago(timedelta(seconds=age)) == said


class Answers(BaseHTTPRequestHandler):
    """Serves one text."""

    text, status = WELL, 200

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.text.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def asked(text: str, status: int = 200) -> Gauges | None:
    """What is read where that is served."""
    handler = type("Answering", (Answers,), {"text": text, "status": status})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        found = read_gauges("0.0.0.0", server.server_port)
        thread.join(10)
    return found


@pytest.mark.parametrize(
    ("text", "status", "there"),
    [(WELL, 200, True), ("", 200, False), ("this is no metric {", 200, False), (WELL, 500, False)],
    ids=["metrics", "nothing", "another program", "an error"],
)
def test_what_answers(text: str, status: int, there: bool) -> None:
    """Only metrics count as a gateway that answers."""
    assert (asked(text, status) is not None) is there


def test_nobody_answers() -> None:
    """A gateway that does not run is none, at once."""
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        port = server.server_port
    assert read_gauges("127.0.0.1", port) is None
