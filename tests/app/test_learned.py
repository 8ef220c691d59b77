"""Suggested hosts: kept as counts, decided by a person, written beside the catalogue, handed on without the school."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from agent.app import learned
from agent.app.folder import read_folder
from agent.app.learned import CannotDecide
from agent.app.live import Configuration, read
from agent.app.paths import DataFolder
from agent.core.catalogue import Catalogue, HostKind
from tests.lists.made import slim

TODAY = date(2026, 11, 23)
FOUND = {"host": "parts.example", "service": "tiktok", "pages": 8, "of": 10}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A school's configuration."""
    return slim(tmp_path / "config")


def nowhere(config: Path) -> DataFolder:
    """A data folder without lists."""
    return DataFolder(config.parent / "data")


def catalogue(config: Path) -> Catalogue:
    """What it answers by."""
    found = read(config, nowhere(config))
    assert isinstance(found, Configuration), [str(one) for one in found]
    return found.engine.catalogue


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    """A data folder."""
    made = DataFolder(tmp_path / "data")
    made.prepare()
    return made


def hosts(data: DataFolder, on: Catalogue, refused: frozenset[str] = frozenset(), today: date = TODAY) -> list[str]:
    """What is suggested."""
    return [row["host"] for row in learned.suggestions(data, on, refused, today)]


def test_kept_for_four_weeks(data: DataFolder) -> None:
    """What is told anew is fresh again; the strongest is first."""
    learned.keep(data, [FOUND, FOUND | {"host": "more.example", "pages": 9}], TODAY)
    learned.keep(data, [FOUND], TODAY + timedelta(days=20))
    assert hosts(data, Catalogue(())) == ["more.example", "parts.example"]
    assert hosts(data, Catalogue(()), today=TODAY + timedelta(days=29)) == ["parts.example"]
    assert json.loads(data.suggestions.read_text())[0].keys() == {"host", "service", "pages", "of", "on"}


def test_what_is_decided_is_not_suggested(config: Path, data: DataFolder) -> None:
    """Neither what was refused, nor what the catalogue has by now."""
    learned.keep(data, [FOUND, FOUND | {"host": "x.facebook.com"}], TODAY)
    assert hosts(data, catalogue(config)) == ["parts.example"]
    assert hosts(data, catalogue(config), frozenset({"parts.example"})) == []


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", '[{"host": "a"}]', '[{"host":"a","service":"b","pages":1,"of":1,"on":"x"}]']
)
def test_a_damaged_file_is_begun_anew(data: DataFolder, text: str) -> None:
    """It will be told again."""
    data.suggestions.write_text(text)
    assert hosts(data, Catalogue(())) == []
    learned.keep(data, [FOUND], TODAY)
    assert hosts(data, Catalogue(())) == ["parts.example"]


def test_accepted_and_taken_back(config: Path) -> None:
    """An accepted host is the service's as if it stood in the catalogue, until it is refused."""
    assert (
        learned.accept(config, nowhere(config), "https://Parts.Example/x", "tiktok", HostKind.ASSET, TODAY)
        == "parts.example"
    )
    match = catalogue(config).match_name("img.parts.example")
    assert match is not None
    assert (match.service.id, match.kind) == ("tiktok", HostKind.ASSET)
    learned.refuse(config, nowhere(config), "parts.example")
    assert catalogue(config).match_name("img.parts.example") is None
    assert learned.decided(read_folder(config)[0]).refused == ("parts.example",)
    learned.accept(config, nowhere(config), "parts.example", "tiktok", HostKind.SITE, TODAY)
    assert learned.decided(read_folder(config)[0]).refused == ()


@pytest.mark.parametrize(
    ("host", "service", "message"),
    [
        pytest.param("google.com", "tiktok", "which the whole web shares", id="what is shared"),
        pytest.param("facebook.com", "tiktok", "is a host of", id="another service's"),
        pytest.param("com", "tiktok", "top-level domain", id="a top-level domain"),
        pytest.param("parts.example", "nobody", "no service is called 'nobody'", id="no service"),
        pytest.param("192.0.2.1", "tiktok", "is no host", id="an address"),
    ],
)
def test_what_cannot_be_accepted(config: Path, host: str, service: str, message: str) -> None:
    """The configuration must load with it; else the file is as it was."""
    with pytest.raises(CannotDecide, match=message):
        learned.accept(config, nowhere(config), host, service, HostKind.SITE, TODAY)
    assert not (config / "catalogue" / "learned.yaml").exists()


def test_a_broken_configuration_is_left_alone(config: Path) -> None:
    """Nothing is written beside a mistake."""
    (config / "catalogue" / "learned.yaml").write_text("accepted: [{host: a.example}]\n")
    with pytest.raises(CannotDecide, match="nothing was changed"):
        learned.refuse(config, nowhere(config), "parts.example")


def test_exported(config: Path) -> None:
    """Hosts by service and kind, as the catalogue has them; no day, and nothing of the school."""
    assert learned.exported(learned.decided({})).endswith("[]")
    learned.accept(config, nowhere(config), "b.example", "tiktok", HostKind.ASSET, TODAY)
    learned.accept(config, nowhere(config), "a.example", "tiktok", HostKind.ASSET, TODAY)
    text = learned.exported(learned.decided(read_folder(config)[0]))
    assert text.splitlines()[1:] == ["- service: tiktok", "  hosts:", "    asset: [a.example, b.example]"]
