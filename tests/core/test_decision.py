"""The words of an answer, which the command line, the record and the dashboards repeat."""

from agent.core.decision import Decision, Mode, Needs, Outcome, Verdict


def test_words() -> None:
    """Verdicts, modes and outcomes are the words of the design, as text too."""
    assert [*Verdict] == ["allow", "block"]
    assert [*Mode] == ["enforce", "observe"]
    assert [*Outcome] == ["yes", "no", "open"]


def test_equal() -> None:
    """Two answers are the same if they say the same, so that a change of either can be seen."""
    decision = Decision(Verdict.ALLOW, "a", "1.2", "p")
    assert decision == Decision(Verdict.ALLOW, "a", "1.2", "p", "")
    assert decision != Decision(Verdict.ALLOW, "b", "1.2", "p")
    assert len({Needs(frozenset({"account"})), Needs(frozenset({"account"}))}) == 1
