"""What needs a decision, in words: a plain sentence, and the console's page where it is made."""

from __future__ import annotations

from dataclasses import dataclass

from agent.report.figures import Decision, Week, Why
from agent.report.words import counted


@dataclass(frozen=True, slots=True)
class Wanted:
    """A sentence, what can be done, and where."""

    text: str
    act: str
    link: str


def said(week: Week, console: str) -> tuple[Wanted, ...]:
    """Each decision of a week; `console` is the address below which its pages are."""
    return tuple(Wanted(*_said(one), f"{console.rstrip('/')}/{one.link.lstrip('/')}") for one in week.decisions)


def _said(one: Decision) -> tuple[str, str]:
    number = one.count
    match one.why:
        case Why.GOVERNANCE:
            return (
                "The assessment, the notice and the consultation are not named, so nobody is recorded.",
                "See the policy",
            )
        case Why.RECEIPTS:
            return "The receipts of what was deleted do not fit together. Ask your technician why.", "See the receipts"
        case Why.AUDIT:
            return (
                "The record of who looked at what does not hold together. Ask your technician why.",
                "See the week",
            )
        case Why.OVERDUE:
            what = "is kept longer than it may be" if number == 1 else "are kept longer than they may be"
            return f"{counted(number, 'day')} of the record {what}. Ask your technician why.", "See the week"
        case Why.SUGGESTIONS:
            return (
                f"{counted(number, 'address', 'addresses')} may be social media that the catalogue lacks. "
                "Ask your technician.",
                "See the week",
            )
        case Why.AUTHORISATION_ENDS:
            return (
                f"{counted(number, 'authorisation')} of yours {'ends' if number == 1 else 'end'} soon.",
                "Renew or let end",
            )
