"""What a user of the console proves themselves by: a password (argon2id), a code of the hour (TOTP), a recovery code.

Nothing of these is kept in clear but the secret that codes are made of, which the console must know (0600).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field, replace
from threading import BoundedSemaphore

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 200
"""Characters of a password."""
STEP = 30
"""Seconds that a code stands for; one step before and after is accepted, as telephones' clocks differ."""
RECOVERY_CODES = 10
COST = (1, 46 * 1024, 1)
"""argon2id's passes, KiB and lanes: the first of OWASP's recommendations, some 40 ms of one core."""
_AT_ONCE = BoundedSemaphore(2)
"""Each hash takes 46 MB: a crowd that signs in waits its turn and does not take the machine down."""
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Credentials:
    """`step` is the last one whose code was used: none is good twice. `recovery` are hashes of codes not used yet."""

    password: str = field(default="", repr=False)
    totp: str = field(default="", repr=False)
    step: int = 0
    recovery: tuple[str, ...] = field(default=(), repr=False)


class Passwords:
    """Hashes and compares passwords; `cheap` is for tests alone."""

    __slots__ = ("_hasher", "_nobody")

    def __init__(self, cheap: bool = False) -> None:
        self._hasher = PasswordHasher(1, 8, 1) if cheap else PasswordHasher(*COST)
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def hash(self, password: str) -> str:
        """Its hash, with its own salt and cost."""
        with _AT_ONCE:
            return self._hasher.hash(_bytes(password))

    def right(self, hashed: str, password: str) -> bool:
        """True if that is the password; takes as long where there is no hash to compare with."""
        with _AT_ONCE:
            try:
                return self._hasher.verify(hashed or self._nobody, _bytes(password)) and bool(hashed)
            except (VerificationError, InvalidHashError):
                return False


def weakness(password: str, *known: str) -> str:
    """What is wrong with a password that somebody chose, or ""; `known` is what must not be in it."""
    if len(password) < SHORTEST:
        return f"it has at least {SHORTEST} characters; three or four words make a good one"
    if len(password) > LONGEST:
        return f"it has at most {LONGEST} characters"
    if len(set(password.casefold())) < 5:
        return "it repeats itself; three or four words make a good one"
    found = next((one for one in known if len(one) > 3 and one.casefold() in password.casefold()), "")
    return f"{found!r} must not be in it: anybody would try that first" if found else ""


def new_totp() -> str:
    """A new secret that codes are made of (base32)."""
    return pyotp.random_base32()


def totp_address(secret: str, user: str, school: str) -> str:
    """What the picture for an authenticator app says."""
    return pyotp.TOTP(secret).provisioning_uri(name=user, issuer_name=f"Breaktime {school}")


def step_of(secret: str, code: str, now: float) -> int:
    """The step that a code of six digits stands for at `now` (seconds since 1970); 0 if it is none of about now."""
    made, current = pyotp.TOTP(secret), int(now) // STEP
    fits = [step for step in (current - 1, current, current + 1) if hmac.compare_digest(made.at(step * STEP), code)]
    return max(fits, default=0)


def new_recovery() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """New recovery codes, and their hashes. A code has 50 bits of chance: no slow hash is needed."""
    codes = tuple(f"{_word()}-{_word()}" for _ in range(RECOVERY_CODES))
    return codes, tuple(map(_hashed, codes))


def second_factor(known: Credentials, typed: str, now: float) -> Credentials | None:
    """The credentials after a code was used; None if it is neither the code of about now nor a recovery code."""
    code = "".join(typed.split()).lower()
    if code.isascii() and code.isdecimal() and known.totp:
        step = step_of(known.totp, code, now)
        return replace(known, step=step) if step > known.step else None
    hashed = _hashed(code)
    if hashed not in known.recovery:  # of hashes: how long it takes tells nothing of a code
        return None
    return replace(known, recovery=tuple(one for one in known.recovery if one != hashed))


def _word() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(5))


def _hashed(code: str) -> str:
    return hashlib.sha256(_bytes(code)).hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
