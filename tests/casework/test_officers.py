"""Who becomes an officer, and who proves to be one."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.casework.officers import add_officer, officers_of, remove_officer
from agent.core.audit import Tag
from agent.core.offices import Office, Officer
from agent.store.errors import StoreError
from agent.store.officers import FILE, OfficerError, Officers

from .making import CHAIR, HEAD, INVESTIGATOR, NOW, Announced, desk, tags

SECRET = "three plain words"


def test_appointed(tmp_path: Path) -> None:
    """The first head is taken in by whoever sets it up; then the head or the chair says who; all is announced."""
    announced = Announced()
    at = desk(tmp_path, announced=announced)
    add_officer(at, HEAD, SECRET, None)
    for by in (None, INVESTIGATOR):
        with pytest.raises(OfficerError, match="headteacher or the chair"):
            add_officer(at, CHAIR, SECRET, by)
    add_officer(at, CHAIR, SECRET, HEAD)
    add_officer(at, INVESTIGATOR, SECRET, CHAIR)
    remove_officer(at, INVESTIGATOR.id, HEAD)
    assert officers_of(at).all() == [CHAIR, HEAD]
    add, denied = Tag.OFFICER_ADD, Tag.CASE_DENIED
    assert tags(at)[1:] == [add, denied, denied, add, add, Tag.OFFICER_REMOVE]
    assert len(announced.letters) == 4
    with pytest.raises(OfficerError, match="no officer"):
        remove_officer(at, "nobody-1", HEAD)
    with pytest.raises(OfficerError, match="headteacher or the chair"):
        remove_officer(at, HEAD.id, INVESTIGATOR)


def test_the_last_who_appoints_stays(tmp_path: Path) -> None:
    """Without a head and a chair anybody could add officers: the last of the two is not taken out."""
    at = desk(tmp_path)
    add_officer(at, HEAD, SECRET, None)
    with pytest.raises(OfficerError, match="last head or chair"):
        remove_officer(at, HEAD.id, HEAD)
    add_officer(at, CHAIR, SECRET, HEAD)
    remove_officer(at, HEAD.id, CHAIR)
    assert officers_of(at).all() == [CHAIR]


def test_nobody_on_two_sides(tmp_path: Path) -> None:
    """A person of the staff holds one office here."""
    at = desk(tmp_path)
    add_officer(at, Officer("head-1", Office.HEADTEACHER, "head-01"), SECRET, None)
    with pytest.raises(OfficerError, match="two sides"):
        add_officer(at, Officer("investigator-1", Office.INVESTIGATOR, "head-01"), SECRET, HEAD)


@pytest.mark.parametrize(
    ("officer", "secret", "what"),
    [
        pytest.param(Officer("Head", Office.HEADTEACHER), SECRET, "no id", id="capitals"),
        pytest.param(Officer("system", Office.HEADTEACHER), SECRET, "no id", id="system"),
        pytest.param(Officer("h", Office.HEADTEACHER), SECRET, "no id", id="too short"),
        pytest.param(Officer("head-2", Office.HEADTEACHER), "eleven char", "12 characters", id="short secret"),
        pytest.param(HEAD, SECRET, "already", id="taken"),
    ],
)
def test_refused(tmp_path: Path, officer: Officer, secret: str, what: str) -> None:
    """What cannot be taken in is said, without the secret."""
    officers = Officers(tmp_path, cost=4)
    officers.add(HEAD, SECRET, NOW)
    with pytest.raises(OfficerError, match=what) as problem:
        officers.add(officer, secret, NOW)
    assert secret not in str(problem.value)
    assert officers.all() == [HEAD]


@pytest.mark.parametrize(
    ("id", "secret"), [(HEAD.id, "three plain wordS"), (HEAD.id, ""), ("nobody-1", SECRET), ("", SECRET)]
)
def test_who_proves_nothing(tmp_path: Path, id: str, secret: str) -> None:
    """A wrong secret and an id that is not there are told apart by nobody."""
    officers = Officers(tmp_path, cost=4)
    officers.add(HEAD, SECRET, NOW)
    with pytest.raises(OfficerError, match="not the secret of an officer of that id"):
        officers.sign_in(id, secret)


def test_who_proves_it(tmp_path: Path) -> None:
    """The secret opens; it stands nowhere, in no form that tells two equal ones."""
    officers = Officers(tmp_path, cost=4)
    officers.add(HEAD, SECRET, NOW)
    officers.add(Officer("chair-1", Office.CHAIR_OF_GOVERNORS, "ŵ"), SECRET, NOW)
    assert officers.sign_in(HEAD.id, SECRET) == HEAD
    assert Officers(tmp_path).sign_in("chair-1", SECRET).person == "ŵ"
    text = (tmp_path / FILE).read_text()
    assert SECRET not in text
    assert len({line for line in text.splitlines() if '"hash"' in line}) == 2
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert not officers.remove("nobody-1")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1}', '{"a": {"office": "king", "person": ""}}'])
def test_a_damaged_list(tmp_path: Path, text: str) -> None:
    """It is said to be none, and what to do; nobody is let in."""
    (tmp_path / FILE).write_text(text)
    (tmp_path / FILE).chmod(0o600)
    with pytest.raises(StoreError, match="not a list of officers"):
        Officers(tmp_path).sign_in("a", SECRET)
