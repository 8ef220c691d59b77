"""The site's secret for its own accounts, and the hashes that are made with it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agent.app.accounts import KEY_BYTES, AccountError, hashed, listed, make_key, read_key, readable
from agent.app.live import Configuration, read
from agent.core.accounts import account_hash

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    """The shipped configuration."""
    config = read(CONFIG)
    assert isinstance(config, Configuration), config
    return config


def test_made_once(tmp_path: Path) -> None:
    """The key is its owner's alone, is there before it is used, and stays."""
    path = tmp_path / "data" / "keys" / "accounts.key"
    assert read_key(path) == b""
    key = make_key(path)
    assert (len(key), make_key(path), read_key(path)) == (KEY_BYTES, key, key)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [one.name for one in path.parent.iterdir()] == ["accounts.key"]


def test_made_by_many_at_once(tmp_path: Path) -> None:
    """Whoever asks first makes it, and everybody is given the same."""
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: make_key(tmp_path / "keys" / "accounts.key"), range(32)))
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        pytest.param(b"x" * KEY_BYTES, 0o644, "others may read it; chmod 600", id="open to others"),
        pytest.param(b"short", 0o600, "this is no key", id="damaged"),
        pytest.param(b"x" * (KEY_BYTES + 1), 0o600, "this is no key", id="something else"),
    ],
)
def test_a_key_that_cannot_be_used(tmp_path: Path, content: bytes, mode: int, said: str) -> None:
    """A key that others have seen, or that is none, is said and never replaced in silence."""
    path = tmp_path / "accounts.key"
    path.write_bytes(content)
    path.chmod(mode)
    for ask in (read_key, make_key):
        with pytest.raises(AccountError, match=said):
            ask(path)
    assert path.read_bytes() == content


def test_no_link_is_followed(tmp_path: Path) -> None:
    """A link in the key's place is no key."""
    (tmp_path / "elsewhere").write_bytes(b"x" * KEY_BYTES)
    (tmp_path / "accounts.key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(AccountError, match="cannot be read"):
        read_key(tmp_path / "accounts.key")


@pytest.mark.parametrize(
    ("service", "typed", "plain"),
    [
        pytest.param("facebook", "4567", "4567", id="an id"),
        pytest.param("facebook", "  4567\r\n", "4567", id="with what a terminal adds"),
        pytest.param("twitter", "u%3D4567", "4567", id="as X writes it"),
        pytest.param("twitter", '"u=4567"', "4567", id="as X writes it, in quotes"),
        pytest.param("wikipedia", "Example_School", "Example_School", id="a name"),
    ],
)
def test_hashed(shipped: Configuration, service: str, typed: str, plain: str) -> None:
    """What is typed is the cookie's value, whichever way it was copied."""
    wanted = readable(shipped, service)
    assert hashed(b"key", wanted, typed) == account_hash(b"key", service, plain)


@pytest.mark.parametrize("typed", ["", " \n", "two words", "a\x00b"], ids=repr)
def test_no_id(shipped: Configuration, typed: str) -> None:
    """What cannot be a cookie's value is no account, and is not repeated."""
    with pytest.raises(AccountError, match="one word") as caught:
        hashed(b"key", readable(shipped, "facebook"), typed)
    assert not typed.strip() or typed.strip() not in str(caught.value)


@pytest.mark.parametrize(
    ("service", "said"),
    [
        pytest.param("youtube", "shows no readable id", id="a service that does not show who acts"),
        pytest.param("fcebook", "no service is called 'fcebook'", id="no such service"),
    ],
)
def test_not_readable(shipped: Configuration, service: str, said: str) -> None:
    """An account that could never be told is not taken down, and where it can be told is said."""
    with pytest.raises(AccountError, match=said) as caught:
        readable(shipped, service)
    assert "facebook" in str(caught.value)


def test_listed(shipped: Configuration) -> None:
    """The example names no account."""
    assert list(listed(shipped)) == []


def test_for_the_workers(shipped: Configuration) -> None:
    """The key goes to the workers with the configuration, and shows in nothing that is printed."""
    keyed = shipped.keyed(b"a secret of the site")
    assert bytes.fromhex(keyed.message["account_key"]) == b"a secret of the site"
    assert "a secret of the site" not in repr(keyed)
