"""When an answer changes: bells, midnights, permissions and used-up minutes, in a table of instants."""

from dataclasses import replace
from datetime import UTC

import pytest

from agent.core.accounts import Account
from agent.core.authorisation import Authorisation
from agent.core.calendar import DayKind
from agent.core.clients import Client, Role
from agent.core.engine import Engine, Situation
from agent.core.horizon import Horizon, next_allowed, situation_at, until
from agent.core.policy import Allowance
from agent.core.pupils import Pupils
from agent.core.timetable import PeriodKind

from .build import (
    ALLOW,
    BLOCK,
    LONDON,
    MINUTES,
    STAFF_LAPTOP,
    STAFF_PHONE,
    at,
    engine,
    one_of,
    policy,
    rule,
    situation,
    used_up,
)

PUPIL = replace(STAFF_LAPTOP, role=Role.PUPIL)
INFANTS = replace(STAFF_LAPTOP, groups=frozenset({"infants"}))
OFFICIAL = rule("official", ALLOW, one_of("account", Account.OFFICIAL), one_of("period", PeriodKind.BREAK))
DIRECTED = rule("directed", BLOCK, one_of("period", PeriodKind.LESSON, PeriodKind.TRAINING))
PERMITTED = rule("permitted", ALLOW, one_of("authorised", True))
ALWAYS = engine(policy(default=ALLOW))
NEVER = engine(policy(default=BLOCK))
WITH_PUPILS = engine(policy(rule("pupils", BLOCK, one_of("pupils", Pupils.PRESENT))))
SCHOOL_DAYS = engine(policy(rule("school", BLOCK, one_of("day", DayKind.SCHOOL))))
LAPTOP_ONLY = Authorisation(
    "1", at("2026-11-23T10:10"), at("2026-11-23T10:20"), "fair", devices=frozenset({"laptop-01"})
)
PERMISSIONS = engine(policy(PERMITTED, DIRECTED), authorisations=[LAPTOP_ONLY])
DAILY = engine(policy(rule("used-up", BLOCK, used_up()), allowance=Allowance(MINUTES)))
WEEKLY = engine(policy(rule("used-up", BLOCK, used_up()), allowance=Allowance(MINUTES, weekly=True)))
BREAK_MINUTES = rule("used-up", BLOCK, used_up(), one_of("period", PeriodKind.BEFORE_SCHOOL))
MORNINGS = engine(policy(BREAK_MINUTES, allowance=Allowance(MINUTES)))


def end(ruler: Engine, asked: Situation, instant: str) -> str | None:
    """`until`, as text without its date's year."""
    found = until(ruler, ruler.rule_on(asked, at(instant)))
    return found.isoformat(timespec="minutes")[5:] if found else None


@pytest.mark.parametrize(
    ("ruler", "client", "instant", "expected"),
    [
        pytest.param(engine(), STAFF_LAPTOP, "2026-11-23T09:30", "11-23T10:30+00:00", id="the lesson ends"),
        pytest.param(engine(), STAFF_LAPTOP, "2026-11-23T10:30", "11-23T10:45+00:00", id="the break ends"),
        pytest.param(engine(), STAFF_LAPTOP, "2026-11-23T08:45", "11-23T10:30+00:00", id="over two periods"),
        pytest.param(engine(), INFANTS, "2026-11-23T09:30", "11-23T10:15+00:00", id="by one's own bell"),
        pytest.param(engine(), PUPIL, "2026-11-23T09:30", None, id="never, for pupils"),
        pytest.param(WITH_PUPILS, INFANTS, "2026-11-23T10:35", "11-23T10:45+00:00", id="pupils, by the zone's bell"),
        pytest.param(NEVER, STAFF_LAPTOP, "2026-11-23T09:30", None, id="never"),
        pytest.param(ALWAYS, STAFF_LAPTOP, "2026-11-23T09:30", None, id="always"),
        pytest.param(
            SCHOOL_DAYS, STAFF_LAPTOP, "2026-10-23T18:30", "10-24T00:00+01:00", id="midnight before half-term"
        ),
        pytest.param(SCHOOL_DAYS, STAFF_LAPTOP, "2026-10-24T12:00", "11-02T00:00+00:00", id="over the clock change"),
        pytest.param(SCHOOL_DAYS, STAFF_LAPTOP, "2027-03-28T12:00", "04-12T00:00+01:00", id="over the holidays"),
        pytest.param(PERMISSIONS, STAFF_LAPTOP, "2026-11-23T09:30", "11-23T10:10+00:00", id="a permission begins"),
        pytest.param(PERMISSIONS, STAFF_LAPTOP, "2026-11-23T10:10", "11-23T10:20+00:00", id="a permission ends"),
        pytest.param(
            PERMISSIONS, STAFF_PHONE, "2026-11-23T09:30", "11-23T10:30+00:00", id="another device's permission"
        ),
    ],
)
def test_until(ruler: Engine, client: Client, instant: str, expected: str | None) -> None:
    """An answer ends at the first bell, midnight or permission that makes another of it."""
    assert end(ruler, situation(client=client), instant) == expected


@pytest.mark.parametrize(
    ("ruler", "used", "instant", "expected"),
    [
        pytest.param(DAILY, 0, "2026-11-23T10:30", "11-23T11:00+00:00", id="30 minutes left"),
        pytest.param(DAILY, 29, "2026-11-23T10:30", "11-23T10:31+00:00", id="a minute left"),
        pytest.param(DAILY, 30, "2026-11-23T10:30", "11-24T00:00+00:00", id="used up, until midnight"),
        pytest.param(WEEKLY, 30, "2026-11-25T10:30", "11-30T00:00+00:00", id="used up, until Monday"),
        pytest.param(WEEKLY, 30, "2026-11-29T23:59", "11-30T00:00+00:00", id="used up on a Sunday night"),
        pytest.param(DAILY, 30, "2026-10-25T00:30", "10-26T00:00+00:00", id="midnight after autumn's change"),
        pytest.param(WEEKLY, 30, "2027-03-27T12:00", "03-29T00:00+01:00", id="Monday after spring's change"),
        pytest.param(DAILY, 0, "2026-10-25T01:45+01:00", "10-25T01:15+00:00", id="in the hour that comes twice"),
        pytest.param(DAILY, 0, "2026-03-29T00:45", "03-29T02:15+01:00", id="over the hour that is skipped"),
        pytest.param(engine(), 0, "2026-11-23T10:30", "11-23T10:45+00:00", id="the bell comes first"),
        pytest.param(engine(), 25, "2026-11-23T10:30", "11-23T10:35+00:00", id="the minutes come first"),
        pytest.param(engine(), 0, "2026-11-23T09:30", "11-23T10:30+00:00", id="nothing to use in a lesson"),
        pytest.param(MORNINGS, 0, "2026-11-23T06:50", "11-23T07:20+00:00", id="counted before it is limited"),
        pytest.param(MORNINGS, 0, "2026-11-23T06:10", "11-23T07:00+00:00", id="perhaps used up by then"),
        pytest.param(MORNINGS, 30, "2026-11-23T06:10", "11-23T07:00+00:00", id="used up by then"),
    ],
)
def test_allowance(ruler: Engine, used: int, instant: str, expected: str) -> None:
    """Minutes may be used up as fast as the clock runs, and come anew at local midnight or on Monday."""
    assert end(ruler, replace(situation(), used=used), instant) == expected


def test_local() -> None:
    """Whatever zone an instant is told in, the answer's end is the school's."""
    instants = at("2026-11-23T10:30"), at("2026-11-23T10:30").astimezone(UTC)
    for ruler in (engine(), DAILY):
        found = [until(ruler, ruler.rule_on(situation(), instant)) for instant in instants]
        assert found[0] == found[1]
        assert found[1]
        assert found[1].tzinfo is LONDON


def test_needs_change() -> None:
    """An answer that still needs a fact ends when the fact no longer matters, and begins when it does."""
    ruler = engine(policy(OFFICIAL, default=BLOCK))
    assert end(ruler, situation(), "2026-11-23T10:30") == "11-23T10:45+00:00"
    assert end(ruler, situation(), "2026-11-23T10:00") == "11-23T10:30+00:00"
    assert end(ruler, situation(client=STAFF_PHONE), "2026-11-23T10:00") is None


def test_another_rule() -> None:
    """The same verdict by another rule is another answer."""
    ruler = engine(policy(DIRECTED, default=BLOCK))
    assert end(ruler, situation(), "2026-11-23T10:00") == "11-23T10:30+00:00"


@pytest.mark.parametrize(
    ("ruler", "used", "instant", "expected"),
    [
        pytest.param(engine(), 0, "2026-11-23T09:31", "2026-11-23T10:30", id="the break"),
        pytest.param(engine(), 30, "2026-11-23T09:31", "2026-11-24T00:00", id="used up: after midnight"),
        pytest.param(engine(), 30, "2026-11-23T13:00", "2026-11-24T00:00", id="used up, afternoon"),
        pytest.param(WEEKLY, 30, "2026-11-25T13:00", "2026-11-30T00:00", id="used up: on Monday"),
        pytest.param(SCHOOL_DAYS, 0, "2026-12-18T09:00", "2026-12-19T00:00", id="the holidays"),
        pytest.param(PERMISSIONS, 0, "2026-11-23T09:30", "2026-11-23T10:10", id="a permission"),
        pytest.param(NEVER, 0, "2026-11-23T09:31", None, id="never"),
        pytest.param(engine(policy(OFFICIAL, default=BLOCK)), 0, "2026-11-23T10:00", "2026-11-23T10:30", id="perhaps"),
    ],
)
def test_next_allowed(ruler: Engine, used: int, instant: str, expected: str | None) -> None:
    """The next allowed time is the first boundary at which the same attempt would be let through."""
    ruling = ruler.rule_on(replace(situation(), used=used), at(instant))
    assert next_allowed(ruler, ruling) == (at(expected) if expected else None)


@pytest.mark.parametrize(
    ("ruler", "used", "later", "left"),
    [
        (DAILY, 12, "2026-11-25T23:59", 12),
        (DAILY, 12, "2026-11-26T00:00", 0),
        (WEEKLY, 12, "2026-11-29T23:59", 12),
        (WEEKLY, 12, "2026-11-30T00:00", 0),
        (ALWAYS, 12, "2026-11-30T00:00", 12),
        (engine(None), 12, "2026-11-30T00:00", 12),
        (DAILY, 0, "2026-11-26T00:00", 0),
    ],
)
def test_situation_at(ruler: Engine, used: int, later: str, left: int) -> None:
    """Minutes used stay used until the allowance begins anew, and for ever where there is none."""
    asked = replace(situation(), used=used)
    for zone in (LONDON, UTC):
        found = situation_at(ruler, asked, at("2026-11-25T10:00").astimezone(zone), at(later).astimezone(zone))
        assert found == replace(asked, used=left)


def test_not_social_media() -> None:
    """What no policy rules on never changes."""
    assert end(DAILY, situation("bbc.co.uk"), "2026-11-23T10:30") is None
    assert end(engine(None), situation(), "2026-11-23T10:30") is None


class Small(Horizon):
    """A horizon that remembers two answers."""

    LIMIT = 2


def test_remembered() -> None:
    """Remembered or not, the answer is the same: until its end, from its beginning, and when there is none."""
    for ruler in (engine(), ALWAYS, PERMISSIONS):
        horizon = Small(ruler)
        for text in ("09:30", "09:31", "10:15", "10:30", "10:29", "09:30"):
            for client in (STAFF_LAPTOP, STAFF_PHONE, INFANTS, PUPIL):
                ruling = ruler.rule_on(situation(client=client), at(f"2026-11-23T{text}"))
                found = until(ruler, ruling)
                shown = horizon.until(ruling)
                assert shown == (found.timestamp() if found else shown)
                assert found or ruling.at.timestamp() < shown <= ruling.at.timestamp() + 86_400


@pytest.mark.parametrize(
    ("instant", "expected"),
    [("10:30", "11:00"), ("10:59", "11:00"), ("11:00", "11:30"), ("10:15", "10:45"), ("12:00", "12:30")],
)
def test_right_while_it_lasts(instant: str, expected: str) -> None:
    """What was remembered at one time is used until it ends, not after that, and not on a clock set back."""
    horizon = Horizon(DAILY)
    horizon.until(DAILY.rule_on(situation(), at("2026-11-28T10:30")))
    found = horizon.until(DAILY.rule_on(situation(), at(f"2026-11-28T{instant}")))
    assert found == at(f"2026-11-28T{expected}").timestamp()


OTHERS = engine(policy(rule("others", BLOCK, one_of("account", Account.OTHER), one_of("period", PeriodKind.BREAK))))


@pytest.mark.parametrize(
    ("ruler", "one", "other"),
    [
        pytest.param(
            PERMISSIONS, situation(), situation(client=replace(STAFF_LAPTOP, device="laptop-02")), id="devices"
        ),
        pytest.param(
            OTHERS,
            situation("facebook.com"),
            situation("connect.facebook.net"),
            id="entries of a service, in and outside the CA's scope",
        ),
        pytest.param(OTHERS, situation(), situation(client=replace(STAFF_LAPTOP, inspectable=False)), id="inspectable"),
    ],
)
def test_not_mixed_up(ruler: Engine, one: Situation, other: Situation) -> None:
    """What is remembered for one client or host is not taken for another that only looks alike."""
    start, horizon = at("2026-11-23T09:30"), Horizon(ruler)
    rulings = [ruler.rule_on(asked, start) for asked in (one, other)]
    ends = [until(ruler, ruling) for ruling in rulings]
    assert ends[0] != ends[1]
    for ruling, expected in zip(rulings, ends, strict=True):
        assert horizon.until(ruling) == (expected.timestamp() if expected else start.timestamp() + 86_400)
