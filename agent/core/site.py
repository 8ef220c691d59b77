"""What a site says about itself: its name, how verdicts are carried out, and whether people were told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from agent.core.clients import Zone
from agent.core.decision import Mode, Verdict
from agent.core.hosts import suffixes


@dataclass(frozen=True, slots=True)
class Governance:
    """What must be named before anybody is recorded or any connection opened (design, law 7)."""

    dpia: date
    lawful_basis: str
    notice: str
    consultation: str


@dataclass(frozen=True, slots=True)
class Site:
    """The site's own settings. `openable` are the names that the CA's constraint permits.

    `mail_domains` are those of the school's e-mail addresses, which no personal account may be opened with.
    `awaiting` are devices that may be inspected once their user has acknowledged the notice.
    """

    id: str
    name: str
    contact: str
    mode: Mode = Mode.ENFORCE
    governance: Governance | None = None
    on_error: Mapping[Zone, Verdict] = field(default_factory=dict)
    openable: frozenset[str] = frozenset()
    mail_domains: frozenset[str] = frozenset()
    awaiting: frozenset[str] = frozenset()

    @property
    def page(self) -> str:
        """The name of the gateway's own page, for devices on the site's network."""
        return f"breaktime.{self.id}"

    @property
    def governed(self) -> bool:
        """True if the site has named its assessment, basis, notice and consultation."""
        return self.governance is not None

    def may_open(self, name: str) -> bool:
        """True if connections to `name` may be decrypted at all on this site."""
        return self.governed and not self.openable.isdisjoint(suffixes(name))

    def when_broken(self, zone: Zone) -> Verdict:
        """What happens to traffic of a zone when the engine itself fails: block, unless the site says open."""
        return self.on_error.get(zone, Verdict.BLOCK)
