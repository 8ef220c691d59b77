"""`what-if` over a real record: found, ruled on again, said in words, and nobody's name touched."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent.app.live import Configuration, read
from agent.app.paths import DATA_VARIABLE, DataFolder
from agent.app.whatif import FEW, day_of, what_if
from agent.cli import main
from agent.core.decision import Verdict
from agent.core.tally import Counts
from agent.store import Store
from tests.store.making import LONDON, MINUTE, SITE

CONFIG = Path(__file__).parents[2] / "config"
DAY = date(2026, 11, 23)
WEEK = ("--since", "2026-11-20", "--until", "2026-11-26")
BREAK = 60  # minutes after MINUTE, which stands in a lesson
DRAFT = """
policy: {name}
title: A draft
social-media: [social-network, video-sharing]
monitoring: {{mode: always, clause: "1"}}
retention: {{days: 28, clause: "1"}}
rules: []
default: {{rule: nothing, verdict: block, clause: "1", say: Nothing at all.}}
"""


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    """The shipped configuration."""
    config = read(CONFIG)
    assert isinstance(config, Configuration), config
    return config


@pytest.fixture
def data(tmp_path: Path) -> DataFolder:
    """A record of 60 minutes: 40 blocked in a lesson, 16 allowed at break, 4 of the headteacher's."""
    folder = DataFolder(tmp_path / "data")
    allowed = MINUTE._replace(
        pupils="absent", verdict=Verdict.ALLOW, period="break", rule="reasonable-personal-use", opened=False
    )
    head = allowed._replace(role="headteacher", person="head-01", device="laptop-09")
    rows = [
        *(MINUTE._replace(minute=MINUTE.minute + n) for n in range(40)),
        *(allowed._replace(minute=MINUTE.minute + BREAK + n) for n in range(16)),
        *(head._replace(minute=MINUTE.minute + BREAK + n) for n in range(4)),
    ]
    with Store.open(folder.root, SITE, LONDON) as store:
        store.write({row: Counts(1, 1, 1) for row in rows})
    return folder


def breaktime(data: DataFolder, *words: str) -> Result:
    """The command on that data folder and the shipped configuration."""
    return CliRunner().invoke(main, ["what-if", "--config", str(CONFIG), *words], env={DATA_VARIABLE: str(data.root)})


def test_blocked_instead(shipped: Configuration, data: DataFolder) -> None:
    """A policy without breaks would have blocked the minutes at break; so few as 4 stand in no line of their own."""
    found = what_if(shipped, data, "no-personal-use", DAY, DAY).as_json()
    assert (found["minutes"], found["blocked_instead"], found["allowed_instead"]) == (60, 20, 0)
    assert found["unchanged"] == {"allow": 0, "block": 40}
    assert found["cannot_tell"] == {}
    assert found["changes"] == [
        {"role": "teacher", "period": "break", "service": "facebook", "was": "allow", "would": "block", "minutes": 16}
    ]
    assert found["few"] == 4 < FEW


def test_same_policy(shipped: Configuration, data: DataFolder) -> None:
    """The policy that was in force would have said the same."""
    found = what_if(shipped, data, "breaks-without-pupils", DAY, DAY)
    assert (found.found.minutes, sum(found.found.same.values())) == (60, 60)
    assert "60 stay as they were (20 allowed, 40 blocked)" in found.as_text()


def test_in_words(data: DataFolder) -> None:
    """The table can be read aloud: names of services, sums, what is not counted, and that nobody is."""
    text = breaktime(data, "--policy", "no-personal-use", *WEEK).output
    for part in (
        '"No personal use on site; for the school, signed in as the school" (no-personal-use)',
        "from Friday 20 November 2026",
        "60 active minutes are recorded for that time.",
        "20 were allowed and would have been blocked,",
        "0 cannot be ruled on again.",
        "Blocked instead of allowed, by role, period and service",
        "  teacher         break           Facebook                           16",
        "lines of fewer than 5 minutes, together",
        "These are minutes, not people",
    ):
        assert part in " ".join([text, " ".join(text.split())])
    assert "headteacher  " not in text
    assert max(len(line) for line in text.splitlines()) <= 100


def test_cannot_tell(data: DataFolder) -> None:
    """What the record does not say is counted and said, the most first."""
    hello = MINUTE._replace(minute=MINUTE.minute + 200, opened=False, basis=MINUTE.basis.CONTACT, device="laptop-08")
    with Store.open(data.root, SITE, LONDON) as store:
        store.write({hello._replace(minute=hello.minute + n): Counts(1) for n in range(3)})
    result = breaktime(data, "--policy", "no-personal-use", *WEEK)
    assert "3 cannot be ruled on again:" in result.output
    assert "3  nobody looked which account was signed in" in result.output
    found = json.loads(breaktime(data, "--policy", "no-personal-use", *WEEK, "--json").output)
    assert found["cannot_tell"] == {"account": 3}


@pytest.mark.parametrize("name", ["draft", "breaks-without-pupils"])
@pytest.mark.parametrize("asked", ["file", "folder"])
def test_edited(data: DataFolder, tmp_path: Path, name: str, asked: str) -> None:
    """An edited policy is named by its path, whether the configuration has one of that name or not."""
    folder = tmp_path / "drafts"
    folder.mkdir()
    file = folder / "policy.yaml"
    file.write_text(DRAFT.format(name=name))
    path = file if asked == "file" else folder
    found = json.loads(breaktime(data, "--policy", str(path), *WEEK, "--json").output)
    assert (found["policy"], found["blocked_instead"], found["unchanged"]["block"]) == (name, 20, 40)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("policy: draft", "title", id="incomplete"),
        pytest.param("- no", "policies/edited/policy.yaml", id="no table"),
        pytest.param("policy: ../../x", "policies/edited/policy.yaml", id="a name that leads elsewhere"),
        pytest.param("\0", "policies/edited/policy.yaml", id="no YAML"),
    ],
)
def test_edited_badly(data: DataFolder, tmp_path: Path, text: str, problem: str) -> None:
    """The problems of an edited policy are all said, and nothing is ruled on by it."""
    file = tmp_path / "policy.yaml"
    file.write_text(text)
    result = breaktime(data, "--policy", str(file))
    assert result.exit_code == 1
    assert "has problems:" in result.output
    assert problem in result.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(
            ["--policy", "nope"], "no policy is called 'nope', nor is it a path; there are: breaks", id="policy"
        ),
        pytest.param(["--policy", "concern-led", "--since", "soon"], "'soon' is neither a date", id="since"),
        pytest.param(["--policy", "concern-led", "--until", "2026-13-01"], "is neither a date", id="until"),
        pytest.param(
            ["--policy", "concern-led", "--since", "0d", "--until", "1d"], "it cannot begin on", id="backwards"
        ),
    ],
)
def test_refused(data: DataFolder, words: list[str], says: str) -> None:
    """A policy or a time that there is not is said with what there is."""
    result = breaktime(data, *words)
    assert result.exit_code == 1
    assert result.output.startswith("breaktime what-if: ")
    assert says in result.output


def test_nothing_recorded(tmp_path: Path) -> None:
    """Without a record it says so, and makes none."""
    data = DataFolder(tmp_path / "none")
    result = breaktime(data, "--policy", "concern-led")
    assert (result.exit_code, data.root.exists()) == (0, False)
    assert "Nothing is recorded for that time" in result.output
    found = json.loads(breaktime(data, "--policy", "concern-led", "--json").output)
    assert (found["minutes"], found["changes"]) == (0, [])


def test_unreadable(data: DataFolder) -> None:
    """A record that cannot be read is said to be so, and is not set aside by a question."""
    before = sorted(path.name for path in data.root.iterdir())
    (data.root / "breaktime.db").write_bytes(b"nonsense" * 1000)
    result = breaktime(data, "--policy", "concern-led")
    assert result.exit_code == 1
    assert "breaktime.db" in result.output
    assert sorted(path.name for path in data.root.iterdir() if not path.name.startswith("breaktime.db-")) == [
        name for name in before if not name.startswith("breaktime.db-")
    ]


def test_no_key_needed(shipped: Configuration, data: DataFolder) -> None:
    """The question opens no identity: it is answered without a single key."""
    shutil.rmtree(data.root / "keys")
    assert what_if(shipped, data, "no-personal-use", DAY, DAY).found.minutes == 60


def test_only_those_days(shipped: Configuration, data: DataFolder) -> None:
    """Days outside the time that was asked about are not looked at."""
    for first, last, minutes in ((DAY, DAY, 60), (DAY.replace(day=24), DAY.replace(day=30), 0)):
        assert what_if(shipped, data, "no-personal-use", first, last).found.minutes == minutes


@pytest.mark.parametrize(
    ("text", "day"),
    [("4w", "2026-10-26"), ("14d", "2026-11-09"), ("0d", "2026-11-23"), ("2026-11-01", "2026-11-01")],
)
def test_day_of(text: str, day: str) -> None:
    """A day is so many weeks or days ago, or a date."""
    assert day_of(text, DAY) == date.fromisoformat(day)
