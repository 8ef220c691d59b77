"""`breaktime catalogue` as a technician meets it: what is said, what is kept, how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from agent.app import learned
from agent.app.paths import DataFolder
from agent.cli import main
from agent.clock import Clock
from tests.lists.made import hosts, slim


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A school's configuration and an empty data folder; a category of UT1's and a plain list lie beside them."""
    monkeypatch.setenv("BREAKTIME_DATA", str(tmp_path / "data"))
    (tmp_path / "small_talk").mkdir()
    (tmp_path / "small_talk" / "domains").write_text("\n".join([*hosts(30), "192.0.2.1"]))
    (tmp_path / "small_talk" / "urls").write_text("a.example/talk")
    (tmp_path / "shared.txt").write_text("a.example\ngoogle.com\n")
    return slim(tmp_path / "config")


def catalogue(config: Path, *words: str) -> Result:
    """Run one of the commands."""
    return CliRunner().invoke(main, ["catalogue", *words, "--config", str(config)])


def answer(config: Path, *words: str, code: int = 0) -> list[dict[str, Any]]:
    """Its answer in JSON."""
    result = catalogue(config, *words, "--json")
    assert result.exit_code == code, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def categorised(config: Path, host: str) -> str:
    """The line of `categorise`."""
    return CliRunner().invoke(main, ["categorise", "--config", str(config)], input=host).stdout.strip()


def test_counted_and_not_kept(config: Path) -> None:
    """Without a meaning a list is read, counted and checked; it is said what to do."""
    path = str(config.parent / "small_talk")
    (found,) = answer(config, "import", "ut1", path)
    assert {key: found[key] for key in ("list", "outcome", "entries", "hosts", "added")} == {
        "list": "small_talk", "outcome": "new", "entries": 32, "hosts": 30, "added": 30,
    }  # fmt: skip
    assert found["left_out"] == {"IP addresses": 1, "addresses within a site": 1}
    assert "say what its hosts are with --category or --service" in catalogue(config, "import", "ut1", path).output
    assert answer(config, "lists") == []


def test_taken_in_by_hand(config: Path) -> None:
    """With a meaning it counts at once, for `categorise` as for `explain`; it can be let go."""
    result = catalogue(config, "import", "ut1", str(config.parent / "small_talk"), "--category", "chat")
    assert "small_talk: new: 32 entries, 30 hosts" in result.output
    assert categorised(config, "x.host7.example") == "x.host7.example\tsmall_talk\tchat"
    words = ["explain", "--config", str(config), "--at", "2026-11-23T09:30", "--url", "https://host7.example", "--json"]
    explained = json.loads(CliRunner().invoke(main, words).stdout)
    assert (explained["verdict"], explained["service"], explained["category"]) == ("block", "small_talk", "chat")
    assert "30 hosts" in catalogue(config, "lists").output
    assert catalogue(config, "remove", "small_talk").exit_code == 0
    assert categorised(config, "x.host7.example") == "x.host7.example\t-\t-"
    assert catalogue(config, "remove", "small_talk").exit_code == 1


def test_refused(config: Path) -> None:
    """A list that would claim what is shared ends with 1, its reason and its counts; nothing of it counts."""
    path = str(config.parent / "shared.txt")
    (found,) = answer(config, "import", "plain", path, "--service", "tiktok", code=1)
    assert (found["outcome"], found["entries"], found["hosts"]) == ("refused", 2, 2)
    assert "google.com, which the whole web shares" in found["reason"]
    said = catalogue(config, "import", "plain", path, "--service", "tiktok").output
    assert said.startswith("shared: REFUSED: it would claim google.com")
    answer(config, "import", "plain", path, "--service", "tiktok", "--leave-out", "shared")
    assert categorised(config, "a.example\ngoogle.com") == "a.example\ttiktok\tsocial-network\ngoogle.com\t-\t-"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(["--service", "nobody"], "no service called 'nobody'", id="no such service"),
        pytest.param(["--service", "tiktok", "--category", "chat"], "not both", id="two meanings"),
        pytest.param(["--category", "chat", "--list", "tiktok"], "is a service already", id="the id of a service"),
        pytest.param(["--list", "..."], "an id with --list", id="no id"),
    ],
)
def test_what_cannot_be_meant(config: Path, words: list[str], message: str) -> None:
    """It is said before anything is read."""
    result = catalogue(config, "import", "ut1", str(config.parent / "small_talk"), *words)
    assert (result.exit_code, message in result.output) == (1, True), result.output


def test_two_lists_of_one_name(config: Path) -> None:
    """Each must have an id of its own."""
    path = str(config.parent / "small_talk")
    assert "would be one list" in catalogue(config, "import", "ut1", path, f"{path}/domains").output
    assert "names one list" in catalogue(config, "import", "ut1", path, path, "--list", "a").output


def test_an_update(config: Path) -> None:
    """The lists of site.yaml, with a preview first; what is not named there cannot be asked for."""
    assert "site.yaml names no lists" in catalogue(config, "update").output
    site = config / "site.yaml"
    row = f"{{list: talk, source: '{config.parent / 'small_talk'}', format: ut1, category: chat}}"
    site.write_text(f"{site.read_text()}\nlists: [{row}]\n")
    assert "nothing yet" in catalogue(config, "lists").output
    assert "talk: would be new: 32 entries, 30 hosts" in catalogue(config, "update", "--preview").output
    assert categorised(config, "host7.example") == "host7.example\t-\t-"
    assert answer(config, "update", "talk")[0]["outcome"] == "new"
    assert categorised(config, "host7.example") == "host7.example\ttalk\tchat"
    assert "no list called tolk" in catalogue(config, "update", "tolk").output
    assert "stands in site.yaml" in catalogue(config, "remove", "talk").output


def test_a_broken_configuration(config: Path) -> None:
    """Nobody can say what lists mean; its problems are said."""
    (config / "site.yaml").write_text("site: [")
    result = catalogue(config, "update")
    assert (result.exit_code, "site.yaml" in result.output) == (1, True)


def test_suggestions(config: Path) -> None:
    """Seen with their counts, accepted by one command, refused by another, and handed on."""
    data = DataFolder.chosen()
    assert "`learn: yes`" in catalogue(config, "suggestions").output
    data.prepare()
    rows = [{"host": one, "service": "tiktok", "pages": 8, "of": 10} for one in ("parts.example", "other.example")]
    learned.keep(data, rows, Clock().now().date())
    assert [row["host"] for row in answer(config, "suggestions")] == ["other.example", "parts.example"]
    assert "with 8 of 10 pages" in catalogue(config, "suggestions").output
    assert "is tiktok's from now on" in catalogue(config, "accept", "parts.example").output
    assert catalogue(config, "refuse", "other.example").exit_code == 0
    assert answer(config, "suggestions") == []
    assert categorised(config, "x.parts.example") == "x.parts.example\ttiktok\tsocial-network"
    assert "site: [parts.example]" in catalogue(config, "export").output


def test_what_nobody_suggested(config: Path) -> None:
    """It needs a service, and one that there is."""
    assert "say its service with --service" in catalogue(config, "accept", "x.example").output
    assert "no service called 'x'" in catalogue(config, "accept", "x.example", "--service", "x").output
    assert "is no host" in catalogue(config, "refuse", "192.0.2.1").output
