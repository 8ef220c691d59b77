"""The account of addresses: one that is still answered stays for ever, any other leaves in time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent.core.addresses import KEEP, SOCIAL, Addresses, Adopted, Found, Numbers

from .strategies import MANY

DOMAINS: Numbers = {"facebook.com": (1,), "youtube.com": (1, 2), "x.com": (), Found("youtube"): (2,), Adopted(): (1, 2)}
NAMES = ["facebook.com", "x.com", "youtube.com"]
A, B = "192.0.2.1", "2001:db8::1"

ANSWERS = st.lists(st.tuples(st.sampled_from([A, B]), st.sampled_from(NAMES), st.integers(0, 5 * 3600)), max_size=20)


@MANY
@given(ANSWERS)
def test_the_sets_hold_what_was_answered_lately(answers: list[tuple[str, str, int]]) -> None:
    """After every sweep a set holds just the addresses answered for its names within the time."""
    account = Addresses()
    held: dict[int, set[str]] = {}
    last: dict[tuple[str, str], int] = {}
    for address, domain, now in sorted(answers, key=lambda answer: answer[2]):
        for number, gone in account.sweep(DOMAINS, now).items():
            assert gone <= held[number]
            held[number] -= gone
        last[address, domain] = now
        account.answered(address, now, domain)
        for number in (SOCIAL, *DOMAINS[domain]):
            held.setdefault(number, set()).add(address)
        live = {(one, name) for (one, name), then in last.items() if then + KEEP > now}
        assert held.get(SOCIAL, set()) == {one for one, _ in live}
        assert all(
            held.get(number, set()) == {one for one, name in live if number in DOMAINS[name]} for number in (1, 2)
        )
        assert {n: s for n, s in held.items() if s} == account.elements(DOMAINS)
        social = held.get(SOCIAL, set())
        assert account.families == (len(social - {B}), len(social & {B}))


def test_an_address_that_is_still_answered_stays() -> None:
    """Two lives of an answer later, and a hundred, it stands where it stood."""
    account = Addresses()
    for hour in range(100):
        assert account.answered(A, hour * (KEEP - 1), "x.com") is (hour == 0)
        assert account.sweep(DOMAINS, hour * (KEEP - 1) + 1) == {}
    assert A in account
    assert len(account) == 1
    assert account.expired(99 * (KEEP - 1) + KEEP) == {A}
    assert account.sweep(DOMAINS, 99 * (KEEP - 1) + KEEP) == {SOCIAL: {A}}
    assert A not in account


def test_one_name_of_an_address_may_go_before_the_other() -> None:
    """An address that no longer answers for a class's service leaves that class's set alone."""
    account = Addresses()
    account.answered(A, 0, "youtube.com")
    account.answered(A, 10, "facebook.com")
    assert account.expired(KEEP) == frozenset()
    assert account.sweep(DOMAINS, KEEP) == {2: {A}}


def test_missed_answers_put_sweeping_off() -> None:
    """What was not heard may have been an answer for anything."""
    account = Addresses()
    account.answered(A, 0, "x.com")
    account.postpone(1000)
    assert account.expired(KEEP + 999) == frozenset()
    assert account.sweep(DOMAINS, KEEP + 999) == {}
    assert account.sweep(DOMAINS, KEEP + 1000) == {SOCIAL: {A}}


def test_what_an_earlier_steward_left_is_everybodys() -> None:
    """Nothing is known of it but that it stands for social media: it counts for every class, also by another plan."""
    account = Addresses()
    account.adopt([A, B], 100)
    assert account.elements(DOMAINS) == {SOCIAL: {A, B}, 1: {A, B}, 2: {A, B}}
    assert account.elements({Adopted(): (3,)}) == {SOCIAL: {A, B}, 3: {A, B}}
    assert account.answered(A, 200, "facebook.com")
    assert account.sweep(DOMAINS, 100 + KEEP) == {SOCIAL: {B}, 1: {B}, 2: {A, B}}
    assert account.elements(DOMAINS) == {SOCIAL: {A}, 1: {A}}


def test_what_was_found_is_bounded() -> None:
    """Any client can say any name to any address: the oldest go, and what was answered stays."""
    account = Addresses(most_found=2)
    account.answered(A, 0, "facebook.com")
    for address in (A, B, "192.0.2.3", B, "192.0.2.4"):
        assert account.crowded_out(DOMAINS) in ({}, {2: {A}})
        account.found(address, 1, "youtube")
    assert account.crowded_out(DOMAINS) == {SOCIAL: {"192.0.2.3"}, 2: {"192.0.2.3"}}
    assert account.elements(DOMAINS) == {SOCIAL: {A, B, "192.0.2.4"}, 1: {A}, 2: {B, "192.0.2.4"}}
    assert account.sweep(DOMAINS, 1 + KEEP)[SOCIAL] == {A, B, "192.0.2.4"}
    assert account.crowded_out(DOMAINS) == {}
    assert account.families == (0, 0)


def test_what_is_never_to_be_steered_leaves() -> None:
    """For whatever reason it stands there."""
    account = Addresses()
    account.found(A, 0, "youtube")
    account.answered(A, 0, "x.com")
    account.answered(B, 0, "x.com")
    account.leave_out(lambda address: address == A)
    assert account.elements(DOMAINS) == {SOCIAL: {B}}


def test_a_name_that_left_the_plan() -> None:
    """Its addresses stay social media until their time is over, and belong to no class."""
    account = Addresses()
    account.answered(A, 0, "gone.example")
    assert account.elements(DOMAINS) == {SOCIAL: {A}}
