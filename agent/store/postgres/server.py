"""A connection to the database: with the password from its file, with time limits, and never for ever.

address + password → `connect` → psycopg's connection, autocommit: every transaction is written out where it is meant.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg.rows import TupleRow

from agent.core.database import DatabaseAddress
from agent.store.errors import StoreError
from agent.store.errors import explained as explained_file
from agent.store.files import refuse_if_open_to_others
from agent.store.postgres.errors import explained

# What the driver would say of a connection that was lost is said by whoever uses it, once.
logging.getLogger("psycopg").addHandler(logging.NullHandler())

type Session = psycopg.Connection[TupleRow]

CONNECT_SECONDS = 10
STATEMENT_SECONDS = 120
SILENT_SECONDS = 30
"""After so long without a word of the other side the connection counts as gone."""
LONGEST_PASSWORD = 1000


@dataclass(frozen=True, slots=True)
class Server:
    """Where to connect, and as whom. The password is read anew each time, so that it can be changed."""

    address: DatabaseAddress
    login: str
    password_file: Path | None = field(default=None)

    def connect(self) -> Session:
        """A fresh connection. Raises DatabaseError, or StoreError for a password file that cannot be used."""
        given: dict[str, str | int] = _LIMITS | {
            "host": self.address.host,
            "port": self.address.port,
            "dbname": self.address.name,
            "user": self.login,
            "sslmode": self.address.tls,
        }
        if self.address.certificates:
            given["sslrootcert"] = self.address.certificates
        if self.password_file is not None:
            given["password"] = read_password(self.password_file)
        with explained(str(self.address)):
            session: Session = psycopg.connect("", autocommit=True, **given)  # type: ignore[arg-type]
        # Plans are not kept: a partition more or less would leave them old, and what is sent is few and large.
        session.prepare_threshold = None
        return session


_LIMITS: dict[str, str | int] = {
    "connect_timeout": CONNECT_SECONDS,
    "application_name": "breaktime",
    "options": f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout={SILENT_SECONDS}s -c timezone=UTC "
    f"-c idle_in_transaction_session_timeout={STATEMENT_SECONDS}s -c search_path=pg_catalog "
    "-c datestyle=ISO -c jit=off",
    "keepalives": 1,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": SILENT_SECONDS * 1000,
}

Connect = Callable[[], Session]


def read_password(path: Path) -> str:
    """The first line of a file that only its owner may read. Raises StoreError that never repeats it."""
    with explained_file(path), open(os.open(path, os.O_RDONLY | os.O_CLOEXEC), "rb") as file:
        refuse_if_open_to_others(path, os.fstat(file.fileno()).st_mode)
        content = file.read(LONGEST_PASSWORD + 1)
    try:
        text = content.decode().strip("\r\n")
    except UnicodeDecodeError:
        text = ""
    if not text or len(content) > LONGEST_PASSWORD or "\n" in text or "\0" in text:
        raise StoreError("holds no password", path, "write the password of the role into it, on one line")
    return text
