"""A whole case at the command line, as docs/investigator.md tells it, and what the commands refuse."""

from __future__ import annotations

import json
import re
import shlex
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from agent.cli import main
from agent.core.tally import Counts
from agent.store import Store
from agent.store.keys import DayKeys
from tests.store.making import MINUTE, SITE

REPOSITORY = Path(__file__).parents[2]
LONDON = ZoneInfo("Europe/London")
TODAY = datetime.now(UTC).astimezone(LONDON).date()
YESTERDAY = TODAY - timedelta(days=1)
SECRET = "three plain words of "
OPEN = (
    "case open --subject teacher-01 --reason posts --clause 8.6.2 --grounds seen --basis public-task "
    f"--from {TODAY - timedelta(days=7)} --to {TODAY + timedelta(days=7)}"
)


class Desk:
    """The command on a data folder, with officers' secrets in files beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"

    def secret(self, id: str) -> Path:
        path = self.folder / f"{id}.secret"
        if not path.exists():
            path.write_text(f"{SECRET}{id}\n")
            path.chmod(0o600)
        return path

    def run(self, words: str, *more: str, by: str = "") -> Result:
        """A command, by an officer where one is named."""
        acting = ["--as", by, "--secret-file", str(self.secret(by))] if by else []
        config = [] if words.startswith(("audit", "evidence")) else ["--config", str(REPOSITORY / "config")]
        runner = CliRunner(env={"BREAKTIME_DATA": str(self.data)})
        return runner.invoke(main, [*words.split(), *more, *acting, *config])

    def done(self, words: str, *more: str, by: str = "") -> str:
        """A command that goes well; what it says."""
        result = self.run(words, *more, by=by)
        assert result.exit_code == 0, result.output
        return result.stdout

    def add(self, id: str, office: str, by: str = "") -> None:
        """Take an officer in."""
        self.done(f"case officer add {id} --office {office}", "--new-secret-file", str(self.secret(id)), by=by)

    def record(self) -> None:
        """Four minutes of two people, yesterday at noon."""
        noon = datetime.combine(YESTERDAY, datetime.min.time(), LONDON) + timedelta(hours=12)
        first = int(noon.timestamp()) // 60
        with Store.open(self.data, SITE, LONDON) as store:
            for person in ("teacher-01", "teacher-02"):
                at = MINUTE._replace(person=person, device="laptop-02")
                store.write({at._replace(minute=first + n): Counts(1, 1, 1) for n in range(4)})


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A school with a head, a chair, an investigator, and a record."""
    at = Desk(tmp_path_factory.mktemp("desk"))
    at.record()
    at.add("head-1", "headteacher")
    at.add("chair-1", "chair-of-governors", by="head-1")
    at.add("investigator-1", "investigator", by="head-1")
    at.add("dpo-1", "data-protection-officer", by="head-1")
    return at


def opened(desk: Desk) -> str:
    """The number of a case that waits for approval."""
    return str(json.loads(desk.done(f"{OPEN} --json", by="investigator-1"))["id"])


def script() -> list[str]:
    """The commands of the guide's whole case."""
    guide = (REPOSITORY / "docs" / "investigator.md").read_text()
    block = guide.partition("## A whole case")[2].partition("```sh\n")[2].partition("```")[0]
    return block.splitlines()


def test_the_guides_whole_case(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command of the guide goes well in its order, also when the day that is held is forgotten on the way."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").symlink_to(REPOSITORY / "config")
    (tmp_path / "signing.pub").write_bytes((desk.data / "audit" / "signing.pub").read_bytes())
    form = {"seen": "today at noon", "address": "a page", "words": "posts in lessons"}
    (tmp_path / "concern.json").write_text(json.dumps(form))
    known = {"FROM": str(TODAY - timedelta(days=7)), "TO": str(TODAY + timedelta(days=7)), "TODAY": str(TODAY)}
    answers = {}
    for line in script():
        words = shlex.split(re.sub(r"\$(\w+)", lambda found: known[found[1]], line))[1:]
        by = words[words.index("--as") + 1] if "--as" in words else "head-1"
        env = {"BREAKTIME_DATA": str(desk.data), "BREAKTIME_SECRET_FILE": str(desk.secret(by))}
        done = CliRunner(env=env).invoke(main, words)
        assert done.exit_code == 0, f"{line}\n{done.output}"
        answers[" ".join(words[:2])] = done.stdout
        if words[:2] == ["case", "open"]:
            known["CASE"] = done.stdout.split()[1].rstrip(":")
        if words[1] == "hold":
            assert DayKeys.of_data(desk.data).destroy(YESTERDAY)
    assert "4 active minutes" in answers["case search"]
    assert "4 records" in answers["case export"]
    assert "closed" in answers["case close"]
    assert answers["audit list"].count("case:record:search") == 2
    assert known["CASE"] in zipped(tmp_path / "copy.zip")
    late = desk.run(f"case search {known['CASE']}", by="investigator-1")
    assert (late.exit_code, "a case that is closed" in late.stderr) == (1, True)
    assert "teacher-01" not in desk.done("case list --json", by="head-1")


def zipped(path: Path) -> str:
    """All the text in a bundle or a copy."""
    if not zipfile.is_zipfile(path):
        return path.read_text(errors="replace")
    with zipfile.ZipFile(path) as file:
        return "".join(file.read(name).decode(errors="replace") for name in file.namelist())


def test_before_and_after(desk: Desk) -> None:
    """Nobody looks before the approval, and no case ends before its subject was told."""
    case = opened(desk)
    early = desk.run(f"case search {case}", by="investigator-1")
    assert (early.exit_code, "a case that is requested" in early.stderr) == (1, True)
    desk.done(f"case approve {case}", by="head-1")
    found = json.loads(desk.done(f"case search {case} --json", by="investigator-1"))
    assert "does not say who held the device" in found["meaning"]
    early = desk.run(f"case close {case} --outcome none", by="investigator-1")
    assert (early.exit_code, "has not been told" in early.stderr) == (1, True)


def test_a_bundle_that_was_touched(desk: Desk, tmp_path: Path) -> None:
    """Exit 1, with the file; on a machine without the school's key it says by which key it looked."""
    case = opened(desk)
    desk.done(f"case approve {case}", by="head-1")
    bundle = tmp_path / "evidence.zip"
    desk.done(f"case export {case} --output {bundle} --json", by="investigator-1")
    elsewhere = Desk(tmp_path)
    assert "ask the school" in elsewhere.done(f"evidence verify {bundle}")
    with zipfile.ZipFile(bundle, "a") as file:
        file.writestr("more.txt", "x")
    touched = elsewhere.run(f"evidence verify {bundle} --json")
    assert touched.exit_code == 1
    answer = json.loads(touched.stdout)
    assert (answer["whole"], answer["key_trusted"], answer["faults"][0]["file"]) == (False, False, "more.txt")


def test_a_chain_that_was_cut(desk: Desk, tmp_path: Path) -> None:
    """With a head that left the machine a cut is found, and said; without one it cannot be told, and that is said."""
    whole = desk.done("audit verify")
    head = re.findall(r"\d+:[0-9a-f]{64}", whole)[0]
    assert "cannot be told" in whole
    assert "nothing was changed" in desk.done(f"audit verify --head {head}")
    cut = tmp_path / "chain.jsonl"
    lines = (desk.data / "audit" / "chain.jsonl").read_bytes().splitlines(keepends=True)
    cut.write_bytes(b"".join(lines[:-3]))
    found = desk.run(f"audit verify --chain {cut} --head {head} --json")
    assert found.exit_code == 1
    assert json.loads(found.stdout)["faults"][0]["kind"] == "truncated"
    cut.write_bytes(b"".join(lines).replace(b"head-1", b"head-9", 1))
    changed = desk.run(f"audit verify --chain {cut} --key {desk.data}/audit/signing.pub")
    assert (changed.exit_code, "BROKEN" in changed.stdout) == (1, True)
    assert desk.run("audit verify --head nonsense").exit_code == 1


def test_the_glass(desk: Desk) -> None:
    """Broken, said to be announced by hand where no mail leaves, reviewed; not upheld, the case ends."""
    case = opened(desk)
    done = desk.run(f"case break-glass {case} --why now --absent head", by="investigator-1")
    assert (done.exit_code, "tell them yourself, now" in done.stderr) == (0, True)
    assert "opened without approval" in desk.done("case list", by="head-1")
    assert "refused" in desk.done(f"case review {case} --not-upheld --note no", by="chair-1")


def test_not_telling_needs_two(desk: Desk) -> None:
    """The head's consent waits for the chair's; the day on which the subject is told must be named."""
    case = opened(desk)
    words = f"case approve {case} --untold suspected-crime --why wiped --dpia D-1"
    assert desk.run(words, by="head-1").exit_code == 2
    first = desk.done(f"{words} --tell-by {TODAY + timedelta(days=3)}", by="head-1")
    assert "another officer's is needed" in first
    assert "approved" in desk.done(f"case approve {case}", by="chair-1")


@pytest.mark.parametrize(
    ("words", "by", "said"),
    [
        pytest.param(OPEN.replace("teacher-01", "somebody"), "investigator-1", "no device is assigned", id="nobody"),
        pytest.param(f"{OPEN} --service nowhere", "investigator-1", "no service is called", id="no service"),
        pytest.param("case show C2026-ZZZZ", "head-1", "there is no case", id="no case"),
        pytest.param("case list", "nobody-1", "not the secret of an officer", id="not an officer"),
        pytest.param("case officer remove head-1", "investigator-1", "headteacher or the chair", id="not the head's"),
        pytest.param("case officer remove nobody-1", "head-1", "no officer", id="no such officer"),
    ],
)
def test_refused(desk: Desk, words: str, by: str, said: str) -> None:
    """What cannot be done is said in a line, and ends with 1."""
    done = desk.run(words, by=by)
    assert (done.exit_code, said in done.stderr) == (1, True), done.output


def test_a_secret_that_is_asked_for(desk: Desk) -> None:
    """Without a file the secret is asked for, and is in no output; a wrong one opens nothing."""
    runner = CliRunner(env={"BREAKTIME_DATA": str(desk.data)})
    words = ["case", "list", "--as", "head-1", "--config", str(REPOSITORY / "config")]
    for typed, code in ((f"{SECRET}head-1", 0), (f"{SECRET}head-2", 1)):
        done = runner.invoke(main, words, input=f"{typed}\n")
        assert done.exit_code == code, done.output
        assert typed not in done.output


def test_officers(desk: Desk) -> None:
    """They are listed with their offices, and without anything of a secret."""
    assert "head-1\theadteacher" in desk.done("case officer list")
    listed = json.loads(desk.done("case officer list --json"))
    assert {"id": "head-1", "office": "headteacher"} in listed
    desk.add("lead-1", "safeguarding-lead", by="chair-1")
    assert json.loads(desk.done("case officer remove lead-1 --json", by="chair-1")) == {"removed": "lead-1"}
