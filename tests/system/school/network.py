"""The map of the school: five devices on three networks, the gateway, and an internet with more than one way in.

Constants only. Nobody has an /etc/hosts with names in it: devices ask the gateway for them, as DHCP would tell
them to. No packet's source is changed on its way, so a site sees whether the kernel forwarded it (the device's
own address) or a worker made the connection (the gateway's).
"""

from dataclasses import dataclass

from .. import places
from ..places import Link, Map, Origin

LAPTOP = "laptop"
PHONE = "phone"
TABLET = "tablet"
STAFF = "staff"
GUEST = "guest"
DEVICES = (LAPTOP, PHONE, TABLET, STAFF, GUEST)

_CLASS = ("10.20.10.1", "fd00:20:10::1")
LINKS = (
    Link(LAPTOP, "02:00:00:20:10:21", ("10.20.10.21",), "fd00:20:10::21", *_CLASS, "g-laptop", "classroom"),
    Link(PHONE, "02:00:00:20:10:51", ("10.20.10.51",), "fd00:20:10::51", *_CLASS, "g-phone", "classroom"),
    Link(TABLET, "02:00:00:20:10:99", ("10.20.10.99",), "fd00:20:10::99", *_CLASS, "g-tablet", "classroom"),
    Link(STAFF, "02:00:00:20:20:21", ("10.20.20.21",), "fd00:20:20::21", "10.20.20.1", "fd00:20:20::1", "g-staff"),
    Link(GUEST, "02:00:00:20:70:40", ("10.20.70.40",), "fd00:20:70::40", "10.20.70.1", "fd00:20:70::1", "g-guest"),
    Link(places.INTERNET, "02:00:00:90:00:02", ("10.90.0.2",), "fd00:90::2", "10.90.0.1", "fd00:90::1", "g-out"),
)
ADDRESSES = {link.device: {4: link.device_v4[0], 6: link.device_v6} for link in LINKS}

INVENTORY = """device,owner,kind,person,inspectable,told,addresses
laptop-21,school,laptop,teacher-01,yes,2026-09-01,10.20.10.21 fd00:20:10::21
phone-21,personal,phone,teacher-01,no,,10.20.10.51 fd00:20:10::51
laptop-22,school,laptop,office-01,yes,2026-09-01,10.20.20.21 fd00:20:20::21
"""
"""The tablet in the classroom and what guests bring are in no inventory."""

FACEBOOK = Origin("www.facebook.com", 11)
INSTAGRAM = Origin("www.instagram.com", 12)
YOUTUBE = Origin("www.youtube.com", 17)
TIKTOK = Origin("www.tiktok.com", 18)
BBC = Origin("www.bbc.co.uk", 13)
CLASSROOM = Origin("classroom.google.com", 16)
WIKIPEDIA = Origin("en.wikipedia.org", 14)
SHARED = Origin("fonts.shared.example", 19)
"""No social media, at an address that Facebook has too: what a content network does to everybody."""
CDN = "scontent.cdn.example"
"""What Instagram's name is only another name for."""
DOH = Origin("dns.google", 20)
SITES = (FACEBOOK, INSTAGRAM, YOUTUBE, TIKTOK, BBC, CLASSROOM, WIKIPEDIA, SHARED, DOH)
STEERED = (FACEBOOK, INSTAGRAM, YOUTUBE, TIKTOK)
UNSTEERED = (BBC, CLASSROOM, WIKIPEDIA)

UPSTREAM = "10.90.0.53"
PUBLIC = {4: "8.8.8.8", 6: "2001:4860:4860::8888"}
"""Somebody else's resolver, which also answers over TLS and over HTTPS."""
ELSEWHERE = {4: "10.91.0.{}", 6: "fd00:91::{}"}
"""Addresses that nobody was ever told of: for a site that moves, and for who knows them by heart."""

SCHOOL = Map(
    "btlabschool", LINKS, SITES, places.LOCAL, resolv=True,
    anywhere=("10.91.0.0/24", "fd00:91::/64", f"{PUBLIC[4]}/32", f"{PUBLIC[6]}/128", f"{UPSTREAM}/32"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class At:
    """A device and a family of addresses."""

    device: str
    family: int = 4

    @property
    def address(self) -> str:
        """The device's own."""
        return ADDRESSES[self.device][self.family]


def address_of(origin: Origin, family: int) -> str:
    """Where a site stands."""
    return origin.v6 if family == 6 else origin.v4


def gateway_of(device: str, family: int = 4) -> str:
    """What a device asks for names, by DHCP or by router advertisement."""
    link = next(link for link in LINKS if link.device == device)
    return link.gateway_v6 if family == 6 else link.gateway_v4


def elsewhere(number: int, family: int) -> str:
    """One more address of the internet, 1 to 250."""
    return ELSEWHERE[family].format(number)
