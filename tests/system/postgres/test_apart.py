"""Two schools in one database: each sees its own and nothing else, whatever it tries."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors as pg

from agent.core.tally import Counts
from agent.store.postgres import days
from tests.store.making import MINUTE
from tests.system.postgres.schools import DAY, School

TABLES = ("minutes", "identities", "received")
ROW = (
    "INSERT INTO breaktime.minutes SELECT %s, day, minute, '\\x00'::bytea, person, device, zone, role, owner, "
    "device_kind, pupils, service, category, activity, basis, account, verdict, mode, rule, clause, authorisation, "
    "period, policy, revision, opened, requests, bytes_up, bytes_down FROM breaktime.minutes LIMIT 1"
)


OAK, ELM = [("2026-11-23", 1, 3, 0)], [("2026-11-23", 1, 4, 0)]

type Trust = tuple[School, School]


@pytest.fixture
def both(oak: School, elm: School) -> Trust:
    """Both schools have sent the same minute; for tests that change something."""
    for one, requests in ((oak, 3), (elm, 4)):
        one.write({MINUTE: Counts(requests)})
        one.forward()
    return oak, elm


def test_both_are_there(trust: Trust) -> None:
    """The superuser sees both, in the same partition: it is not the data that keeps them apart."""
    oak, elm = trust
    assert (oak.there(), elm.there()) == (OAK, ELM)
    with oak.cluster.admin(oak.database) as session:
        found = session.execute("SELECT site FROM breaktime.minutes_2026_11_23 ORDER BY site").fetchall()
    assert found == [("elm",), ("oak",)]


@pytest.mark.parametrize("table", TABLES)
def test_each_sees_its_own(trust: Trust, table: str) -> None:
    """Every table answers a school with its own rows alone."""
    oak, elm = trust
    for one in (oak, elm):
        with one.session() as session:
            found = session.execute(f"SELECT DISTINCT site FROM breaktime.{table}".encode()).fetchall()
        assert found == [(one.site,)]


REFUSED = [
    pytest.param("SELECT * FROM breaktime.minutes_2026_11_23", id="read a partition"),
    pytest.param("SELECT * FROM breaktime.identities_2026_11_23", id="read a partition of identities"),
    pytest.param("DELETE FROM breaktime.minutes_2026_11_23", id="delete from a partition"),
    pytest.param("UPDATE breaktime.minutes SET site = 'elm'", id="give rows away"),
    pytest.param("UPDATE breaktime.minutes SET service = 'x'", id="rewrite what was recorded"),
    pytest.param("TRUNCATE breaktime.minutes", id="truncate"),
    pytest.param("INSERT INTO breaktime.received VALUES ('elm', 'x', 1, now())", id="another's journal"),
    pytest.param("INSERT INTO breaktime.identities VALUES ('elm', '2026-11-23', '\\x', '\\x')", id="another's person"),
    pytest.param("DELETE FROM breaktime.received", id="forget the journal"),
    pytest.param("UPDATE breaktime.form SET oldest = 99", id="lock everybody out"),
    pytest.param("ALTER TABLE breaktime.minutes DISABLE ROW LEVEL SECURITY", id="switch the rule off"),
    pytest.param("DROP POLICY own_site ON breaktime.minutes", id="drop the rule"),
    pytest.param("CREATE POLICY mine ON breaktime.minutes USING (true)", id="another rule"),
    pytest.param("SET row_security = off; SELECT * FROM breaktime.minutes", id="go without the rule"),
    pytest.param("SET ROLE breaktime_site_elm", id="become the other"),
    pytest.param("SET ROLE breaktime_owner", id="become the owner"),
    pytest.param("SET SESSION AUTHORIZATION breaktime_site_elm", id="log in as the other"),
    pytest.param("CREATE ROLE breaktime_site_ash LOGIN", id="make a role"),
    pytest.param("CREATE TABLE breaktime.mine (a int)", id="a table in the schema"),
    pytest.param("CREATE TABLE public.mine (a int)", id="a table in public"),
    pytest.param("CREATE FUNCTION breaktime.end_day() RETURNS int LANGUAGE sql RETURN 1", id="a function"),
    pytest.param("DROP TABLE breaktime.minutes_2026_11_23", id="drop a day"),
    pytest.param("ALTER TABLE breaktime.minutes DETACH PARTITION breaktime.minutes_2026_11_23", id="detach a day"),
    pytest.param("CREATE TRIGGER t BEFORE UPDATE ON breaktime.minutes EXECUTE FUNCTION tsvector_update_trigger()",
                 id="a trigger on everybody's rows"),
    pytest.param("CREATE RULE r AS ON INSERT TO breaktime.minutes DO ALSO NOTHING", id="a rewrite rule"),
    pytest.param("CREATE STATISTICS s ON service, role FROM breaktime.minutes", id="statistics of others"),
    pytest.param("COPY breaktime.minutes_2026_11_23 TO STDOUT", id="copy a partition out"),
    pytest.param("DO $$ BEGIN LOCK TABLE breaktime.minutes_2026_11_23; END $$", id="lock a partition"),
    pytest.param("ALTER FUNCTION breaktime.end_day(date) RESET ALL", id="loosen the owner's function"),
    pytest.param("SELECT breaktime.begin_day('2399-01-01')", id="a day that never comes"),
    pytest.param("SELECT * FROM pg_read_file('pg_hba.conf')", id="read the server's files"),
    pytest.param("SELECT rolpassword FROM pg_authid", id="read the verifiers"),
]  # fmt: skip


@pytest.mark.parametrize("attempt", REFUSED)
def test_what_a_school_may_not(trust: Trust, attempt: str) -> None:
    """Each attempt to reach another's rows, or what keeps them apart, is refused; both keep what they have."""
    oak, elm = trust
    with oak.session() as session, pytest.raises((pg.InsufficientPrivilege, pg.InvalidParameterValue)):
        session.execute(attempt.encode())
    assert (oak.there(), elm.there()) == (OAK, ELM)


def test_writing_as_another(both: Trust) -> None:
    """A row in another's name is refused before the database looks whether it is there."""
    oak, elm = both
    with oak.session() as session, pytest.raises(pg.InsufficientPrivilege, match="row-level security"):
        session.execute(ROW, ("elm",))
    with oak.session() as session:
        assert session.execute(ROW, ("oak",)).rowcount == 1
    assert elm.there() == ELM


def test_deleting_reaches_only_its_own(both: Trust) -> None:
    """A school that deletes everything deletes its own."""
    oak, elm = both
    with oak.session() as session:
        assert session.execute("DELETE FROM breaktime.minutes").rowcount == 1
        assert session.execute("DELETE FROM breaktime.identities").rowcount == 2
    assert elm.there() == ELM


def test_a_function_that_tells_what_it_is_shown(trust: Trust) -> None:
    """A function of the school's own is shown no row of another, however cheap it says it is."""
    oak, _ = trust
    with oak.session() as session:
        session.execute("SET search_path = pg_temp, pg_catalog")
        session.execute(
            "CREATE FUNCTION pg_temp.tell(text, bigint) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS "
            "$f$ BEGIN RAISE NOTICE '% %', $1, $2; RETURN true; END $f$"
        )
        told: list[str] = []
        session.add_notice_handler(lambda notice: told.append(str(notice.message_primary)))
        session.execute("SELECT * FROM breaktime.minutes WHERE pg_temp.tell(site, requests)")
    assert told == ["oak 3"]


def test_names_in_front_of_the_owners_functions(both: Trust) -> None:
    """What a school puts in the way of names is not what the owner's functions find: they drop nothing that is held."""
    oak, elm = both
    with oak.session() as session:
        session.execute("SET search_path = pg_temp, pg_catalog")
        session.execute("CREATE TEMP TABLE pg_inherits (inhparent regclass)")
        session.execute("CREATE FUNCTION pg_temp.to_char(date, text) RETURNS text LANGUAGE sql RETURN '_nothing'")
        session.execute("DELETE FROM breaktime.minutes")
        session.execute("DELETE FROM breaktime.identities")
        assert session.execute("SELECT breaktime.end_day('2026-11-23')").fetchone() == (False,)
    assert elm.there() == ELM


def test_a_role_that_only_looks_like_a_school(trust: Trust) -> None:
    """A stranger with a login has no way in; one who was given the sites' rights by mistake sees nothing."""
    oak, _ = trust
    name = f"{'x' * 15}oak"
    with oak.cluster.admin(oak.database) as session:
        session.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'hush-oak'".encode())
    try:
        stranger = oak.cluster.server(oak.database, name, oak.password)
        with stranger.connect() as session, pytest.raises(pg.InsufficientPrivilege):
            session.execute("SELECT * FROM breaktime.minutes")
        with oak.cluster.admin(oak.database) as session:
            session.execute(f"GRANT breaktime_sites TO {name}".encode())
        with stranger.connect() as session:
            assert session.execute("SELECT count(*) FROM breaktime.minutes").fetchone() == (0,)
    finally:
        with oak.cluster.admin(oak.database) as session:
            session.execute(f"DROP ROLE {name}".encode())


def test_rights_on_a_partition_given_by_mistake(both: Trust) -> None:
    """Should anybody grant a right on a partition, its own row-level security without a policy still shows nothing."""
    oak, _ = both
    with oak.cluster.admin(oak.database) as session:
        session.execute("GRANT SELECT ON breaktime.minutes_2026_11_23 TO breaktime_sites")
    with oak.session() as session:
        assert session.execute("SELECT count(*) FROM breaktime.minutes_2026_11_23").fetchone() == (0,)


def test_even_the_owner_is_under_the_rule(trust: Trust) -> None:
    """Row-level security is forced: the role that owns the tables reads nobody's rows through them."""
    oak, _ = trust
    with oak.cluster.admin(oak.database) as session:
        session.execute("SET ROLE breaktime_owner")
        for table in TABLES:
            assert session.execute(f"SELECT count(*) FROM breaktime.{table}".encode()).fetchone() == (0,)


def test_a_day_is_dropped_by_the_last(both: Trust) -> None:
    """Its rows go with the school that forgets them, the partition with the last school that held it."""
    for one, dropped in zip(both, (False, True), strict=True):
        with one.session() as session:
            days.forget(session, "here", one.site, DAY)
            assert days.end(session, "here", DAY) is dropped
            assert days.partitions(session, "here") == (set() if dropped else {DAY})
        assert one.there() == []


def test_errors_do_not_tell_of_rows(trust: Trust) -> None:
    """What the database says about a refused row carries no row of another."""
    oak, _ = trust
    with oak.session() as session, pytest.raises(psycopg.Error) as refused:
        session.execute(ROW, ("elm",))
    assert refused.value.diag.message_detail is None
