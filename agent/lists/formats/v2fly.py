"""Files of v2fly's domain-list-community: rules with attributes, includes, and affiliations to other lists.

    include:other @attr @-attr      the rules of another file, those that have or have not an attribute
    domain:example.org @attr &list  with all that is under it (`domain:` may be left out); also of that list
    full:www.example.org            this host alone
    keyword:example · regexp:…      wherever it stands · a pattern

The first file is the list; the others are those that it may include. A rule that says `&NAME` belongs to the list of
that name too, in whatever file of the folder it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agent.core.lists import How, ListSource
from agent.lists.draft import Draft, Reason, Refused
from agent.lists.text import lines_of

_WHOLE = {"domain": How.WITHIN, "full": How.EXACT}
_KEYWORD = re.compile(r"[a-z0-9.-]{4,63}")
_WORD = re.compile(r"[^\s]+")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: `kind` is domain, full, keyword, regexp or include."""

    kind: str
    value: str
    attributes: frozenset[str]
    lists: frozenset[str]
    line: int


def read(files: Mapping[str, bytes], source: ListSource, into: Draft) -> None:
    """Read the first file with what it includes."""
    first = next(iter(files))
    folder = {name.rpartition("/")[2]: content for name, content in files.items()}
    only, without = frozenset(source.only), frozenset(source.without)
    for rule in _Files(folder, into).rules(first.rpartition("/")[2], ()):
        wanted = (not only or rule.attributes & only) and not rule.attributes & without
        if wanted:
            _take(rule, into)
        else:
            into.leave(Reason.ATTRIBUTE)


def includes(content: bytes) -> list[str]:
    """The files that this one includes, in its order."""
    rules = (_rule(line, number) for number, line in lines_of(content))
    return [rule.value for rule in rules if rule is not None and rule.kind == "include"]


@dataclass(frozen=True, slots=True)
class _Files:
    folder: Mapping[str, bytes]
    into: Draft

    def rules(self, name: str, above: tuple[str, ...]) -> Iterator[Rule]:
        """The rules of a file, with those that it includes. Raises Refused for one that is missing, or in a ring."""
        if name in above:
            raise Refused(f"{' includes '.join((*above, name))}: the files include one another in a ring")
        if name not in self.folder:
            raise Refused(f"{above[-1] if above else 'it'} includes {name!r}, which is not there beside it")
        for rule in self._of(name):
            if rule.kind != "include":
                yield rule
                continue
            wanted = frozenset(a for a in rule.attributes if not a.startswith("-"))
            unwanted = frozenset(a[1:] for a in rule.attributes if a.startswith("-"))
            for one in self.rules(rule.value, (*above, name)):
                if one.attributes >= wanted and not one.attributes & unwanted:
                    yield one

    def _of(self, name: str) -> Iterator[Rule]:
        for number, line in lines_of(self.folder[name]):
            rule = _rule(line, number)
            if rule is not None:
                yield rule
        for other, content in self.folder.items():
            if other != name and b"&" + name.encode() in content:
                rules = (_rule(line, number) for number, line in lines_of(content))
                yield from (rule for rule in rules if rule is not None and name in rule.lists)


def _rule(line: str, number: int) -> Rule | None:
    words = _WORD.findall(line.partition("#")[0])
    if not words:
        return None
    kind, colon, value = words[0].partition(":")
    if not colon:
        kind, value = "domain", kind
    attributes = frozenset(word[1:].lower() for word in words[1:] if word.startswith("@"))
    lists = frozenset(word[1:].lower() for word in words[1:] if word.startswith("&"))
    return Rule(kind, value, attributes, lists, number)


def _take(rule: Rule, into: Draft) -> None:
    if rule.kind in _WHOLE:
        into.claim(rule.value, _WHOLE[rule.kind], rule.line)
    elif rule.kind == "keyword" and _KEYWORD.fullmatch(rule.value):
        into.search(re.escape(rule.value).replace(r"\-", "-"), rule.line)
    elif rule.kind == "regexp":
        into.search(rule.value, rule.line)
    elif rule.kind == "keyword":
        into.leave(Reason.PATTERN)
    else:
        into.not_understood(rule.line, f"{rule.kind[:20]!r} is no kind of rule")
