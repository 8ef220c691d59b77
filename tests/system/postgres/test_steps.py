"""The database from form to form, up and down with data in it, and what each release may use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.core.tally import Counts
from agent.store.errors import StoreError
from agent.store.migrate import Line, newest
from agent.store.postgres import schema
from agent.store.postgres.schema import Form, bring_back, bring_up, form_of
from agent.store.postgres.server import Session
from tests.store.making import MINUTE, batch
from tests.system.postgres.cluster import Cluster
from tests.system.postgres.schools import OPEN_MINUTE, School

INDICES = "SELECT count(*) FROM pg_indexes WHERE schemaname = 'breaktime' AND indexdef LIKE '%(site, person, minute)%'"
PREVIOUS = (
    "SELECT breaktime.begin_day('2026-11-24')",
    "INSERT INTO breaktime.received (site, spool, batch, at) VALUES ('oak', 'x', 0, now()) ON CONFLICT DO NOTHING",
    "UPDATE breaktime.received SET batch = 1, at = now() WHERE site = 'oak' AND spool = 'x' AND batch = 0",
    "INSERT INTO breaktime.identities (site, day, pseudonym, sealed) VALUES ('oak', '2026-11-24', '\\x00', '\\x00') "
    "ON CONFLICT DO NOTHING",
    "UPDATE breaktime.minutes SET requests = GREATEST(requests, 1)",
    "DELETE FROM breaktime.identities WHERE site = 'oak' AND day = '2026-11-24'",
    "SELECT breaktime.end_day('2026-11-24')",
    "SELECT number, oldest FROM breaktime.form",
)
"""What the release of form 1 asks, in its own words: a step to come must leave these as they are."""


@pytest.fixture
def ash(cluster: Cluster, empty: str, tmp_path: Path) -> School:
    """A school whose database nobody has made ready."""
    return School(cluster, empty, tmp_path / "oak", "oak")


@pytest.fixture
def admin(ash: School) -> Iterator[Session]:
    """The administrator's session."""
    with ash.cluster.admin(ash.database) as session:
        yield session


def up(school: School, form: str = "head") -> Form:
    """Bring its database up, as its administrator does."""
    return bring_up(lambda: school.cluster.admin(school.database), "here", school.login, "hush-oak", form)


def back(school: School, form: str) -> None:
    """Bring it back."""
    bring_back(lambda: school.cluster.admin(school.database), "here", form)


def test_the_form_that_this_release_knows() -> None:
    """It is that of the newest step."""
    assert newest(Line.POSTGRES) == schema.FORM


def test_up_and_down_with_data(ash: School, admin: Session) -> None:
    """Each step up and down keeps every row; the index comes and goes on partitions that are there and that come."""
    assert up(ash, "0001") == Form(1, 1)
    ash.write(batch(0))
    ash.forward()
    assert admin.execute(INDICES).fetchone() == (0,)
    assert up(ash) == Form(2, 1)
    ash.write({MINUTE._replace(minute=MINUTE.minute + 24 * 60): Counts(1)})
    ash.forward()
    assert admin.execute(INDICES).fetchone() == (3,)
    back(ash, "0001")
    assert form_of(admin, "here") == Form(1, 1)
    assert admin.execute(INDICES).fetchone() == (0,)
    assert up(ash) == up(ash) == Form(2, 1)
    assert ash.there() == ash.here()
    with ash.session() as session:
        assert session.execute("SELECT count(*) FROM breaktime.identities").fetchone() == (4,)


def test_back_to_nothing_and_up_again(ash: School, admin: Session) -> None:
    """The first step back takes everything along; brought up anew, the database is given all that is held."""
    up(ash)
    ash.write(batch(0))
    ash.forward()
    back(ash, "base")
    assert form_of(admin, "here") == Form(0, 0)
    with ash.forwarder() as forwarder, pytest.raises(StoreError, match=r"no tables of Breaktime; .* store migrate"):
        forwarder.round(OPEN_MINUTE)
    up(ash)
    assert ash.forward()[0].set_back
    assert ash.there() == ash.here()


def test_the_previous_release_works_on(ash: School) -> None:
    """Every statement of the release before still does what it did, in a database that was brought up."""
    up(ash)
    ash.write(batch(0, size=3))
    ash.forward()
    with ash.session() as session:
        for statement in PREVIOUS:
            session.execute(statement.encode())


def test_this_release_works_with_the_form_before(ash: School) -> None:
    """A gateway that was upgraded before its database sends on."""
    up(ash, "0001")
    ash.write(batch(0))
    ash.forward()
    assert ash.there() == ash.here()


@pytest.mark.parametrize(
    ("number", "oldest", "trouble"),
    [
        pytest.param(schema.FORM + 1, schema.FORM, "", id="newer, and ours may use it"),
        pytest.param(schema.FORM + 1, schema.FORM + 1, "is of a newer Breaktime", id="newer, and not for us"),
    ],
)
def test_a_newer_database(ash: School, admin: Session, number: int, oldest: int, trouble: str) -> None:
    """The database says which releases may use it; one that may not stops, says so, and keeps its record."""
    up(ash)
    ash.write(batch(0))
    admin.execute("UPDATE breaktime.form SET number = %s, oldest = %s", (number, oldest))
    if not trouble:
        ash.forward()
        assert ash.there() == ash.here()
        return
    with ash.forwarder() as forwarder, pytest.raises(StoreError, match=trouble):
        forwarder.round(OPEN_MINUTE)
    assert ash.marks() == 1


def test_a_new_password(ash: School) -> None:
    """Bringing it up again with another password in the file changes the role's."""
    up(ash)
    ash.password.write_text("hush-other")
    with pytest.raises(StoreError, match="the password is not the role's"):
        ash.session()
    bring_up(lambda: ash.cluster.admin(ash.database), "here", ash.login, "hush-other")
    ash.session().close()
    ash.admit()


def test_an_administrator_who_is_no_superuser(ash: School, admin: Session) -> None:
    """Where a database is rented there is no superuser: a role that may make roles and owns the database is enough."""
    admin.execute("CREATE ROLE landlord LOGIN CREATEROLE PASSWORD 'hush-oak'")
    try:
        admin.execute(f'ALTER DATABASE "{ash.database}" OWNER TO landlord'.encode())
        for role in ("breaktime_owner", "breaktime_sites"):
            admin.execute(f"GRANT {role} TO landlord WITH ADMIN OPTION".encode())
        landlord = ash.cluster.server(ash.database, "landlord", ash.password)
        assert bring_up(landlord.connect, "here", ash.login, "hush-oak").number == schema.FORM
        ash.write(batch(0))
        ash.forward()
        assert ash.there() == ash.here()
    finally:
        admin.execute(f'ALTER DATABASE "{ash.database}" OWNER TO postgres'.encode())
        admin.execute("DROP OWNED BY landlord; DROP ROLE landlord")
