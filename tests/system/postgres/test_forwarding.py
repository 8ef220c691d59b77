"""What the gateway recorded is what the database holds: once, whole, and again after whatever happened to either."""

from __future__ import annotations

from datetime import date

import pytest

from agent.core.tally import Counts
from agent.store import DayKeys, StoreError
from agent.store.database import Database
from agent.store.keys import KEYS
from agent.store.postgres.errors import AwayError, DatabaseError
from agent.store.progress import mark_all
from tests.store.making import MINUTE, batch, files, minute_of
from tests.system.postgres.schools import OPEN_MINUTE, School, everything

CLEAR = (b"teacher-07", b"laptop-07")
TUESDAY = MINUTE._replace(minute=minute_of("2026-11-24T09:30+00:00"))


def test_everything_arrives(oak: School) -> None:
    """Rows, counts and sealed identities are in the database as they are in the gateway's file; marks are cleared."""
    oak.write(batch(0), batch(1), {MINUTE: Counts(2, 30, 400)}, {TUESDAY: Counts(1, 1, 1)})
    rounds = oak.forward()
    assert sum(one.rows for one in rounds) == 402
    assert oak.there() == oak.here()
    assert [(day, rows) for day, rows, *_ in oak.there()] == [("2026-11-23", 401), ("2026-11-24", 1)]
    assert oak.marks() == 0
    with oak.session() as session:
        sealed = session.execute("SELECT site, day, pseudonym, sealed FROM breaktime.identities").fetchall()
        row = session.execute("SELECT * FROM breaktime.minutes WHERE day = '2026-11-24'").fetchone()
    keys = DayKeys(oak.folder / KEYS)
    opened = {keys.of(day).unseal(site, pseudonym, text).id for site, day, pseudonym, text in sealed}
    assert opened == {"teacher-07", "laptop-07"}
    assert row is not None
    assert row[:3] == ("oak", date(2026, 11, 24), TUESDAY.minute)
    assert row[6:] == (*TUESDAY[3:], 1, 1, 1)


def test_a_changed_minute_is_sent_again_whole(oak: School) -> None:
    """Counts are absolute: what is added after a minute was sent arrives by sending the minute anew."""
    oak.write({MINUTE: Counts(1, 10, 100)})
    oak.forward()
    oak.write({MINUTE: Counts(1, 10, 100)}, {MINUTE._replace(service="tiktok"): Counts(1, 10, 100)})
    assert [one.rows for one in oak.forward()] == [2]
    assert oak.there() == oak.here() == [("2026-11-23", 2, 3, 30)]


def test_the_minute_that_is_being_counted_waits(oak: School) -> None:
    """Nothing of a minute is sent while more of it comes every second."""
    oak.write({MINUTE: Counts(1)}, {TUESDAY: Counts(1)})
    with oak.forwarder() as forwarder:
        assert forwarder.round(TUESDAY.minute).minutes == 1
        assert forwarder.round(TUESDAY.minute).minutes == 0
        assert forwarder.waiting() == (1, TUESDAY.minute)
        assert forwarder.round(TUESDAY.minute + 1).minutes == 1
        assert forwarder.waiting() == (0, None)


def test_sending_twice_changes_nothing(oak: School) -> None:
    """A batch whose acknowledgement was lost is sent again, to the same effect."""
    oak.write(batch(0), batch(1))
    oak.forward()
    before = oak.there()
    file = Database(oak.folder / "breaktime.db")
    assert mark_all(file, oak.site) == 1
    file.close()
    assert sum(one.rows for one in oak.forward()) == 400
    assert oak.there() == before == oak.here()


def test_large_backlogs_go_in_bounded_batches(oak: School) -> None:
    """Days of waiting are sent oldest first, in batches of about the same number of rows."""
    oak.write(*(batch(number, size=100) for number in range(200)))
    rounds = oak.forward()
    assert oak.there() == oak.here()
    assert max(one.rows for one in rounds) <= 10_000
    assert len(rounds) < 20


def test_the_gateway_writes_while_it_is_sent(oak: School) -> None:
    """A minute that changed between its reading and its acknowledgement keeps its mark."""
    oak.write({MINUTE: Counts(1)})
    with oak.forwarder() as forwarder, oak.opened() as store:
        for _ in range(5):
            store.write({MINUTE: Counts(1)})
            everything(forwarder)
            store.write({MINUTE: Counts(1)})
            assert forwarder.waiting()[0] == 1
        everything(forwarder)
    assert oak.there() == oak.here() == [("2026-11-23", 1, 11, 0)]


def test_a_day_that_lost_its_place(oak: School) -> None:
    """A partition that was dropped under a running forwarder is made anew, and its rows are sent."""
    oak.write({MINUTE: Counts(1)})
    with oak.forwarder() as forwarder:
        everything(forwarder)
        with oak.cluster.admin(oak.database) as session:
            session.execute("DROP TABLE breaktime.minutes_2026_11_23, breaktime.identities_2026_11_23")
        oak.write({MINUTE: Counts(1)})
        with pytest.raises(DatabaseError, match="no room for that day"):
            forwarder.round(OPEN_MINUTE)
        everything(forwarder)
    assert oak.there() == oak.here()


def test_a_spool_that_was_set_aside(oak: School) -> None:
    """A new file after a damaged one is a new journal; what the database has of the old one is never made smaller."""
    oak.write({MINUTE: Counts(5, 50, 500)})
    with oak.forwarder() as forwarder:
        everything(forwarder)
        for path in oak.folder.glob("breaktime.db*"):
            path.rename(path.with_name(f"aside-{path.name}"))
        oak.write({MINUTE: Counts(1, 1, 1)}, {TUESDAY: Counts(1, 1, 1)})
        everything(forwarder)
    assert oak.there() == [("2026-11-23", 1, 5, 50), ("2026-11-24", 1, 1, 1)]


def test_no_file_is_made_by_looking(oak: School) -> None:
    """Where the gateway never ran there is nothing to forward, and no empty file is left that would look damaged."""
    with oak.forwarder() as forwarder, pytest.raises(StoreError, match="there is no record yet"):
        forwarder.round(OPEN_MINUTE)
    assert not (oak.folder / "breaktime.db").exists()


TROUBLE = [
    pytest.param("wrong password", "the password is not the role's", id="wrong password"),
    pytest.param("no role", "the password is not the role's", id="a role that is not there looks the same"),
    pytest.param("no database", "there is no such role or database", id="no such database"),
    pytest.param("no tables", "has no tables of Breaktime", id="nobody ran migrate"),
    pytest.param("open password", "others may read it", id="a password file that others may read"),
    pytest.param("empty password", "holds no password", id="an empty password file"),
]


@pytest.mark.parametrize(("trouble", "what"), TROUBLE)
def test_what_is_wrong_is_said(oak: School, trouble: str, what: str) -> None:
    """Each thing that can be wrong with the way there has its words, with the remedy and without a secret."""
    oak.write({MINUTE: Counts(1)})
    server = oak.server
    if trouble == "wrong password":
        oak.password.write_text("hush-wrong")
    elif trouble == "no role":
        server = oak.cluster.server(oak.database, "breaktime_site_nobody", oak.password)
    elif trouble == "no database":
        server = oak.cluster.server("nowhere", oak.login, oak.password)
    elif trouble == "no tables":
        server = oak.cluster.server("postgres", oak.login, oak.password)
    elif trouble == "open password":
        oak.password.chmod(0o644)
    else:
        oak.password.write_text("\n")
    oak.server = server
    with oak.forwarder() as forwarder, pytest.raises(StoreError, match=what) as said:
        forwarder.round(OPEN_MINUTE)
    assert said.value.remedy
    assert "hush" not in str(said.value)
    assert not isinstance(said.value, AwayError)
    assert oak.marks() == 1


def test_nothing_of_a_person_goes_there(oak: School) -> None:
    """No clear id and no key is anywhere in the database's files, its log included."""
    oak.write({MINUTE: Counts(1)})
    oak.forward()
    with oak.cluster.admin(oak.database) as session:
        session.execute("CHECKPOINT")
    keys = [path.read_bytes() for path in (oak.folder / "keys").rglob("*") if path.is_file()]
    assert keys
    found = {
        word
        for path in files(oak.cluster.folder)
        for word in (*keys, *CLEAR, b"classroom")
        if word in path.read_bytes()
    }
    assert found == {b"classroom"}
