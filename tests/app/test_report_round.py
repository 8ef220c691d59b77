"""Monday 07:00: one letter a week to the head, after a holiday too, whatever happens in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from pathlib import Path

import pytest

from agent.app import errands
from agent.app.paths import DataFolder
from agent.app.post import Post
from agent.app.report import Source, source
from agent.app.reportround import ReportRound, due_week, letters
from agent.core.audit import Tag
from agent.core.officeholders import Officeholder, Officeholders
from agent.core.offices import Office
from agent.core.post import MailServer, Transport
from agent.mail.letter import Attachment
from agent.mail.outbox import Outbox
from agent.packs.report import ReportSettings
from agent.report.page import Shown
from agent.store.auditlog import SYSTEM, AuditLog
from tests.app.test_reports import config, write
from tests.casework.making import record
from tests.mail.server import mail_server
from tests.store.making import LONDON, SITE

SERVER = MailServer("localhost", 9, Transport.NONE, "breaktime@school.example")
HEAD = Officeholders.of_each((Officeholder(Office.HEADTEACHER, "head@school.example"),))
SEVEN = datetime(2026, 11, 30, 7, tzinfo=LONDON)

DUE = {
    "Monday, just before seven": (datetime(2026, 11, 30, 6, 59), ReportSettings(), "2026-W47"),
    "Monday at seven": (datetime(2026, 11, 30, 7, 0), ReportSettings(), "2026-W48"),
    "Sunday night": (datetime(2026, 11, 29, 23, 59), ReportSettings(), "2026-W47"),
    "Thursday": (datetime(2026, 12, 3, 3, 0), ReportSettings(), "2026-W48"),
    "the first Monday of a year": (datetime(2027, 1, 4, 8, 0), ReportSettings(), "2026-W53"),
    "the Monday after the clocks went back": (datetime(2026, 10, 26, 7, 0), ReportSettings(), "2026-W43"),
    "a school's own day, before it": (datetime(2026, 12, 1, 8, 0), ReportSettings(2, 510), "2026-W47"),
    "a school's own day, before its time": (datetime(2026, 12, 2, 8, 29), ReportSettings(2, 510), "2026-W47"),
    "a school's own day and time": (datetime(2026, 12, 2, 8, 30), ReportSettings(2, 510), "2026-W48"),
}


@pytest.mark.parametrize(("local", "due", "week"), DUE.values(), ids=DUE)
def test_when_a_week_is_due(local: datetime, due: ReportSettings, week: str) -> None:
    """From seven o'clock on the Monday after it, by the school's own clock."""
    assert due_week(local, due) == week


def no_paper(_: Shown) -> tuple[Attachment, ...]:
    """A machine that cannot write a PDF."""
    return ()


def round_at(folder: Path, now: datetime, server: MailServer | None = SERVER) -> ReportRound:
    """The round at an instant."""
    data = DataFolder(folder)
    post = Post(Outbox(folder / "mail"), server, HEAD)
    return ReportRound(
        data, lambda: post, lambda: source(config(), data, now), lambda: now.astimezone(LONDON), paper=no_paper
    )


def waiting(folder: Path) -> list[str]:
    """The ids of the letters that wait."""
    return [one.id for one in Outbox(folder / "mail").waiting()]


def test_one_letter_a_week(tmp_path: Path) -> None:
    """None before seven, one at seven, and none again however often the round is made; the report is kept."""
    record(tmp_path)
    round_at(tmp_path, SEVEN.replace(hour=6, minute=59))()
    assert waiting(tmp_path) == []
    for minute in range(3):
        round_at(tmp_path, SEVEN.replace(minute=minute))()
        assert waiting(tmp_path) == ["report-2026-W48-0"]
    for path in (tmp_path / "mail").glob("*.eml"):
        path.unlink()  # it was sent
    round_at(tmp_path, SEVEN.replace(day=30, hour=9))()
    assert waiting(tmp_path) == []
    assert (tmp_path / "reports" / "2026-W48.json").exists()


def test_after_a_holiday_one_letter_comes(tmp_path: Path) -> None:
    """A machine that was off for weeks sends one, about the last week with anything in it, and then none."""
    record(tmp_path)
    back = datetime(2027, 1, 5, 9, tzinfo=LONDON)
    round_at(tmp_path, back)()
    assert waiting(tmp_path) == ["report-2026-W48-0"]
    round_at(tmp_path, back.replace(day=6))()
    assert waiting(tmp_path) == ["report-2026-W48-0"]
    write(tmp_path, datetime(2027, 1, 7, 11, tzinfo=UTC))
    round_at(tmp_path, datetime(2027, 1, 11, 7, tzinfo=LONDON))()
    assert waiting(tmp_path) == ["report-2026-W48-0", "report-2027-W01-0"]


def test_a_week_without_a_minute_sends_nothing(tmp_path: Path) -> None:
    """Nor does a machine that has recorded nothing yet."""
    round_at(tmp_path, SEVEN)()
    assert waiting(tmp_path) == []
    record(tmp_path)
    round_at(tmp_path, SEVEN)()
    round_at(tmp_path, datetime(2026, 12, 7, 9, tzinfo=LONDON))()
    assert waiting(tmp_path) == ["report-2026-W48-0"]


def test_killed_between_letter_and_mark(tmp_path: Path) -> None:
    """The next process puts the same letter, which is one with the one that waits; then the mark stands."""
    record(tmp_path)
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "sent.new").mkdir()  # the mark cannot be made

    with pytest.raises(Exception, match=r"sent"):
        round_at(tmp_path, SEVEN)()
    assert waiting(tmp_path) == ["report-2026-W48-0"]
    (tmp_path / "reports" / "sent.new").rmdir()
    round_at(tmp_path, SEVEN)()
    assert waiting(tmp_path) == ["report-2026-W48-0"]
    assert (tmp_path / "reports" / "sent").read_text() == "2026-W48\n"


def test_without_a_mail_server_the_report_is_kept(tmp_path: Path) -> None:
    """Nothing piles up in the outbox of a school that has none."""
    record(tmp_path)
    round_at(tmp_path, SEVEN, None)()
    assert waiting(tmp_path) == []
    assert (tmp_path / "reports" / "2026-W48.json").exists()


def test_the_demonstration_is_never_sent(tmp_path: Path) -> None:
    """A made-up school's week is no letter to a head."""
    record(tmp_path)

    def made_up() -> Source:
        return replace(source(config(), DataFolder(tmp_path), SEVEN), demonstration=True)

    replace(round_at(tmp_path, SEVEN), reports=made_up)()
    assert waiting(tmp_path) == []


def test_never_in_a_rehearsal(tmp_path: Path) -> None:
    """What is recorded then is of another time: a rehearsing gateway's errands tell no week."""
    record(tmp_path)
    data, said = DataFolder(tmp_path), list[str]()

    for rehearsing in (True, False):
        assert not (tmp_path / "reports").exists()
        errands.courier(config, data, said.append, rehearsing, lambda: SEVEN).round()
    assert (tmp_path / "reports" / "2026-W48.json").exists()
    assert said == []


def one_side(_: Shown) -> tuple[Attachment, ...]:
    """What stands for the PDF, which the system tests make."""
    return (Attachment("week.pdf", "application/pdf", b"%PDF-1.7"),)


def test_the_head_reads_it_in_both_parts(tmp_path: Path) -> None:
    """Through STARTTLS to a real server: text, page and paper, and in each the head of the audit chain."""
    record(tmp_path)
    AuditLog.open(tmp_path / "audit", SITE, SEVEN).append(Tag.KEY_DESTROY, SYSTEM, SEVEN, "", {"what": "days"})
    with mail_server(tmp_path, Transport.STARTTLS) as (server, mailbox):
        replace(round_at(tmp_path, SEVEN, server), paper=one_side)()
        delivery = Post(Outbox(tmp_path / "mail"), server, HEAD).deliver()
        assert (delivery.sent, delivery.trouble) == (1, "")
    message = BytesParser(policy=policy.default).parsebytes(mailbox.raw[0])
    assert isinstance(message, EmailMessage)
    assert message["Subject"].startswith("Example Primary School, week 48: ")
    text, page = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert isinstance(text, Message)
    assert isinstance(page, Message)
    head = source(config(), DataFolder(tmp_path), SEVEN).report().week.audit_head
    for part in (text.get_content(), page.get_content()):
        assert head in part
        assert "108 minutes" in part.replace("\N{NO-BREAK SPACE}", " ")
    names = [one.get_filename() for one in message.iter_attachments()]
    assert names == ["week.pdf"]


def test_each_head_has_a_letter(tmp_path: Path) -> None:
    """Two who share the office, two letters with ids of their own."""
    record(tmp_path)
    heads = Officeholders.of_each(
        tuple(Officeholder(Office.HEADTEACHER, f"{name}@school.example") for name in ("one", "two"))
    )
    post = Post(Outbox(tmp_path / "mail"), SERVER, heads)
    made = list(letters(source(config(), DataFolder(tmp_path), SEVEN).report(), post, no_paper))
    assert [(one.id, one.to) for one in made] == [
        ("report-2026-W48-0", "one@school.example"),
        ("report-2026-W48-1", "two@school.example"),
    ]
