"""The facts as one flat tuple: which of them may be unknown, and what is supposed unless told."""

from agent.core.facts import UNDECIDED, Facts


def test_undecided() -> None:
    """Only an opened connection tells the account and the activity, and both are facts."""
    assert UNDECIDED == ("account", "activity")
    assert set(UNDECIDED) < set(Facts._fields)


def test_defaults() -> None:
    """Unless told, nobody is authorised, known, of concern or an official user, and no minute is used."""
    assert Facts._field_defaults == {
        "authorised": False,
        "used": 0,
        "concern": False,
        "official_user": False,
        "person": None,
        "groups": frozenset(),
    }
