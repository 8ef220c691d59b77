"""Every list of the open set beside the checkout: read with the counts that an independent count finds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent.core.lists import Format, How
from agent.lists.draft import Draft, Reason
from agent.lists.formats import read_files
from tests.lists.made import source

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "lists"
UT1 = sorted(path.parent for path in FOLDER.glob("ut1/*/domains"))
V2FLY = sorted(path for path in FOLDER.glob("v2fly/*") if path.name != "LICENSE")

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the open set of lists lies beside the checkout, or not")


def named(path: Path) -> str:
    """A short id."""
    return path.name


def rules(path: Path) -> list[str]:
    """The rules of a v2fly file with those it includes, by nothing but splitting."""
    found = []
    for line in path.read_text().splitlines():
        words = line.split("#")[0].split()
        if not words or not words[0].startswith("include:"):
            found += [" ".join(words)] if words else []
            continue
        wanted = {word for word in words[1:] if not word.startswith("@-")}
        unwanted = {word.replace("@-", "@") for word in words[1:]} - wanted
        for rule in rules(path.parent / words[0].removeprefix("include:")):
            attributes = set(rule.split()[1:])
            if wanted <= attributes and not unwanted & attributes:
                found.append(rule)
    return found


@pytest.mark.parametrize("folder", UT1, ids=named)
def test_ut1(folder: Path) -> None:
    """Each line of domains and of urls is an entry; each domain that is no address is a host."""
    domains = (folder / "domains").read_text().split()
    urls = (folder / "urls").read_text().split() if (folder / "urls").exists() else []
    addresses = [one for one in domains if re.fullmatch(r"[0-9.]+", one)]
    draft = read_files({path.name: path.read_bytes() for path in folder.iterdir()}, source(Format.UT1))
    suffixes = draft.left_out[Reason.SUFFIX]
    assert draft.entries == len(domains) + len(urls)
    assert (draft.left_out[Reason.ADDRESS], draft.left_out[Reason.URL]) == (len(addresses), len(urls))
    assert len(draft.names) == len(set(domains)) - len(addresses) - suffixes
    assert suffixes <= 1, "go.to, and its like"
    assert not draft.odd


@pytest.mark.parametrize("path", V2FLY, ids=named)
def test_v2fly(path: Path) -> None:
    """Each rule of the file and of those that it includes is an entry, each different name a host."""
    expected = [rule.split()[0] for rule in rules(path)]
    names = {word.removeprefix("domain:").removeprefix("full:") for word in expected if not word.startswith("regexp:")}
    dotted = {name for name in names if "." in name and ":" not in name}
    draft = _read(path)
    assert draft.entries == len(expected)
    assert len(draft.names) == len(dotted) - draft.left_out[Reason.SUFFIX]
    assert len(draft.patterns) + draft.left_out[Reason.PATTERN] == len({w for w in expected if w.startswith("regexp:")})
    assert draft.left_out[Reason.TOP_LEVEL] == sum("." not in w and ":" not in w for w in expected)
    full = {word.removeprefix("full:") for word in expected if word.startswith("full:")}
    assert {name for name, how in draft.names.items() if how is How.EXACT} <= full


def _read(path: Path) -> Draft:
    files = {path.name: path.read_bytes()} | {one.name: one.read_bytes() for one in V2FLY if one != path}
    return read_files(files, source(Format.V2FLY))
