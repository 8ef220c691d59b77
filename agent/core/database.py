"""Where a school's records are forwarded to: the address of a PostgreSQL database as `site.yaml` writes it.

    store.url → DatabaseAddress → the forwarder's connection

An address never holds a password: that stands in a file of its own, which only the gateway's account may read.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

LOGIN_PREFIX = "breaktime_site_"
"""What the name of a site's login role begins with; the site's id follows. The database rules by this name."""
LONGEST_LOGIN = 63
DEFAULT_PORT = 5432
_SCHEMES = ("postgresql", "postgres")
_TLS = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_REMOTE_TLS = ("require", "verify-ca", "verify-full")
_OPTIONS = ("sslmode", "sslrootcert", "host")


def login_of(site: str) -> str:
    """The login role of a site. Raises ValueError if its id is too long to be part of a role's name."""
    login = LOGIN_PREFIX + site
    if len(login) > LONGEST_LOGIN:
        most = LONGEST_LOGIN - len(LOGIN_PREFIX)
        raise ValueError(f"the site's id has {len(site)} characters; a login role has room for {most}")
    return login


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """A database, without password. `host` is a name, an address, or the folder of a Unix socket.

    `user` is "" for the login role of the site. `tls` is libpq's sslmode, `certificates` its sslrootcert.
    """

    host: str
    port: int
    name: str
    user: str = ""
    tls: str = "prefer"
    certificates: str = ""

    @classmethod
    def read(cls, text: str) -> DatabaseAddress:
        """The address in `postgresql://[user@]host[:port]/database[?sslmode=…&sslrootcert=…&host=…]`.

        Raises ValueError that says what is wrong and never repeats the text: it might hold a password.
        """
        parts = _split(text)
        options = _options(parts.query)
        host = options.get("host") or unquote(parts.hostname or "")
        name = unquote(parts.path.removeprefix("/"))
        if not name or "/" in name:
            raise ValueError("the address must end in /DATABASE, the name of one database")
        if not host:
            raise ValueError("the address names no host")
        tls = options.get("sslmode") or ("prefer" if _is_local(host) else "verify-full")
        _check_tls(host, tls)
        user = unquote(parts.username or "")
        return cls(host, parts.port or DEFAULT_PORT, name, user, tls, options.get("sslrootcert", ""))

    @property
    def local(self) -> bool:
        """True if the way there never leaves this machine."""
        return _is_local(self.host)

    def __str__(self) -> str:
        """How messages name it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"postgresql://{host}:{self.port}/{self.name}"


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError("the address cannot be read") from None
    if parts.scheme not in _SCHEMES:
        raise ValueError("the address must begin with postgresql://")
    if parts.password is not None:
        raise ValueError("the address holds a password")
    if port == 0 or parts.fragment:
        raise ValueError("the address cannot be read")
    return parts


def _options(query: str) -> dict[str, str]:
    found = dict(parse_qsl(query, keep_blank_values=True))
    if "password" in found:
        raise ValueError("the address holds a password")
    unknown = sorted(set(found) - set(_OPTIONS))
    if unknown:
        raise ValueError(f"the address may carry {', '.join(_OPTIONS)} and nothing else")
    return found


def _check_tls(host: str, tls: str) -> None:
    if tls not in _TLS:
        raise ValueError(f"sslmode is one of {', '.join(_TLS)}")
    if tls not in _REMOTE_TLS and not _is_local(host):
        raise ValueError("records may not cross the network in the clear: sslmode must be at least require")


def _is_local(host: str) -> bool:
    if host.startswith("/") or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
