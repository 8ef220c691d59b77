"""The form of the database: what it is, what this release needs, and how the administrator brings it up.

The line `breaktime.form` says it to every release: the form that the database has, and the oldest form whose release
may still use it. So a release before works on after its database was brought up, and one that is too old stops.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import create_engine, text
from sqlalchemy.pool import StaticPool

from agent.store.migrate import NEWEST, Line, bring_to, take_back
from agent.store.postgres import roles
from agent.store.postgres.errors import DatabaseError, explained
from agent.store.postgres.server import Connect, Session

FORM = 2
"""The form that this release knows; a test holds it to the newest step."""
OLDEST = 1
"""The oldest form that this release can work with."""
_OPTIONS = {"version_table_schema": roles.SCHEMA}


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a database, and the oldest form whose release may use it. Form 0: there is nothing yet."""

    number: int
    oldest: int

    def problem(self, where: str) -> DatabaseError | None:
        """What keeps this release from using such a database, or None."""
        if self.number < OLDEST:
            what = "the database has no tables of Breaktime" if not self.number else f"it has form {self.number} still"
            return DatabaseError(what, where, "the database's administrator runs: breaktime store migrate")
        if self.oldest > FORM:
            what = f"the database is of a newer Breaktime (form {self.number}; this one knows {FORM})"
            return DatabaseError(what, where, "install that version here, too; records wait in the gateway's own file")
        return None


def form_of(session: Session, where: str) -> Form:
    """The form of the database. Raises DatabaseError."""
    with explained(where):
        there = session.execute("SELECT to_regclass('breaktime.form')").fetchone()
        if there is None or there[0] is None:
            return Form(0, 0)
        found = session.execute("SELECT number, oldest FROM breaktime.form").fetchone()
    return Form(*found) if found else Form(0, 0)


def bring_up(connect: Connect, where: str, login: str, password: str | None, form: str = NEWEST) -> Form:
    """Roles, tables and the site's login, by an administrator's connection. Raises DatabaseError."""
    with explained(where), connect() as session:
        with session.transaction():
            roles.prepare(session)
        _stepped(session, form, up=True)
        with session.transaction():
            roles.admit(session, login, password)
    with connect() as session:
        return form_of(session, where)


def bring_back(connect: Connect, where: str, form: str) -> None:
    """Back to an earlier form ("0001", or "base" for nothing at all). Raises DatabaseError."""
    with explained(where), connect() as session:
        _stepped(session, form, up=False)


def _stepped(session: Session, form: str, up: bool) -> None:
    """All steps in one transaction, as the owner, on the connection that there is."""
    engine = create_engine("postgresql+psycopg://", creator=lambda: session, poolclass=StaticPool, hide_parameters=True)
    session.autocommit = False
    with engine.connect() as connection, connection.begin():
        connection.execute(text(f"SET LOCAL ROLE {roles.OWNER}"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))  # an index over years takes its time
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('breaktime steps'))"))
        (bring_to if up else take_back)(connection, Line.POSTGRES, form, **_OPTIONS)
