"""A real PostgreSQL of the tests' own: made once a run, started as the system's account for it, gone at the end.

It listens on a Unix socket in a temporary folder and asks sites for their passwords; the superuser of the tests comes
in by its account. The system's own service is never touched.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from pwd import getpwnam
from typing import IO

from agent.core.database import DatabaseAddress
from agent.store.errors import StoreError
from agent.store.postgres.server import Server, Session

ACCOUNT = "postgres"
PATIENCE = 60.0
_ACCESS = "local all postgres trust\nlocal all all scram-sha-256\n"
_SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
fsync = off
shared_buffers = 64MB
max_connections = 30
max_wal_size = 256MB
autovacuum_naptime = 5min
logging_collector = off
log_min_messages = warning
log_statement = none
"""


def programs() -> Path:
    """The folder with `initdb` and `postgres` of the newest version that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise FileNotFoundError("PostgreSQL is not installed: apt-get install postgresql")
    return found[-1].parent


class Cluster:
    """One server with its data, running or not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def make(self, settings: str = "") -> None:
        """An empty server's data; later settings win."""
        own(self.folder)
        self.folder.chmod(0o755)
        initdb = (str(programs() / "initdb"), "-D", str(self.data), "-U", ACCOUNT, "-A", "trust", "-N", "-E", "UTF8")
        _as_account((*initdb, "--locale=C.UTF-8"))
        (self.data / "pg_hba.conf").write_text(_ACCESS)
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(_SETTINGS.format(folder=self.folder) + settings)

    def start(self, wait: bool = True) -> None:
        """Have it running, and answering."""
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self._process = _started((str(programs() / "postgres"), "-D", str(self.data)), log)
        if wait:
            self.await_answer()

    def await_answer(self) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.admin().close()
                return
            except StoreError:
                assert self._process is None or self._process.poll() is None, self.said()
                assert time.monotonic() < deadline, self.said()
                time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT ends every session at once, SIGQUIT without a word, as after a crash."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(how)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def address(self, database: str) -> DatabaseAddress:
        """Where a database of it is."""
        return DatabaseAddress(str(self.folder), 5432, database)

    def admin(self, database: str = "postgres") -> Session:
        """A session of the superuser."""
        return Server(self.address(database), ACCOUNT).connect()

    def server(self, database: str, login: str, password_file: Path | None = None) -> Server:
        """How a role comes in."""
        return Server(self.address(database), login, password_file)

    def new_database(self, name: str, template: str = "template0") -> str:
        """Make a database; its name."""
        with self.admin() as session:
            session.execute(f'CREATE DATABASE "{name}" TEMPLATE {template}'.encode())
        return name

    def said(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""


@contextmanager
def temporary(settings: str = "") -> Iterator[Cluster]:
    """A new server, running; afterwards it is gone."""
    folder = Path(tempfile.mkdtemp(prefix="breaktime-pg-"))
    cluster = Cluster(folder)
    try:
        cluster.make(settings)
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def own(path: Path) -> None:
    """Give a path to the account that the server runs as."""
    account = getpwnam(ACCOUNT)
    os.chown(path, account.pw_uid, account.pw_gid)


def _started(command: tuple[str, ...], log: IO[bytes]) -> subprocess.Popen[bytes]:
    account = getpwnam(ACCOUNT)
    environment = {"PATH": "/usr/bin:/bin"}
    return subprocess.Popen(
        command, stdout=log, stderr=log, cwd="/", env=environment,
        user=account.pw_uid, group=account.pw_gid, extra_groups=[],
    )  # fmt: skip


def _as_account(command: tuple[str, ...]) -> None:
    with tempfile.TemporaryFile() as log:
        code = _started(command, log).wait(PATIENCE)
        log.seek(0)
        assert code == 0, log.read().decode(errors="replace")
