"""Claims of leases, sessions and sightings: who had an address when, in order of time, and never by a guess."""

from __future__ import annotations

from itertools import pairwise
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core import leases
from agent.core.held import Held
from agent.core.leases import Claim, History, Session, Source

A, B = "00:16:3e:00:00:0a", "00:16:3e:00:00:0b"
X = "10.20.30.100"
DHCP, SEEN, RADIUS = Source.DHCP, Source.NEIGHBOURS, Source.RADIUS


def claim(mac: str, starts: float, ends: float, source: Source = DHCP) -> Claim:
    """A claim that was last said for sure when it began."""
    return Claim(mac, starts, starts, ends, source)


def told(*claims: Claim) -> list[tuple[float, float, str, str]]:
    """What claims on one address come to, made in this order."""
    history = History()
    for one in claims:
        history.claim(X, one)
    return [piece[:4] for piece in history.news().get(X, ())]


CASES = {
    "a lease": ([claim(A, 0, 60)], [(0, 60, A, "dhcp")]),
    "for ever": ([claim(A, 0, inf)], [(0, inf, A, "dhcp")]),
    "renewed": ([claim(A, 0, 60), claim(A, 30, 90)], [(0, 90, A, "dhcp")]),
    "expired, and given again": ([claim(A, 0, 60), claim(A, 80, 90)], [(0, 60, A, "dhcp"), (80, 90, A, "dhcp")]),
    "given to another a minute after": (
        [claim(A, 0, 60), claim(B, 120, 180)],
        [(0, 60, A, "dhcp"), (120, 180, B, "dhcp")],
    ),
    "given to another in its time: the newer word counts": (
        [claim(A, 0, 60), claim(B, 30, 90)],
        [(0, 30, A, "dhcp"), (30, 90, B, "dhcp")],
    ),
    "two sources agree": (
        [claim(A, 0, 60), claim(A, 10, 70, SEEN)],
        [(0, 10, A, "dhcp"), (10, 60, A, "dhcp+neighbours"), (60, 70, A, "neighbours")],
    ),
    "somebody else is seen there": (
        [claim(A, 0, 60), claim(B, 10, 50, SEEN)],
        [(0, 10, A, "dhcp"), (10, 50, "", "dhcp+neighbours"), (50, 60, A, "dhcp")],
    ),
    "a sighting from before the lease does not contest it": (
        [claim(A, 0, 120, SEEN), claim(B, 30, 90)],
        [(0, 30, A, "neighbours"), (30, 90, B, "dhcp")],
    ),
    "nor does one that comes late but tells of before": (
        [claim(B, 30, 90), claim(A, 0, 120, SEEN)],
        [(0, 30, A, "neighbours"), (30, 90, B, "dhcp")],
    ),
    "one that tells of after does": (
        [claim(A, 0, 120, SEEN), claim(B, 30, 90), claim(A, 40, 160, SEEN)],
        [(0, 30, A, "neighbours"), (30, 40, B, "dhcp"), (40, 90, "", "dhcp+neighbours"), (90, 160, A, "neighbours")],
    ),
    "two take turns without a lease": (
        [claim(A, 0, 100, SEEN), claim(B, 10, 110, SEEN)],
        [(0, 10, A, "neighbours"), (10, 100, "", "neighbours"), (100, 110, B, "neighbours")],
    ),
    "a session outranks an older lease": (
        [claim(A, 0, 60), claim(B, 20, 50, RADIUS)],
        [(0, 20, A, "dhcp"), (20, 50, B, "radius")],
    ),
    "a lease that is over when it comes": ([claim(A, 10, 10)], []),
}


@pytest.mark.parametrize(("claims", "pieces"), CASES.values(), ids=CASES)
def test_claims(claims: list[Claim], pieces: list[tuple[float, float, str, str]]) -> None:
    """Claims in their order come to pieces of time without overlap."""
    assert told(*claims) == pieces


def test_an_end_before_its_time() -> None:
    """A lease that is given back ends then; of another source or device nothing ends."""
    history = History()
    history.claim(X, claim(A, 0, 60))
    history.end(X, SEEN, 10)
    history.end(X, DHCP, 10, B)
    history.end("10.0.0.9", DHCP, 10)
    assert [piece[:3] for piece in history.news()[X]] == [(0, 60, A)]
    history.end(X, DHCP, 20, A)
    history.end(X, DHCP, 30)
    assert [piece[:3] for piece in history.news()[X]] == [(0, 20, A)]


def test_news_are_what_changed() -> None:
    """What was told already is no news, and what is forgotten is told once, as nothing."""
    history = History()
    history.claim(X, claim(A, 0, 60))
    assert list(history.news()) == [X]
    history.claim(X, claim(A, 0, 60))
    assert history.news() == {}
    history.forget(60)
    assert history.news() == {X: ()}
    assert dict(history.held) == {}
    history.forget(60)
    assert history.news() == {}


def test_what_is_not_over_is_kept() -> None:
    """Forgetting takes what is over, and nothing else of the address."""
    history = History()
    history.claim(X, claim(A, 0, 60))
    history.claim(X, claim(A, 100, 160))
    history.claim("10.0.0.9", claim(B, 0, 160))
    history.news()
    history.forget(60)
    assert [piece[:2] for piece in history.news()[X]] == [(100, 160)]
    history.let_in(B, Session(100, 120, "ap", ""))
    assert list(history.news()) == ["10.0.0.9"]


def test_contests_are_counted_once() -> None:
    """Each time that two devices begin to claim an address counts once, however long it lasts."""
    history = History()
    history.claim(X, claim(A, 0, 60))
    history.claim(X, claim(B, 10, 50, SEEN))
    history.news()
    history.claim(X, Claim(B, 10, 40, 90, SEEN))
    history.news()
    assert history.contests == 1


def placed(history: History) -> list[tuple[float, float, str, str]]:
    """Pieces with access point and person."""
    return [(one.starts, one.ends, one.point, one.person) for one in history.news()[X]]


def test_where_a_device_was_let_in() -> None:
    """A lease is cut where its device goes to another access point, is taken for lost, or leaves."""
    history = History()
    history.let_in(A, Session(0, 30, "ap1", ""))
    history.claim(X, claim(A, 0, 100))
    assert placed(history) == [(0, 30, "ap1", ""), (30, 100, "", "")]
    history.let_in(A, Session(20, 50, "ap1", ""))
    assert placed(history) == [(0, 50, "ap1", ""), (50, 100, "", "")]
    history.let_in(A, Session(40, 70, "ap2", "teacher-01"))
    assert placed(history) == [(0, 40, "ap1", ""), (40, 70, "ap2", "teacher-01"), (70, 100, "", "")]
    history.left(A, 60)
    assert placed(history) == [(0, 40, "ap1", ""), (40, 60, "ap2", "teacher-01"), (60, 100, "", "")]
    history.left(A, 65)
    history.left(B, 65)
    assert history.news() == {}
    history.let_in(A, Session(90, 120, "ap1", ""))
    history.let_in(A, Session(90, 120, "ap3", ""))
    assert placed(history)[-1] == (90, 100, "ap3", "")
    history.forget(200)
    assert history.news() == {X: ()}


def test_a_session_of_nobody_yet() -> None:
    """A device may be let in before it has an address, and be forgotten without one."""
    history = History()
    history.let_in(A, Session(0, 30, "ap1", ""))
    history.forget(20)
    history.claim(X, claim(A, 10, 40))
    assert placed(history) == [(10, 30, "ap1", ""), (30, 40, "", "")]


def test_an_interface_stays() -> None:
    """A sighting's interface is kept when its claim goes on without one."""
    history = History()
    history.claim(X, Claim(A, 0, 0, 60, SEEN, "eth1.20"))
    history.claim(X, Claim(A, 30, 30, 90, SEEN))
    assert history.news()[X] == (Held(0, 90, A, "neighbours", interface="eth1.20"),)


class Small(History):
    """A history that is full soon."""

    MOST_ADDRESSES = 2
    MOST_CLAIMS = 3


def test_memory_is_bounded() -> None:
    """Who invents addresses, or flaps on one, is remembered to a bound, and the bounds are sane."""
    history = Small()
    for n in range(5):
        history.claim(f"10.0.0.{n}", claim(A, 0, 60))
        history.claim(X, claim(A if n % 2 else B, 100 * n, 100 * n + 50))
    assert len(history.news()) == 2
    assert len(history.held[X]) == 3
    assert History.MOST_ADDRESSES >= 200_000


times = st.integers(0, 50)
claims = st.lists(st.builds(lambda m, s, d, o: claim(m, s, s + d, o), st.sampled_from([A, B]), times, times,
                            st.sampled_from(list(Source))), max_size=12)  # fmt: skip


@given(claims)
def test_pieces_never_overlap_and_tell_of_no_other_time(made: list[Claim]) -> None:
    """Whatever is claimed, in whatever order: pieces are in order, and hold only where somebody claimed it."""
    history = History()
    for one in made:
        history.claim(X, one)
    pieces = history.news().get(X, ())
    assert all(one.ends <= other.starts for one, other in pairwise(pieces))
    for piece in pieces:
        there = [c for c in made if c.starts < piece.ends and c.ends > piece.starts]
        assert there
        assert piece.contested or piece.mac in {c.mac for c in there}


def test_the_sources_have_an_order() -> None:
    """They are named in one order, whoever spoke first."""
    assert [str(one) for one in leases.Source] == ["radius", "dhcp", "neighbours"]
