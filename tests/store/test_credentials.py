"""Credentials: argon2id with its own salt, each code once, and nothing of them in what is printed."""

from __future__ import annotations

import pyotp
import pytest

from agent.store.credentials import (
    COST,
    LONGEST,
    RECOVERY_CODES,
    STEP,
    Credentials,
    Passwords,
    new_recovery,
    new_totp,
    second_factor,
    step_of,
    totp_address,
    weakness,
)

NOW = 1_795_000_000.0
CHEAP = Passwords(cheap=True)


@pytest.mark.parametrize("password", ["four words make one", "", "x" * 10_000, "\udc80 no text", "🔑 und Ümläute"])
def test_right(password: str) -> None:
    """A hash knows its own password, whatever its characters, and no other; two hashes of one differ."""
    hashed = CHEAP.hash(password)
    assert CHEAP.right(hashed, password)
    assert not CHEAP.right(hashed, password + "x")
    assert CHEAP.hash(password) != hashed


@pytest.mark.parametrize("hashed", ["", "no hash", "$argon2id$v=19$m=8,t=1,p=1$broken"])
def test_no_hash_knows_nothing(hashed: str) -> None:
    """Without a hash, or with a damaged one, no password is right."""
    assert not CHEAP.right(hashed, "")
    assert not CHEAP.right(hashed, "four words make one")


def test_cost() -> None:
    """What is kept names argon2id and the cost that OWASP recommends."""
    passes, memory, lanes = COST
    assert f"$argon2id$v=19$m={memory},t={passes},p={lanes}$" in Passwords().hash("four words make one")


@pytest.mark.parametrize(
    ("password", "said"),
    [
        pytest.param("eleven char", "at least 12", id="short"),
        pytest.param("x y" * LONGEST, "at most 200", id="long"),
        pytest.param("abababababababab", "repeats itself", id="few characters"),
        pytest.param("My-Head-1-password", "'head-1' must not be in it", id="the id"),
        pytest.param("four words make one", "", id="good"),
        pytest.param("abc will do, it is", "", id="what is known is short"),
    ],
)
def test_weakness(password: str, said: str) -> None:
    """What is wrong is said, and what is good is let be."""
    found = weakness(password, "head-1", "abc")
    assert said in found if said else found == ""


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clocks_that_differ(steps: int, good: bool) -> None:
    """The code of half a minute before or after is taken, none further off."""
    secret = new_totp()
    code = pyotp.TOTP(secret).at(int(NOW) + steps * STEP)
    assert step_of(secret, code, NOW) == (int(NOW) // STEP + steps if good else 0)


def test_a_code_is_used_up() -> None:
    """After its use neither it nor an earlier one is good; the next is."""
    secret = new_totp()
    codes = [pyotp.TOTP(secret).at(int(NOW) + step * STEP) for step in (-1, 0, 1)]
    used = second_factor(Credentials(totp=secret), f" {codes[1][:3]} {codes[1][3:]} ", NOW)
    assert used is not None
    assert second_factor(used, codes[1], NOW) is None
    assert second_factor(used, codes[0], NOW) is None
    assert second_factor(used, codes[2], NOW) is not None


def test_recovery_codes() -> None:
    """Ten, all different, each good once in any case of letters; kept are hashes alone."""
    codes, hashes = new_recovery()
    known = Credentials(recovery=hashes)
    assert len(set(codes)) == RECOVERY_CODES
    assert not set(codes) & set(hashes)
    used = second_factor(known, codes[3].upper(), NOW)
    assert used is not None
    assert set(hashes) - set(used.recovery) == {hashes[3]}
    assert second_factor(used, codes[3], NOW) is None


@pytest.mark.parametrize("typed", ["", "000000", "١٢٣٤٥٦", "hash", "\udc80"])
def test_nobody_without_a_factor(typed: str) -> None:
    """Credentials without secret and codes take nothing."""
    assert second_factor(Credentials(), typed, NOW) is None


def test_it_prints_nothing() -> None:
    """What is printed holds neither hash nor secret; the picture for the telephone names school and user."""
    secret = new_totp()
    shown = repr(Credentials("a hash", secret, 1, ("a code",)))
    assert not any(one in shown for one in ("a hash", secret, "a code"))
    address = totp_address(secret, "head-1", "Example Primary School")
    assert address.startswith("otpauth://totp/")
    assert secret in address
