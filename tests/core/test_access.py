"""Access requests: what is taken, how one stands, who answers, and what workers are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agent.core.access import (
    KEPT,
    LAPSE,
    LONGEST_NAME,
    LONGEST_PURPOSE,
    SHOWN,
    AccessRequest,
    Answer,
    Asking,
    Permits,
    Standing,
    given,
    may_ask,
    may_decide,
    next_turn,
    permits_of,
    permitting,
    readable,
)
from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.clients import UNKNOWN_CLIENT, Client
from agent.core.engine import Situation, known
from agent.core.offices import Office, Officer
from tests.addons.build import shipped_engine

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
ASKING = Asking("laptop-02", "teacher-02", "", "facebook", "The school's page", "Not in lessons.", "8.6", "A policy")
SHARED = Asking("tablet-07", "", "A. Person", "facebook", "A trip")
REQUEST = AccessRequest("P2026-7KQ2", NOW, ASKING)
GRANTED = replace(REQUEST, answer=Answer("head-1", NOW, LATER, "Yes"))
REFUSED = replace(REQUEST, answer=Answer("head-1", NOW, None, "No"))
REVOKED = replace(GRANTED, revoked=Answer("head-1", NOW + timedelta(minutes=1), None, "Enough"))
LAPTOP, PERSONAL = "10.20.10.12", "10.20.10.17"


def client(address: str) -> Client:
    """Who is there on the shipped site."""
    return shipped_engine().directory.identify(address)


@pytest.mark.parametrize(
    ("asking", "problems"),
    [
        pytest.param(ASKING, 0, id="whole"),
        pytest.param(SHARED, 0, id="by a name"),
        pytest.param(replace(ASKING, purpose=" "), 1, id="no purpose"),
        pytest.param(replace(SHARED, name=""), 1, id="nobody"),
        pytest.param(replace(SHARED, name="x" * (LONGEST_NAME + 1), purpose="x" * (LONGEST_PURPOSE + 1)), 2, id="long"),
    ],
)
def test_what_a_request_lacks(asking: Asking, problems: int) -> None:
    """It says what it is for and who asks, within bounds."""
    assert len(asking.problems()) == problems


def test_texts_play_no_tricks() -> None:
    """Control characters and turned writing become spaces; what is quoted is bounded."""
    assert readable("a\u202eb\n\x00c ") == "a b c"
    assert len(replace(ASKING, rule="x" * 9999).cleaned().rule) == 500


@pytest.mark.parametrize(
    ("asking", "device", "person", "same"),
    [
        pytest.param(ASKING, "another", "teacher-02", True, id="the person elsewhere"),
        pytest.param(ASKING, "laptop-02", "", False, id="the device without its person"),
        pytest.param(SHARED, "tablet-07", "", True, id="the device"),
        pytest.param(SHARED, "tablet-07", "teacher-02", False, id="a person on it"),
    ],
)
def test_whose_a_request_is(asking: Asking, device: str, person: str, same: bool) -> None:
    """A person's own wherever they are; without a person the device's."""
    assert asking.is_by(device, person) is same


@pytest.mark.parametrize(
    ("request_", "at", "standing", "over"),
    [
        pytest.param(REQUEST, NOW, Standing.WAITING, NOW + LAPSE, id="waits"),
        pytest.param(REQUEST, NOW + LAPSE, Standing.LAPSED, NOW + LAPSE, id="lapsed"),
        pytest.param(GRANTED, NOW, Standing.GRANTED, LATER, id="granted"),
        pytest.param(GRANTED, LATER, Standing.ENDED, LATER, id="ended at that minute"),
        pytest.param(REFUSED, LATER, Standing.REFUSED, NOW, id="refused"),
        pytest.param(REVOKED, LATER, Standing.REVOKED, NOW + timedelta(minutes=1), id="revoked"),
    ],
)
def test_how_a_request_stands(request_: AccessRequest, at: datetime, standing: Standing, over: datetime) -> None:
    """By its answer and the time alone."""
    assert (request_.standing(at), request_.over) == (standing, over)


@pytest.mark.parametrize(
    ("request_", "given", "word"),
    [
        pytest.param(REQUEST, False, "", id="waits"),
        pytest.param(GRANTED, True, "Yes", id="granted"),
        pytest.param(REFUSED, False, "No", id="refused"),
        pytest.param(REVOKED, False, "Enough", id="revoked"),
    ],
)
def test_only_what_is_granted_permits(request_: AccessRequest, given: bool, word: str) -> None:
    """The permission bears the request's number; the last word is the one that is shown."""
    assert (request_.permission() is not None, request_.word) == (given, word)


def test_a_permission_is_the_persons_or_else_the_devices() -> None:
    """A person's goes where the person goes; a shared device's stays with the device."""
    mine, shared = GRANTED.permission(), replace(GRANTED, asking=SHARED).permission()
    assert mine is not None
    assert shared is not None
    assert mine.covers(client(LAPTOP), "facebook")
    assert not mine.covers(client(LAPTOP), "tiktok")
    assert not mine.covers(client(PERSONAL), "facebook")
    assert (shared.persons, shared.devices) == (frozenset(), frozenset({"tablet-07"}))


@pytest.mark.parametrize(
    ("office", "person", "may"),
    [
        pytest.param(Office.HEADTEACHER, "head-01", True, id="the head"),
        pytest.param(Office.CHAIR_OF_GOVERNORS, "", True, id="the chair"),
        pytest.param(Office.HEADTEACHER, "teacher-02", False, id="for themselves"),
        *(
            pytest.param(one, "", False, id=one)
            for one in Office
            if one not in (Office.HEADTEACHER, Office.CHAIR_OF_GOVERNORS)
        ),
    ],
)
def test_who_answers(office: Office, person: str, may: bool) -> None:
    """The head and the chair, and nobody their own."""
    assert (may_decide(ASKING, Officer("x-1", office, person)) == "") is may


def test_what_workers_are_told() -> None:
    """What holds now, and each asker's latest answer; it comes through the link whole but for the purpose."""
    older = replace(REFUSED, id="P2026-AAAA", at=NOW - timedelta(days=1))
    gone = replace(REFUSED, id="P2026-BBBB", asking=SHARED, answer=Answer("head-1", NOW - SHOWN, None, "No"))
    permits = permits_of([GRANTED, older, gone], NOW)
    assert [one.number for one in permits.granted] == ["P2026-7KQ2"]
    assert [(one.standing, one.until) for one in permits.said] == [(Standing.GRANTED, LATER)]
    through = Permits.of_message(permits.as_message())
    assert through == replace(permits, granted=(replace(permits.granted[0], purpose=""),))
    assert "school's page" not in str(permits.as_message())
    assert Permits.of_message({}) == Permits()
    assert permits_of([REFUSED], NOW).granted == ()
    assert Permits.of_message(permits_of([REFUSED], NOW).as_message()).said[0].word == "No"


@pytest.mark.parametrize(
    ("at", "turn"),
    [
        pytest.param(NOW, LATER, id="its end"),
        pytest.param(LATER, LATER + SHOWN, id="its answer is shown no more"),
        pytest.param(LATER + SHOWN, None, id="nothing"),
    ],
)
def test_when_it_turns_by_itself(at: datetime, turn: datetime | None) -> None:
    """At its end, and when nobody is shown it any more."""
    assert next_turn([GRANTED], at) == turn
    assert KEPT > SHOWN


def test_a_rehearsal_moves_what_holds() -> None:
    """By as much as its clock is ahead, and not at all otherwise."""
    permits = permits_of([GRANTED, replace(REQUEST, asking=SHARED)], NOW)
    moved = permits.moved(timedelta(days=1))
    assert permits.moved(timedelta()) is permits
    assert (moved.granted[0].starts, moved.granted[0].ends) == (NOW + timedelta(days=1), LATER + timedelta(days=1))
    assert [one.until for one in moved.said] == [LATER + timedelta(days=1), None]


def test_what_was_given_is_remembered() -> None:
    """Each permission that held at some time, until it ended or was revoked; a refusal gave none."""
    found = given([REQUEST, GRANTED, REFUSED, REVOKED])
    assert [(one.starts, one.ends) for one in found] == [(NOW, LATER), (NOW, NOW + timedelta(minutes=1))]


def test_who_is_shown_an_answer() -> None:
    """The person who asked, or whoever is on the device that asked while nobody is known there."""
    mine = permits_of([GRANTED], NOW).said[0]
    shared = permits_of([replace(GRANTED, asking=SHARED)], NOW).said[0]
    assert mine.is_for(client(LAPTOP), "facebook")
    assert not mine.is_for(client(LAPTOP), "tiktok")
    assert not mine.is_for(client(PERSONAL), "facebook")
    assert shared.is_for(client(PERSONAL), "facebook")
    assert not shared.is_for(client(LAPTOP), "facebook")


def test_what_was_just_asked_waits_at_once() -> None:
    """It takes the place of an older answer for the same service, and of nothing else."""
    other = replace(GRANTED, asking=replace(ASKING, service="tiktok"))
    permits = permits_of([REFUSED, other], NOW).waiting(ASKING, NOW)
    assert sorted((one.service, one.standing) for one in permits.said) == [
        ("facebook", Standing.WAITING),
        ("tiktok", Standing.GRANTED),
    ]


def test_what_is_granted_is_in_force_and_what_site_yaml_names_stays() -> None:
    """A newer message takes the place of an older one, never of the configuration."""
    permission = GRANTED.permission()
    assert permission is not None
    named = replace(permission, number="1", granted=False)
    engine = permitting(replace(shipped_engine(), authorisations=(named,)), permits_of([GRANTED], NOW))
    assert [one.number for one in engine.authorisations] == ["1", "P2026-7KQ2"]
    assert [one.number for one in permitting(engine, Permits()).authorisations] == ["1"]


@pytest.mark.parametrize(
    ("who", "host", "account", "may"),
    [
        pytest.param(client(LAPTOP), "www.facebook.com", Account.SIGNED_OUT, True, id="staff, signed out"),
        pytest.param(client(LAPTOP), "www.facebook.com", Account.OTHER, False, id="no authorisation lifts that"),
        pytest.param(client(LAPTOP), "www.tinder.com", Account.SIGNED_OUT, False, id="a sensitive service"),
        pytest.param(client(LAPTOP), "example.org", Account.SIGNED_OUT, False, id="no social media"),
        pytest.param(UNKNOWN_CLIENT, "www.facebook.com", Account.SIGNED_OUT, False, id="a stranger"),
        pytest.param(
            replace(client(LAPTOP), person=None, device=None),
            "www.facebook.com",
            Account.SIGNED_OUT,
            False,
            id="nobody",
        ),
    ],
)
def test_access_is_offered_only_where_it_would_help(who: Client, host: str, account: Account, may: bool) -> None:
    """To staff whom the directory knows, where the same engine would let the authorised through."""
    engine = shipped_engine()
    situation = known(Situation(who, engine.match((host,))), account, Activity.VISIT)
    assert may_ask(engine, engine.rule_on(situation, NOW)) is may
