"""What the core is measured with: the shipped site's engine, and a day of a school on it.

The mix is fixed: every client of `CLIENTS` at every one of `HOSTS` at every one of `TIMES`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache
from itertools import product

from agent.app.build import build
from agent.app.folder import read_folder
from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.authorisation import Authorisation
from agent.core.clients import Client, DeviceKind, Owner, Role, Zone
from agent.core.engine import Engine, Situation, known
from tests.system import sites

CLIENTS = (
    Client(Role.TEACHER, Owner.SCHOOL, DeviceKind.LAPTOP, Zone.CLASSROOM, True, "teacher-01", "laptop-01"),
    Client(Role.TEACHER, Owner.SCHOOL, DeviceKind.LAPTOP, Zone.STAFF_ROOM, True, "teacher-02", "laptop-02"),
    Client(Role.TEACHER, Owner.PERSONAL, DeviceKind.PHONE, Zone.STAFF_ROOM, False, "teacher-03", "phone-03"),
    Client(Role.SUPPORT_STAFF, Owner.SCHOOL, DeviceKind.DESKTOP, Zone.OFFICE, True, "support-01", "desktop-01"),
    Client(Role.HEADTEACHER, Owner.SCHOOL, DeviceKind.LAPTOP, Zone.OFFICE, True, "head-01", "laptop-04"),
    Client(Role.PUPIL, Owner.SCHOOL, DeviceKind.TABLET, Zone.CLASSROOM, True, "pupil-01", "tablet-01"),
    Client(Role.VISITOR, Owner.PERSONAL, DeviceKind.PHONE, Zone.GUEST),
    Client(Role.UNKNOWN, Owner.UNKNOWN, DeviceKind.UNKNOWN, Zone.PLAYGROUND),
)
HOSTS = (
    "www.facebook.com", "static.xx.fbcdn.net", "x.com", "www.tiktok.com", "www.youtube.com", "i.instagram.com",
    "web.whatsapp.com", "discord.com", "www.reddit.com", "someone.wordpress.com", "www.linkedin.com",
    "www.twitch.tv", "en.wikipedia.org", "www.classdojo.com", "www.bbc.co.uk", "cdn.school.example",
)  # fmt: skip
TIMES = (
    "2026-11-23T09:30", "2026-11-23T10:35", "2026-11-23T12:30", "2026-11-23T16:00", "2026-11-27T15:00",
    "2026-11-22T11:00", "2026-09-01T10:00", "2026-10-27T10:00",
)  # fmt: skip
SEEN = (
    (Account.OTHER, Activity.VISIT),
    (Account.SIGNED_OUT, Activity.VISIT),
    (Account.OFFICIAL, Activity.POST),
    (Account.UNKNOWN, Activity.EMBED),
)
"""What a request turned out to be; the cases take them in turn."""


@cache
def engine(account_rule: bool = False) -> Engine:
    """The shipped configuration, or with a rule that makes the account matter to every member of staff.

    One permission of the headteacher is added, so that a share of the cases is authorised.
    """
    files, problems = read_folder(sites.EXAMPLE)
    if account_rule:
        path = f"policies/{sites.POLICY}/policy.yaml"
        files[path] = files[path].replace(b"\nrules:\n", b"\nrules:\n" + sites.ONLY_OFFICIAL.encode(), 1)
    built = build(files, None)
    assert built.engine is not None, [str(problem) for problem in (*problems, *built.problems)]
    return replace(built.engine, authorisations=(_permission(built.engine),))


def situations(on: Engine) -> list[tuple[Situation, datetime]]:
    """Every client at every host at every time, known by name only, as at a ClientHello."""
    return [
        (Situation(client, on.catalogue.match_name(host)), at)
        for client, host, at in product(CLIENTS, HOSTS, instants(on))
    ]


def opened(on: Engine) -> list[tuple[Situation, datetime]]:
    """The same once the request is seen."""
    return [(known(s, *SEEN[i % len(SEEN)]), at) for i, (s, at) in enumerate(situations(on))]


def instants(on: Engine) -> list[datetime]:
    """`TIMES` in the site's zone."""
    zone = on.timetable.calendar.zone
    return [datetime.fromisoformat(text).replace(tzinfo=zone) for text in TIMES]


def _permission(on: Engine) -> Authorisation:
    first, *_, last = sorted(instants(on))
    return Authorisation(
        "2026-01", first, last, "news of the school", persons=frozenset({"teacher-01"}), services=frozenset({"x"})
    )
