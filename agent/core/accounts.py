"""Which account acts, told from cookies by keyed hash and forgotten at once; the ids themselves are kept nowhere."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from agent.core.catalogue import Service


class Account(StrEnum):
    """The state of the acting account; `unknown` means that it cannot be known here."""

    OFFICIAL = "official"
    OTHER = "other"
    SIGNED_OUT = "signed-out"
    UNKNOWN = "unknown"


def account_hash(key: bytes, service: str, account_id: str) -> str:
    """The keyed hash under which a school's own account stands in `site.yaml` (hex, HMAC-SHA-256)."""
    return hmac.new(key, f"{service}:{account_id}".encode(), "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class OfficialAccounts:
    """The school's own accounts as keyed hashes, by service."""

    key: bytes = field(default=b"", repr=False)
    hashes: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def holds(self, service: str, account_id: str) -> bool:
        """True if this id is one of the school's accounts on the service."""
        known = self.hashes.get(service)
        if not known or not self.key:  # without the site's key nothing can be told from anything
            return False
        return account_hash(self.key, service, account_id) in known


def acting_account(service: Service, cookies: Mapping[str, str], official: OfficialAccounts) -> Account:
    """The account that acts in a request with these cookies.

    The first account cookie present wins (Facebook: the Page's `i_user` before the person's `c_user`).
    A service without a readable id answers `signed-out` or `unknown`.
    """
    for name in service.account_cookies:
        value = cookies.get(name, "")
        if value:
            return Account.OFFICIAL if official.holds(service.id, plain_id(value)) else Account.OTHER
    if any(cookies.get(name) for name in service.signed_in_cookies):
        return Account.OTHER if service.account_cookies else Account.UNKNOWN
    if service.account_cookies or service.signed_in_cookies:
        return Account.SIGNED_OUT
    return Account.UNKNOWN


def shows_account(service: Service, cookies: Mapping[str, str]) -> bool:
    """True if these cookies say anything of an account on the service, signed in or out."""
    return any(cookies.get(name) for name in (*service.account_cookies, *service.signed_in_cookies))


def possible_accounts(service: Service, official_user: bool) -> frozenset[Account]:
    """The states that the account could turn out to have, for partial evaluation.

    The official account counts only for official users, so nobody else is opened because of it.
    """
    if service.account_cookies:
        return _OFFICIAL_TOO if official_user else _ANYBODYS
    return _UNREADABLE if service.signed_in_cookies else _UNTOLD


_ANYBODYS = frozenset({Account.OTHER, Account.SIGNED_OUT, Account.UNKNOWN})
_OFFICIAL_TOO = _ANYBODYS | {Account.OFFICIAL}
_UNREADABLE = frozenset({Account.SIGNED_OUT, Account.UNKNOWN})
_UNTOLD = frozenset({Account.UNKNOWN})


def plain_id(value: str) -> str:
    """The id in a cookie's value: X wraps its id as `u%3D123`; the school gives 123."""
    text = value.strip('"')
    for prefix in ("u%3D", "u="):
        if text.startswith(prefix):
            return text[len(prefix) :]
    return text
