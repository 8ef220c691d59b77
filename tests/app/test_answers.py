"""`explain` asked one by one and by the line: the same answers, and an error for what is no question."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.app.answers import Explainer, as_json, site_time
from agent.app.live import Configuration, read
from agent.clock import Clock
from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.clients import DeviceKind, Owner, Role, Zone
from agent.core.pupils import Pupils

CONFIG = Path(__file__).parents[2] / "config"
HERE = {"url": "https://www.facebook.com/", "at": "2026-11-23T09:30"}
KEYS = [
    "verdict", "rule", "clause", "policy", "service", "category", "activity", "period", "until", "opens", "record",
    "trace", "revision",
]  # fmt: skip


@cache
def shipped() -> Configuration:
    """The shipped configuration."""
    config = read(CONFIG)
    assert isinstance(config, Configuration), config
    return config


@cache
def busy() -> Explainer:
    """One that has answered much before."""
    return Explainer(shipped().engine)


HOSTS = sorted(str(host) for service in shipped().engine.catalogue.services.values() for host, _ in service.entries())


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """A question with some of its keys left out."""
    month, day, hour, minute = (draw(st.integers(*ends)) for ends in ((1, 12), (1, 28), (0, 23), (0, 59)))
    asked: dict[str, Any] = {
        "url": draw(st.sampled_from(["https://", "http://", ""])) + draw(st.sampled_from([*HOSTS, "bbc.co.uk"])),
        "at": f"2026-{month:02}-{day:02}T{hour:02}:{minute:02}" + draw(st.sampled_from(["", "+00:00", "+02:00"])),
    }
    optional: dict[str, st.SearchStrategy[Any]] = {
        "policy": st.sampled_from(sorted(shipped().engine.policies.policies)),
        "role": st.sampled_from(Role),
        "owner": st.sampled_from(Owner),
        "kind": st.sampled_from(DeviceKind),
        "zone": st.sampled_from(Zone),
        "pupils": st.sampled_from([*Pupils, None]),
        "account": st.sampled_from(Account),
        "activity": st.sampled_from(Activity),
        "authorised": st.booleans(),
        "concern": st.booleans(),
        "inspectable": st.sampled_from([True, False, None]),
        "used": st.integers(0, 100),
    }
    for key in draw(st.sets(st.sampled_from(sorted(optional)))):
        asked[key] = draw(optional[key])
    return asked


@settings(max_examples=300, deadline=None)
@given(questions())
def test_batch_and_single(asked: dict[str, Any]) -> None:
    """A line of the batch, whatever was asked before it, is answered as the question by itself."""
    single = as_json(Explainer(shipped().engine).answer(asked))
    line = json.loads(busy().line(json.dumps(asked)))
    assert line == json.loads(json.dumps(single))
    assert list(line) == KEYS


@pytest.mark.parametrize(
    ("line", "error"),
    [
        pytest.param("", "Expecting value", id="empty"),
        pytest.param("{", "Expecting property name", id="not JSON"),
        pytest.param("[1]", "a question is a JSON object", id="a list"),
        pytest.param("[" * 100_000, "not so deep", id="too deep"),
        pytest.param("{}", "'url' is missing", id="no URL"),
        pytest.param('{"url": 7}', "'url' is missing", id="a number for a URL"),
        pytest.param('{"url": ""}', "a host name", id="an empty URL"),
        pytest.param('{"url": "x.com", "colour": 1}', "'colour' is not asked here", id="unknown key"),
        pytest.param('{"url": "x.com", "role": "king"}', "'role' is one of teacher,", id="unknown word"),
        pytest.param('{"url": "x.com", "role": ["teacher"]}', "'role' is one of teacher,", id="a list for a word"),
        pytest.param('{"url": "x.com", "at": 7}', "'at' is a time like", id="no time"),
        pytest.param('{"url": "x.com", "at": "noon"}', "'at' is a time like", id="no such time"),
        pytest.param('{"url": "x.com", "at": "0001-01-01T00:00+14:00"}', "the years 2000 to 2100", id="the first day"),
        pytest.param('{"url": "x.com", "at": "9999-12-31T23:00"}', "the years 2000 to 2100", id="the last day"),
        pytest.param('{"url": "x.com", "\\ud800": 1}', "is not asked here", id="half a character"),
        pytest.param('{"url": "x.com", "policy": ' + "[" * 900 + "]" * 900 + "}", "", id="deep, and read"),
        pytest.param('{"url": "x.com", "used": -1}', "'used' is a number of minutes", id="minutes below nothing"),
        pytest.param('{"url": "x.com", "used": true}', "'used' is a number of minutes", id="yes for minutes"),
        pytest.param('{"url": "x.com", "authorised": "yes"}', "'authorised' is true or false", id="a word for a flag"),
        pytest.param('{"url": "x.com", "policy": "nope"}', "no policy is called 'nope'", id="no such policy"),
    ],
)
def test_bad_lines(line: str, error: str) -> None:
    """What cannot be answered says why, in a line of JSON, and the next is answered all the same."""
    answer = json.loads(busy().line(line))
    assert list(answer) == ["error"]
    assert error in answer["error"]
    assert json.loads(busy().line(json.dumps(HERE)))["verdict"] == "block"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("2026-03-29T01:30", "2026-03-29T02:30:00+01:00", id="in the hour that spring skips"),
        pytest.param("2026-11-23T10:30+01:00", "2026-11-23T09:30:00+00:00", id="with an offset"),
        pytest.param("2000-01-01T00:00", "2000-01-01T00:00:00+00:00", id="the first that is answered"),
        pytest.param("2100-12-31T23:59", "2100-12-31T23:59:00+00:00", id="the last that is answered"),
    ],
)
def test_the_time_that_is_asked_for(text: str, says: str) -> None:
    """A time is the site's, and one that its clocks never show moves forward with them, as in `site.yaml`."""
    engine = shipped().engine
    assert site_time(text, engine.timetable.calendar).isoformat() == says
    assert Explainer(engine).answer({"url": "x.com", "at": text}).verdict


def test_now() -> None:
    """Without a time the question is about now."""
    zone = shipped().engine.timetable.calendar.zone
    at = Clock().now().astimezone(zone).isoformat(timespec="minutes")
    lesson = Explainer(shipped().engine).answer({"url": "x.com"}).period
    assert lesson == Explainer(shipped().engine).answer({"url": "x.com", "at": at}).period


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        pytest.param(
            {},
            [
                "A teacher with a school laptop in a classroom goes to Facebook (social network)",
                "on Monday 23 November 2026 at 09:30, in a lesson on a school day, with pupils present.",
                "This is not allowed: Social media is for breaks",
                '"Personal use in breaks, with no pupils present" says so in paragraph 8.6.2.',
                "The next time that it may be allowed is 10:30.",
                "The connection is opened,",
                "One minute is recorded, under a pseudonym.",
            ],
            id="blocked",
        ),
        pytest.param(
            {"at": "2026-11-23T12:30", "zone": "staff-room", "account": "other", "activity": "post"},
            [
                "in the staff room goes to Facebook (social network, signed in with another account than the school's,",
                "This is allowed: Reasonable personal use is fine now.",
                "in paragraphs 8.6.1, 8.6.3.",
                "It stays so until 13:00.",
                "The connection is not opened.",
            ],
            id="allowed",
        ),
        pytest.param(
            {"at": "2026-11-23T12:30", "zone": "staff-room", "used": 30},
            ["This answer stands until", "The next time that it may be allowed is 00:00 on Tuesday 24 November 2026."],
            id="used up",
        ),
        pytest.param(
            {"url": "bbc.co.uk", "owner": "unknown", "kind": "unknown", "authorised": True},
            [
                "A teacher with a device that the school does not know in a classroom, with the headteacher's",
                "goes to a site that is not social media",
                "This is allowed: no policy rules on what is not social media. The connection is not opened.",
                "Nothing is recorded.",
            ],
            id="not social media",
        ),
        pytest.param(
            {"role": "pupil", "owner": "personal", "kind": "tv"},
            [
                "A pupil with a TV of their own",
                "It is a rule of",
                "that no paragraph of the written policy is named for.",
                "No time at which it is allowed is in sight.",
            ],
            id="no paragraph, never",
        ),
        pytest.param(
            {"policy": "no-personal-use", "account": "official"},
            ["signed in as the school", "The connection is opened, since the answer turns on", "No change is in sight"],
            id="opened to rule",
        ),
    ],
)
def test_told(asked: dict[str, Any], says: list[str]) -> None:
    """The answer is a paragraph that a headteacher understands, without one word of the machine's."""
    text = " ".join(busy().tell({**HERE, **asked}).split())
    for part in says:
        assert part in text
    assert "revision" not in text
    assert max(len(line) for line in busy().tell({**HERE, **asked}).splitlines()) <= 100


def test_traced() -> None:
    """Behind `--trace` stand verdict, rule and revision, and every rule that was read, in order."""
    told, traced = busy().tell({**HERE, "role": "headteacher"}, trace=True).split("\n\n")
    assert told == busy().tell({**HERE, "role": "headteacher"})
    lines = traced.splitlines()
    assert "block by rule directed-time of policy breaks-without-pupils (revision " in lines[0]
    assert "facebook, social-network, unknown; day school, period lesson, pupils present" in lines[1]
    answer = busy().answer({**HERE, "role": "headteacher"})
    assert [line.split()[2].rstrip(":") for line in lines[2:]] == [step.rule for step in answer.trace]
    assert lines[-1].split()[1] == "yes"
