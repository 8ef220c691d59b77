"""Outside lists of hosts as the core knows them: where one comes from, what it means, how it claims a host.

agent/lists   reads, checks and packs them     ──► HostTable (a protocol, see `listed`)
agent/packs   `lists:` of site.yaml            ──► ListSource
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from agent.core.catalogue import Category, HostKind, Service


class Format(StrEnum):
    """How a list is written."""

    UT1 = "ut1"
    V2FLY = "v2fly"
    HOSTS = "hosts"
    ADBLOCK = "adblock"
    SERVICES = "services"
    PLAIN = "plain"


class How(StrEnum):
    """How a list claims a name: with everything under it, alone, or not at all whatever stands above it."""

    WITHIN = "within"
    EXACT = "exact"
    EXCEPT = "except"


class Claim(NamedTuple):
    """What one list says of one name."""

    list: str
    how: How


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the hosts of a list are: further hosts of a `service` of the catalogue, or one service of a `category`.

    One of the two is given. `kind` is what its hosts are for; `sensitive` as for a service.
    """

    service: str = ""
    category: Category | None = None
    kind: HostKind = HostKind.SITE
    name: str = ""
    sensitive: bool = False

    def as_service(self, id: str) -> Service:
        """The service that a list of a category stands for. Its hosts stand in the list alone."""
        assert self.category is not None, "a list of a service is that service's"
        name = self.name or id.replace("-", " ").replace("_", " ")
        sensitive = self.sensitive or self.category is Category.DATING
        return Service(id, name, self.category, {}, sensitive=sensitive, listed=self.kind)


@dataclass(frozen=True, slots=True)
class ListSource:
    """One list of `lists:` in site.yaml.

    `source` is a file, a folder or an https address. `leave_out` are names that the list may not claim, with what
    is under them; `shared` among them stands for all that the web shares. `only` and `without` are attributes of
    v2fly lines, `pick` the services to take from a list of services. `sha256` fixes the content, `checksum` is the
    address of a file of checksums, `minisign` the public key of whoever signs it (signature at `source`.minisig).
    """

    id: str
    source: str
    format: Format
    meaning: Meaning = Meaning()
    leave_out: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    pick: tuple[str, ...] = ()
    sha256: str = ""
    checksum: str = ""
    minisign: str = ""

    @property
    def is_remote(self) -> bool:
        """True if it is fetched."""
        return "://" in self.source
