"""The policy's own tests: a wrong verdict, a wrong rule, a wrong instant are each said; coverage is both ways."""

from __future__ import annotations

import pytest

from agent.app.build import build
from agent.packs.policy_runs import Coverage, Result, coverage, run_tests
from tests.packs.bad import PLACES, small

LESSON = "at: 2026-11-23T09:30, host: www.facebook.com"


def run(*cases: str) -> tuple[tuple[Result, ...], tuple[Coverage, ...]]:
    """Run these cases of the shipped policy over the small catalogue."""
    lines = "".join(f"  - {{case: case {n}, {case}}}\n" for n, case in enumerate(cases))
    text = f"policy: breaks-without-pupils\ncases:\n{lines}"
    built = build({**small(), PLACES["policy-test"]: text.encode()}, None)
    assert built.engine is not None, "\n".join(map(str, built.problems))
    results = run_tests(built.engine, built.tests)
    return results, coverage(built.engine, results)


def wrong(expect: str, case: str = LESSON) -> tuple[str, ...]:
    """What is wrong with one case."""
    return run(f"{case}, expect: {{{expect}}}")[0][0].wrong


RIGHT = "verdict: block, rule: directed-time"
CASES = [
    (RIGHT, ()),
    (f"{RIGHT}, until: 2026-11-23T10:30, opens: yes, record: minute", ()),
    (f"{RIGHT}, until: 2026-11-23T10:30Z", ()),
    (
        "verdict: allow, rule: directed-time",
        ("verdict: expected allow, got block",),
    ),
    ("verdict: block, rule: pupils-present", ("rule: expected pupils-present, got directed-time",)),
    (
        f"{RIGHT}, until: 2026-11-23T10:45",
        ("until: expected 2026-11-23T10:45+00:00, got 2026-11-23T10:30+00:00",),
    ),
    (f"{RIGHT}, until: never", ("until: expected never, got 2026-11-23T10:30+00:00",)),
    (f"{RIGHT}, opens: no", ("opens: expected no, got yes",)),
    (f"{RIGHT}, record: none", ("record: expected none, got minute",)),
]


@pytest.mark.parametrize(("expect", "said"), CASES, ids=[expect for expect, _ in CASES])
def test_what_differs_is_said(expect: str, said: tuple[str, ...]) -> None:
    """A right verdict by the wrong rule fails, and so does a wrong instant; what is not asked is not compared."""
    assert wrong(expect) == said


def test_the_client_of_a_case() -> None:
    """A case may name everything that the engine looks at."""
    client = "client: {role: support-staff, owner: personal, device: phone, zone: staff-room, pupils: absent, "
    case = f"at: 2026-11-23T12:30, host: x.com, {client} inspectable: no, person: office-01, groups: [infants]}}"
    assert wrong("verdict: block, rule: personal-devices, opens: no", case) == ()


def test_coverage_is_both_ways() -> None:
    """A rule must decide one case and be read in one without fitting; the default only has to decide one."""
    _, (reached,) = run(f"{LESSON}, expect: {{{RIGHT}}}")
    assert "directed-time" in reached.decided
    assert "directed-time: no case reads it without its fitting" in reached.holes
    assert "pupils-present: no case is decided by it" in reached.holes
    assert "reasonable-personal-use: no case is decided by it" in reached.holes
    assert "reasonable-personal-use: no case reads it without its fitting" not in reached.holes
    assert "for-the-school: no case reads it without its fitting" not in reached.holes
