"""Real core objects, made by constructor: the example site in small, shared by every test of the core."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from agent.core.accounts import OfficialAccounts, account_hash
from agent.core.activity import Activity, Request, Shape, path_pattern
from agent.core.authorisation import Authorisation, OfficialUsers
from agent.core.calendar import Calendar, DateRange
from agent.core.catalogue import Catalogue, Category, HostKind, Service
from agent.core.clients import (
    Binding,
    Client,
    Device,
    DeviceKind,
    Owner,
    Person,
    Role,
    Zone,
    ZoneRange,
    network,
)
from agent.core.decision import Verdict
from agent.core.directory import Directory
from agent.core.engine import Engine, Situation
from agent.core.hosts import Host
from agent.core.policy import Allowance, Condition, Monitoring, Policy, PolicySet, Rule
from agent.core.site import Governance, Site
from agent.core.timetable import Bell, BellUse, Period, PeriodKind, TimeRange, Timetable

LONDON = ZoneInfo("Europe/London")
KEY = b"the site's key"
ALLOW, BLOCK = Verdict.ALLOW, Verdict.BLOCK
MINUTES = 30


def at(text: str) -> datetime:
    """A local instant of the site: `2026-11-23T09:30`, or with an offset where the clock repeats itself."""
    instant = datetime.fromisoformat(text)
    return instant.astimezone(LONDON) if instant.tzinfo else instant.replace(tzinfo=LONDON)


def clock(text: str) -> int:
    """`10:30` as a minute of the day."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def span(text: str) -> TimeRange:
    """`10:30-10:45` as a range."""
    start, end = text.split("-")
    return TimeRange(clock(start), clock(end))


def days(first: str, last: str) -> DateRange:
    """Both days and all between."""
    return DateRange(date.fromisoformat(first), date.fromisoformat(last))


WEEK = frozenset(range(5))
FRIDAY = frozenset({4})


def bell(name: str, *periods: tuple[PeriodKind, str, frozenset[int]]) -> Bell:
    """A bell from rows of period, range and weekdays."""
    return Bell(name, (Period(kind, span(text), weekdays) for kind, text, weekdays in periods))


def school_bell(name: str, first: str, second: str) -> Bell:
    """The example site's day, with its morning break from `first` to `second`."""
    return bell(
        name,
        (PeriodKind.BEFORE_SCHOOL, "07:00-08:45", WEEK),
        (PeriodKind.REGISTRATION, "08:45-09:00", WEEK),
        (PeriodKind.LESSON, f"09:00-{first}", WEEK),
        (PeriodKind.BREAK, f"{first}-{second}", WEEK),
        (PeriodKind.LESSON, f"{second}-12:00", WEEK),
        (PeriodKind.LUNCH, "12:00-13:00", WEEK),
        (PeriodKind.LESSON, "13:00-15:15", WEEK - FRIDAY),
        (PeriodKind.LESSON, "13:00-14:45", FRIDAY),
        (PeriodKind.ASSEMBLY, "14:45-15:15", FRIDAY),
        (PeriodKind.AFTER_SCHOOL, "15:15-18:00", WEEK),
    )


MAIN = school_bell("main", "10:30", "10:45")
INFANTS = school_bell("infants", "10:15", "10:30")
BELLS = {"main": MAIN, "infants": INFANTS}

CALENDAR = Calendar(
    LONDON,
    terms=(
        days("2026-03-01", "2026-03-31"),
        days("2026-09-02", "2026-12-18"),
        days("2027-01-05", "2027-03-24"),
        days("2027-04-12", "2027-07-21"),
        days("2028-02-21", "2028-03-31"),
    ),
    half_terms=(days("2026-10-26", "2026-10-30"), days("2027-02-15", "2027-02-19")),
    inset=frozenset({date(2026, 9, 1), date(2027, 1, 4), date(2026, 12, 5)}),
    holidays=frozenset({date(2026, 12, 25), date(2027, 5, 3)}),
    early_closing={date(2026, 12, 18): clock("13:30"), date(2027, 1, 4): clock("14:00")},
)
TIMETABLE = Timetable(CALENDAR, BELLS, "main", [BellUse("infants", groups=frozenset({"infants"}))])


def hosts(text: str) -> tuple[Host, ...]:
    """Host entries, separated by spaces."""
    return tuple(Host.parse(name) for name in text.split())


def shape(activity: Activity, methods: str, path: str, host: str = "", **query: str) -> Shape:
    """A request shape; methods, and values of a query parameter, are separated by spaces."""
    values = {key: frozenset(value.split()) for key, value in query.items()}
    return Shape(activity, frozenset(methods.split()), path_pattern(path), values, host)


FACEBOOK = Service(
    "facebook",
    "Facebook",
    Category.SOCIAL_NETWORK,
    {
        HostKind.SITE: hosts("facebook.com fb.com"),
        HostKind.API: hosts("graph.facebook.com"),
        HostKind.APP: hosts("edge-mqtt.facebook.com"),
        HostKind.ASSET: hosts("fbcdn.net"),
        HostKind.WIDGET: hosts("connect.facebook.net"),
    },
    account_cookies=("i_user", "c_user"),
    signed_in_cookies=("xs",),
    shapes=(
        shape(Activity.POST, "POST", "/composer/*"),
        shape(Activity.SIGN_IN, "GET POST", "/login/*"),
        shape(Activity.SIGN_UP, "GET POST", "/reg/*"),
        shape(Activity.LIVE, "GET POST", "/live/*"),
    ),
)
X = Service(
    "x",
    "X",
    Category.MICROBLOG,
    {HostKind.SITE: hosts("x.com twitter.com")},
    account_cookies=("twid",),
    shapes=(shape(Activity.POST, "POST", "/i/api/*/CreateTweet", host="x.com"),),
)
YOUTUBE = Service(
    "youtube",
    "YouTube",
    Category.VIDEO_SHARING,
    {HostKind.SITE: hosts("youtube.com"), HostKind.ASSET: hosts("ytimg.com")},
    signed_in_cookies=("LOGIN_INFO",),
    shapes=(shape(Activity.LIVE, "GET", "/live_dashboard"),),
)
WIKIPEDIA = Service(
    "wikipedia",
    "Wikipedia",
    Category.WIKI,
    {HostKind.SITE: hosts("wikipedia.org"), HostKind.SIGN_IN: hosts("auth.wikimedia.example")},
    shapes=(shape(Activity.EDIT, "GET POST", "/w/index.php", action="edit submit"),),
)
KINDLING = Service(
    "kindling",
    "Kindling",
    Category.DATING,
    {HostKind.SITE: hosts("kindling.example")},
    account_cookies=("me",),
    sensitive=True,
)
PLUS = Service(
    "google-plus",
    "Google+",
    Category.SOCIAL_NETWORK,
    {HostKind.SITE: hosts("plus.google.com")},
    closed=True,
)
CATALOGUE = Catalogue([FACEBOOK, X, YOUTUBE, WIKIPEDIA, KINDLING, PLUS])

OFFICIAL_ID, OTHER_ID = "4567", "1234"
OFFICIAL_ACCOUNTS = OfficialAccounts(
    KEY, {s: frozenset({account_hash(KEY, s, OFFICIAL_ID)}) for s in ("facebook", "x", "kindling")}
)
OFFICIAL_USERS = OfficialUsers(roles=frozenset({Role.TEACHER}))

GOVERNANCE = Governance(date(2026, 9, 1), "EXAMPLE", "EXAMPLE-1", "EXAMPLE")
OPENABLE = frozenset({"facebook.com", "fb.com", "x.com", "youtube.com", "wikipedia.org", "kindling.example"})
SITE = Site("example-primary", "Example Primary", "the office", governance=GOVERNANCE, openable=OPENABLE)

TEACHER = Person("teacher-01", Role.TEACHER)
ZONES = (
    ZoneRange(Zone.CLASSROOM, network("10.20.10.0/24")),
    ZoneRange(Zone.STAFF_ROOM, network("10.20.20.0/24")),
    ZoneRange(Zone.GUEST, network("10.20.70.0/24"), Role.VISITOR, Owner.PERSONAL),
)
LAPTOP, PHONE = "10.20.10.1", "10.20.20.1"
DIRECTORY = Directory(
    (
        Binding(network(LAPTOP), Device("laptop-01", Owner.SCHOOL, DeviceKind.LAPTOP, TEACHER, inspectable=True)),
        Binding(network(PHONE), Device("phone-01", Owner.PERSONAL, DeviceKind.PHONE, TEACHER)),
    ),
    ZONES,
)


def one_of(fact: str, *values: object) -> Condition:
    """The fact is one of these values."""
    return Condition(fact, frozenset(values).__contains__, f"{fact} is {' or '.join(map(str, values))}")


def used_up(minutes: int = MINUTES) -> Condition:
    """The minutes of the allowance are used up."""
    return Condition("used", lambda value: isinstance(value, int) and value >= minutes, "minutes used up")


def rule(name: str, verdict: Verdict, *conditions: Condition, locked: bool = False) -> Rule:
    """A rule whose clause and sentence are told by its name."""
    return Rule(name, verdict, f"§{name}", conditions, f"say {name}", locked)


def policy(
    *rules: Rule,
    default: Verdict = ALLOW,
    monitoring: Monitoring = Monitoring.ALWAYS,
    allowance: Allowance | None = None,
    name: str = "p",
) -> Policy:
    """A policy of these rules and a default called `default`."""
    last = rule("default", default)
    return Policy(name, "A policy", rules, last, monitoring=monitoring, allowance=allowance)


BREAKS = policy(
    rule("pupils", BLOCK, one_of("role", Role.PUPIL, Role.VISITOR, Role.UNKNOWN), locked=True),
    rule(
        "directed",
        BLOCK,
        one_of("period", PeriodKind.LESSON, PeriodKind.TRAINING, PeriodKind.REGISTRATION, PeriodKind.ASSEMBLY),
    ),
    rule("used-up", BLOCK, used_up()),
    allowance=Allowance(MINUTES),
    name="breaks",
)


def engine(
    ruled_by: Policy | None = BREAKS,
    *,
    site: Site = SITE,
    directory: Directory = DIRECTORY,
    timetable: Timetable = TIMETABLE,
    users: OfficialUsers = OFFICIAL_USERS,
    authorisations: Iterable[Authorisation] = (),
    subjects: Iterable[str] = (),
) -> Engine:
    """An engine of the small site under one policy, or none."""
    loaded = [ruled_by] if ruled_by else []
    return Engine(
        site,
        CATALOGUE,
        directory,
        timetable,
        PolicySet(loaded, ruled_by.id if ruled_by else None),
        OFFICIAL_ACCOUNTS,
        users,
        tuple(authorisations),
        frozenset(subjects),
        "r1",
    )


STAFF_LAPTOP = Client(Role.TEACHER, Owner.SCHOOL, DeviceKind.LAPTOP, Zone.CLASSROOM, True, "teacher-01", "laptop-01")
STAFF_PHONE = replace(STAFF_LAPTOP, owner=Owner.PERSONAL, kind=DeviceKind.PHONE, inspectable=False, device="phone-01")


def situation(name: str = "www.facebook.com", client: Client = STAFF_LAPTOP) -> Situation:
    """A client at the hello of a connection to a host."""
    return Situation(client, CATALOGUE.match_name(name))


PAGE = Request("GET", "/", site="none", mode="navigate", dest="document", browser=True)
LIKE_BUTTON = Request(
    "GET",
    "/plugins/like.php",
    site="cross-site",
    mode="navigate",
    dest="iframe",
    source="news.example",
    browser=True,
)
SIGNED_IN: Mapping[str, str] = {"c_user": OTHER_ID}
