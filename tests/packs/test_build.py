"""From the shipped texts to an engine: whole, quick, and never an exception."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.app.build import build
from agent.app.folder import read_folder
from agent.core.calendar import DayKind
from agent.core.clients import Role, Zone
from agent.core.decision import Verdict
from agent.packs.policy_runs import coverage, run_tests
from agent.packs.site import GatewaySettings, MetricsSettings
from tests.packs.bad import CONFIG, shipped, small


def test_the_shipped_configuration_has_no_problem() -> None:
    """A fresh checkout loads."""
    built = build(shipped(), None)
    assert [str(problem) for problem in built.problems] == []
    assert built.engine is not None


def test_the_shipped_policies_pass_their_tests_and_reach_every_rule() -> None:
    """At least 30 cases a policy; every rule decides one and is read in one without fitting."""
    built = build(shipped(), None)
    assert built.engine is not None
    results = run_tests(built.engine, built.tests)
    assert {r.test.case: r.wrong for r in results if not r.passed} == {}
    for reached in coverage(built.engine, results):
        assert reached.holes == ()
        assert sum(r.test.policy == reached.policy for r in results) >= 30


def test_the_example_site_is_what_its_file_says() -> None:
    """Site, calendar, bells, directory, gateway and metrics arrive in the engine."""
    built = build(shipped(), None)
    engine = built.engine
    assert engine is not None
    assert built.gateway == GatewaySettings()
    assert built.metrics == MetricsSettings()
    assert engine.site.governed
    assert engine.site.when_broken(Zone.GUEST) is Verdict.BLOCK
    assert engine.timetable.default == "main"
    loopback = engine.directory.identify("127.0.0.1")
    assert (loopback.role, loopback.zone, loopback.inspectable) == (Role.TEACHER, Zone.CLASSROOM, True)
    assert engine.directory.identify("10.20.70.9").role is Role.VISITOR


@pytest.mark.parametrize(
    ("nation", "day", "kind"),
    [
        ("england", "2027-05-03", DayKind.HOLIDAY),
        ("none", "2027-05-03", DayKind.SCHOOL),
        ("scotland", "2026-11-30", DayKind.HOLIDAY),
        ("england", "2026-11-30", DayKind.SCHOOL),
        ("northern-ireland", "2027-07-12", DayKind.HOLIDAY),
    ],
)
def test_bank_holidays_are_the_nations(nation: str, day: str, kind: DayKind) -> None:
    """May Day is everybody's, St Andrew's day is Scotland's, the Twelfth Northern Ireland's."""
    from datetime import date

    files = small()
    site = files["site.yaml"].replace(b"bank-holidays: england", f"bank-holidays: {nation}".encode())
    engine = build({**files, "site.yaml": site}, None).engine
    assert engine is not None
    assert engine.timetable.calendar.day_kind(date.fromisoformat(day)) is kind


def test_the_revision_is_that_of_the_texts() -> None:
    """Twelve hex digits that change with any name or content, and with nothing else."""
    files = small()
    first = build(files, None).engine
    again = build(dict(reversed(files.items())), None).engine
    changed = build({**files, "site.yaml": files["site.yaml"] + b"# seen\n"}, None).engine
    assert first is not None
    assert again is not None
    assert changed is not None
    assert len(first.revision) == 12
    assert first.revision == again.revision != changed.revision


def test_the_names_that_the_ca_permits_are_taken_over() -> None:
    """A given set stands as it is, empty too; without one the policy in force says what it may need."""
    for given_names in (frozenset[str](), frozenset({"facebook.com"})):
        engine = build(small(), given_names).engine
        assert engine is not None
        assert engine.site.openable == given_names
    engine = build(small(), None).engine
    assert engine is not None
    assert engine.site.openable == {"facebook.com", "fbcdn.net", "tiktok.com", "x.com", "twitter.com", "youtube.com"}


MISSING = {
    "everything": (lambda name: False, "site.yaml"),
    "the site": (lambda name: name != "site.yaml", "site.yaml"),
    "the catalogue": (lambda name: not name.startswith("catalogue/"), "catalogue/"),
    "the policy": (lambda name: not name.startswith("policies/"), "site.yaml"),
    "the people": (lambda name: name != "people.csv", "site.yaml"),
    "the include": (lambda name: "shared/" not in name, "policies/breaks-without-pupils/policy.yaml"),
}


@pytest.mark.parametrize(("keep", "file"), MISSING.values(), ids=MISSING)
def test_what_is_missing_is_a_problem(keep: object, file: str) -> None:
    """No engine comes of half a configuration, and the file that asks for the rest is named."""
    assert callable(keep)
    built = build({name: text for name, text in small().items() if keep(name)}, None)
    assert built.engine is None
    assert file in {problem.file for problem in built.problems}


def test_an_empty_catalogue_says_what_to_do() -> None:
    """An empty catalogue would let everything through, so it is refused, with one problem and a hint."""
    files = {name: text for name, text in small().items() if not name.startswith("catalogue/")}
    for more in ({}, {"catalogue/forum.yaml": b"category: forum\nservices: []\n"}):
        problems = build(files | more, None).problems
        assert ["catalogue is empty" in problem.what for problem in problems].count(True) == 1
        assert "social-network.yaml" in next(p.hint for p in problems if "empty" in p.what)


STRANGERS = ["polices/a/policy.yaml", "policies/a/polcy.yaml", "sites.yaml", "catalogue/more/x.yaml", "site.yml"]


@pytest.mark.parametrize("name", STRANGERS)
def test_a_file_that_nothing_reads_is_a_problem(name: str) -> None:
    """A misspelt name must not silently leave a policy out."""
    problems = build({**small(), name: b"a: b\n"}, None).problems
    assert [(p.file, p.what) for p in problems] == [(name, "nothing reads a file of this name")]


def test_a_problem_in_a_policy_not_in_force_counts_too() -> None:
    """What is not understood is refused, wherever it stands."""
    built = build({**small(), "policies/other/policy.yaml": b"policy: other\n"}, None)
    assert built.engine is None
    assert {problem.file for problem in built.problems} == {"policies/other/policy.yaml"}


TEXTS = small() | {
    "policies/breaks-without-pupils/policy.test.yaml": shipped()["policies/breaks-without-pupils/policy.test.yaml"]
}


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(TEXTS)), st.binary(max_size=300))
def test_no_bytes_raise(name: str, data: bytes) -> None:
    """Whatever stands in one of the files, the rest loads or is refused; nothing is raised."""
    built = build({**TEXTS, name: data}, None)
    assert (built.engine is None) == bool(built.problems)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(TEXTS)), st.randoms(use_true_random=False))
def test_no_mutation_of_a_shipped_file_raises(name: str, random: Random) -> None:
    """Lines lost, doubled or swapped, characters and words changed: problems or an engine, never an exception."""
    built = build({**TEXTS, name: mutated(TEXTS[name], random)}, None)
    assert (built.engine is None) == bool(built.problems)


SNIPPETS = ["[]", "{}", "''", "null", "$x", "- ", ": ", "[", "}", "&a", "*a", "!t", "24:00", "0", "no", "\t", "\0", "é"]


def mutated(text: bytes, random: Random) -> bytes:
    """A text with one to three small accidents."""
    lines = text.decode().splitlines(keepends=True)
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(lines)) if lines else 0
        line = lines[at] if lines else ""
        spot = random.randint(0, len(line))
        lines[at : at + 1] = random.choice(
            [
                [],
                [line, line],
                [line[:spot] + random.choice(SNIPPETS) + line[spot:]],
                [line[:spot] + line[spot + 1 :]],
                [line.split(":")[0] + ": " + random.choice(SNIPPETS) + "\n"],
                ["  " + line],
            ]
        )
    return "".join(lines).encode()


def test_the_folder_is_read_as_it_stands(tmp_path: object) -> None:
    """Only *.yaml and *.csv, hidden ones not; what cannot be read is a problem with its name."""
    from pathlib import Path

    folder = Path(str(tmp_path))
    (folder / "sub").mkdir()
    (folder / ".git").mkdir()
    for name in ("a.yaml", "sub/b.csv", ".hidden.yaml", "c.txt", ".git/d.yaml", "policy.draft"):
        (folder / name).write_text("x")
    (folder / "e.yaml").mkdir()
    (folder / "f.yaml").symlink_to(folder / "nowhere")
    files, problems = read_folder(folder)
    assert sorted(files) == ["a.yaml", "sub/b.csv"]
    assert [problem.file for problem in problems] == ["f.yaml"]
    files, problems = read_folder(folder / "missing")
    assert not files
    assert len(problems) == 1


def test_the_shipped_folder_is_read_whole() -> None:
    """Schemas beside the configuration are not part of it."""
    files, problems = read_folder(CONFIG)
    assert not problems
    assert not [name for name in files if name.startswith("schemas/")]
