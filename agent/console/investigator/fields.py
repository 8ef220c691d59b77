"""Every field of the forms on a case's page. Names differ from form to form, as they all stand on one page."""

from __future__ import annotations

from collections.abc import Iterable

from agent.console.inputs import ID, Input, Kind
from agent.core.activity import Activity
from agent.core.cases import LegalBasis, Recipient, TaskKind
from agent.core.clients import Zone
from agent.core.decision import Verdict
from agent.core.timetable import PeriodKind

_WORD = r"[a-z0-9-]{1,80}"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"


def _choice(name: str, says: str, words: Iterable[object], needed: bool = False) -> Input:
    return Input(name, says, Kind.CHOICE, needed=needed, choices=tuple(map(str, words)))


OPEN = (
    Input("subject", "Whom it is about", pattern=ID),
    Input("first", "From", Kind.DATE),
    Input("last", "To", Kind.DATE),
    Input("services", "Only these services", most=500, needed=False),
    Input("reason", "What it is about, in a few words", most=500),
    Input("clause", "The paragraph of the policy that may have been broken", most=80),
    Input("grounds", "What there is to go on", Kind.TEXT, most=4000),
    _choice("basis", "The legal basis (UK GDPR, Article 6)", LegalBasis, needed=True),
    Input("concern", "The number of the concern that it comes from", most=64, needed=False, pattern=ID),
    Input("promptly", "To be investigated by", Kind.DATE, needed=False),
)
SEARCH = (
    Input("service", "Service", most=80, needed=False, pattern=_WORD),
    Input("category", "Category", most=80, needed=False, pattern=_WORD),
    _choice("activity", "Activity", Activity),
    _choice("verdict", "Ruling", Verdict),
    _choice("period", "Part of the day", PeriodKind),
    _choice("zone", "Where", Zone),
    Input("since", "From the time", most=5, needed=False, pattern=_CLOCK),
    Input("until", "Until the time", most=5, needed=False, pattern=_CLOCK),
    Input("from", "From this day", Kind.DATE, needed=False),
    Input("to", "To this day", Kind.DATE, needed=False),
    Input("compare", "Put other people's days beside it, anonymously", Kind.FLAG, needed=False),
)
FIND = (Input("finding", "What was found", Kind.TEXT, most=4000),)
TASK = (
    _choice("kind", "What is to be done", TaskKind, needed=True),
    Input("due", "By", Kind.DATE),
    Input("note", "A note", most=500, needed=False),
    Input("victim", "For the police: how the member of staff who is the victim consented", most=500, needed=False),
)
TASK_DONE = (
    Input("number", "Which task", Kind.NUMBER, most=9999, least=1),
    Input("ended", "A note", most=500, needed=False),
)
TELL = (Input("how", "How the subject was told", most=500),)
DISCLOSE = (
    _choice("recipient", "To whom", Recipient, needed=True),
    Input("who", "Who it is, where the list does not name them", most=200, needed=False),
    Input("what", "What is handed over", most=500),
    Input("ground", "Why they may have it", Kind.TEXT, most=1000),
    Input("duty", "The duty that makes you, where the list does not name them", most=500, needed=False),
    Input("consent", "For the police: the victim's consent, or that no member of staff is one", most=500, needed=False),
)
CLOSE = (
    Input("outcome", "What came of it", Kind.TEXT, most=4000),
    Input("keep", "Keep the case's file until", Kind.DATE, needed=False),
)
FORMS = (*SEARCH, *FIND, *TASK, *TASK_DONE, *TELL, *DISCLOSE, *CLOSE)
