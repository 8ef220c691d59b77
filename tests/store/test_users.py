"""The lists of users and invitations: private files, changed whole, a link good once and for its time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.store.credentials import Credentials
from agent.store.errors import StoreError
from agent.store.users import FOLDER, INVITATIONS, USERS, Invitation, User, UserError, Users

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TEACHER = Invitation("teacher-1", "teacher-01", False, "t1@school.example", "", "technician-1", NOW + timedelta(days=7))
GIVEN = Credentials("a hash", "JBSWY3DPEHPK3PXP", 7, ("one", "two"))


@pytest.fixture
def users(tmp_path: Path) -> Users:
    """Nobody yet."""
    return Users(tmp_path)


def test_from_link_to_user(users: Users, tmp_path: Path) -> None:
    """A link makes the user that it says, once; another reader has the same; nobody else may read the files."""
    secret = users.invite(TEACHER)
    assert users.invited(secret, NOW) == TEACHER
    made = users.accept(secret, GIVEN, NOW)
    expected = User("teacher-1", "teacher-01", email="t1@school.example", credentials=GIVEN)
    assert (made, Users(tmp_path).get("teacher-1"), users.all()) == (expected, expected, [expected])
    assert users.invited(secret, NOW) is None
    for name in (USERS, INVITATIONS):
        assert (tmp_path / FOLDER / name).stat().st_mode & 0o777 == 0o600


def test_a_secret_is_kept_nowhere(users: Users, tmp_path: Path) -> None:
    """From the list of links nobody can make a link."""
    secret = users.invite(TEACHER)
    assert all(secret not in path.read_text() for path in (tmp_path / FOLDER).iterdir() if path.is_file())


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(lambda users, secret, at: users.accept(secret, GIVEN, at), id="by its link"),
        pytest.param(lambda users, secret, at: users.claim("teacher-1", "issuer", "42", at), id="by the school"),
    ],
)
def test_a_link_ends(users: Users, use: Callable[[Users, str, datetime], User]) -> None:
    """To the last second it is good, from its end on it is not."""
    secret = users.invite(TEACHER)
    with pytest.raises(UserError):
        use(users, secret, TEACHER.until)
    assert users.waiting(TEACHER.until) == []
    assert use(users, secret, TEACHER.until - timedelta(seconds=1)).id == "teacher-1"


def test_a_new_link_replaces_the_old(users: Users) -> None:
    """Of one user one link is good."""
    first, second = users.invite(TEACHER), users.invite(TEACHER)
    assert (users.invited(first, NOW), users.invited(second, NOW)) == (None, TEACHER)
    assert users.waiting(NOW) == [TEACHER]


def test_a_claim_has_other_credentials_end(users: Users) -> None:
    """Whoever comes by the school's sign-in has no password of before any more; a new link binds to nobody."""
    users.accept(users.invite(TEACHER), GIVEN, NOW)
    users.invite(TEACHER)
    claimed = users.claim("teacher-1", "issuer", "42", NOW)
    assert (claimed.issuer, claimed.subject, claimed.credentials) == ("issuer", "42", Credentials())
    again = users.accept(users.invite(TEACHER), GIVEN, NOW)
    assert (again.issuer, again.subject, again.credentials) == ("", "", GIVEN)


def test_a_lock_takes_the_links(users: Users) -> None:
    """Locked, a user has no link left that would let them in again; who is asked in anew afterwards is meant to be."""
    users.accept(users.invite(TEACHER), GIVEN, NOW)
    secret = users.invite(TEACHER)
    assert users.lock("teacher-1").locked
    assert users.invited(secret, NOW) is None
    with pytest.raises(UserError):
        users.claim("teacher-1", "issuer", "42", NOW)
    assert not users.accept(users.invite(TEACHER), GIVEN, NOW).locked
    with pytest.raises(UserError, match="no user 'nobody-1'"):
        users.lock("nobody-1")


def test_removed(users: Users) -> None:
    """A user goes with the links to them; who was never there cannot go."""
    users.accept(users.invite(TEACHER), GIVEN, NOW)
    secret = users.invite(TEACHER)
    assert users.remove("teacher-1")
    assert (users.get("teacher-1"), users.invited(secret, NOW)) == (None, None)
    assert not users.remove("teacher-1")


@pytest.mark.parametrize("id", ["", "a", "System", "system", "nobody", "a b", "a/b", "é-1", "-a", "a" * 41])
def test_what_is_no_id(users: Users, id: str) -> None:
    """It is refused before anything is written."""
    with pytest.raises(UserError):
        users.invite(replace(TEACHER, id=id))
    assert users.waiting(NOW) == []


def test_changes_of_many_at_once(users: Users, tmp_path: Path) -> None:
    """None is lost, from whichever thread, each with a reader of its own."""
    for number in range(8):
        users.accept(users.invite(replace(TEACHER, id=f"teacher-{number}")), GIVEN, NOW)

    def lock(number: int) -> None:
        Users(tmp_path).change(f"teacher-{number}", lambda user: replace(user, locked=True))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lock, range(8)))
    assert [user.locked for user in users.all()] == [True] * 8


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a": {}}', b'{"a": 1}', b"\xff\xfe", b"null"])
@pytest.mark.parametrize("name", [USERS, INVITATIONS])
def test_damaged(users: Users, tmp_path: Path, name: str, content: bytes) -> None:
    """It is said which file, and what to do; the file is left as it is."""
    users.accept(users.invite(TEACHER), GIVEN, NOW)
    path = tmp_path / FOLDER / name
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"restore it from a backup") as problem:
        _ = (Users(tmp_path).all(), Users(tmp_path).waiting(NOW))
    assert str(path) in str(problem.value)
    assert path.read_bytes() == content


def test_open_to_others(users: Users, tmp_path: Path) -> None:
    """A list that others may read is not read: somebody has changed it."""
    users.accept(users.invite(TEACHER), GIVEN, NOW)
    (tmp_path / FOLDER / USERS).chmod(0o644)
    with pytest.raises(StoreError):
        Users(tmp_path).all()
