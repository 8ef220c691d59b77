"""The map of the laboratory: which namespace has which address, and which origin stands where.

Constants only. The devices' addresses follow the example site's zones (10.20.10.x is a classroom,
10.20.20.x the staff room, where no pupils are and only the device itself can be the ground of a
block); every origin has an address of its own, so that a packet counter
on the address proves whether anybody contacted that site.
"""

from dataclasses import dataclass

LAPTOP = "laptop"
PHONE = "phone"
GATEWAY = "gateway"
INTERNET = "internet"
NAMESPACES = (LAPTOP, PHONE, GATEWAY, INTERNET)

PROXY_PORT = 8080
METRICS_PORT = 9108


@dataclass(frozen=True, slots=True)
class Link:
    """A cable from a device's namespace to the gateway's, with the addresses at both ends."""

    device: str
    mac: str
    device_v4: tuple[str, ...]
    device_v6: str
    gateway_v4: str
    gateway_v6: str
    port: str
    """The name of the interface on the gateway's side."""
    bridge: str = ""
    """The gateway's bridge that the port belongs to, which then has the gateway's addresses."""


LINKS = (
    Link(LAPTOP, "02:00:00:20:10:21", ("10.20.10.21", "10.20.10.22", "10.20.10.23"), "fd00:20:10::21",
         "10.20.10.1", "fd00:20:10::1", "g-laptop"),
    Link(PHONE, "02:00:00:20:20:21", ("10.20.20.21",), "fd00:20:20::21",
         "10.20.20.1", "fd00:20:20::1", "g-phone"),
    Link(INTERNET, "02:00:00:90:00:02", ("10.90.0.2",), "fd00:90::2", "10.90.0.1", "fd00:90::1", "g-out"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Origin:
    """One site of the pretended internet: its name, its number in 10.90.0.x, its certificate's names."""

    name: str
    number: int
    also: tuple[str, ...] = ()

    @property
    def v4(self) -> str:
        """The site's IPv4 address."""
        return f"10.90.0.{self.number}"

    @property
    def v6(self) -> str:
        """The site's IPv6 address."""
        return f"fd00:90::{self.number}"


FACEBOOK = Origin("www.facebook.com", 11, ("facebook.com", "foreign.example.org", "*.example.net"))
INSTAGRAM = Origin("www.instagram.com", 12)
BBC = Origin("www.bbc.co.uk", 13, ("bbc.co.uk",))
WIKIPEDIA = Origin("en.wikipedia.org", 14, ("wikipedia.org",))
SCHOOL = Origin("www.school.example", 15)
ORIGINS = (FACEBOOK, INSTAGRAM, BBC, WIKIPEDIA, SCHOOL)

IMPOSTOR = Origin("impostor.invalid", 66)
"""An address without a site: where a test serves certificates that should not exist."""


LOCAL = "127.0.0.1 localhost\n::1 localhost\n"


def hosts_file() -> str:
    """The /etc/hosts of every namespace: the laboratory's whole name service."""
    lines = LOCAL.splitlines()
    for origin in ORIGINS:
        names = " ".join((origin.name, *(name for name in origin.also if "*" not in name)))
        lines += [f"{origin.v4} {names}", f"{origin.v6} {names}"]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Map:
    """A network to build: its cables, the sites of its internet and how names are found in it."""

    kind: str
    """The first part of the names of its namespaces, so that two networks never meet."""
    links: tuple[Link, ...]
    origins: tuple[Origin, ...]
    hosts: str
    resolv: bool = False
    """True if each device asks the gateway for names."""
    anywhere: tuple[str, ...] = ()
    """Subnets every address of which the internet answers at, besides the origins' own."""

    @property
    def namespaces(self) -> tuple[str, ...]:
        """All of them: the gateway's, and one at the end of each cable."""
        return (GATEWAY, *(link.device for link in self.links))


LABORATORY = Map("btlab", LINKS, (*ORIGINS, IMPOSTOR), hosts_file())
