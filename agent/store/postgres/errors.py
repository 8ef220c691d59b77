"""What PostgreSQL and the way to it can refuse, said so that a technician can mend it.

No text of the server is repeated but its refusals of a login, which name roles and databases alone: other texts can
hold values of the record.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors as pg

from agent.store.errors import StoreError

_WAITS = "nothing is lost: the record stays in the gateway's own file and is sent when the database takes it"
_MIGRATE = "breaktime store migrate"
_ADMIN = f"the trust's database administrator can mend it: {_MIGRATE}"

_PASSWORD = f"write the role's own into the password file, or have the role made: {_MIGRATE}"

_STATES: dict[str, tuple[str, str]] = {
    "53100": ("the database's disk is full", f"free some space there; {_WAITS}"),
    "53200": ("the database is out of memory", _WAITS),
    "53300": ("the database has no connection free", _WAITS),
    "57P03": ("the database is starting or stopping", _WAITS),
    "57P01": ("the database is stopping", _WAITS),
    "57014": ("the database took too long", _WAITS),
    "25006": ("the database takes no writes: it is a standby, or set read-only", f"name the primary; {_WAITS}"),
    "42501": ("the database refuses what this role asks", _ADMIN),
    "42P01": ("the database has no tables of Breaktime", _ADMIN),
    "3F000": ("the database has no schema of Breaktime", _ADMIN),
    "23514": ("the database has no room for that day", _WAITS),
    "54000": ("the database holds more days than it should", "let its administrator see what schools never forget"),
    "22023": ("there is no such school day", "look at this machine's clock: breaktime doctor"),
    "55P03": ("the database's tables are in use by another", _WAITS),
    "40P01": ("another was in the way", _WAITS),
    "40001": ("another was in the way", _WAITS),
}
_LOGINS = (
    ("password authentication failed", "the password is not the role's", _PASSWORD),
    ("no password supplied", "a password is asked for", "write it into the password file, mode 0600"),
    ("no pg_hba.conf entry", "the database lets nobody in from here in this way", "add a line to pg_hba.conf there"),
    ("peer authentication failed", "this account is not the role", "ask for a password in pg_hba.conf there"),
    ("certificate verify failed", "its certificate is not one that we trust", "name the CA: ?sslrootcert=FILE"),
    ("server certificate for", "its certificate is for another name", "write the name of the certificate in the url"),
    ("root certificate file", "there is no CA to check its certificate by", "name the CA: ?sslrootcert=FILE"),
    ("does not support SSL", "it speaks no TLS", "switch TLS on there (ssl = on)"),
    ("does not exist", "there is no such role or database", _ADMIN),
    ("could not translate host name", "its name has no address", "check the name in `store: url`, and the resolver"),
    ("failed to resolve host", "its name has no address", "check the name in `store: url`, and the resolver"),
)


class DatabaseError(StoreError):
    """The database does not do what it is asked to: `what` is wrong, `where`, and the `remedy`."""


class AwayError(DatabaseError):
    """The database cannot be reached, or went away in the middle."""


class DayMissingError(DatabaseError):
    """There is no partition for a day that rows were sent for."""


class SetBackError(DatabaseError):
    """The database has lost batches that it had acknowledged: by an old backup, or it is another."""


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Turn what psycopg raises about the database at `where` into a DatabaseError, with no value of the record."""
    try:
        yield
    except psycopg.Error as error:
        raise said(error, where) from None


def said(error: psycopg.Error, where: str) -> DatabaseError:
    """The error in words."""
    state = error.sqlstate
    if isinstance(error, pg.CheckViolation):
        return DayMissingError(*_worded("23514", where))
    if state is None or state.startswith("08"):
        return _of_connection(error, where)
    if state in ("57P01", "57P02", "57P03"):
        return AwayError(*_worded("57P01" if state == "57P01" else "57P03", where))
    if state in _STATES:
        return DatabaseError(*_worded(state, where))
    return DatabaseError(f"the database refused (SQLSTATE {state})", where, f"report it with the number; {_WAITS}")


def _worded(state: str, where: str) -> tuple[str, str, str]:
    what, remedy = _STATES[state]
    return what, where, remedy


def _of_connection(error: psycopg.Error, where: str) -> DatabaseError:
    text = str(error)
    for part, what, remedy in _LOGINS:
        if part in text:
            return DatabaseError(what, where, remedy)
    return AwayError("the database cannot be reached", where, f"is it running, and the network? {_WAITS}")
