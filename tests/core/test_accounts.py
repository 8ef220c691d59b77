"""Which account acts, by keyed hash: the first account cookie present wins, and nothing is guessed."""

from collections.abc import Mapping

import pytest

from agent.core.accounts import (
    Account,
    OfficialAccounts,
    account_hash,
    acting_account,
    possible_accounts,
    shows_account,
)
from agent.core.catalogue import Service

from .build import FACEBOOK, KEY, OFFICIAL_ACCOUNTS, OFFICIAL_ID, OTHER_ID, WIKIPEDIA, YOUTUBE, X

OFFICIAL, OTHER, OUT, UNKNOWN = Account.OFFICIAL, Account.OTHER, Account.SIGNED_OUT, Account.UNKNOWN


@pytest.mark.parametrize(
    ("service", "cookies", "account"),
    [
        pytest.param(FACEBOOK, {"c_user": OFFICIAL_ID}, OFFICIAL, id="the school's"),
        pytest.param(FACEBOOK, {"c_user": OTHER_ID}, OTHER, id="a person's own"),
        pytest.param(FACEBOOK, {"i_user": OFFICIAL_ID, "c_user": OTHER_ID}, OFFICIAL, id="the page acts"),
        pytest.param(FACEBOOK, {"c_user": OFFICIAL_ID, "i_user": OTHER_ID}, OTHER, id="another page acts"),
        pytest.param(FACEBOOK, {"i_user": "", "c_user": OFFICIAL_ID}, OFFICIAL, id="empty means absent"),
        pytest.param(FACEBOOK, {"xs": "1"}, OTHER, id="signed in, id not sent"),
        pytest.param(FACEBOOK, {"datr": "1"}, OUT, id="signed out"),
        pytest.param(FACEBOOK, {}, OUT, id="no cookies"),
        pytest.param(FACEBOOK, {"C_USER": OFFICIAL_ID}, OUT, id="cookie names know case"),
        pytest.param(X, {"twid": f"u%3D{OFFICIAL_ID}"}, OFFICIAL, id="twid, escaped"),
        pytest.param(X, {"twid": f'"u={OFFICIAL_ID}"'}, OFFICIAL, id="twid, quoted"),
        pytest.param(X, {"twid": OFFICIAL_ID}, OFFICIAL, id="twid, plain"),
        pytest.param(X, {"twid": f"u%3D{OTHER_ID}"}, OTHER, id="twid of another"),
        pytest.param(YOUTUBE, {"LOGIN_INFO": "x"}, UNKNOWN, id="signed in, no readable id"),
        pytest.param(YOUTUBE, {}, OUT, id="signed out, no readable id"),
        pytest.param(WIKIPEDIA, {"c_user": OFFICIAL_ID}, UNKNOWN, id="a service that shows nothing"),
    ],
)
def test_acting_account(service: Service, cookies: Mapping[str, str], account: Account) -> None:
    """The first account cookie that is present names the account; without one, signed out or unknown."""
    assert acting_account(service, cookies, OFFICIAL_ACCOUNTS) is account
    assert account in possible_accounts(service, official_user=True)


@pytest.mark.parametrize(
    ("key", "hashes", "holds"),
    [
        pytest.param(KEY, {"facebook": account_hash(KEY, "facebook", OFFICIAL_ID)}, True, id="its own hash"),
        pytest.param(b"other", {"facebook": account_hash(KEY, "facebook", OFFICIAL_ID)}, False, id="another key"),
        pytest.param(KEY, {"facebook": account_hash(KEY, "x", OFFICIAL_ID)}, False, id="of another service"),
        pytest.param(KEY, {"x": account_hash(KEY, "facebook", OFFICIAL_ID)}, False, id="under another service"),
        pytest.param(KEY, {"facebook": OFFICIAL_ID}, False, id="the id in clear"),
        pytest.param(KEY, {}, False, id="none"),
        pytest.param(b"", {"facebook": account_hash(b"", "facebook", OFFICIAL_ID)}, False, id="without the site's key"),
    ],
)
def test_official(key: bytes, hashes: dict[str, str], holds: bool) -> None:
    """An account is the school's only by the hash of service and id under the site's key."""
    official = OfficialAccounts(key, {service: frozenset({text}) for service, text in hashes.items()})
    assert official.holds("facebook", OFFICIAL_ID) is holds


@pytest.mark.parametrize(
    ("service", "cookies", "shows"),
    [
        pytest.param(FACEBOOK, {"c_user": OTHER_ID}, True, id="an id"),
        pytest.param(FACEBOOK, {"xs": "1"}, True, id="a session"),
        pytest.param(FACEBOOK, {"datr": "1"}, False, id="neither"),
        pytest.param(FACEBOOK, {"c_user": ""}, False, id="an id that was taken away"),
        pytest.param(WIKIPEDIA, {"c_user": OTHER_ID}, False, id="a service that shows nothing"),
    ],
)
def test_shows_account(service: Service, cookies: Mapping[str, str], shows: bool) -> None:
    """A request speaks for itself if one of the service's own cookies is there."""
    assert shows_account(service, cookies) is shows


def test_account_hash() -> None:
    """The hash is HMAC-SHA-256 of service and id in hex, so that it can be made elsewhere too."""
    assert account_hash(b"key", "a", "b") == "ba7e11b5e73e6252e6810d90c982ae7c65cf6bba2fccd424bd65cf045cbf4ada"


@pytest.mark.parametrize(
    ("service", "official_user", "accounts"),
    [
        pytest.param(FACEBOOK, True, {OFFICIAL, OTHER, OUT, UNKNOWN}, id="readable, official user"),
        pytest.param(FACEBOOK, False, {OTHER, OUT, UNKNOWN}, id="readable, anybody else"),
        pytest.param(YOUTUBE, True, {OUT, UNKNOWN}, id="signed in or out only"),
        pytest.param(WIKIPEDIA, True, {UNKNOWN}, id="shows nothing"),
    ],
)
def test_possible_accounts(service: Service, official_user: bool, accounts: set[Account]) -> None:
    """An account can turn out to be what the service shows, and official only for official users."""
    assert possible_accounts(service, official_user) == accounts
