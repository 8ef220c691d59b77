"""The commands of the stable command line, run as a person runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from agent.cli import PLACES, main

REPOSITORY = Path(__file__).parents[2]
LESSON, BREAK = "2026-11-23T09:30", "2026-11-23T10:31"


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A checkout's working directory with a data folder of its own."""
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.setenv("BREAKTIME_DATA", str(tmp_path / "data"))
    return tmp_path


def breaktime(*words: str, given: str | bytes | None = None) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, list(words), input=given)


def explain(*words: str) -> dict[str, Any]:
    """One answer in JSON."""
    result = breaktime("explain", "--json", *words)
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(
            ["--at", LESSON],
            {"verdict": "block", "clause": "8.6.2", "period": "lesson", "until": "2026-11-23T10:30:00+00:00"},
            id="a lesson",
        ),
        pytest.param(
            ["--at", BREAK],
            {"verdict": "allow", "opens": False, "record": "minute", "until": "2026-11-23T10:45:00+00:00"},
            id="a break",
        ),
        pytest.param(["--at", LESSON], {"opens": True}, id="blocked on a managed laptop: opened for the page"),
        pytest.param(["--at", LESSON, "--owner", "personal"], {"opens": False}, id="a personal device is never opened"),
        pytest.param(["--at", LESSON, "--no-inspectable"], {"opens": False}, id="nor one that is not inspectable"),
        pytest.param(
            ["--at", BREAK, "--owner", "personal"], {"verdict": "block", "clause": "8.6.4"}, id="personal device"
        ),
        pytest.param(["--at", "2026-11-23T12:10", "--used", "30"], {"clause": "9.1"}, id="minutes used up"),
        pytest.param(["--at", LESSON, "--role", "pupil"], {"verdict": "block", "record": "none"}, id="a pupil"),
        pytest.param(["--at", "2026-11-22T09:30"], {"verdict": "allow", "period": "closed"}, id="a Sunday"),
        pytest.param(["--at", "2026-10-25T09:30"], {"period": "closed"}, id="the day the clocks go back"),
        pytest.param(["--at", LESSON, "--authorised"], {"clause": "5.1, 5.3", "opens": True}, id="authorised"),
    ],
)
def test_explain(here: Path, words: list[str], expected: dict[str, Any]) -> None:
    """The policy's answer, with its paragraph and when it changes."""
    answer = explain("--url", "https://www.facebook.com/", *words)
    assert {key: answer[key] for key in expected} == expected


def test_explain_has_the_stable_keys(here: Path) -> None:
    """Checks outside the repository read these."""
    keys = "verdict rule clause policy service category activity period until opens record trace revision"
    assert set(explain("--at", LESSON, "--url", "x.com")) == set(keys.split())


def test_a_site_that_is_not_social_media(here: Path) -> None:
    """It is allowed, not opened and not recorded."""
    answer = explain("--at", LESSON, "--url", "https://www.bbc.co.uk/news")
    assert (answer["verdict"], answer["opens"], answer["record"], answer["service"]) == ("allow", False, "none", None)


def test_explain_in_words(here: Path) -> None:
    """Without --json a person reads it; --trace shows every rule."""
    result = breaktime("explain", "--at", LESSON, "--url", "x.com", "--trace")
    assert "block" in result.stdout
    assert "paragraph 8.6.2" in result.stdout
    assert "directed-time: " in result.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["--url", "x.com", "--at", "soon"], "'at' is a time like", id="no time"),
        pytest.param(["--url", "x.com", "--at", "9999-12-31T23:00"], "the years 2000 to 2100", id="no year of ours"),
        pytest.param(["--url", "x.com", "--policy", "none"], "no policy is called 'none'", id="no such policy"),
        pytest.param(["--url", "http://"], "a host name", id="no host"),
        pytest.param(["--url", "http://127.0.0.1/"], "an IP address is not a host name", id="an address"),
    ],
)
def test_explain_says_what_is_wrong(here: Path, words: list[str], says: str) -> None:
    """A question that cannot be answered ends with 1 and a sentence."""
    result = breaktime("explain", *words)
    assert result.exit_code == 1
    assert says in result.stderr


def test_batch_answers_each_line_in_order(here: Path) -> None:
    """A bad line gets an error of its own, and the rest goes on."""
    lines = [
        {"at": LESSON, "url": "x.com"},
        "nonsense",
        {"at": BREAK, "url": "x.com", "authorised": False, "used": 0},
        {"at": BREAK, "url": "x.com", "role": "wizard"},
        {"at": BREAK, "url": "x.com", "colour": "red"},
        {"at": BREAK, "url": "x.com", "used": True},
        {"at": BREAK, "url": "x.com", "concern": "yes"},
        [],
        {"at": BREAK},
    ]
    given = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    result = breaktime("explain", "--batch", "-", "--json", given=given)
    assert result.exit_code == 0
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer.get("verdict", "error") for answer in answers] == ["block", "error", "allow", *["error"] * 6]
    assert all(answer["error"] for answer in answers if "verdict" not in answer)


def test_batch_goes_on_after_any_bytes(here: Path) -> None:
    """Bytes that are no text, depths that nobody reads and times beyond all clocks: an answer a line all the same."""
    good = json.dumps({"at": LESSON, "url": "x.com"}).encode()
    bad = [
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"url":"x.com","at":"9999-12-31T23:00"}',
        b'{"url":"x.com","\\ud800":1}',
        b"\r{",
    ]
    result = breaktime("explain", "--batch", "-", given=b"\n".join([*bad, good]))
    assert result.exit_code == 0, result.exception
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer.get("verdict", "error") for answer in answers] == [*["error"] * len(bad), "block"]


def test_run_refuses_a_time_beyond_all_clocks(here: Path) -> None:
    """A rehearsal that could rule on nothing is not begun."""
    result = breaktime("run", "--at", "9999-12-31T23:00")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "the years 2000 to 2100" in result.stderr


def test_categorise_repeats_its_input(here: Path) -> None:
    """Column 1 is the line as it came; any text is answered."""
    given = b"m.facebook.com\nhttps://x.com/a?b\nnotfacebook.com\nfacebook.com.evil.example\n\n\xff\xfe\n127.0.0.1\nWWW.Facebook.COM.\n"
    result = breaktime("categorise", given=given)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "m.facebook.com\tfacebook\tsocial-network",
        "https://x.com/a?b\ttwitter\tmicroblog",
        "notfacebook.com\t-\t-",
        "facebook.com.evil.example\t-\t-",
        "\t-\t-",
        "\ufffd\ufffd\t-\t-",
        "127.0.0.1\t-\t-",
        "WWW.Facebook.COM.\tfacebook\tsocial-network",
    ]


def test_check_and_test_pass_on_what_is_shipped(here: Path) -> None:
    """The example site has no problem and its policies hold."""
    checked = breaktime("check", "--json")
    assert checked.exit_code == 0, checked.output
    assert json.loads(checked.stdout)["ok"] is True
    tested = breaktime("test")
    assert tested.exit_code == 0, tested.output
    assert breaktime("test", "config/policies").exit_code == 0


def test_check_says_everything_that_is_wrong(here: Path) -> None:
    """File, line and column of each problem, and exit 1."""
    folder = here / "config"
    folder.mkdir()
    (folder / "site.yaml").write_text("site: [\n")
    result = breaktime("check", str(folder))
    assert result.exit_code == 1
    assert f"{folder}/site.yaml:" in result.stdout
    assert "problem(s)" in result.stdout


def test_ca_is_made_shown_and_renewed(here: Path) -> None:
    """`init` keeps what is there; `renew` makes another and keeps the old."""
    assert breaktime("ca", "show").exit_code == 1
    assert "made" in breaktime("ca", "init").stdout
    assert "kept" in breaktime("ca", "init").stdout
    first = json.loads(breaktime("ca", "show", "--json").stdout)
    assert "facebook.com" in first["names"]
    assert 0 < len(first["names"]) <= 300
    for _ in range(3):
        renewed = breaktime("ca", "renew", "--yes")
        assert renewed.exit_code == 0, renewed.exception
        assert "the old CA is in" in renewed.stdout
    assert json.loads(breaktime("ca", "show", "--json").stdout)["fingerprint"] != first["fingerprint"]
    assert len(list((here / "data" / "ca").glob("replaced-*/mitmproxy-ca.pem"))) == 3


def test_run_says_why_it_cannot(here: Path) -> None:
    """Before anything is started: what, where and what to do."""
    (here / "data").write_text("a file")
    result = breaktime("run")
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr
    assert "BREAKTIME_DATA" in result.stderr


def test_help_teaches(here: Path) -> None:
    """Every command has help with more than its name."""
    for name in PLACES:
        result = breaktime(name, "--help")
        assert result.exit_code == 0
        assert len(result.stdout.splitlines()) > 5, name
