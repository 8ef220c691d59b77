"""`breaktime store` as a technician and a database administrator run it, and what `doctor` says of the database."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from agent.app.paths import DataFolder
from agent.cli import main
from tests.store.forgetting import forget
from tests.store.making import SITE, batch
from tests.system.postgres.cluster import Cluster
from tests.system.postgres.schools import DAY, School

CONFIG = Path(__file__).parents[3] / "config"


@pytest.fixture
def site(cluster: Cluster, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    """The example site, its data, and its password file where it is looked for; the database is not ready."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BREAKTIME_DATA", str(tmp_path / "data"))
    shutil.copytree(CONFIG, tmp_path / "config")
    with (tmp_path / "config" / "site.yaml").open("a") as file:
        file.write(f"store: {{url: 'postgresql:///{empty}?host={cluster.folder}'}}\n")
    made = School(cluster, empty, tmp_path / "data", SITE)
    with cluster.admin() as session:  # an earlier test's: roles are the server's, not the database's
        session.execute(f'DROP ROLE IF EXISTS "{made.login}"'.encode())
    password = DataFolder(tmp_path / "data").database_password
    password.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    made.password.rename(password)
    made.server = cluster.server(empty, made.login, password)
    return made


def breaktime(*words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, list(words))


def status() -> dict[str, Any]:
    """What `store status --json` says."""
    found: dict[str, Any] = json.loads(breaktime("store", "status", "--json").stdout)
    return found


def migrate(site: School) -> Result:
    """The administrator's command."""
    return breaktime("store", "migrate", "--as", f"postgresql://postgres@/{site.database}?host={site.cluster.folder}")


def doctor() -> tuple[bool, str, str]:
    """What the doctor finds of the database: well or not, what, and the remedy."""
    found = json.loads(breaktime("doctor", "--json").stdout)
    (one,) = [finding for finding in found if finding["name"] == "database"]
    return one["good"], one["what"], one["mend"]


def test_from_nothing_to_a_record_that_is_forwarded(site: School) -> None:
    """Status says what to do next at each step, doctor says the same, and the last status has nothing to say."""
    assert "the password is not the role's" in status()["there"]["trouble"]
    good, what, mend = doctor()
    assert (good, "password" in what, "breaktime store migrate" in mend) == (False, True, True)
    done = migrate(site)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "form 2" in done.output
    site.write(batch(0))
    waiting = status()
    assert (waiting["good"], waiting["here"]["rows"], waiting["here"]["waiting"]) == (True, 200, 1)
    assert (waiting["there"]["days"], waiting["there"]["last_batch"]) == ([], None)
    site.forward()
    sent = status()
    assert (sent["here"]["waiting"], sent["there"]["days"]) == (0, [str(DAY)])
    assert doctor()[0]
    text = breaktime("store", "status")
    assert text.exit_code == 0
    assert "200 rows of 1 day (form 4)" in text.output
    assert "hush" not in text.output + str(sent) + done.output


def test_what_is_forgotten_here_and_not_there(site: School) -> None:
    """Days that the database still holds after they were forgotten are named, and end the command with 1."""
    migrate(site)
    site.write(batch(0))
    site.forward()
    forget(site.folder, 0)
    found = breaktime("store", "status")
    assert (found.exit_code, f"FORGET  {DAY}" in found.output) == (1, True)
    assert doctor()[0] is False
    site.forward()
    assert status()["there"]["to_forget"] == []


def test_resend(site: School) -> None:
    """Everything that is held is marked, and sent to the same effect."""
    migrate(site)
    site.write(batch(0))
    site.forward()
    assert json.loads(breaktime("store", "resend", "--json").stdout) == {"days": 1}
    assert status()["here"]["waiting"] == 1
    site.forward()
    assert site.there() == site.here()


REFUSED = [
    pytest.param("postgresql://postgres:hush@localhost/b", "the address holds a password", id="a password"),
    pytest.param("localhost", "must begin with postgresql://", id="no address"),
    pytest.param("postgresql://postgres@/b?host=/nowhere", "cannot be reached", id="nobody there"),
]


@pytest.mark.parametrize(("url", "what"), REFUSED)
def test_an_administrators_way_that_leads_nowhere(site: School, url: str, what: str) -> None:
    """The command says what is wrong and ends with 1; no password is repeated."""
    done = breaktime("store", "migrate", "--as", url)
    assert (done.exit_code, what in done.stderr, "hush" in done.output) == (1, True, False)


def test_a_site_without_a_database(site: School) -> None:
    """Its record stays, which is no trouble; there is nothing to bring up."""
    shutil.copytree(CONFIG, "plain")
    found = breaktime("store", "status", "--config", "plain")
    assert (found.exit_code, "the record stays on this machine" in found.output) == (0, True)
    done = breaktime("store", "migrate", "--config", "plain", "--as", "postgresql://postgres@localhost/b")
    assert (done.exit_code, "names no database" in done.stderr) == (1, True)
    nothing = breaktime("store", "resend", "--config", "plain")
    assert (nothing.exit_code, "there is no record yet" in nothing.stderr) == (1, True)
