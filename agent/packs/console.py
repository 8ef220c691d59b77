"""The `console:` section of site.yaml → where the console listens, by which names, whose sign-in it also takes."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

from agent.core.hosts import Host
from agent.packs.nodes import say
from agent.packs.scalars import HOST, TEXT, integer
from agent.packs.shapes import Flag, Scalar, shown
from agent.packs.tables import Field, Listing, Row, fields
from agent.problems import Problems


@dataclass(frozen=True, slots=True)
class SchoolSignIn:
    """An OpenID Connect provider; its secret is in a file. `domain`: of the addresses that it may vouch for, or ""."""

    name: str
    issuer: str
    client: str
    secret_file: str
    domain: str = ""
    authority: str = ""


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """`certificate` and `key` are files (PEM), or ""; `serve` is False where this gateway has no console."""

    listen: str = "127.0.0.1"
    port: int = 8090
    names: tuple[str, ...] = ()
    certificate: str = ""
    key: str = ""
    serve: bool = True
    sign_in: SchoolSignIn | None = None

    @property
    def url(self) -> str:
        """Where people find it."""
        scheme = "https" if self.certificate else "http"
        host = self.names[0] if self.names else f"[{self.listen}]" if ":" in self.listen else self.listen
        usual = self.port == (443 if self.certificate else 80)
        return f"{scheme}://{host}" + ("" if usual else f":{self.port}")


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError(f"{shown(text)} is not an address") from None


def _path(text: str) -> str:
    if not text.startswith("/") or len(text) > 1000:
        raise ValueError("a path from the root must stand here")
    return text


def _issuer(text: str) -> str:
    local = text.startswith(("http://127.0.0.1:", "http://localhost:"))  # a provider on this machine
    if not (text.startswith("https://") or local) or len(text) > 500 or any(c.isspace() for c in text):
        raise ValueError(f"{shown(text)} is no address of a provider")
    return text.rstrip("/") if text.count("/") == 3 else text


_ADDRESS = Scalar(_address, {"type": "string", "minLength": 2}, "such as 127.0.0.1")
_FILE = Scalar(_path, {"type": "string", "pattern": "^/"}, "such as /etc/breaktime/console.pem")
_ISSUER = Scalar(_issuer, {"type": "string", "pattern": "^https?://"}, "such as https://accounts.google.com")

SERVE = Field("serve", Flag(), True, says="no: this gateway has no console.")
LISTEN = Field("listen", _ADDRESS, "127.0.0.1", says="The address to listen on; any but this machine's needs TLS.")
PORT = Field("port", integer(1, 65535), 8090, says="The port of the console.")
_NO_NAMES: tuple[Host, ...] = ()
NAMES = Field("names", Listing(HOST), _NO_NAMES, says="The names by which people reach it; it answers to no other.")
CERTIFICATE = Field("certificate", _FILE, "", says="The site's certificate with its chain (PEM).")
KEY = Field("key", _FILE, "", says="The certificate's key (PEM, mode 0600).")
PROVIDER = Field("name", TEXT, says="What the button says, such as Google or Microsoft.")
ISSUER = Field("issuer", _ISSUER, says="The provider's issuer, such as https://accounts.google.com.")
CLIENT = Field("client", TEXT, says="The client id that the provider gave.")
SECRET_FILE = Field("secret-file", _FILE, says="A file (mode 0600) with the client secret on one line.")
DOMAIN = Field(
    "domain", TEXT, "", says="The domain that the provider must vouch for (Google: hd), such as school.example."
)
AUTHORITY = Field("ca", _FILE, "", says="Further CA certificates to trust for the provider (PEM).")
_NO_PROVIDER: Row | None = None
SCHOOL_SIGN_IN: Field[Row | None] = Field(
    "school-sign-in",
    fields(PROVIDER, ISSUER, CLIENT, SECRET_FILE, DOMAIN, AUTHORITY),
    _NO_PROVIDER,
    says="OpenID Connect: people sign in as they do for their mail.",
)
CONSOLE: Field[Row | None] = Field(
    "console",
    fields(SERVE, LISTEN, PORT, NAMES, CERTIFICATE, KEY, SCHOOL_SIGN_IN),
    None,
    says="Where the console is, and how people sign in to it.",
)


def load_console(row: Row | None) -> ConsoleSettings:
    """What the site says of its console; what it does not say, and what could not be read, is the default."""
    found = row.get(CONSOLE, None) if row else None
    if found is None:
        return ConsoleSettings()
    return ConsoleSettings(
        found.get(LISTEN, "127.0.0.1"),
        found.get(PORT, 8090),
        tuple(host.name for host in found.get(NAMES, ())),
        found.get(CERTIFICATE, ""),
        found.get(KEY, ""),
        found.get(SERVE, True),
        _provider(found.get(SCHOOL_SIGN_IN, None)),
    )


def check_console(row: Row | None, problems: Problems) -> None:
    """Find a console that would be spoken to in clear text over the network, or a certificate without its key."""
    found = row.get(CONSOLE, None) if row else None
    if found is None:
        return
    settings = load_console(row)
    if bool(settings.certificate) != bool(settings.key):
        what, other = ("certificate", "key") if settings.certificate else ("key", "certificate")
        say(problems, found.at(what), f"a {what} without its {other}", "name both, `certificate` and `key`")
    elif not settings.certificate and not ip_address(settings.listen).is_loopback:
        what = f"the console would be reached at {settings.listen} in clear text, passwords included"
        say(problems, found.at("listen"), what, "name `certificate` and `key`, or listen on 127.0.0.1")
    if ip_address(settings.listen).is_unspecified and not settings.names:
        what = "the console answers to names that are listed, and none is"
        say(problems, found.at("listen"), what, "write `names: [breaktime.school.example]`")


def _provider(row: Row | None) -> SchoolSignIn | None:
    if row is None:
        return None
    name, issuer, client = row.get(PROVIDER, ""), row.get(ISSUER, ""), row.get(CLIENT, "")
    return SchoolSignIn(name, issuer, client, row.get(SECRET_FILE, ""), row.get(DOMAIN, ""), row.get(AUTHORITY, ""))
