"""After retention has run, an attacker with every file of the machine and an old backup finds no way to a person.

The attacker knows the whole inventory, all of this code, every key that is left, and which day to look for. Before
retention ran the same attacks succeed: that shows that they are attacks.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from agent.app.keeper import Keeper
from agent.app.live import Configuration, read
from agent.core.trusted import Sources
from agent.store import DayKey, DayKeys, Identity, Kind, Store, StoreError
from agent.store.casekey import CaseKey
from agent.store.holds import holds_of
from agent.store.keys import KEYS
from agent.store.keystore import Keystore
from agent.store.person import Scope
from tests.store.forgetting import PEOPLE, day, live
from tests.store.making import LONDON, SITE, files, forms, query

CONFIG = Path(__file__).parents[2] / "config"
GONE = day(0)
INVENTORY = [Identity(Kind.PERSON, f"teacher-{n:02}") for n in range(50)]
INVENTORY += [Identity(Kind.DEVICE, f"laptop-{n:02}") for n in range(50)]
FOUR_WEEKS_LATER = 1_797_811_800.0  # 2026-12-21T00:10Z


@dataclass(frozen=True, slots=True)
class Loot:
    """What the attacker has: the machine's data folder, and a backup of it without the folder that asks to be left."""

    data: Path
    backup: Path

    def secrets(self) -> Iterator[bytes]:
        """Every secret that can be unwrapped or read, and every stretch of a key file that could be one."""
        for folder in (self.data, self.backup):
            store = Keystore(folder / KEYS)
            for name in store.names():
                with suppress(StoreError):
                    yield store.secret(name)
            for path in folder.rglob("*.key"):
                content = path.read_bytes()
                yield from (content[at : at + 32] for at in range(len(content) - 31))

    def pseudonyms(self, on: date, database: str = "breaktime.db") -> set[bytes]:
        """Whoever stands in the backup's rows of that day."""
        sql = f"SELECT {{}} FROM minutes WHERE day = '{on}'"
        rows = query(self.backup / database, sql.format("person") + " UNION " + sql.format("device"))
        return {value for (value,) in rows if isinstance(value, bytes)}


@pytest.fixture(scope="module")
def config() -> Configuration:
    config = read(CONFIG)
    assert isinstance(config, Configuration)
    return config


@pytest.fixture
def before(tmp_path: Path) -> Loot:
    """Three days, a case about somebody else's Tuesday, and a backup taken while the gateway runs."""
    data, backup = tmp_path / "data", tmp_path / "backup"
    live(data, 3)
    with holds_of(data, SITE) as holds:
        holds.place("2026-0001", Scope("teacher-05", day(1), day(1)))
    with Store.open(data, SITE, LONDON):
        shutil.copytree(data, backup, ignore=shutil.ignore_patterns("record"))
    return Loot(data, backup)


@pytest.fixture
def after(before: Loot, config: Configuration) -> Loot:
    """The gateway has forgotten the Monday; what it said and shows is among the files."""
    said, registry = list[str](), CollectorRegistry()
    look = Sources(FOUR_WEEKS_LATER, "boot", 1_000.0, synchronised=True)
    with Store.open(before.data, SITE, LONDON) as store:
        keeper = Keeper(lambda: config.engine, before.data, registry, said.append, store.let_go, lambda: look)
        keeper.once()
        (before.data / "metrics.txt").write_bytes(generate_latest(registry))
        (before.data / "log.txt").write_text("\n".join(said))
        (before.data / "running.bin").write_bytes(b"".join(path.read_bytes() for path in files(before.data)))
    assert said == ["forgotten: 2026-11-23; receipt 1"]
    assert DayKeys(before.data / KEYS).days() == [day(1), day(2)]
    return before


def strings(loot: Loot) -> list[str]:
    """Names of the inventory, in any form that needs no key, in any file."""
    needles = [form for one in INVENTORY for form in forms(one.id)]
    contents = [(path.name, path.read_bytes()) for folder in (loot.data, loot.backup) for path in files(folder)]
    return [name for name, content in contents for needle in needles if needle in content]


def brute_force(loot: Loot) -> set[str]:
    """Everybody of the inventory whose pseudonym of that day comes from some secret, or from none."""
    wanted = loot.pseudonyms(GONE)
    keys = [DayKey.derived(secret, GONE, loot.data) for secret in {*loot.secrets(), bytes(32)}]
    return {one.id for key in keys for one in INVENTORY if key.pseudonym(SITE, one) in wanted}


def unseal(loot: Loot) -> set[str]:
    """Everybody whose sealed identity of that day opens with some secret, taken as a day's or as a case's."""
    sql = f"SELECT pseudonym, sealed FROM identities WHERE day = '{GONE}'"
    found = set()
    for secret in set(loot.secrets()):
        for on in (GONE, day(1), day(2)):
            key = DayKey.derived(secret, on, loot.data)
            found |= {name for row in query(loot.backup / "breaktime.db", sql) if (name := opened(key, *row))}
        case = CaseKey.derived(secret, "2026-0001", loot.data)
        for pseudonym, sealed in query(loot.backup / "breaktime.db", sql):
            with pytest.raises(StoreError):
                case.unseal(bytes(sealed), bytes(pseudonym))  # type: ignore[call-overload]
    return found


def opened(key: DayKey, pseudonym: object, sealed: object) -> str:
    assert isinstance(pseudonym, bytes)
    assert isinstance(sealed, bytes)
    try:
        return key.unseal(SITE, pseudonym, sealed).id
    except StoreError:
        return ""


def test_before_the_attacks_succeed(before: Loot) -> None:
    """While the day's key stands, whoever has it finds everybody: by trying the inventory, and by unsealing."""
    everybody = {f"{kind}-{n:02}" for kind in ("teacher", "laptop") for n in range(PEOPLE)}
    assert brute_force(before) == everybody
    assert unseal(before) == everybody
    assert len(before.pseudonyms(GONE)) == 2 * PEOPLE


def test_strings(after: Loot) -> None:
    """No file of machine or backup, log, metrics or receipt has a name in it, plain, coded or digested."""
    assert strings(after) == []


def test_brute_force_over_the_inventory(after: Loot) -> None:
    """No secret that is left turns any name into a pseudonym of that day."""
    assert brute_force(after) == set()


def test_unsealing_with_every_key(after: Loot) -> None:
    """No secret that is left opens a sealed identity of that day."""
    assert unseal(after) == set()


@pytest.mark.parametrize("column", ["person", "device", "key"])
def test_days_cannot_be_joined(after: Loot, column: str) -> None:
    """Nothing that stands for a person, a device or their ways on that day stands for them on another."""
    sql = f"SELECT DISTINCT {column} FROM minutes WHERE day"
    gone = set(query(after.backup / "breaktime.db", f"{sql} = '{GONE}'"))
    others = set(query(after.backup / "breaktime.db", f"{sql} > '{GONE}'"))
    held = set(query(after.data / "breaktime.db", "SELECT key FROM held"))
    assert len(gone) == len(others) / 2 > 0
    assert gone.isdisjoint(others | held)


def test_nothing_of_the_day_is_left_on_the_machine(after: Loot) -> None:
    """Neither pages, nor freed pages, nor the log have a pseudonym or a sealed identity of that day in them."""
    sealed = query(after.backup / "breaktime.db", f"SELECT sealed FROM identities WHERE day = '{GONE}'")
    needles = after.pseudonyms(GONE) | {value for (value,) in sealed if isinstance(value, bytes)}
    assert len(needles) == 4 * PEOPLE
    contents = [path.read_bytes() for path in files(after.data)]
    assert not [needle for needle in needles for content in contents if needle in content]


def test_the_search_would_find_what_is_there(after: Loot) -> None:
    """The same search finds the pseudonyms of a day that is still kept."""
    contents = b"".join(path.read_bytes() for path in files(after.data))
    assert all(pseudonym in contents for pseudonym in after.pseudonyms(day(1)))


def test_a_wrapped_key_from_a_copy(before: Loot, config: Configuration, tmp_path: Path) -> None:
    """Even the day's own wrapped key, from a copy, opens with nothing that is left on the machine."""
    shutil.copy(before.data / KEYS / f"{GONE}.key", tmp_path / "copied.key")
    look = Sources(FOUR_WEEKS_LATER, "boot", 1_000.0, synchronised=True)
    keeper = Keeper(lambda: config.engine, before.data, CollectorRegistry(), print, lambda: None, lambda: look)
    keeper.once()
    shutil.copy(tmp_path / "copied.key", before.data / KEYS / f"{GONE}.key")
    assert brute_force(before) == set()
    assert unseal(before) == set()


def test_the_backup_is_one(after: Loot) -> None:
    """The backup is a whole database with the rows of that day, so there is something to attack."""
    with closing(sqlite3.connect(after.backup / "breaktime.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        (count,) = connection.execute(f"SELECT COUNT(*) FROM minutes WHERE day = '{GONE}'").fetchone()
    assert count > 0
    assert not (after.backup / KEYS).exists()
