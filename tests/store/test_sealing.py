"""Pseudonyms and seals of a day's key: one a day, and nothing opens what was altered."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.store import DayKey, Identity, Kind, StoreError
from agent.store.sealing import framed

DAY = date(2026, 11, 23)
FILE = Path("2026-11-23.key")
KEY = DayKey.derived(bytes(range(32)), DAY, FILE)
NEXT_DAY = DayKey.derived(bytes(range(32)), date(2026, 11, 24), FILE)
ANOTHER = DayKey.derived(bytes(range(1, 33)), DAY, FILE)
TEACHER = Identity(Kind.PERSON, "teacher-07")
NAME = KEY.pseudonym("example", TEACHER)
SEALED = KEY.seal("example", NAME, TEACHER)

texts = st.text(st.characters())  # every code point, half surrogates too
identities = st.builds(Identity, st.sampled_from(Kind), texts)


@given(site=texts, identity=identities)
def test_what_is_sealed_can_be_opened(site: str, identity: Identity) -> None:
    """Whatever the id, the day's key gives it back."""
    pseudonym = KEY.pseudonym(site, identity)
    assert KEY.unseal(site, pseudonym, KEY.seal(site, pseudonym, identity)) == identity


@given(site=texts, identity=identities, data=st.data())
def test_nothing_altered_opens(site: str, identity: Identity, data: st.DataObject) -> None:
    """A single changed bit anywhere in a seal is noticed, and the error does not tell whose it was."""
    pseudonym = KEY.pseudonym(site, identity)
    sealed = bytearray(KEY.seal(site, pseudonym, identity))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(StoreError) as caught:
        KEY.unseal(site, pseudonym, bytes(sealed))
    assert str(caught.value) == (
        "2026-11-23.key: does not open the sealed identity; restore the keys and the database from the same moment"
    )


@pytest.mark.parametrize(
    "open_it",
    [
        pytest.param(lambda: KEY.unseal("example", NAME, SEALED[:-1]), id="shortened"),
        pytest.param(lambda: KEY.unseal("example", NAME, SEALED[:20]), id="cut off"),
        pytest.param(lambda: KEY.unseal("example", NAME, b""), id="empty"),
        pytest.param(lambda: KEY.unseal("other", NAME, SEALED), id="another site"),
        pytest.param(lambda: KEY.unseal("example", bytes(16), SEALED), id="another pseudonym"),
        pytest.param(lambda: NEXT_DAY.unseal("example", NAME, SEALED), id="another day"),
        pytest.param(
            lambda: ANOTHER.unseal("example", NAME, SEALED),
            id="another key",
        ),
    ],
)
def test_a_seal_opens_only_in_its_place(open_it: Callable[[], Identity]) -> None:
    """A seal is bound to its key, day, site and pseudonym."""
    with pytest.raises(StoreError, match="does not open the sealed identity"):
        open_it()


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(NEXT_DAY.pseudonym("example", TEACHER), id="the next day"),
        pytest.param(ANOTHER.pseudonym("example", TEACHER), id="another key"),
        pytest.param(KEY.pseudonym("other", TEACHER), id="another site"),
        pytest.param(KEY.pseudonym("example", Identity(Kind.DEVICE, "teacher-07")), id="a device of that id"),
        pytest.param(KEY.pseudonym("example", Identity(Kind.PERSON, "teacher-70")), id="another person"),
        pytest.param(KEY.pseudonym("exampleteacher", Identity(Kind.PERSON, "-07")), id="parts moved"),
    ],
)
def test_pseudonyms_differ(other: bytes) -> None:
    """Nothing joins one day, site or kind to another."""
    assert other != NAME
    assert len(other) == 16


def test_a_pseudonym_is_the_same_all_day() -> None:
    """A process that is started again gives the same person the same pseudonym."""
    assert DayKey.derived(bytes(range(32)), DAY, FILE).pseudonym("example", TEACHER) == NAME


def test_sealed_twice_is_not_the_same() -> None:
    """Two seals of one identity cannot be told to be of one identity."""
    assert KEY.seal("example", NAME, TEACHER) != SEALED


@given(st.integers(1, 50), st.integers(1, 50))
def test_the_length_of_a_seal_tells_nothing(one: int, other: int) -> None:
    """Short and long names of the usual lengths are sealed in the same number of bytes."""
    assert len({len(KEY.seal("example", NAME, Identity(Kind.PERSON, "x" * n))) for n in (one, other)}) == 1


def test_a_key_is_never_printed() -> None:
    """Neither the key nor whom an identity names is in any repr."""
    secret = bytes(range(32))
    shown = repr(KEY) + str(KEY) + repr(TEACHER)
    assert "teacher-07" not in shown
    assert all(form not in shown for form in (repr(secret)[2:-1], secret.hex(), repr(KEY._naming)[2:-1]))


@given(st.lists(st.binary()), st.lists(st.binary()))
def test_framing_is_unambiguous(one: list[bytes], other: list[bytes]) -> None:
    """Different parts never give the same bytes."""
    assert (framed(*one) == framed(*other)) == (one == other)
