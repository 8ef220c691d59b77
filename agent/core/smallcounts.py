"""Small counts: which figures of a week may be told, so that nobody can find those that may not.

    groups of minutes ─► Part, a tree ─► tell() ─► Told: each figure a number, or FEW

**What is protected.** A group of minutes that fewer than `THRESHOLD` people stand behind, nobody among them. People
are counted, not minutes: an hour of one person is small, five minutes of five people are not. Pseudonyms are a day's,
so people are those of the day on which there were most; over a week that is at least so many. Each of them has a minute
or more, so a figure that is told is at least `THRESHOLD`.

**What is told is a tree.** A figure is told together with tables of its parts: the total by period, by category, by
zone, by role. Each table holds all minutes of its figure, each minute once. Parts have tables of their own (a period by
day, a category by service), and that is all: no table crosses another, and no sum is told over anything but a part.
Then tables of one figure say nothing of each other. (Put the minutes in a row, and give out each table's names along
it in any order: every way to fill one table goes with every way to fill another. So there is no more to be found from
all tables together than from each with its own total.)

**Within a table** a reader can subtract: what the hidden parts have together is the total less what is told. It is
therefore told openly (`rest`), and it is held to the same rule as a part:

- Every part of few people is hidden; where these are fewer than `THRESHOLD` people together, further parts are hidden
  with them, those of the fewest people first, until they are enough. All below a hidden part is hidden.
- So there are at least two hidden parts, of `rest` minutes, at least `THRESHOLD`. Each of them could be 0 and each
  could be all of `rest`, as far as the numbers go: no value is the only one, and none must be under it.
- Who knows this rule too knows that a part was hidden for its own sake, but not which of them: had each other part
  few people, it would look the same. Between parts of equally many people the pseudonyms decide, which nobody knows
  outside; by name it could be told which was hidden second.

**Nothing and few.** A part that nobody is in is told as 0 if there is nobody in any of the parts that would be hidden:
"no visit was blocked in lessons". That is a fact about the whole school. Where it would be one about somebody (a role
may be one person's, as may an office or the school's account; on concern, all that is recorded), the parts are
`personal`: nobody is few there, hidden like any few, so that a week without looks like a week with.

**Weeks and editions.** A minute belongs to one week, and a week is told once: what was told is kept, and never reckoned
again. All else (last week, the usual week, half-term, term) is reckoned from what the weeks told and from nothing else,
and what is reckoned from public figures tells nothing that they do not. A total of a term from the record itself would:
less the weeks that are told it is the week that is not.

**Counts of people** (over the allowance) or of permissions are told by the same rule, as groups of which each member
has one. They are `personal`, or "few" would say: one to four.

What this does not do: hide from somebody what they know already. Who is one of five may subtract their own minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

THRESHOLD = 5
"""The fewest people that a figure is told of."""


class Few(Enum):
    """What stands for a figure that is not told: too few people, or none, stand behind it, or behind another one."""

    FEW = "few"


FEW = Few.FEW

type Figure = int | Few
"""A figure that may be shown."""

type Who = Mapping[date, frozenset[bytes]]
"""The pseudonyms of each day."""


@dataclass(frozen=True, slots=True)
class Group:
    """Minutes and who has them: everybody of a day at least one."""

    minutes: int = 0
    who: Who = field(default_factory=dict)

    @property
    def people(self) -> int:
        """How many people there are at least: those of the day with the most of them."""
        return max(map(len, self.who.values()), default=0)

    @classmethod
    def of(cls, groups: Iterable[Group]) -> Group:
        """Groups that share no minute, as one."""
        minutes, who = 0, dict[date, set[bytes]]()
        for group in groups:
            minutes += group.minutes
            for day, some in group.who.items():
                who.setdefault(day, set()).update(some)
        return cls(minutes, {day: frozenset(some) for day, some in who.items()})

    @classmethod
    def counted(cls, members: Iterable[str]) -> Group:
        """Members that are counted themselves, one each: permissions, or people of one day."""
        each = frozenset(member.encode() for member in members)
        return cls(len(each), {date.min: each} if each else {})


@dataclass(frozen=True, slots=True)
class Part:
    """A group and the tables of it, by name. `personal`: that there is nobody in it is not told either."""

    group: Group
    tables: Mapping[str, Parts] = field(default_factory=dict)
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Parts:
    """One table: parts by name that share no minute and are all of the figure that they are parts of.

    `personal` says it of each of them. The names are those that there may be, whether anybody is there or not.
    """

    by_name: Mapping[str, Part]
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What may be shown of a part, and of the tables of it."""

    figure: Figure
    tables: Mapping[str, ToldParts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToldParts:
    """What may be shown of a table; `rest` is what its parts that are `FEW` have together."""

    by_name: Mapping[str, Told]
    rest: Figure


def tell(part: Part, threshold: int = THRESHOLD) -> Told:
    """What may be told of a figure that is no other one's part, and of everything below it."""
    people = part.group.people
    if people >= threshold or (people == 0 and not part.personal):
        return _told(part, threshold)
    return _hidden(part)


def _told(part: Part, threshold: int) -> Told:
    tables = {name: _table(parts, threshold) for name, parts in part.tables.items()}
    return Told(part.group.minutes, tables)


def _table(parts: Parts, threshold: int) -> ToldParts:
    hidden = _to_hide(parts, threshold)
    told = {name: _hidden(part) if name in hidden else _told(part, threshold) for name, part in parts.by_name.items()}
    return ToldParts(told, sum(parts.by_name[name].group.minutes for name in hidden))


def _to_hide(parts: Parts, threshold: int) -> set[str]:
    """The names of the parts that are not told."""
    groups = {name: part.group for name, part in parts.by_name.items()}
    hidden = {name for name, group in groups.items() if group.people < threshold}
    if not Group.of(groups.values()).minutes:
        return set()  # the figure itself is nothing, and told
    if not parts.personal and not any(groups[name].minutes for name in hidden):
        return set()
    others = sorted((name for name in groups if name not in hidden), key=lambda name: _order(groups[name]))
    together = Group.of(groups[name] for name in hidden)
    for name in others if hidden else ():
        if together.people >= threshold:
            break
        hidden.add(name)
        together = Group.of((together, groups[name]))
    return hidden


def _order(group: Group) -> tuple[int, list[bytes]]:
    """The fewest people first; then by who they are, which nobody knows outside."""
    return group.people, sorted(min(some) for some in group.who.values() if some)


def _hidden(part: Part) -> Told:
    tables = {
        name: ToldParts({one: _hidden(below) for one, below in parts.by_name.items()}, FEW)
        for name, parts in part.tables.items()
    }
    return Told(FEW, tables)
