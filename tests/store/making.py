"""Active minutes to write, and the bare database file to look at."""

import base64
import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from agent.core.decision import Mode, Verdict
from agent.core.tally import Basis, Counts, MinuteKey, Minutes
from agent.store import DayKeys, Identity, Store
from agent.store.keys import KEYS

LONDON = ZoneInfo("Europe/London")
SITE = "example-primary"

MINUTE = MinuteKey(
    minute=29_923_770,  # 2026-11-23T09:30Z, a Monday
    person="teacher-07",
    device="laptop-07",
    zone="classroom",
    role="teacher",
    owner="school",
    device_kind="laptop",
    pupils="present",
    service="facebook",
    category="social-network",
    activity="visit",
    basis=Basis.VISIT,
    account="unknown",
    verdict=Verdict.BLOCK,
    mode=Mode.ENFORCE,
    rule="directed-time",
    clause="8.6.2",
    authorisation="",
    period="lesson",
    policy="breaks-without-pupils",
    revision="3f6a1c2b9d04",
    opened=True,
)


def minute_of(instant: str) -> int:
    """Whole minutes since the epoch of an ISO instant with its offset."""
    return int(datetime.fromisoformat(instant).timestamp()) // 60


def query(database: Path, sql: str) -> list[tuple[object, ...]]:
    """What the file itself says, past all of our own code."""
    with closing(sqlite3.connect(database, timeout=5)) as connection:
        return connection.execute(sql).fetchall()


def sealed_identities(folder: Path) -> set[Identity]:
    """Everybody whom the database names, opened with the keys beside it."""
    opened = set()
    with closing(sqlite3.connect(folder / "breaktime.db")) as connection:
        for site, day, pseudonym, sealed in connection.execute("SELECT * FROM identities"):
            opened.add(DayKeys(folder / KEYS).of(date.fromisoformat(day)).unseal(site, pseudonym, sealed))
    return opened


def files(folder: Path) -> Iterator[Path]:
    """Every file below a folder."""
    return (path for path in folder.rglob("*") if path.is_file())


def forms(name: str) -> list[bytes]:
    """An id as somebody might find it: clear, wide, encoded, or digested without a key."""
    clear = name.encode()
    digests = [hashlib.new(kind, clear).digest() for kind in ("md5", "sha1", "sha256", "blake2b")]
    digests.append(hashlib.blake2b(clear, digest_size=16).digest())
    coded = [base64.b64encode(clear), clear.hex().encode(), name.encode("utf-16-le"), clear[::-1]]
    return [clear, name.lower().encode(), *coded, *(digest[:16] for digest in digests)]


def batch(number: int, size: int = 200) -> Minutes:
    """The minutes of so many services, all in one minute of the clock."""
    at = MINUTE._replace(minute=MINUTE.minute + number)
    return {at._replace(service=f"service-{n}"): Counts(1) for n in range(size)}


def fill(folder: Path, batches: int = 10) -> None:
    """Write some batches and let go of the file."""
    with Store.open(folder, SITE, LONDON) as store:
        for number in range(batches):
            store.write(batch(number))
