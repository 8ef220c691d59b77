"""How often recognition is right: hosts with labels from outside, held against the catalogue.

Labels come with names of their own, so a label and a service are one where a word of theirs is the same ("Twitter/X"
and "X (Twitter)"), and a label's category stands for each of ours that it is wider than.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from agent.core.catalogue import Catalogue, Match, Service

WORK_TOOLS = frozenset({"slack", "zoom", "microsoft teams", "google meet", "google classroom", "webex"})
"""Labels of what schools and offices work with: the policies do not mean it by social media."""

WIDER: Mapping[str, frozenset[str]] = {
    "social-network": frozenset(
        {"social-network", "microblog", "photo-sharing", "professional-network", "social-bookmarking"}
    ),
    "video": frozenset({"video-sharing", "live-streaming"}),
    "music-podcast": frozenset({"podcast"}),
    "messaging": frozenset({"messaging", "chat"}),
    "share-widget": frozenset({"social-bookmarking"}),
    "gaming-social": frozenset({"social-network"}),
    "blog": frozenset({"blog", "microblog"}),
}
"""Categories as lists name them, and ours that they take in; any other is ours by the same name."""


class Label(NamedTuple):
    """What somebody else says that a host is. `service` "" says that it is no social media at all."""

    host: str
    service: str = ""
    category: str = ""


class Miss(NamedTuple):
    """A host on which catalogue and label differ; "" where one of them has nothing to say."""

    host: str
    label: str
    answer: str


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one category: labelled, found as the right service, in the right category, and wrongly claimed."""

    category: str
    labelled: int = 0
    service_right: int = 0
    category_right: int = 0
    wrongly: int = 0

    @property
    def recall(self) -> float:
        """The share of the labelled hosts that were found as the right service; 1 where there are none."""
        return self.service_right / self.labelled if self.labelled else 1.0

    @property
    def category_recall(self) -> float:
        """The same for the category alone."""
        return self.category_right / self.labelled if self.labelled else 1.0

    @property
    def precision(self) -> float:
        """The share of right answers among all that were given in this category."""
        answers = self.service_right + self.wrongly
        return self.service_right / answers if answers else 1.0


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Scores by the labels' categories and all together, and each error. `work_tools` were left out of them."""

    total: Score
    by_category: tuple[Score, ...]
    negatives: int
    false_matches: tuple[Miss, ...]
    misses: tuple[Miss, ...]
    work_tools: int


class _Answer(NamedTuple):
    label: Label
    match: Match | None

    @property
    def right(self) -> bool:
        return (
            self.match is not None and bool(self.label.service) and same_service(self.label.service, self.match.service)
        )

    @property
    def in_category(self) -> bool:
        return self.match is not None and self.match.service.category in wider(self.label.category)

    @property
    def miss(self) -> Miss:
        return Miss(self.label.host, self.label.service, self.match.service.id if self.match else "")


def accuracy(labels: Iterable[Label], catalogue: Catalogue) -> Accuracy:
    """Hold every label against what the catalogue answers."""
    answers, tools = [], 0
    for label in labels:
        if label.service.casefold() in WORK_TOOLS:
            tools += 1
        else:
            answers.append(_Answer(label, catalogue.match_name(label.host)))
    social = [answer for answer in answers if answer.label.service]
    others = [answer for answer in answers if not answer.label.service]
    category_of = {a.match.service.id: a.label.category for a in social if a.right and a.match}
    wrong = [a for a in answers if a.match is not None and not a.right]
    claimed = [category_of.get(a.match.service.id, str(a.match.service.category)) for a in wrong if a.match]
    names = sorted({answer.label.category for answer in social} | set(claimed))
    scores = [_score(name, [a for a in social if a.label.category == name], claimed.count(name)) for name in names]
    return Accuracy(
        _score("all", social, len(wrong)),
        tuple(scores),
        len(others),
        tuple(answer.miss for answer in others if answer.match),
        tuple(answer.miss for answer in social if not answer.right),
        tools,
    )


def _score(name: str, answers: list[_Answer], wrongly: int) -> Score:
    right, in_category = sum(a.right for a in answers), sum(a.in_category for a in answers)
    return Score(name, len(answers), right, in_category, wrongly)


def same_service(label: str, service: Service) -> bool:
    """True if a label names this service: by id, by name, or by one of the names that either of them joins."""
    return not _names(label).isdisjoint(_names_of(service))


def wider(category: str) -> frozenset[str]:
    """Our categories that a label's category takes in."""
    name = category.casefold().replace("_", "-")
    return WIDER.get(name, frozenset({name}))


def _names_of(service: Service) -> set[str]:
    return _names(service.name) | {_folded(service.id)}


def _names(text: str) -> set[str]:
    """The whole of it and each of its parts: `X (Twitter)` → xtwitter, x, twitter."""
    parts = re.split(r"[/(),]| and ", text)
    return {folded for part in (text, *parts) if (folded := _folded(part))}


def _folded(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
