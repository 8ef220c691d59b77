"""Schools by chance: a policy, a moment, who owns which device. The same number makes the same school."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path

from ..places import Origin
from ..sites import POLICY, Site
from . import network
from .network import At

POLICIES = (POLICY, "no-personal-use", "not-in-lessons", "head-authorised", "concern-led")
_PERSONS = ("teacher-01", "teacher-02", "leader-01", "head-01", "office-01", "")
_KINDS = ("laptop", "phone", "tablet", "desktop")


class Chance:
    """What a number makes of a school."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._dice = random.Random(number)

    def moment(self) -> str:
        """A moment of the school year, in the middle of a quarter of an hour: no bell rings in the minutes after it."""
        day = date(2026, 11, 23) + timedelta(days=self._dice.randrange(7))
        hour, minute = self._dice.randrange(6, 19), self._dice.choice((3, 6, 18, 21, 33, 36, 48, 51))
        return datetime(day.year, day.month, day.day, hour, minute).isoformat(timespec="minutes")

    def furnish(self, site: Site) -> None:
        """Give a site a policy, an inventory, and places for its networks."""
        site.adopt(self._dice.choice(POLICIES))
        (site.folder / "devices.csv").write_text(self._inventory())
        self._zones(site.folder / "site.yaml")

    def _inventory(self) -> str:
        lines = ["device,owner,kind,person,inspectable,told,addresses"]
        for number, device in enumerate(network.DEVICES):
            if self._dice.random() < 0.2:
                continue
            owner = self._dice.choice(("school", "school", "personal", "unknown"))
            told = owner == "school" and self._dice.random() < 0.7
            addresses = " ".join(network.ADDRESSES[device].values())
            kind, person = self._dice.choice(_KINDS), self._dice.choice(_PERSONS)
            seen = "yes,2026-09-01" if told and person else "no,"
            lines.append(f"device-{number},{owner},{kind},{person},{seen},{addresses}")
        return "\n".join(lines) + "\n"

    def _zones(self, path: Path) -> None:
        """Which network is which place is chance, too."""
        text = path.read_text()
        places = ["classroom", "staff-room", "guest"]
        shuffled = self._dice.sample(places, len(places))
        for place in places:
            text = text.replace(f"zone: {place},", f"zone: {place}-,", 1)
        for place, other in zip(places, shuffled, strict=True):
            text = text.replace(f"zone: {place}-,", f"zone: {other},", 1)
        path.write_text(text)


def everybody() -> Iterator[At]:
    """Each device over each family."""
    yield from (At(device, family) for device, family in product(network.DEVICES, (4, 6)))


def asked() -> Iterator[tuple[Origin, str]]:
    """The names that are asked for, each with the site that stands there."""
    yield from ((site, site.name) for site in network.SITES if site != network.DOH)
