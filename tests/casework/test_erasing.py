"""Erasing one person from the record: nobody else, never under a hold, whole though it be killed."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from agent.casework.decisions import tell
from agent.casework.looks import hold
from agent.casework.subject import RightsRefused, erase, export
from agent.casework.work import close
from agent.core.audit import Tag
from agent.core.tally import Counts
from agent.store import DayKeys, Store
from agent.store.erasure import FOLDER, JOURNAL, erased_again, erasure_of, let_go
from agent.store.sealing import Identity, Kind
from tests.casework.making import DAY, INVESTIGATOR, SUBJECT, Time, approved, desk, record, tags
from tests.casework.test_subject import AROUND, DPO, REQUEST, untold
from tests.store.making import LONDON, MINUTE, SITE, query, sealed_identities


def test_erasing_takes_one_person_out_and_nobody_else(tmp_path: Path) -> None:
    """Their minutes and sealed names on every day, the device's too; all others stay as they were."""
    record(tmp_path)
    nobody = MINUTE._replace(person="", device="laptop-07", minute=MINUTE.minute + 99)
    with Store.open(tmp_path, SITE, LONDON) as store:
        store.write({nobody: Counts(1, 1, 1)})
    at = desk(tmp_path)
    before = query(tmp_path / "breaktime.db", "SELECT count(*) FROM minutes")[0][0]
    erased = erase(at, DPO, REQUEST, AROUND)
    after = query(tmp_path / "breaktime.db", "SELECT count(*) FROM minutes")[0][0]
    assert (erased.days, erased.minutes, erased.identities) == (3, 22, 6)
    assert isinstance(before, int)
    assert after == before - 22
    gone = {Identity(Kind.PERSON, SUBJECT), Identity(Kind.DEVICE, "laptop-07")}
    left = sealed_identities(tmp_path)
    assert not gone & left
    assert Identity(Kind.PERSON, "teacher-06") in left
    copy = export(at, DPO, REQUEST, AROUND)
    assert copy.minutes == ()
    assert [one.tag for one in copy.asked] == [Tag.SUBJECT_ERASE, Tag.SUBJECT_ERASE, Tag.SUBJECT_EXPORT]


def test_a_shared_device_keeps_its_name_for_the_others(tmp_path: Path) -> None:
    """Where somebody else was on the same device that day, only the person goes."""
    other = MINUTE._replace(person="teacher-01", device="laptop-07")
    with Store.open(tmp_path, SITE, LONDON) as store:
        store.write({MINUTE: Counts(1, 1, 1), other: Counts(1, 1, 1)})
    erased = erase(desk(tmp_path), DPO, REQUEST, AROUND)
    assert (erased.minutes, erased.identities) == (1, 1)
    assert sealed_identities(tmp_path) == {Identity(Kind.PERSON, "teacher-01"), Identity(Kind.DEVICE, "laptop-07")}


def test_the_receipt_and_what_is_left_name_nobody(tmp_path: Path) -> None:
    """The receipt says how much, what is kept and what cannot be promised; the journal is gone."""
    record(tmp_path)
    erased = erase(desk(tmp_path), DPO, REQUEST, AROUND)
    (receipt,) = (tmp_path / FOLDER).glob("*.txt")
    assert not [path for path in (tmp_path / FOLDER).iterdir() if SUBJECT.encode() in path.read_bytes()]
    text = receipt.read_text()
    assert erased.number in receipt.name
    assert "21 minutes and 6 sealed names, on 3 days" in text
    assert SUBJECT not in text


@pytest.mark.parametrize("told", [True, False], ids=["told", "not yet told"])
def test_erasing_is_refused_under_a_hold_with_the_reason(tmp_path: Path, told: bool) -> None:
    """Nothing goes; the officer learns why, and where the person may not know it, that too."""
    record(tmp_path)
    at = desk(tmp_path)
    case = approved(at) if told else untold(at)
    if told:
        tell(at, INVESTIGATOR, case.id, "in person")
    hold(at, INVESTIGATOR, case.id)
    with pytest.raises(RightsRefused, match=f"{case.id} holds their record back") as caught:
        erase(at, DPO, REQUEST, AROUND)
    assert ("do not give this reason" in str(caught.value)) == (not told)
    assert tags(at)[-2:] == [Tag.SUBJECT_ERASE, Tag.SUBJECT_REFUSED]
    assert len(export(at, DPO, REQUEST, AROUND).minutes) == 3


def test_a_hold_that_the_case_does_not_know_of_counts(tmp_path: Path) -> None:
    """Killed between placing the hold and noting it, the case has run out since: nothing is erased all the same."""
    record(tmp_path)
    time = Time()
    at = desk(tmp_path, time)
    case = approved(at, 1)
    hold(at, INVESTIGATOR, case.id)
    at.note(case.id, lambda known: replace(known, held=()))
    time.at += DAY
    with pytest.raises(RightsRefused, match=f"{case.id} holds their record back"):
        erase(at, DPO, REQUEST, AROUND)


def test_erasing_is_possible_again_once_the_case_is_closed(tmp_path: Path) -> None:
    """The hold goes with the case; then the person's wish is carried out."""
    record(tmp_path)
    at = desk(tmp_path)
    case = approved(at)
    with pytest.raises(RightsRefused, match="approved and in force"):
        erase(at, DPO, REQUEST, AROUND)
    tell(at, INVESTIGATOR, case.id, "in person")
    close(at, INVESTIGATOR, case.id, "nothing in it")
    assert erase(at, DPO, REQUEST, AROUND).minutes == 21


def test_without_a_record_there_is_nothing_to_do(tmp_path: Path) -> None:
    """A new gateway answers both, and makes no database for it."""
    at = desk(tmp_path)
    assert export(at, DPO, REQUEST, AROUND).minutes == ()
    assert erase(at, DPO, REQUEST, AROUND).minutes == 0
    assert not (tmp_path / "breaktime.db").exists()


def test_a_record_that_comes_back_is_erased_again(tmp_path: Path) -> None:
    """The same rows go once more as long as a key would open them, and nobody else's; then the pseudonyms go, too."""
    record(tmp_path)
    shutil.copy(tmp_path / "breaktime.db", tmp_path / "backup")
    erased = erase(desk(tmp_path), DPO, REQUEST, AROUND)
    left = query(tmp_path / "breaktime.db", "SELECT count(*) FROM minutes")
    shutil.copy(tmp_path / "backup", tmp_path / "breaktime.db")
    assert erased_again(tmp_path) == 1
    assert query(tmp_path / "breaktime.db", "SELECT count(*) FROM minutes") == left
    assert Identity(Kind.PERSON, SUBJECT) not in sealed_identities(tmp_path)
    keys, days = DayKeys.of_data(tmp_path), tmp_path / FOLDER / f"{erased.number}.days"
    for day in keys.days():
        assert days.exists()
        keys.destroy(day)
        let_go(tmp_path, keys)
    assert not days.exists()


_ERASER = """
import sys
from pathlib import Path
from agent.casework.subject import erase
from tests.casework.making import desk
from tests.casework.test_subject import AROUND, DPO, REQUEST
at = desk(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
erase(at, DPO, REQUEST, AROUND)
"""


def test_an_erasure_that_was_killed_is_finished(tmp_path: Path) -> None:
    """kill -9 anywhere in it: the journal names pseudonyms only, and the next run takes out all the rest."""
    for number, delay in enumerate((0.0, 0.004, 0.012, 0.03)):
        folder = tmp_path / str(number)
        folder.mkdir()
        record(folder)
        eraser = subprocess.Popen(
            [sys.executable, "-c", _ERASER, str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert eraser.stdin is not None
        assert eraser.stdout is not None
        eraser.stdout.readline()
        eraser.stdin.write("\n")
        eraser.stdin.flush()
        try:
            eraser.wait(delay)
        except subprocess.TimeoutExpired:
            eraser.send_signal(signal.SIGKILL)
        eraser.communicate()
        journal = folder / FOLDER / JOURNAL
        assert not journal.exists() or SUBJECT not in journal.read_text()
        with erasure_of(folder, SITE) as erasure:
            begun, finished = journal.exists(), erasure.resume()
        assert begun == (finished is not None)
        assert erase(desk(folder), DPO, REQUEST, AROUND).minutes in (0, 21)
        assert export(desk(folder), DPO, REQUEST, AROUND).minutes == ()


def test_a_journal_that_is_none_is_said(tmp_path: Path) -> None:
    """Nothing is erased by a file that nobody can read; what to do is said."""
    record(tmp_path)
    folder = tmp_path / FOLDER
    folder.mkdir(mode=0o700)
    (folder / JOURNAL).write_text("{")
    (folder / JOURNAL).chmod(0o600)
    with pytest.raises(Exception, match="move it away"):
        erase(desk(tmp_path), DPO, REQUEST, AROUND)


def test_an_erasure_where_nothing_was_recorded_has_its_end_in_the_chain(tmp_path: Path) -> None:
    """Also without a database the entry that it is done says how many requests went."""
    at = desk(tmp_path)
    erased = erase(at, DPO, REQUEST, replace(AROUND, forget=lambda: (3, 1)))
    last = list(at.log.entries())[-1]
    assert (erased.requests, last.tag) == (3, Tag.SUBJECT_ERASE)
    assert (last.detail["done"], last.detail["requests"], last.detail["days"]) == ("yes", "3", "0")


def test_an_erasure_counts_requests_for_access_on_its_receipt(tmp_path: Path) -> None:
    """Those that went and those that stay, in the answer and in the words on the disk."""
    record(tmp_path)
    erased = erase(desk(tmp_path), DPO, REQUEST, replace(AROUND, forget=lambda: (3, 1)))
    assert (erased.minutes > 0, erased.requests, erased.requests_kept) == (True, 3, 1)
    receipt = (tmp_path / "erasures" / f"{erased.number}.txt").read_text()
    assert "3 requests for access (1 stay: they wait or are in force)" in receipt
    assert "for the erasure again after such a restore" in receipt


def test_under_a_case_no_request_for_access_is_erased(tmp_path: Path) -> None:
    """The refusal comes before anything goes."""
    record(tmp_path)
    at = desk(tmp_path)
    untold(at)
    with pytest.raises(RightsRefused):
        erase(at, DPO, REQUEST, replace(AROUND, forget=lambda: pytest.fail("erased under a case")))
