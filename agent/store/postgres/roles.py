"""What stands in the database before any table: two roles without a login, the schema, and a login role a site.

Run by the trust's database administrator (`breaktime store migrate`): a superuser, or a role that may create roles
and owns the database.

`breaktime_owner` owns tables and functions and nobody logs in as it; `breaktime_sites` is what all sites have in
common; `breaktime_site_<id>` is a school's, and the tables know the school by its name.
"""

from __future__ import annotations

from psycopg import sql

from agent.store.postgres.server import Session

OWNER, SITES = "breaktime_owner", "breaktime_sites"
SCHEMA = "breaktime"


def prepare(session: Session) -> None:
    """Make roles and schema where they are missing."""
    for role in (OWNER, SITES):
        if not _exists(session, role):
            session.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
    if not _member(session, OWNER):
        session.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(OWNER)))
    schema = sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}")
    session.execute(schema.format(sql.Identifier(SCHEMA), sql.Identifier(OWNER)))


def admit(session: Session, login: str, password: str | None) -> bool:
    """Let a site in under its own role; True if the role was made now, False if it was there.

    A password is set whenever one is given: the server keeps its SCRAM verifier.
    """
    made = not _exists(session, login)
    role = sql.Identifier(login)
    if made:
        session.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
    if password is not None:
        verifier = session.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256").decode()
        session.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(verifier)))
    session.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(SITES), role))
    name = sql.Identifier(session.info.dbname)
    session.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(name, role))
    return made


def _exists(session: Session, role: str) -> bool:
    found = session.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    return found is not None


def _member(session: Session, role: str) -> bool:
    found = session.execute("SELECT pg_has_role(CURRENT_USER, %s, 'MEMBER')", (role,)).fetchone()
    return bool(found and found[0])
