"""The school's own accounts: the site's secret that their hashes stand under, and `breaktime account`.

An account's id is told to `add`, hashed and forgotten; `site.yaml` holds the hash. The secret is in the data folder
and in the workers' memory, in no file of the configuration: whoever reads `site.yaml` alone can tell nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes, token_hex
from typing import Any

from agent.app.live import Configuration
from agent.core.accounts import account_hash, plain_id
from agent.core.catalogue import Service

KEY_BYTES = 32


class AccountError(Exception):
    """The account cannot be added, or the key not be used; the text says why and what to do."""


def read_key(path: Path) -> bytes:
    """The site's secret; empty where none was made yet. Raises AccountError if it cannot be used."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return b""
    except OSError as problem:
        raise AccountError(f"{path}: cannot be read ({problem.strerror})") from None
    with open(descriptor, "rb") as file:
        if os.fstat(descriptor).st_mode & 0o077:
            raise AccountError(f"{path}: others may read it; chmod 600 {path}")
        key = file.read(KEY_BYTES + 1)
    if len(key) != KEY_BYTES:
        raise AccountError(f"{path}: this is no key; restore it, or remove it and add the accounts anew")
    return key


def make_key(path: Path) -> bytes:
    """The site's secret, made at the first use: whole or not at all, and the same for everybody who asks at once."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
    except OSError as problem:
        raise AccountError(f"{path}: cannot be written ({problem.strerror})") from None
    return read_key(path)


def _make(path: Path) -> None:
    draft = path.with_name(f".accounts-{token_hex(8)}.new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # fails where another was quicker: then its key is the site's
    except FileExistsError:
        return
    finally:
        draft.unlink()
        _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Accounts:
    """The school's accounts of one service, as the configuration has them."""

    service: str
    name: str
    count: int

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return {"service": self.service, "name": self.name, "accounts": self.count}


def readable(config: Configuration, name: str) -> Service:
    """The service of that id, if an account of it can be told. Raises AccountError."""
    services = config.engine.catalogue.services
    service = services.get(name)
    shown = ", ".join(sorted(s.id for s in services.values() if s.account_cookies))
    if service is None:
        raise AccountError(f"no service is called {name!r}; accounts can be told on: {shown}")
    if not service.account_cookies:
        raise AccountError(
            f"{service.name} shows no readable id of the account that acts, so none can be told to be the school's; "
            f"accounts can be told on: {shown}"
        )
    return service


def hashed(key: bytes, service: Service, account_id: str) -> str:
    """The keyed hash of an account's id as it was typed in. Raises AccountError."""
    plain = plain_id(account_id.strip())
    if not plain or any(letter.isspace() or not letter.isprintable() for letter in plain):
        raise AccountError("an account's id is one word: the value of the cookie, as the site sets it")
    return account_hash(key, service.id, plain)


def listed(config: Configuration) -> Iterator[Accounts]:
    """How many accounts are the school's, by service. The ids are known to nobody."""
    services = config.engine.catalogue.services
    for name, hashes in sorted(config.engine.official_accounts.hashes.items()):
        yield Accounts(name, services[name].name, len(hashes))
