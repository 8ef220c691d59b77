"""One file for each kind of mistake: what is said, and where. The first comment lines of a file say what is due."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from agent.app.build import build
from tests.packs.bad import BAD, PLACES, SMALL_PACK, problems_of, small

FILES = sorted(BAD.glob("*.bad.yaml"))
_HEAD = re.compile(rb"# file: (?P<kind>[a-z-]+)\n# expect: (?P<line>[0-9]+):(?P<column>[0-9]+) (?P<what>[^\n]+)\n")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.removesuffix(".bad.yaml"))
def test_a_mistake_is_said_once_with_its_place(path: Path) -> None:
    """Each mistake is one problem, at the line and column where it stands, in the words that the file expects."""
    text = path.read_bytes()
    head = _HEAD.match(text)
    assert head, "a bad file begins with `# file: KIND` and `# expect: LINE:COLUMN WORDS`"
    problems = problems_of(head["kind"].decode(), text)
    assert [str(problem) for problem in problems[1:]] == []
    (problem,) = problems
    assert (problem.line, problem.column) == (int(head["line"]), int(head["column"]))
    said = f"{problem.where}: {problem.what}" if problem.where else problem.what
    assert said == head["what"].decode()


def test_every_kind_of_file_has_its_mistakes() -> None:
    """No kind of configuration file goes without bad examples."""
    kinds = Counter(_HEAD.match(path.read_bytes())["kind"].decode() for path in FILES)  # type: ignore[index]
    assert set(kinds) == set(PLACES)


def test_without_a_bad_file_there_is_nothing_to_say() -> None:
    """What the bad files are put into has no problem of its own, or none of the tests above would count."""
    assert build({**small(), **SMALL_PACK}, None).problems == ()


def test_all_problems_come_at_once_and_in_order() -> None:
    """Mistakes in several files and lines are all said in one run, sorted by file, line and column."""
    text = b"category: forums\nservices:\n  - {service: A, hosts: {site: [x y]}}\n"
    files = small() | {"devices.csv": b"device,owner\n", "policies/shared/bad.yaml": b"include: [\n"}
    problems = problems_of("catalogue", text, files)
    assert len(problems) >= 6
    assert list(problems) == sorted(problems)
    assert {problem.file for problem in problems} >= {"catalogue/bad.yaml", "devices.csv", "policies/shared/bad.yaml"}
