"""Concerns, a person's rights and the post at the command line, as an officer meets them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent.cli import main
from agent.core.post import Transport
from agent.core.tally import Counts
from agent.store import Store
from tests.mail.server import Mailbox, mail_server
from tests.packs.bad import small
from tests.store.making import LONDON, MINUTE, SITE

SECRET = "three plain words of "
MARKER = "quagga"


class School:
    """The command on a configuration and a data folder, with officers' secrets in files beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data, self.config = folder, folder / "data", folder / "config"
        for name, text in small().items():  # a small catalogue: each command reads the whole configuration
            path = self.config / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)

    def add(self, id: str, office: str, by: str = "", person: str = "") -> None:
        """Take an officer in."""
        path = self.folder / f"{id}.secret"
        path.write_text(f"{SECRET}{id}\n")
        path.chmod(0o600)
        who = ["--person", person] if person else []
        self.done("case", "officer", "add", id, "--office", office, "--new-secret-file", str(path), *who, by=by)

    def run(self, *words: str, by: str = "", told: str | None = None) -> Result:
        """A command, by an officer where one is named; `told` is its standard input."""
        acting = ["--as", by, "--secret-file", str(self.folder / f"{by}.secret")] if by else []
        runner = CliRunner(env={"BREAKTIME_DATA": str(self.data)})
        return runner.invoke(main, [*words, *acting, "--config", str(self.config)], input=told)

    def done(self, *words: str, by: str = "", told: str | None = None) -> str:
        """A command that goes well; what it says on standard output."""
        result = self.run(*words, by=by, told=told)
        assert result.exit_code == 0, result.output
        return result.stdout

    def raised(self, kind: str, told: str = f"a {MARKER} in the hall", reporter: str = "teacher-01") -> str:
        """The number of a concern that was raised now."""
        return str(json.loads(self.done("concern", "raise", kind, "--reporter", reporter, "--json", told=told))["id"])

    def mail_by(self, text: str) -> None:
        """Put this `mail:` section into site.yaml."""
        path = self.config / "site.yaml"
        path.write_text(path.read_text() + text)


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> School:
    """The shipped school with its officers and a minute of one teacher; without a mail server."""
    made = School(tmp_path_factory.mktemp("school"))
    with Store.open(made.data, SITE, LONDON) as store:
        store.write({MINUTE._replace(person="teacher-01", device="laptop-02"): Counts(1, 1, 1)})
    made.add("head-1", "headteacher", person="head-01")
    for id, office, person in (
        ("lead-1", "safeguarding-lead", "leader-01"),
        ("chair-1", "chair-of-governors", ""),
        ("dpo-1", "data-protection-officer", ""),
        ("tech-1", "technician", ""),
    ):
        made.add(id, office, "head-1", person)
    return made


@pytest.fixture
def mailed(tmp_path: Path) -> Iterator[tuple[School, Mailbox]]:
    """A school whose mail server is there, with STARTTLS and signing in."""
    made = School(tmp_path / "school")
    with mail_server(tmp_path, Transport.STARTTLS) as (server, mailbox):
        made.mail_by(
            f"mail:\n  host: {server.host}\n  port: {server.port}\n  from: {server.sender}\n  ca: {server.authority}\n"
            f"  user: {server.user}\n  password-file: {server.password_file}\n"
        )
        yield made, mailbox


def test_a_concern_from_its_raising_to_its_end(school: School) -> None:
    """Raised by anybody, read by its office alone, closed with an outcome; each says what comes next."""
    said = school.done("concern", "raise", "child-at-risk", "--reporter", "teacher-01", told=f"a {MARKER}")
    assert "call 999" in said
    (listed,) = json.loads(school.done("concern", "list", "--json", by="lead-1"))
    number = listed["concern"]
    shown = school.done("concern", "show", number.lower(), by="lead-1")
    assert f"a {MARKER}" in shown
    for other in ("head-1", "tech-1", "dpo-1"):
        refused = school.run("concern", "show", number, by=other)
        assert (refused.exit_code, MARKER in refused.output) == (1, False)
        assert number not in school.done("concern", "list", by=other)
    assert "is forgotten on" in school.done("concern", "close", number, by="lead-1", told="carried over")
    assert "closed" in school.done("concern", "list", by="lead-1")
    again = school.run("concern", "close", number, by="lead-1", told="again")
    assert (again.exit_code, "closed before" in again.stderr) == (1, True)


def test_a_form_has_when_where_and_what(school: School) -> None:
    """A JSON form on standard input; what stands in it stands in no command line."""
    form = json.dumps({"seen": "23/11 09:10", "address": "https://x.example/p", "words": "a post"})
    told = school.done(
        "concern", "raise", "data-breach", "--reporter", "teacher-02", "--form", "-", "--json", told=form
    )
    shown = json.loads(school.done("concern", "show", json.loads(told)["id"], "--json", by="dpo-1"))
    assert (shown["seen"], shown["address"], shown["words"]) == ("23/11 09:10", "https://x.example/p", "a post")
    assert any("72 hours" in one for one in shown["reminders"])


@pytest.mark.parametrize(
    "form",
    [
        pytest.param("{", id="no JSON"),
        pytest.param("[1]", id="no object"),
        pytest.param('{"photo": "x"}', id="an unknown key: nothing is uploaded"),
        pytest.param('{"words": 1}', id="no text"),
        pytest.param("[" * 100_000, id="deep"),
        pytest.param('{"words": ""}', id="empty"),
        pytest.param(json.dumps({"words": "x" * 5000}), id="too long"),
    ],
)
def test_a_form_that_is_none_is_refused_with_what_to_mend(school: School, form: str) -> None:
    """Nothing of it is kept, and a line says why."""
    kept = set((school.data / "concerns").glob("*.concern"))
    result = school.run("concern", "raise", "data-breach", "--reporter", "t", "--form", "-", told=form)
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert set((school.data / "concerns").glob("*.concern")) == kept


def test_who_raises_it_is_never_taken_from_the_words(school: School) -> None:
    """Without --reporter, and nobody to ask, the first line of the words is not the reporter: it says what to add."""
    result = school.run("concern", "raise", "other", told=f"a {MARKER}\nmore")
    assert (result.exit_code, "--reporter" in result.stderr, MARKER in result.output) == (1, True, False)


def test_an_indecent_image_is_not_described(school: School) -> None:
    """Nothing is asked, what is piped in is not read, and the page says what to do."""
    said = " ".join(school.done("concern", "raise", "indecent-image", "--reporter", "teacher-01", told=MARKER).split())
    for words in ("Do not open it", "copy, print, photograph, save or send it", "Tell the police: 101"):
        assert words in said
    found = json.loads(school.done("concern", "list", "--json", by="lead-1"))
    number = next(one["concern"] for one in found if one["kind"] == "indecent-image")
    shown = school.done("concern", "show", number, "--json", by="lead-1")
    assert MARKER not in shown
    assert (json.loads(shown)["words"], json.loads(shown)["reporter"]) == ("", "teacher-01")


def test_a_case_is_opened_from_a_concern_and_each_names_the_other(school: School) -> None:
    """By the office that may read it, and by nobody else; nothing is recorded because of it."""
    number = school.raised("about-staff")
    words = (
        "case", "open", "--subject", "teacher-02", "--reason", "r", "--clause", "8.6.2", "--grounds", "g", "--basis",
        "public-task", "--from", "2026-11-02", "--to", "2026-11-27", "--concern", number, "--json",
    )  # fmt: skip
    refused = school.run(*words, by="lead-1")
    assert (refused.exit_code, "another office" in refused.stderr) == (1, True)
    case = json.loads(school.done(*words, by="head-1"))
    assert case["concern"] == number
    shown = json.loads(school.done("concern", "show", number, "--json", by="head-1"))
    assert shown["cases"] == [case["id"]]
    assert any("LADO" in one for one in shown["reminders"])


def test_the_routes_of_the_school(school: School) -> None:
    """Each kind with whom it goes to here; where somebody is lacking, it exits 1 and says what to write."""
    found = {one["kind"]: one for one in json.loads(school.done("concern", "routes", "--json"))}
    assert found["about-head"]["holders"] == ["the chair of governors"]
    assert found["child-at-risk"]["office"] == "safeguarding-lead"


def test_without_a_route_a_concern_is_kept_and_it_is_said(tmp_path: Path) -> None:
    """`check` warns, `doctor` wants mending, and whoever raises one is told to tell the office themselves."""
    school = School(tmp_path / "school")
    site = school.config / "site.yaml"
    text = site.read_text()
    line = "  chair-of-governors: {email: chair@example-primary.example}\n"
    assert text.count(line) == 1
    site.write_text(text.replace(line, ""))
    checked = CliRunner().invoke(main, ["check", str(school.config)])
    assert (checked.exit_code, "a concern about-head reaches nobody" in checked.output) == (0, True)
    doctor = school.run("doctor", "--json")
    (finding,) = [one for one in json.loads(doctor.stdout) if one["name"] == "concerns"]
    assert (finding["good"], "about-head" in finding["what"]) == (False, True)
    assert school.run("concern", "routes").exit_code == 1
    told = json.loads(school.done("concern", "raise", "about-head", "--reporter", "t", "--json", told="x"))
    assert (told["left"], "tell the chair of governors yourself, now" in told["trouble"]) == (False, True)


def test_mail_announces_a_concern_and_says_nothing_of_it(mailed: tuple[School, Mailbox]) -> None:
    """Both leads get a letter by a real server, over TLS, as soon as it is raised; none has a word of it."""
    school, mailbox = mailed
    told = json.loads(
        school.done("concern", "raise", "child-at-risk", "--reporter", "teacher-77", "--json", told=MARKER)
    )
    assert (told["left"], told["trouble"]) == (True, "")
    assert sorted(str(one["To"]) for one in mailbox.letters) == [
        "deputy-safeguarding@example-primary.example", "safeguarding@example-primary.example",
    ]  # fmt: skip
    for raw in mailbox.raw:
        assert told["id"].encode() in raw
        assert not any(word in raw for word in (MARKER.encode(), b"teacher-77", b"risk"))


def test_the_post_is_tried_and_looked_at(mailed: tuple[School, Mailbox]) -> None:
    """`mail test` arrives or says why not; what a server refuses for good is shown, and can be tried again."""
    school, mailbox = mailed
    assert "1 sent" in school.done("mail", "test", "headteacher")
    assert "nothing waits" in school.done("mail", "status")
    mailbox.says = {"chair@example-primary.example": "550 no such address"}
    refused = school.run("mail", "test", "chair-of-governors", "--json")
    assert (refused.exit_code, json.loads(refused.stdout)["refused"]) == (1, 1)
    assert "refused" in school.done("mail", "status")
    (finding,) = [one for one in json.loads(school.run("doctor", "--json").stdout) if one["name"] == "mail"]
    assert not finding["good"]
    mailbox.says = {}
    assert "1 sent, 0 refused, 0 wait" in school.done("mail", "send", "--again")
    nobody = school.run("mail", "test", "governor")
    assert (nobody.exit_code, "nobody holds the office governor" in nobody.stderr) == (1, True)


def test_a_copy_of_everything(school: School, tmp_path: Path) -> None:
    """A zip of words and data, never over another file; as JSON alone where that is asked for."""
    number = school.raised("other", told="my own words")
    file = tmp_path / "copy.zip"
    export = ("subject", "export", "teacher-01", "--identified", "in-person", "--output")
    said = school.done(*export, str(file), by="dpo-1")
    assert "1 minutes on 1 days" in said
    with zipfile.ZipFile(file) as archive:
        assert sorted(archive.namelist()) == ["minutes.csv", "record.html", "record.json", "record.md"]
        data = json.loads(archive.read("record.json"))
        page = archive.read("record.html").decode()
    assert file.stat().st_mode & 0o777 == 0o600
    assert data["minutes"][0]["service"] == "facebook"
    assert number in [one["id"] for one in data["concerns"]]
    assert any("teacher-01" in row for row in data["lists"]["people.csv"])
    assert "my own words" in page
    again = school.run(*export, str(file), by="dpo-1")
    assert (again.exit_code, "is there already" in again.stderr) == (1, True)
    plain = tmp_path / "copy.json"
    answer = json.loads(school.done(*export, str(plain), "--json", by="dpo-1"))
    assert answer["minutes"] == 1
    assert json.loads(plain.read_text())["number"] == answer["number"]
    assert "## Your record of use" in json.loads(plain.read_text())["words"]


@pytest.mark.parametrize(
    ("words", "by", "says"),
    [
        pytest.param(["--identified", "in-person"], "head-1", "only the data protection officer", id="the head"),
        pytest.param(["--identified", "in-person"], "tech-1", "only the data protection officer", id="a technician"),
        pytest.param([], "dpo-1", "--identified", id="nobody says who asks"),
        pytest.param(
            ["--identified", "in-person", "--requested", "2099-01-01"], "dpo-1", "still to come", id="a day to come"
        ),
    ],
)
def test_a_copy_is_refused_with_the_reason(
    school: School, tmp_path: Path, words: list[str], by: str, says: str
) -> None:
    """Nothing is written, and a line says what is missing."""
    file = tmp_path / "copy.zip"
    result = school.run("subject", "export", "teacher-01", "--output", str(file), *words, by=by)
    assert result.exit_code != 0
    assert says in result.stderr
    assert not file.exists()


def test_an_erasure_is_asked_for_twice_and_leaves_a_receipt(tmp_path: Path) -> None:
    """Without --yes nothing happens unless it is confirmed; then the minutes are gone."""
    school = School(tmp_path / "school")
    with Store.open(school.data, SITE, LONDON) as store:
        store.write({MINUTE._replace(person="teacher-01", device="laptop-02"): Counts(1, 1, 1)})
    school.add("head-1", "headteacher")
    school.add("dpo-1", "data-protection-officer", "head-1")
    erase = ("subject", "erase", "teacher-01", "--identified", "staff-record")
    assert school.run(*erase, by="dpo-1", told="n\n").exit_code == 1
    gone = json.loads(school.done(*erase, "--yes", "--json", by="dpo-1"))
    assert (gone["minutes"], gone["days"], gone["requests"], gone["requests_kept"]) == (1, 1, 0, 0)
    assert (school.data / "erasures" / f"{gone['number']}.txt").exists()
