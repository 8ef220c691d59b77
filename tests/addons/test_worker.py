"""What a worker remembers between requests: whose account acts, and which apps refuse to be opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from addons.worker import SWITCH_GRACE, Worker
from agent.clock import Clock
from agent.core.accounts import Account, OfficialAccounts
from agent.core.activity import Activity, Request
from agent.core.catalogue import Catalogue, DictIndex, Match
from agent.core.clients import Zone
from agent.core.decision import Verdict
from agent.core.engine import Action, Engine, Ruling
from agent.core.flow import Flow
from agent.core.lastseen import LastSeen
from agent.core.pinned import FAILURES
from agent.core.tally import Basis, Counts
from agent.metrics import WorkerMetrics
from tests.core.build import (
    ALLOW,
    BLOCK,
    CATALOGUE,
    LAPTOP,
    LIKE_BUTTON,
    OFFICIAL_ID,
    OTHER_ID,
    PAGE,
    PHONE,
    SITE,
    at,
    engine,
    one_of,
    policy,
    rule,
)

LESSON = at("2026-11-23T09:30")
RULES = policy(
    rule("official", ALLOW, one_of("account", Account.OFFICIAL)),
    rule("signing-in", ALLOW, one_of("activity", Activity.SIGN_IN)),
    default=BLOCK,
)
SCHOOL, PRIVATE = {"c_user": OFFICIAL_ID}, {"c_user": OTHER_ID}
FACEBOOK, PICTURES = "www.facebook.com", "static.fbcdn.net"


class Desk:
    """A worker at a time that the test sets, and the connections that it has cut."""

    def __init__(self, ruled_by: Engine) -> None:
        self.cut: list[str] = []
        self.worker = Worker(ruled_by, Clock.starting_at(LESSON), WorkerMetrics(CollectorRegistry()), self.cut.append)

    def ask(self, connection: str, host: str, request: Request | None = PAGE, cookies: dict[str, str] | None = None,
            address: str = LAPTOP) -> Ruling:  # fmt: skip
        """A request or a hello, and what the gateway's hooks do with its ruling."""
        flow = Flow(address, (host,), self.worker.clock.now(), request, cookies or {}, opened=request is not None)
        ruling = self.worker.rule(flow)
        if request is not None:
            self.worker.note(ruling)
        if not ruling.blocks:
            self.worker.hold(connection, ruling)
        return ruling

    def tick(self, seconds: float) -> list[str]:
        """What has been cut after so many seconds more."""
        self.worker.clock = Clock(self.worker.clock.offset + seconds)
        self.worker.tick()
        return self.cut


class Failing(DictIndex):
    """An index that fails at one name."""

    def find(self, name: str) -> Match | None:
        """What is there, but for x.com."""
        if name == "x.com":
            raise RuntimeError(name)
        return super().find(name)


@pytest.fixture
def lesson() -> Desk:
    """A lesson in which only the school's account acts."""
    return Desk(engine(RULES, site=replace(SITE, openable=SITE.openable | {"fbcdn.net"})))


def test_parts_follow_the_page(lesson: Desk) -> None:
    """After the school's page its pictures pass unopened, after a private one they do not."""
    assert lesson.ask("a", PICTURES, None).action is Action.OPEN  # nothing is known yet
    lesson.ask("b", FACEBOOK, cookies=SCHOOL)
    assert lesson.ask("c", PICTURES, None).action is Action.PASS
    lesson.ask("b", FACEBOOK, cookies=PRIVATE)
    assert lesson.ask("d", PICTURES, None).action is Action.REFUSE


def test_a_switch_ends_what_was_held(lesson: Desk) -> None:
    """Pages, pictures and hellos that were let through for the school end a moment after a private account acts."""
    lesson.ask("page", FACEBOOK, cookies=SCHOOL)
    lesson.ask("picture", PICTURES, None)
    lesson.ask("elsewhere", "x.com", cookies={"twid": OFFICIAL_ID})
    assert lesson.ask("new", FACEBOOK, cookies=PRIVATE).action is Action.PAGE
    assert lesson.tick(SWITCH_GRACE / 2) == []
    assert sorted(lesson.tick(SWITCH_GRACE)) == ["page", "picture"]


@pytest.mark.parametrize(
    ("request_", "address"),
    [pytest.param(LIKE_BUTTON, LAPTOP, id="a button elsewhere"), pytest.param(PAGE, PHONE, id="another device")],
)
def test_what_tells_of_nobody_switches_nothing(lesson: Desk, request_: Request, address: str) -> None:
    """A request that is not the device's own act leaves its account as it was."""
    lesson.ask("page", FACEBOOK, cookies=SCHOOL)
    lesson.ask("other", FACEBOOK, request_, address=address)
    assert lesson.tick(2 * SWITCH_GRACE) == []
    assert lesson.ask("picture", PICTURES, None).action is Action.PASS


def test_signing_in_lasts_until_somebody_is(lesson: Desk) -> None:
    """The sign-in page's pictures pass, and those that are held end if a private account has signed in."""
    page = replace(PAGE, path="/login/")
    lesson.ask("page", FACEBOOK, page)
    lesson.ask("picture", PICTURES, None)
    assert lesson.ask("more", PICTURES, None).action is Action.PASS
    lesson.ask("page", FACEBOOK, cookies=SCHOOL)
    assert lesson.tick(2 * SWITCH_GRACE) == []
    lesson.ask("page", FACEBOOK, cookies=PRIVATE)
    assert sorted(lesson.tick(2 * SWITCH_GRACE)) == ["more", "page", "picture"]


def test_other_accounts_begin_anew(lesson: Desk) -> None:
    """When other accounts are the school's, what was let through for the old ones ends, and is forgotten."""
    lesson.ask("page", FACEBOOK, cookies=SCHOOL)
    same = lesson.worker.engine
    lesson.worker.take_up(same)
    assert lesson.cut == []
    lesson.worker.take_up(replace(same, official_accounts=OfficialAccounts(b"another key")))
    assert lesson.cut == ["page"]
    assert lesson.ask("picture", PICTURES, None).action is Action.OPEN


def test_what_was_seen_is_forgotten(lesson: Desk) -> None:
    """A quarter of an hour later nothing is known any more."""
    lesson.ask("page", FACEBOOK, cookies=SCHOOL)
    lesson.tick(16 * 60)
    assert lesson.worker.seen.of("laptop-01") == {}
    assert lesson.ask("picture", PICTURES, None).action is Action.OPEN


def test_pinned(lesson: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """After three refusals the name alone is ruled on, for an hour; the log names the kind of device and no device."""
    pins = lesson.worker.metrics.pinned
    for number in range(FAILURES):
        assert lesson.ask(f"{number}", FACEBOOK, None).action is Action.OPEN
        lesson.worker.refused_us(LAPTOP, (FACEBOOK,))
    assert (lesson.ask("after", FACEBOOK, None).action, pins._value.get()) == (Action.REFUSE, 1)
    assert "laptop apps refuse to be opened at facebook.com" in caplog.text
    assert not {LAPTOP, "laptop-01", "teacher-01"} & set(caplog.text.split())
    lesson.tick(3600)
    assert (lesson.ask("later", FACEBOOK, None).action, pins._value.get()) == (Action.OPEN, 0)


@pytest.mark.parametrize(("asked", "used"), [(range(6), 6), ((0, 2, 4), 3), ((0, 1), 0)])
def test_a_run_counts_from_its_start(asked: Sequence[int], used: int) -> None:
    """As many minutes of contact are counted against the allowance as are recorded."""
    desk = Desk(engine(policy()))
    for minute in asked:
        flow = Flow(LAPTOP, (FACEBOOK,), LESSON + timedelta(minutes=minute))
        desk.worker.count(desk.worker.rule(flow), Counts(1), opened=False)
    assert len(desk.worker.newly_used) == len(desk.worker.tally.take()) == used
    assert desk.worker.usage.used("teacher-01", LESSON) == used


POLL = Request("POST", "/ajax/presence", site="same-origin", mode="cors", dest="empty", source=FACEBOOK, browser=True)


def bases(asked: Sequence[tuple[float, Request]]) -> dict[int, str]:
    """By minute of the lesson, what stands of these requests to Facebook."""
    desk = Desk(engine(policy()))
    for minute, request in asked:
        flow = Flow(LAPTOP, (FACEBOOK,), LESSON + timedelta(minutes=minute), request, opened=True)
        desk.worker.count(desk.worker.rule(flow), Counts(1), opened=True)
    start = int(LESSON.timestamp()) // 60
    return {key.minute - start: key.basis for key in desk.worker.tally.take()}


VISIT, CONTACT = Basis.VISIT, Basis.CONTACT


@pytest.mark.parametrize(
    ("asked", "stands"),
    [
        pytest.param([(0, PAGE), (1, POLL)], {0: VISIT, 1: VISIT}, id="while it lasts"),
        pytest.param([(0, PAGE), (3, POLL), (9, POLL)], {0: VISIT}, id="then it is a contact, and no run"),
        pytest.param(
            [(0, PAGE), (3, POLL), (4, POLL), (5, POLL)],
            {0: VISIT, 3: CONTACT, 4: CONTACT, 5: CONTACT},
            id="a run of contacts",
        ),
        pytest.param([(0, PAGE), (9, PAGE)], {0: VISIT, 9: VISIT}, id="a page begins it anew"),
        pytest.param([(0, replace(PAGE, purpose="prefetch"))], {}, id="what is fetched in advance is none"),
    ],
)
def test_an_open_page_that_asks_by_itself(asked: list[tuple[float, Request]], stands: dict[int, str]) -> None:
    """Two minutes after a person's last act it is a contact: live traffic is read by the rule that traces are."""
    assert bases(asked) == stands


def test_what_is_metered_belongs_to_the_visit() -> None:
    """Bytes that go on after a visit has ended are no visit, and sittings are forgotten in time."""
    desk = Desk(engine(policy()))
    ruling = desk.ask("page", FACEBOOK)
    desk.worker.count(ruling, Counts(1), opened=True)
    add = desk.worker.meter(desk.worker.hold("page", ruling), ruling.situation, opened=True)
    add(1, 1), desk.tick(60)
    assert {key.basis for key in desk.worker.tally.take()} == {VISIT}
    add(1, 1), desk.tick(120)
    assert desk.worker.tally.take() == {}
    desk.tick(3 * 3600)
    assert len(desk.worker.sittings) == 0


def test_a_run_over_midnight_leaves_the_new_day_alone() -> None:
    """What a run has of yesterday does not begin yesterday's count anew."""
    desk, midnight = Desk(engine(policy())), at("2026-11-24T00:00")
    for minute in (-2, -1, 0):
        flow = Flow(LAPTOP, (FACEBOOK,), midnight + timedelta(minutes=minute))
        desk.worker.count(desk.worker.rule(flow), Counts(1), opened=False)
    assert desk.worker.usage.used("teacher-01", midnight) == 1


def test_a_reload_tells_anew_who_and_what_is_held() -> None:
    """What passed as nobody's or as no social media ends if the new directory and catalogue rule it out."""
    strict = engine(policy(default=BLOCK))
    nothing = replace(strict, catalogue=Catalogue([]))
    desk = Desk(nothing)
    desk.ask("site", FACEBOOK, None)
    desk.ask("other", "bbc.co.uk", None)
    assert desk.tick(1) == []
    desk.worker.take_up(strict)
    assert desk.tick(1) == ["site"]


def test_a_reload_keeps_the_account_that_was_seen(lesson: Desk) -> None:
    """A page of the school's account goes on over a reload that changes nothing for it."""
    lesson.ask("page", FACEBOOK, cookies=SCHOOL)
    lesson.worker.take_up(replace(lesson.worker.engine))
    lesson.worker.seen = LastSeen()
    assert lesson.tick(1) == []


@pytest.mark.parametrize(("verdict", "cut", "errors"), [(BLOCK, ["bad", "good"], 1), (ALLOW, ["good"], 2)])
def test_one_failure_stops_nothing(
    verdict: Verdict, cut: list[str], errors: int, caplog: pytest.LogCaptureFixture
) -> None:
    """A connection that cannot be judged follows its zone's on-error, is said once, and the rest are judged."""
    desk = Desk(engine(policy()))
    ruling = desk.ask("bad", "x.com", None)
    desk.worker.meter(desk.worker.hold("bad", ruling), ruling.situation, opened=False)(1, 1)
    desk.ask("good", FACEBOOK, None)
    site = replace(SITE, on_error=dict.fromkeys(Zone, verdict))
    services = CATALOGUE.services.values()
    strict, failing = engine(policy(default=BLOCK), site=site), Catalogue(services, Failing.of(services))
    desk.worker.take_up(replace(strict, catalogue=failing))
    assert desk.tick(1) == cut
    assert caplog.text.count("engine error in tick") == 1
    assert "x.com" not in caplog.text
    assert desk.worker.metrics.engine_errors.labels("tick")._value.get() == errors


def test_a_success_between(lesson: Desk) -> None:
    """A host that some client takes our certificate for is not pinned; what is no social media is nothing to us."""
    for _ in range(FAILURES):
        lesson.worker.refused_us(LAPTOP, (FACEBOOK,))
        lesson.worker.took_us(LAPTOP, (FACEBOOK,))
        lesson.worker.refused_us(LAPTOP, ("bbc.co.uk",))
        lesson.worker.took_us(LAPTOP, ("bbc.co.uk",))
    assert lesson.ask("after", FACEBOOK, None).action is Action.OPEN
    assert len(lesson.worker.pinned) == 0
