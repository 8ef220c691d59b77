"""`breaktime init`: a school's answers become a configuration that holds, or are said to be wrong where they stand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent.app.initial.answers import WAYS, identifier
from agent.app.initial.day import read_day
from agent.app.initial.lay import packs, shipped
from agent.app.initial.terms import Span, read_calendar, read_spans
from agent.app.live import Configuration, read
from agent.cli import main
from agent.core.timetable import PeriodKind

ANSWERS = """\
name: 'Hill "Top" Primary: School'
contact: the school office
policy: POLICY
way-in: WAY
resolver: [10.20.1.1]
networks: {classroom: [10.20.10.0/24, "fd00:20:10::/64"], staff-room: [10.20.20.0/24], guest: [10.20.70.0/24]}
day: 08:45 registration, 9:00 lesson, 10:30 break, 10:45 lesson, 15:15 end
terms:
  - {from: 2026-09-02, to: 2026-12-18}
half-terms:
  - {from: 2026-10-26, to: 2026-10-30}
inset: [2026-09-01]
bank-holidays: wales
"""


def calendar(*events: tuple[str, str, str]) -> bytes:
    """A calendar of whole days: summary, first day, the day after the last."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test"]
    for number, (summary, first, after) in enumerate(events):
        lines += ["BEGIN:VEVENT", f"UID:{number}", f"SUMMARY:{summary}", f"DTSTART;VALUE=DATE:{first}"]
        lines += [f"DTEND;VALUE=DATE:{after}"] if after else []
        lines += ["END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def run(*words: str, given: str | None = None) -> Result:
    """The command."""
    return CliRunner().invoke(main, ["init", *words], input=given)


def answers(tmp_path: Path, *changes: tuple[str, str], way: str = "router", policy: str = "no-personal-use") -> Path:
    """A file of answers."""
    text = ANSWERS.replace("WAY", way).replace("POLICY", policy)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "answers.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("way", "policy"),
    [*((way, "no-personal-use") for way in WAYS), *(("proxy", one) for one in packs(shipped()) if one[0] != "n")],
)
def test_what_it_writes_passes_check(tmp_path: Path, way: str, policy: str) -> None:
    """Whatever policy and way in, and whatever signs the school's name has."""
    target = tmp_path / "config"
    result = run(str(target), "--answers", str(answers(tmp_path, way=way, policy=policy)))
    assert result.exit_code == 0, result.output
    checked = CliRunner().invoke(main, ["check", str(target)])
    assert checked.exit_code == 0, checked.output
    config = read(target)
    assert isinstance(config, Configuration)
    engine = config.engine
    assert engine.site.name == 'Hill "Top" Primary: School'
    assert engine.site.id == "hill-top-primary-school"
    assert engine.policies.in_force == policy
    assert (config.built.steering is not None) == (way == "router")
    assert not engine.site.governed
    assert not [path for path in target.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param("POLICY", "no-such", "there is no policy 'no-such'", id="policy"),
        pytest.param("resolver: [10.20.1.1]\n", "", "none is named", id="a router without a resolver"),
        pytest.param("10.20.20.0/24", "10.20.20.0/33", "answers.yaml:6:", id="a network"),
        pytest.param("10:30 break", "10:30 brake", "no part of a day; did you mean", id="a word of the day"),
        pytest.param("15:15 end", "15:15 lesson", "the last entry says when the day ends", id="no end"),
        pytest.param("10:45 lesson", "10:15 lesson", "is no later", id="times in disorder"),
        pytest.param("to: 2026-12-18", "to: 2026-08-18", "ends before it begins", id="a term"),
        pytest.param("inset:", "insets:", "did you mean inset", id="an unknown key"),
        pytest.param("terms:\n", "terms-file: no.ics\nnot-terms:\n", "terms-file", id="a calendar that is not there"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(tmp_path: Path, old: str, new: str, says: str) -> None:
    """With its place; and the folder stays as it was."""
    text = ANSWERS.replace("WAY", "router").replace(old, new, 1).replace("POLICY", "no-personal-use")
    (tmp_path / "answers.yaml").write_text(text)
    result = run(str(tmp_path / "config"), "--answers", str(tmp_path / "answers.yaml"))
    assert result.exit_code == 1
    assert says in result.output
    assert not (tmp_path / "config" / "site.yaml").exists()


def test_what_stands_there_stays(tmp_path: Path) -> None:
    """A site is never replaced; people who were written down before it are kept."""
    target = tmp_path / "config"
    target.mkdir()
    (target / "people.csv").write_text("person,role,groups\nhead-01,headteacher,\n")
    file = answers(tmp_path)
    assert run(str(target), "--answers", str(file)).exit_code == 0
    assert "head-01" in (target / "people.csv").read_text()
    again = run(str(target), "--answers", str(file))
    assert again.exit_code == 1
    assert "is here already" in again.output


def test_the_dialogue(tmp_path: Path) -> None:
    """It asks again until an answer can be read, and Enter takes what it proposes."""
    ics = tmp_path / "terms.ics"
    ics.write_bytes(calendar(("Autumn term", "20260902", "20261219"), ("Sports day", "20260703", "20260704")))
    said = ["Hill School", "", "", "", "proxy", "10.20.10.0", "nonsense", "10.20.10.0/24", "", "", "", "", "", ""]
    said += ["", str(tmp_path / "no.ics"), str(ics), "", ""]
    result = run(str(tmp_path / "config"), given="\n".join(said) + "\n")
    assert result.exit_code == 0, result.output
    assert "Sports day" in result.output
    config = read(tmp_path / "config")
    assert isinstance(config, Configuration)
    assert config.built.gateway.page_port == 8088
    assert config.engine.timetable.calendar.terms[0].last == date(2026, 12, 18)


@pytest.mark.parametrize(
    ("events", "terms", "half_terms", "inset", "ignored"),
    [
        pytest.param(
            [("Autumn Term", "20260902", "20261219"), ("Half term", "20261026", "20261031")],
            [("2026-09-02", "2026-12-18")], [("2026-10-26", "2026-10-30")], [], 0, id="events that last",
        ),
        pytest.param(
            [("Autumn term starts", "20260902", ""), ("Last day of autumn term", "20261218", "20261219")],
            [("2026-09-02", "2026-12-18")], [], [], 0, id="first and last days",
        ),
        pytest.param(
            [("Term 1", "20260902", "20261024"), ("INSET day", "20260901", ""), ("Christmas holiday", "20261221", "")],
            [("2026-09-02", "2026-10-23")], [], ["2026-09-01"], 1, id="INSET, and what is neither",
        ),
        pytest.param(
            [("Term 1", "20260902", "20261219"), ("Term 1", "20260902", "20261219"), ("Half-term", "20270215", "")],
            [("2026-09-02", "2026-12-18")], [], [], 1, id="twice, and a half-term in no term",
        ),
        pytest.param(
            [("Term 1", "20260902", "20261219"), ("Spring term begins", "20270105", "")],
            [("2026-09-02", "2026-12-18")], [], [], 1, id="a beginning without an end",
        ),
    ],
)  # fmt: skip
def test_calendars(
    events: list[tuple[str, str, str]],
    terms: list[tuple[str, str]],
    half_terms: list[tuple[str, str]],
    inset: list[str],
    ignored: int,
) -> None:
    """As schools and councils publish them; what was not understood is said."""
    year = read_calendar(calendar(*events))
    assert year.terms == tuple(Span(*map(date.fromisoformat, one)) for one in terms)
    assert year.half_terms == tuple(Span(*map(date.fromisoformat, one)) for one in half_terms)
    assert year.inset == tuple(map(date.fromisoformat, inset))
    assert len(year.ignored) == ignored


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xfe\x00garbage", id="garbage"),
        pytest.param(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", id="cut off"),
        pytest.param(calendar(("Sports day", "20260703", "")), id="no term"),
        pytest.param(b"x" * 3_000_000, id="huge"),
    ],
)
def test_a_calendar_that_says_nothing(content: bytes) -> None:
    """It is refused with what to do instead."""
    with pytest.raises(ValueError, match=r"calendar"):
        read_calendar(content)


def test_small_things() -> None:
    """Ids from names, days and ranges from what a person writes."""
    assert identifier("  St. Mary’s C of E (VA) ") == "st-mary-s-c-of-e-va"
    assert read_day("9:00 lesson, 10:00 end")[0].kind is PeriodKind.LESSON
    assert read_spans("2026-09-02 to 2026-12-18,") == (Span(date(2026, 9, 2), date(2026, 12, 18)),)
