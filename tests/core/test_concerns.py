"""Concerns: where each kind goes at every sort of school, what is kept of it, and who may read it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from agent.core.concerns import (
    LONGEST_ADDRESS,
    LONGEST_REPORTER,
    LONGEST_WORDS,
    Closing,
    Concern,
    ConcernKind,
    Form,
    may_read,
    reminders,
    route,
    to_office,
    to_reporter,
)
from agent.core.officeholders import Officeholder, Officeholders
from agent.core.offices import Office, Officer

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
LONDON = UTC


def holder(office: Office, person: str = "", email: str = "") -> Officeholder:
    """Somebody in that office."""
    return Officeholder(office, email or f"{office}@school.example", person=person)


HEAD = holder(Office.HEADTEACHER, "head-01")
CHAIR = holder(Office.CHAIR_OF_GOVERNORS)
LEAD = holder(Office.SAFEGUARDING_LEAD, "leader-01")
DEPUTY = holder(Office.SAFEGUARDING_LEAD, "teacher-01", "deputy@school.example")
DPO = holder(Office.DATA_PROTECTION_OFFICER)
MANAGER = holder(Office.SOCIAL_MEDIA_MANAGER)
USUAL = Officeholders.of_each((HEAD, CHAIR, LEAD, DEPUTY, DPO, MANAGER))
HEAD_LEADS = Officeholders.of_each((HEAD, CHAIR, holder(Office.SAFEGUARDING_LEAD, "head-01", "lead@school.example")))
SAME_MAIL = Officeholders.of_each((HEAD, CHAIR, holder(Office.SAFEGUARDING_LEAD, email=HEAD.email)))
CHAIR_IS_HEAD = Officeholders.of_each((HEAD, holder(Office.CHAIR_OF_GOVERNORS, "head-01", "chair@school.example")))
NOBODY = Officeholders()
LEADLESS = Officeholders.of_each((CHAIR, LEAD))


@pytest.mark.parametrize(
    ("kind", "office", "holders"),
    [
        pytest.param(ConcernKind.CHILD_AT_RISK, Office.SAFEGUARDING_LEAD, (LEAD, DEPUTY), id="a child at risk: lead"),
        pytest.param(ConcernKind.INDECENT_IMAGE, Office.SAFEGUARDING_LEAD, (LEAD, DEPUTY), id="an image: lead"),
        pytest.param(ConcernKind.ABOUT_STAFF, Office.HEADTEACHER, (HEAD,), id="about staff: head"),
        pytest.param(ConcernKind.ABOUT_HEAD, Office.CHAIR_OF_GOVERNORS, (CHAIR,), id="about the head: chair"),
        pytest.param(ConcernKind.ABOUT_LEAD, Office.HEADTEACHER, (HEAD,), id="about the lead: head"),
        pytest.param(ConcernKind.DATA_BREACH, Office.DATA_PROTECTION_OFFICER, (DPO,), id="a breach: DPO"),
        pytest.param(ConcernKind.OTHER, Office.SOCIAL_MEDIA_MANAGER, (MANAGER,), id="the rest: social media manager"),
    ],
)
def test_each_kind_goes_to_its_office(kind: ConcernKind, office: Office, holders: tuple[Officeholder, ...]) -> None:
    """The routes of the school, kind by kind, to everybody who holds the office."""
    found = route(kind, USUAL)
    assert (found.office, found.holders, found.lacks) == (office, holders, "")


@pytest.mark.parametrize(
    ("kind", "school", "office", "holders"),
    [
        pytest.param(
            ConcernKind.ABOUT_LEAD, HEAD_LEADS, Office.CHAIR_OF_GOVERNORS, (CHAIR,), id="the head is the lead: chair"
        ),
        pytest.param(
            ConcernKind.ABOUT_LEAD, SAME_MAIL, Office.CHAIR_OF_GOVERNORS, (CHAIR,), id="the same address is the same"
        ),
        pytest.param(ConcernKind.ABOUT_HEAD, CHAIR_IS_HEAD, Office.CHAIR_OF_GOVERNORS, (), id="nobody else is left"),
        pytest.param(ConcernKind.ABOUT_LEAD, LEADLESS, Office.HEADTEACHER, (), id="a vacant office is not skipped"),
        pytest.param(ConcernKind.CHILD_AT_RISK, NOBODY, Office.SAFEGUARDING_LEAD, (), id="nobody is named"),
    ],
)
def test_nobody_receives_a_concern_about_themselves(
    kind: ConcernKind, school: Officeholders, office: Office, holders: tuple[Officeholder, ...]
) -> None:
    """Whoever it is about is passed over, by person or address; what lacks a holder is said, not sent elsewhere."""
    found = route(kind, school)
    assert (found.office, found.holders) == (office, holders)
    assert bool(found.lacks) == (not holders)


def test_every_kind_has_a_route_and_an_explanation() -> None:
    """No kind is forgotten in any table."""
    for kind in ConcernKind:
        assert kind.says
        assert route(kind, USUAL).holders
        assert to_reporter(kind, route(kind, USUAL).office, USUAL)
        assert to_office(kind, "")


FULL = Form(ConcernKind.CHILD_AT_RISK, " teacher-01 ", " 23/11 09:10 ", " https://x.example/p ", " what I saw ")


def test_what_was_told_is_kept_whole() -> None:
    """Time, reporter, when, where and words, without the space around them."""
    kept = FULL.kept("W2026-7KQ2", AT, Office.SAFEGUARDING_LEAD)
    assert (kept.reporter, kept.seen, kept.address, kept.words) == (
        "teacher-01", "23/11 09:10", "https://x.example/p", "what I saw",
    )  # fmt: skip


def test_of_an_image_only_time_and_reporter_are_kept() -> None:
    """Whatever else the form holds is dropped before anything is written."""
    form = Form(ConcernKind.INDECENT_IMAGE, "teacher-01", "09:10", "https://x.example/p", "what I saw")
    assert form.problems() == ()
    assert form.kept("W2026-7KQ2", AT, Office.SAFEGUARDING_LEAD) == Concern(
        "W2026-7KQ2", AT, ConcernKind.INDECENT_IMAGE, Office.SAFEGUARDING_LEAD, "teacher-01"
    )


@pytest.mark.parametrize(
    ("form", "says"),
    [
        pytest.param(Form(ConcernKind.OTHER, " ", words="x"), "who you are", id="no reporter"),
        pytest.param(Form(ConcernKind.OTHER, "x" * (LONGEST_REPORTER + 1), words="x"), "at most", id="a long name"),
        pytest.param(Form(ConcernKind.OTHER, "t", words=" \n"), "what you saw", id="no words"),
        pytest.param(Form(ConcernKind.OTHER, "t", words="x" * (LONGEST_WORDS + 1)), "4,000", id="too many words"),
        pytest.param(Form(ConcernKind.OTHER, "t", "", "x" * (LONGEST_ADDRESS + 1), "x"), "2,000", id="a long address"),
        pytest.param(Form(ConcernKind.INDECENT_IMAGE, ""), "who you are", id="an image without a reporter"),
    ],
)
def test_a_form_that_cannot_be_taken_says_what_to_mend(form: Form, says: str) -> None:
    """One sentence for each thing that is wrong."""
    (problem,) = form.problems()
    assert says in problem


def concern(kind: ConcernKind, office: Office) -> Concern:
    """One of that kind that went there."""
    return Concern("W2026-7KQ2", AT, kind, office, "teacher-01", words="secret words")


OFFICERS = {office: Officer(f"{office}-1", office) for office in Office}


@pytest.mark.parametrize("kind", ConcernKind)
@pytest.mark.parametrize("office", Office)
def test_only_the_office_that_it_went_to_reads_it(kind: ConcernKind, office: Office) -> None:
    """Every kind against every office: one may, all others may not, the technician never."""
    went = route(kind, USUAL).office
    assert (may_read(concern(kind, went), OFFICERS[office], USUAL) == "") == (office is went)
    assert went is not Office.TECHNICIAN


@pytest.mark.parametrize(
    ("kind", "went", "officer"),
    [
        pytest.param(
            ConcernKind.ABOUT_LEAD, Office.HEADTEACHER, Officer("h", Office.HEADTEACHER, "leader-01"), id="the lead"
        ),
        pytest.param(
            ConcernKind.ABOUT_HEAD, Office.CHAIR_OF_GOVERNORS, Officer("c", Office.CHAIR_OF_GOVERNORS, "head-01"),
            id="the head in another office",
        ),
        pytest.param(ConcernKind.ABOUT_HEAD, Office.HEADTEACHER, Officer("h", Office.HEADTEACHER), id="by office"),
    ],
)  # fmt: skip
def test_nobody_reads_a_concern_about_themselves(kind: ConcernKind, went: Office, officer: Officer) -> None:
    """Also where they hold the office that it went to, by the person in people.csv."""
    assert "themselves" in may_read(concern(kind, went), officer, USUAL)


def test_a_repr_tells_nothing() -> None:
    """An exception or a log that holds one shows its number and time alone."""
    closed = Closing("lead-1", AT, "secret words")
    shown = f"{concern(ConcernKind.ABOUT_HEAD, Office.CHAIR_OF_GOVERNORS)}{FULL}{closed}"
    assert [word for word in ("secret", "teacher-01", "about", "chair", "what I saw") if word in shown] == []


def test_the_image_page_names_the_leads_and_says_not_to_touch_it() -> None:
    """Do not open, copy or send; tell the lead, with the number if there is one, and the police."""
    leads = Officeholders.of_each((Officeholder(Office.SAFEGUARDING_LEAD, "l@s.example", "Ms Lead", phone="01234"),))
    page = " ".join(to_reporter(ConcernKind.INDECENT_IMAGE, Office.SAFEGUARDING_LEAD, leads))
    for words in ("Do not open", "copy", "send", "Ms Lead (01234)", "police: 101", "Only the time and your name"):
        assert words in page
    nobody = " ".join(to_reporter(ConcernKind.INDECENT_IMAGE, Office.SAFEGUARDING_LEAD, NOBODY))
    assert "the designated safeguarding lead" in nobody


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        pytest.param(ConcernKind.ABOUT_STAFF, "LADO", id="about staff: the designated officer first"),
        pytest.param(ConcernKind.ABOUT_HEAD, "LADO", id="about the head, too"),
        pytest.param(ConcernKind.DATA_BREACH, "72 hours", id="a breach: the Commissioner"),
        pytest.param(ConcernKind.INDECENT_IMAGE, "UKCIS", id="an image: the guidance"),
    ],
)
def test_whoever_reads_it_is_reminded_of_their_duty(kind: ConcernKind, says: str) -> None:
    """The prompts that the law and the guidance ask for, with the school's own designated officer."""
    assert says in " ".join(to_office(kind, "lado@council.example"))
    if says == "LADO":
        assert "lado@council.example" in " ".join(to_office(kind, "lado@council.example"))


def test_a_letters_reminders_turn_on_the_office_alone() -> None:
    """What goes out by mail cannot tell one concern from another: it is made without looking at it."""
    assert "999" in " ".join(reminders(Office.SAFEGUARDING_LEAD))
    assert reminders(Office.HEADTEACHER) == reminders(Office.CHAIR_OF_GOVERNORS) != ()
    assert reminders(Office.DATA_PROTECTION_OFFICER)
    assert reminders(Office.SOCIAL_MEDIA_MANAGER) == ()


def test_days_are_counted_from_the_closing() -> None:
    """An open concern is never forgotten by itself; a case that was opened from it stands there once."""
    found = concern(ConcernKind.OTHER, Office.SOCIAL_MEDIA_MANAGER).with_case("C2026-AAAA").with_case("C2026-AAAA")
    assert found.cases == ("C2026-AAAA",)
    assert found.forgotten_on(90, LONDON) is None
    closed = Concern("W2026-7KQ2", AT, found.kind, found.office, "t", closed=Closing("m", AT, "x"))
    assert closed.forgotten_on(2, LONDON) == date(2026, 11, 25)


def test_nothing_that_is_kept_plays_tricks_on_a_screen() -> None:
    """Control characters and halves of characters become spaces; lines and letters of every script stay."""
    form = Form(ConcernKind.OTHER, "t\x1b[2J", words="one\ntwo\t\x00\x07\u202e\ud800 żółć")
    kept = form.kept("W2026-7KQ2", AT, Office.SOCIAL_MEDIA_MANAGER)
    assert (kept.reporter, kept.words) == ("t [2J", "one\ntwo\t     żółć")
