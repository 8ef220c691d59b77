"""The `store:` section of site.yaml → where the records are forwarded to, if anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from agent.core.database import DatabaseAddress, login_of
from agent.packs.nodes import say
from agent.packs.shapes import Scalar
from agent.packs.tables import Field, Row, fields
from agent.problems import Problems

_HINT = "such as postgresql://db.example/breaktime; a password stands in a file of its own (`password-file`)"


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """The database, the login role there, and the file with its password (None: `database.password` of the keys)."""

    address: DatabaseAddress
    login: str
    password_file: Path | None = None


def _path(text: str) -> Path:
    if not text.startswith("/") or len(text) > 1000:
        raise ValueError("a path from the root must stand here")
    return Path(text)


_URL = Scalar(DatabaseAddress.read, {"type": "string", "pattern": "^postgres(ql)?://"}, _HINT)
_FILE = Scalar(_path, {"type": "string", "pattern": "^/"}, "such as /etc/breaktime/database.password, mode 0600")

URL = Field("url", _URL, says="The PostgreSQL database that records are forwarded to, without a password.")
_NO_FILE: Path | None = None
PASSWORD_FILE: Field[Path | None] = Field(
    "password-file", _FILE, _NO_FILE, says="The file with the password of the site's login role, and nothing else."
)
STORE: Field[Row | None] = Field(
    "store", fields(URL, PASSWORD_FILE), None, says="Records are forwarded to a database; without it they stay here."
)


def load_store(row: Row | None, site: str) -> StoreSettings | None:
    """Where the records of `site` go; None if they stay, or the section could not be read."""
    found = row.get(STORE, None) if row else None
    address = found.get(URL, None) if found else None
    if found is None or address is None:
        return None
    return StoreSettings(address, address.user or login_of(site), found.get(PASSWORD_FILE, None))


def check_store(row: Row, site: str, problems: Problems) -> None:
    """Find a login role that the database would not know this site by."""
    found = row.get(STORE, None)
    address = found.get(URL, None) if found else None
    if found is None or address is None:
        return
    try:
        login = login_of(site)
    except ValueError as error:
        say(problems, row.at("site"), str(error), "give the site a shorter id")
        return
    if address.user not in ("", login):
        what = f"the database tells schools apart by their role, and that of this site is {login}"
        say(problems, found.at("url"), what, "leave the user out of the address")
