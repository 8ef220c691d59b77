"""Adopting a device beside what else a configuration stands on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from agent.app.adopt import Adoption, adopt
from agent.app.lists import School, Wanted, take_in
from agent.app.paths import DataFolder
from agent.core.catalogue import Category
from agent.core.lists import Format, ListSource, Meaning
from tests.lists.made import POLICY, slim

LAPTOP = Adoption("3c:22:fb:01:02:03", "school", "laptop")


def test_where_a_policy_names_an_outside_list(tmp_path: Path) -> None:
    """The list's service is known by the data folder, and the device is adopted as anywhere."""
    config, data = slim(tmp_path / "config"), DataFolder(tmp_path / "data")
    (tmp_path / "talk.txt").write_text("talk.example")
    talk = ListSource("talk", str(tmp_path / "talk.txt"), Format.PLAIN, Meaning(category=Category.CHAT))
    take_in(School.of(config, data, Wanted()), Wanted(), [talk], date(2026, 11, 23), lambda said: None)
    policy = config / "policies" / POLICY / "policy.yaml"
    rule = '  - {rule: no-talk, verdict: block, when: {service: talk}, clause: "5.3", say: No talk.}\n'
    policy.write_text(policy.read_text().replace("\nrules:\n", f"\nrules:\n{rule}", 1))
    line, path = adopt(config, data, LAPTOP)
    assert path.read_text().splitlines()[-1] == line
    assert LAPTOP.mac in line
