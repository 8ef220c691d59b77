"""`site.yaml`: its shape, and the parts of it that need no other file: site, zones, gateway, metrics."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from zoneinfo import ZoneInfo

from agent.core.clients import Zone
from agent.core.decision import Mode, Verdict
from agent.core.hosts import Host
from agent.core.site import Governance, Site
from agent.packs.bells import BELLS as _BELLS
from agent.packs.console import CONSOLE, load_console
from agent.packs.directory import DIRECTORY
from agent.packs.lists import LISTS
from agent.packs.nodes import Node, say
from agent.packs.officers import CONCERNS, MAIL, OFFICERS
from agent.packs.permissions import AUTHORISATIONS as _AUTHORISATIONS
from agent.packs.permissions import OFFICIAL_ACCOUNTS as _OFFICIAL_ACCOUNTS
from agent.packs.permissions import OFFICIAL_USERS as _OFFICIAL_USERS
from agent.packs.report import REPORT
from agent.packs.scalars import DATE, FILE, HOST, ID, SETTING_ID, TEXT, integer
from agent.packs.shapes import Anything, At, Choice, Located, Scalar, Unread, one_of, shown
from agent.packs.steering import STEERING
from agent.packs.store import STORE
from agent.packs.tables import Field, Listing, Mapped, Row, fields
from agent.packs.year import CALENDAR as _CALENDAR
from agent.packs.zones import ZONES
from agent.problems import Problems

GATEWAY_MODES = ("explicit", "transparent")
LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """How the gateway runs. `upstream_ca`: a file of further CA certificates to trust for origins, or "".

    `port` is the first worker's; each further worker takes the next. `page_port`: 0 for none.
    """

    mode: str = "explicit"
    listen: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1
    upstream_ca: str = ""
    on_error: dict[Zone, Verdict] = field(default_factory=dict)
    page_port: int = 0


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """Where the metrics are offered."""

    listen: str = "127.0.0.1"
    port: int = 9108


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError(f"{shown(text)} is not an address") from None


def _time_zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        raise ValueError(f"{shown(text)} is not a time zone") from None


def _path(text: str) -> str:
    if not text.strip() or len(text) > 1000:
        raise ValueError("a path must stand here")
    return text


_ADDRESS = Scalar(_address, {"type": "string", "minLength": 2}, "such as 127.0.0.1")
_ZONE_NAME = Scalar(_time_zone, {"type": "string", "minLength": 1}, "such as Europe/London")
_PATH = Scalar(_path, {"type": "string", "minLength": 1}, "the path of a file with certificates (PEM)")
_PORT = integer(1, LAST_PORT)
_ON_ERROR = Mapped(one_of(*Zone), one_of(*Verdict))

DPIA = Field("dpia", DATE, says="The day of the data protection impact assessment.")
BASIS = Field("lawful-basis", TEXT, says="The lawful basis of the processing.")
NOTICE = Field("notice", TEXT, says="The version of the notice that people were given.")
CONSULTATION = Field("consultation", TEXT, says="Who was consulted, and when.")

MODE = Field("mode", Choice({mode: mode for mode in GATEWAY_MODES}), "explicit")
LISTEN = Field("listen", _ADDRESS, "127.0.0.1", says="The address to listen on.")
PORT = Field("port", _PORT, 8080, says="The first worker's port; each further worker takes the next.")
WORKERS = Field("workers", integer(1, 64), 1, says="One for each processor core.")
UPSTREAM_CA = Field("upstream-ca", _PATH, "", says="Further CA certificates to trust for origins (PEM).")
PAGE_PORT = Field("page-port", _PORT, 0, says="Where the gateway's page and the proxy's settings (PAC) are served.")
ON_ERROR: Field[dict[Zone, Verdict]] = Field(
    "on-error", _ON_ERROR, {}, says="What happens in a zone when the engine itself fails; block elsewhere."
)
METRICS_PORT = Field("port", _PORT, 9108, says="The port of the metrics.")

SITE = Field("site", ID, says="The site's id.")
NAME = Field("name", TEXT, says="The school's name.")
CONTACT = Field("contact", TEXT, says="Whom a blocked page tells people to ask.")
TIME_ZONE = Field("time-zone", _ZONE_NAME, says="Such as Europe/London.")
POLICY = Field("policy", At(ID), says="The policy in force: a folder of policies/.")
SITE_MODE = Field("mode", one_of(*Mode), Mode.ENFORCE, says="observe: rule and count, block nothing.")
_NO_SETTINGS: dict[Located[str], Node] = {}
SETTINGS = Field("settings", Mapped(At(SETTING_ID), Anything()), _NO_SETTINGS, says="Values for the policy's settings.")
GOVERNANCE: Field[Row | None] = Field(
    "governance",
    fields(DPIA, BASIS, NOTICE, CONSULTATION),
    None,
    says="Without these four nobody is recorded and nothing is opened.",
)
CALENDAR = Field("calendar", _CALENDAR, says="The school's year.")
BELLS = Field("bells", _BELLS, says="The school's day; the first bell is everybody's.")
_NO_FILE: Located[str] | None = None
FREE_PERIODS: Field[Located[str] | None] = Field(
    "free-periods", At(FILE), _NO_FILE, says="A CSV file: person,day,from,to."
)
PEOPLE: Field[Located[str] | None] = Field("people", At(FILE), _NO_FILE, says="A CSV file: person,role,groups.")
DEVICES: Field[Located[str] | None] = Field(
    "devices", At(FILE), _NO_FILE, says="A CSV file: device,owner,kind,person,inspectable,told,addresses; and macs."
)
ROOMS: Field[Located[str] | None] = Field(
    "rooms", At(FILE), _NO_FILE, says="A CSV file: room,day,from,to; when pupils are in a room."
)
OFFICIAL_USERS: Field[Row | None] = Field("official-users", _OFFICIAL_USERS, None)
_NO_ACCOUNTS: dict[Located[str], tuple[str, ...]] = {}
OFFICIAL_ACCOUNTS = Field("official-accounts", _OFFICIAL_ACCOUNTS, _NO_ACCOUNTS)
AUTHORISATIONS = Field("authorisations", _AUTHORISATIONS, ())
_NO_DOMAINS: tuple[Host, ...] = ()
MAIL_DOMAINS = Field(
    "mail-domains", Listing(HOST), _NO_DOMAINS, says="Domains of the school's e-mail addresses, such as school.example."
)
GATEWAY: Field[Row | None] = Field(
    "gateway", fields(MODE, LISTEN, PORT, WORKERS, UPSTREAM_CA, ON_ERROR, PAGE_PORT), None, says="How the gateway runs."
)
METRICS: Field[Row | None] = Field("metrics", fields(LISTEN, METRICS_PORT), None, says="Where metrics are.")
SITE_FILE = fields(
    SITE, NAME, CONTACT, TIME_ZONE, POLICY, SITE_MODE, SETTINGS, GOVERNANCE, CALENDAR, BELLS, FREE_PERIODS,
    PEOPLE, DEVICES, DIRECTORY, ROOMS, ZONES, OFFICIAL_USERS, OFFICIAL_ACCOUNTS, AUTHORISATIONS, MAIL_DOMAINS, GATEWAY,
    STEERING, METRICS, CONSOLE, OFFICERS, CONCERNS, MAIL, STORE, LISTS,
    STEERING, METRICS, OFFICERS, CONCERNS, MAIL, STORE, LISTS, REPORT,
    says="A school's site.",
)  # fmt: skip


def load_site(row: Row) -> Site:
    """The site itself, without what may be opened: only the CA can say that. Raises Unread."""
    gateway = row.get(GATEWAY, None)
    return Site(
        row[SITE],
        row[NAME],
        row[CONTACT],
        row[SITE_MODE],
        _governance(row.get(GOVERNANCE, None)),
        gateway.get(ON_ERROR, {}) if gateway else {},
        mail_domains=frozenset(domain.name for domain in row.get(MAIL_DOMAINS, ())),
    )


def load_gateway(row: Row | None) -> GatewaySettings:
    """The gateway's settings; those that could not be read are the defaults."""
    found = row.get(GATEWAY, None) if row else None
    if found is None:
        return GatewaySettings()
    return GatewaySettings(
        found.get(MODE, "explicit"),
        found.get(LISTEN, "127.0.0.1"),
        found.get(PORT, 8080),
        found.get(WORKERS, 1),
        found.get(UPSTREAM_CA, ""),
        found.get(ON_ERROR, {}),
        found.get(PAGE_PORT, 0),
    )


def load_metrics(row: Row | None) -> MetricsSettings:
    """Where the metrics are offered."""
    found = row.get(METRICS, None) if row else None
    if found is None:
        return MetricsSettings()
    return MetricsSettings(found.get(LISTEN, "127.0.0.1"), found.get(METRICS_PORT, 9108))


def check_ports(row: Row, problems: Problems) -> None:
    """Find ports that no gateway could open: beyond the last that there is, or taken by the metrics."""
    gateway, metrics = load_gateway(row), load_metrics(row)
    last = gateway.port + gateway.workers - 1
    settings, others = row.get(GATEWAY, None), row.get(METRICS, None)
    if settings and last > LAST_PORT:
        what = f"{gateway.workers} workers from {gateway.port} on need ports up to {last}; {LAST_PORT} is the last"
        say(problems, settings.at("port"), what, f"begin at {LAST_PORT - gateway.workers + 1} or lower")
    elif gateway.port <= metrics.port <= last and _meet(gateway.listen, metrics.listen):
        what = f"port {metrics.port} is for the metrics and for the gateway, which takes {gateway.port} to {last}"
        say(
            problems,
            (others or settings or row).at("port"),
            what,
            "give `port` under `metrics` or `gateway` another number",
        )
    _check_page_port(settings, gateway, metrics, problems)
    _check_console_port(row, gateway, metrics, problems)


def _check_page_port(row: Row | None, gateway: GatewaySettings, metrics: MetricsSettings, problems: Problems) -> None:
    page, last = gateway.page_port, gateway.port + gateway.workers - 1
    for_metrics = page == metrics.port and _meet(gateway.listen, metrics.listen)
    if row and page and (gateway.port <= page <= last or for_metrics):
        what = f"port {page} is for the {'metrics' if for_metrics else 'workers'} already"
        say(problems, row.at("page-port"), what, "give `page-port` another number, such as 8088")


def _check_console_port(row: Row, gateway: GatewaySettings, metrics: MetricsSettings, problems: Problems) -> None:
    console, found = load_console(row), row.get(CONSOLE, None)
    port, last = console.port, gateway.port + gateway.workers - 1
    taken = "gateway" if gateway.port <= port <= last or port == gateway.page_port else ""
    taken = taken if taken and _meet(gateway.listen, console.listen) else ""
    if not taken and port == metrics.port and _meet(metrics.listen, console.listen):
        taken = "metrics"
    if console.serve and taken:
        what = f"port {port} is for the console and for the {taken}"
        say(problems, (found or row).at("port"), what, "give `port` under `console` another number")


def _meet(one: str, other: str) -> bool:
    """True if what listens on one address keeps the other's ports; `::` is every address of either kind."""
    first, second = sorted((ip_address(one), ip_address(other)), key=lambda a: (not a.is_unspecified, -a.version))
    return first == second or (first.is_unspecified and first.version >= second.version)


def _governance(row: Row | None) -> Governance | None:
    try:
        return Governance(row[DPIA], row[BASIS], row[NOTICE], row[CONSULTATION]) if row else None
    except Unread:
        return None
