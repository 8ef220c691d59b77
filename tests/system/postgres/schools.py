"""A school with its own file, keys and way to the database; and what the database holds, past all of our own code."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from agent.core.database import login_of
from agent.core.tally import Minutes
from agent.store import Store
from agent.store.forwarder import Forwarder, Round
from agent.store.postgres.schema import bring_up
from agent.store.postgres.server import Server, Session
from agent.store.retention import forgotten_days
from tests.store.making import LONDON, MINUTE, query
from tests.system.postgres.cluster import Cluster

OPEN_MINUTE = MINUTE.minute + 10_000_000
"""Some minute that is still being counted: none of those that tests write."""
DAY = date(2026, 11, 23)
SUMS = "count(*), coalesce(sum(requests), 0)::bigint, coalesce(sum(bytes_up), 0)::bigint"


class School:
    """One site, its gateway's file in `folder`, and its forwarder to `database`."""

    def __init__(self, cluster: Cluster, database: str, folder: Path, site: str) -> None:
        self.cluster, self.database, self.folder, self.site = cluster, database, folder, site
        self.login = login_of(site)
        self.password = folder / "password"
        self.forgotten: set[date] = set()
        self.outlived: set[date] = set()
        folder.mkdir(parents=True, exist_ok=True)
        if not self.password.exists():
            self.password.touch(mode=0o600)
            self.password.write_text(f"hush-{site}\n")
        self.server: Server = cluster.server(database, self.login, self.password)

    def admit(self, database: str | None = None) -> None:
        """Have the database's administrator let the school in."""
        name = database or self.database
        bring_up(lambda: self.cluster.admin(name), "here", self.login, f"hush-{self.site}")

    def write(self, *batches: Minutes) -> None:
        """Have the gateway record these."""
        with self.opened() as store:
            for batch in batches:
                store.write(batch)

    def opened(self) -> Store:
        """The gateway's record."""
        return Store.open(self.folder, self.site, LONDON)

    @contextmanager
    def forwarder(self) -> Iterator[Forwarder]:
        """What sends it."""
        made = Forwarder(
            self.folder / "breaktime.db", self.site, self.server.connect, "here", self._forgotten, self._outlived
        )
        try:
            yield made
        finally:
            made.close()

    def _forgotten(self) -> set[date]:
        return self.forgotten | forgotten_days(self.folder)

    def _outlived(self, days: Collection[date]) -> set[date]:
        return self.outlived.intersection(days)

    def forward(self) -> list[Round]:
        """Send all that waits."""
        with self.forwarder() as forwarder:
            return everything(forwarder)

    def session(self) -> Session:
        """The school's own session."""
        return self.server.connect()

    def here(self) -> list[tuple[object, ...]]:
        """Rows and sums of its own file, by day."""
        sql = "SELECT day, count(*), sum(requests), sum(bytes_up) FROM minutes GROUP BY day ORDER BY day"
        return query(self.folder / "breaktime.db", sql)

    def there(self) -> list[tuple[object, ...]]:
        """The same of what the database holds of it, looked at as its superuser."""
        sql = f"SELECT day::text, {SUMS} FROM breaktime.minutes WHERE site = %s GROUP BY day ORDER BY day"
        with self.cluster.admin(self.database) as session:
            return list(session.execute(sql.encode(), (self.site,)))

    def marks(self) -> int:
        """The minutes that wait."""
        (found,) = query(self.folder / "breaktime.db", "SELECT count(*) FROM touched")
        return int(str(found[0]))


def everything(forwarder: Forwarder) -> list[Round]:
    """Round after round until nothing waits."""
    rounds = [forwarder.round(OPEN_MINUTE)]
    while rounds[-1].more:
        rounds.append(forwarder.round(OPEN_MINUTE))
    return rounds
