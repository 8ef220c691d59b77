"""What the doctor finds: one thing that was looked at, and how to mend it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

MEANS = {
    "access": "whoever asked for access waits for the headteacher's answer",
    "python": "Breaktime runs on Python 3.12 and later only",
    "clock": "every rule goes by the clock: a wrong one rules by the wrong bell",
    "configuration": "what is not understood is not loaded, and what is in force stays",
    "data folder": "record, keys and CA lie there; without it nothing can start",
    "permissions": "whoever reads the data folder reads what the keys in it are to hide",
    "secrets": "what others may read, or the gateway cannot, is not used: no sign-ins, letters or database by it",
    "disk": "what was counted waits in memory while the disk is full, and is lost if the gateway ends meanwhile",
    "governance": "people must be told before they are recorded and before anything of theirs is opened",
    "ca": "without it nothing is opened: a blocked site is an error without a reason, and accounts are not told apart",
    "root": "whoever has the root and its passphrase can sign for any site, so they are the head's to keep apart",
    "accounts": "the school's own accounts count as anybody's while the key that tells them is missing",
    "gateway": "where browsers and the kernel bring social media",
    "console": "head, officers, technician and staff do their part there; the gateway rules without it",
    "console certificate": "browsers warn whoever opens the console, and people learn to click warnings away",
    "console users": "who cannot sign in cannot ask others in, and the command line is all that is left",
    "metrics": "where Prometheus reads how the gateway does",
    "dnsmasq": "the resolver tells the kernel which addresses are social media",
    "forwarding": "a router that does not forward cuts everybody off",
    "names": "names that the resolver does not mind are steered only once somebody went there",
    "steering": "without rules in force social media goes past the gateway",
    "other rules": "rules of others that come first take the traffic away from the gateway",
    "resolver": "while it is silent names come from upstream, and no new address is steered",
    "upstream": "ours asks these for every name: when none answers, nobody has names",
    "addresses": "the kernel steers addresses; with none in its sets it steers nothing",
    "radius": "who signed in on which device comes from there; without it a device is nobody's",
    "radius port": "the access points tell it who signed in; where it is taken, nobody hears them",
    "lists": "outside lists say which hosts are whose; an old or damaged one says what is no longer so",
    "mail": "head, governors and officers learn by letter what they must know",
    "concerns": "whoever raised one relies on its being read",
    "retention": "what is kept past its date is kept against the school's own policy",
    "database": "what waits here is not in the trust's database, and what was forgotten here may still be there",
    "store": "active minutes are kept there, for as long as the policy says",
    "leases": "whose an address is comes from there: without it devices are strangers, and are never opened",
    "contested": "an address that two devices claim is nobody's, and is never opened",
}
"""What it means when a finding is not well, by its name."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `mend` is a command or a change to make, empty if all is well."""

    name: str
    good: bool
    what: str
    mend: str = ""

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "means": self.means}

    @property
    def means(self) -> str:
        """What it means when this is not well."""
        return MEANS[self.name]
