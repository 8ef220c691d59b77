"""The JSON that a school copies: in step with its builders, complete, readable, and laid out without overlap."""

from __future__ import annotations

import json
import re
from itertools import combinations
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards import palette
from dashboards.written import files

from .reading import REPOSITORY, choices, dashboards, panels

ALL = dashboards()
EACH = pytest.mark.parametrize("dashboard", ALL.values(), ids=ALL)
UNITS = {"none", "percentunit", "s", "bytes"}
COLOUR = re.compile(r'"(?:color|fixedColor|iconColor)": "([^"]+)"')


def test_files_are_in_step() -> None:
    """What lies there is what the builders make, and nothing else: `python -m dashboards`."""
    made = files(REPOSITORY / "dashboards")
    assert {path.name: path.read_text() for path in made} == {path.name: text for path, text in made.items()}
    assert {path.stem for path in made if path.suffix == ".json"} == set(ALL)


@EACH
def test_builder_library_reads_it(dashboard: Any) -> None:
    """The types of Grafana's own library take the file, and write the same again."""
    register_default_plugins()
    again = json.loads(json.dumps(Dashboard.from_json(dashboard), cls=JSONEncoder))
    for panel in again["panels"]:
        if panel.get("fieldConfig", {}).get("defaults", {}).get("custom") == {}:
            del panel["fieldConfig"]["defaults"]["custom"]  # the library adds nothing, as an empty object
    assert again["panels"] == dashboard["panels"]
    assert again["templating"] == dashboard["templating"]


def test_ids_are_unique() -> None:
    """One uid a dashboard, one number and one title a panel of it."""
    uids = [dashboard["uid"] for dashboard in ALL.values()]
    assert len(set(uids)) == len(uids)
    for dashboard in ALL.values():
        assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
        rows = [panel["title"] for panel in dashboard["panels"] if panel["type"] == "row"]
        assert len(set(rows)) == len(rows)


@EACH
def test_each_panel_explains_itself(dashboard: Any) -> None:
    """A description in whole sentences, a unit, a source that can be chosen, and something to ask."""
    for panel in panels(dashboard):
        title = panel["title"]
        assert panel["description"].endswith((".", "status.")), title
        assert len(panel["description"].split()) >= 4, title
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS, title
        assert panel["datasource"] == {"type": "prometheus", "uid": "${source}"}, title
        assert panel["targets"], title
        assert all(target["datasource"]["uid"] == "${source}" for target in panel["targets"]), title


@EACH
def test_nothing_overlaps(dashboard: Any) -> None:
    """Every panel stands on the grid of 24 columns, in reading order, clear of every other."""
    places = [panel["gridPos"] for panel in dashboard["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    assert places == sorted(places, key=lambda place: (place["y"], place["x"]))
    for one, other in combinations(places, 2):
        apart = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert apart or above, f"{one} {other}"


@EACH
def test_each_row_is_full(dashboard: Any) -> None:
    """No line of panels ends before the right margin: a hole reads as something missing."""
    lines: dict[int, int] = {}
    for panel in dashboard["panels"]:
        lines[panel["gridPos"]["y"]] = lines.get(panel["gridPos"]["y"], 0) + panel["gridPos"]["w"]
    assert set(lines.values()) == {24}


@EACH
def test_colours_are_those_that_everybody_tells_apart(dashboard: Any) -> None:
    """No colour outside the palette; where a colour says how a thing is, a word or a number says it as well."""
    assert set(COLOUR.findall(json.dumps(dashboard))) <= set(palette.ALL)
    for panel in panels(dashboard):
        steps = panel["fieldConfig"]["defaults"].get("thresholds", {}).get("steps", [])
        if panel["type"] == "state-timeline" or {0, 1} == {step["value"] or 0 for step in steps}:
            assert panel["fieldConfig"]["defaults"].get("mappings") or panel["type"] == "stat", panel["title"]


def test_the_palette_is_told_apart_without_red_or_green() -> None:
    """Well, watch and wrong stay apart for people who see no red, no green or no blue, and in grey."""
    for kind, weights in BLINDNESS.items():
        for one, other in combinations((palette.WELL, palette.WATCH, palette.WRONG), 2):
            assert _distance(one, other, weights) > 0.15, f"{one} and {other} look alike: {kind}"


@EACH
def test_variables_links_and_marks(dashboard: Any) -> None:
    """A source and a site to choose, links to all others that keep the choice, reloads and bells marked."""
    assert [one["name"] for one in dashboard["templating"]["list"]][:2] == ["source", "site"]
    assert "site" in choices(dashboard)
    assert dashboard["tags"] == ["breaktime"]
    link = dashboard["links"][0]
    assert (link["type"], link["tags"], link["includeVars"]) == ("dashboards", ["breaktime"], True)
    assert [mark["name"] for mark in dashboard["annotations"]["list"]] == ["Reloads", "Bells"]


@pytest.mark.parametrize("name", ["now", "week"])
def test_zones_can_be_chosen(name: str) -> None:
    """Where a panel shows places, a place can be chosen."""
    assert "zone" in choices(ALL[name])


BLINDNESS = {
    "no red": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "no green": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "no blue": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}
"""What becomes of red, green and blue: Machado, Oliveira and Fernandes 2009, at full severity."""


def _distance(one: str, other: str, weights: tuple[tuple[float, float, float], ...]) -> float:
    seen = [_seen(colour, weights) for colour in (one, other)]
    return float(sum((a - b) ** 2 for a, b in zip(*seen, strict=True)) ** 0.5)


def _seen(colour: str, weights: tuple[tuple[float, float, float], ...]) -> list[float]:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    return [sum(w * c for w, c in zip(row, channels, strict=True)) for row in weights]
