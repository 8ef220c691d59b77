"""The keys of the days: derived from one secret a day, whoever asks first, and never made anew over another."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from agent.store import DayKeys, Identity, Kind, StoreError
from agent.store.errors import KeyMissingError
from agent.store.keys import KEYS

DAY = date(2026, 11, 23)
TEACHER = Identity(Kind.PERSON, "teacher-07")

type Harm = Callable[[Path], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "keys"


def pseudonym(keys: DayKeys, day: date = DAY) -> bytes:
    return keys.of(day).pseudonym("example", TEACHER)


def test_a_key_is_private(folder: Path) -> None:
    """A key is for the owner alone, in a folder for the owner alone, and is wrapped: its file alone opens nothing."""
    DayKeys(folder).make(DAY)
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    assert {file.stat().st_mode & 0o777 for file in (folder, folder.parent)} == {0o700}
    assert sorted(file.stat().st_size for file in folder.glob("*.key")) == [32, 68]
    (folder / "copy").mkdir(mode=0o700)
    (folder / "2026-11-23.key").rename(folder / "copy" / "2026-11-23.key")
    with pytest.raises(KeyMissingError, match="wrapped under a key-encryption key that has been destroyed or lost"):
        DayKeys(folder / "copy").of(DAY)


def test_a_key_is_made_once(folder: Path) -> None:
    """Who asks again, or later, gets the key that is there."""
    first = DayKeys(folder).make(DAY).pseudonym("example", TEACHER)
    assert DayKeys(folder).make(DAY).pseudonym("example", TEACHER) == first == pseudonym(DayKeys(folder))


def test_days_have_keys_of_their_own(folder: Path) -> None:
    """No two days share a key, and their list is in order."""
    days = [DAY + timedelta(days=n) for n in range(5)]
    for day in reversed(days):
        DayKeys(folder).make(day)
    assert len({DayKeys(folder).store.secret(day.isoformat()) for day in days}) == 5
    assert DayKeys(folder).days() == days


def test_all_who_ask_at_once_get_the_same_key(folder: Path) -> None:
    """Whoever wins the race, there is one key a day."""
    days = [DAY + timedelta(days=n) for n in range(30)]

    def ask(_: int) -> list[bytes]:
        return [DayKeys(folder).make(day).pseudonym("example", TEACHER) for day in days]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert all(answer == answers[0] for answer in answers)
    assert DayKeys(folder).days() == days


def test_what_a_killed_process_left_is_swept(folder: Path) -> None:
    """A key that was being made when its maker was killed is never used and does not stay."""
    folder.mkdir(mode=0o700, parents=True)
    (folder / ".unfinished").write_bytes(b"x" * 20)
    DayKeys(folder).make(DAY)
    assert not (folder / ".unfinished").exists()
    assert DayKeys(folder).days() == [DAY]


def truncate(file: Path) -> None:
    os.truncate(file, 31)


def lengthen(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"x")


def overwrite(file: Path) -> None:
    file.write_bytes(bytes(68))


def alter(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def take_that_of_another_day(file: Path) -> None:
    DayKeys(file.parent).make(DAY + timedelta(days=1))
    file.write_bytes(file.with_name("2026-11-24.key").read_bytes())


def lose_the_wrapping(file: Path) -> None:
    next(file.parent.glob("wrapping-*")).unlink()


def overwrite_the_wrapping(file: Path) -> None:
    next(file.parent.glob("wrapping-*")).write_bytes(bytes(32))


def let_others_read(file: Path) -> None:
    file.chmod(0o640)


def let_others_in(file: Path) -> None:
    file.parent.chmod(0o755)


def make_a_folder_of_it(file: Path) -> None:
    file.unlink()
    file.mkdir(mode=0o700)


def link_elsewhere(file: Path) -> None:
    file.rename(file.parent.parent / "elsewhere")
    file.symlink_to(file.parent.parent / "elsewhere")


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        pytest.param(Path.unlink, r"\.key: the key of 2026-11-23 is missing; put the file", id="missing"),
        pytest.param(truncate, r"\.key: is not a key: 68 bytes make one; put the file back", id="truncated"),
        pytest.param(lengthen, r"\.key: is not a key: 68 bytes make one", id="too long"),
        pytest.param(overwrite, r"\.key: the key has been destroyed", id="overwritten"),
        pytest.param(alter, r"\.key: is no key of this folder, or was altered", id="altered"),
        pytest.param(take_that_of_another_day, r"-23\.key: is no key of this folder, or was altered", id="another's"),
        pytest.param(lose_the_wrapping, r"-23\.key: was wrapped under a key-encryption key", id="no wrapping"),
        pytest.param(overwrite_the_wrapping, r"-23\.key: was wrapped under a key-encryption key", id="zero wrapping"),
        pytest.param(let_others_read, r"\.key: others may read it \(mode 640\); chmod 600 .*\.key", id="file"),
        pytest.param(let_others_in, r"keys: others may read it \(mode 755\); chmod 700 .*keys", id="folder"),
        pytest.param(make_a_folder_of_it, r"2026-11-23\.key: ", id="a folder"),
        pytest.param(link_elsewhere, r"2026-11-23\.key: ", id="a link"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused(folder: Path, harm: Harm, message: str) -> None:
    """Each trouble is named with the file and what mends it, and no byte of the key."""
    secret = DayKeys(folder).store.make(DAY.isoformat())
    harm(DayKeys(folder).path(DAY))
    with pytest.raises(StoreError, match=message) as caught:
        DayKeys(folder).of(DAY)
    assert secret.hex() not in str(caught.value)
    assert repr(secret)[2:-1] not in str(caught.value)


@pytest.mark.parametrize("harm", [truncate, overwrite, alter, let_others_read, let_others_in, lose_the_wrapping])
def test_a_key_is_never_made_anew_over_another(folder: Path, harm: Harm) -> None:
    """What stands in the place of a key is refused, not replaced."""
    DayKeys(folder).make(DAY)
    harm(DayKeys(folder).path(DAY))
    before = DayKeys(folder).path(DAY).read_bytes()
    with pytest.raises(StoreError):
        DayKeys(folder).make(DAY)
    assert DayKeys(folder).path(DAY).read_bytes() == before


def test_a_folder_open_to_others_gets_no_key(folder: Path) -> None:
    """A key is not even made where others may read it."""
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    with pytest.raises(StoreError, match="chmod 700"):
        DayKeys(folder).make(DAY)
    assert list(folder.iterdir()) == []


def test_a_day_without_folder_has_no_key(folder: Path) -> None:
    """Asking for a key makes nothing."""
    with pytest.raises(KeyMissingError, match="the key of 2026-11-23 is missing"):
        DayKeys(folder).of(DAY)
    assert not folder.exists()


def test_a_file_in_the_place_of_the_folder(folder: Path) -> None:
    """A file where the folder should be is named, with what to do."""
    folder.parent.mkdir()
    folder.write_text("")
    with pytest.raises(StoreError, match=r"keys: a file stands where a folder is needed; move the file away"):
        DayKeys(folder).make(DAY)


def test_bare_keys_of_an_earlier_version_are_taken_over(tmp_path: Path) -> None:
    """A bare key is wrapped and its bare file destroyed; a key that is no day's stays where it is."""
    secret = bytes(range(32))
    (tmp_path / "keys").mkdir(mode=0o700)
    for name in ("2026-11-23.key", "accounts.key"):
        (tmp_path / "keys" / name).write_bytes(secret)
        (tmp_path / "keys" / name).chmod(0o600)
    keys = DayKeys.of_data(tmp_path)
    assert keys.store.secret("2026-11-23") == secret
    assert [path.name for path in (tmp_path / "keys").glob("*.key")] == ["accounts.key"]
    assert DayKeys.of_data(tmp_path).days() == [DAY] == DayKeys(tmp_path / KEYS).days()
