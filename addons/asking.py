"""Asking for access on the gateway's page: the form, what is sent with it, and the answer on the same page.

`/ask?service=ID` is linked from the block page. Who asks is told by the directory, never by the form; what blocks them
is asked of the engine anew. The supervisor keeps the request; what the head answered comes back with the permits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs

from addons.worker import Worker
from agent.core.access import Asking, Said, may_ask
from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.clients import Client
from agent.core.decision import Decision
from agent.core.engine import Ruling, Situation, known
from agent.gateway import askpage

PATH = "/ask"
LARGEST = 8192
"""Bytes of a form at most."""
PER_HOUR = 5
"""Requests of one device that are handed on within an hour."""


@dataclass(frozen=True, slots=True)
class Form:
    """What came with a request to `/ask`."""

    client: Client
    query: str
    body: bytes = b""


class AskDesk:
    """What the gateway's page has for whoever asks for access."""

    def __init__(self, worker: Callable[[], Worker], asked: Callable[[Asking], None]) -> None:
        self._worker, self._asked = worker, asked
        self._times: dict[str, list[float]] = {}

    def page(self, form: Form, trouble: str = "") -> tuple[int, bytes]:
        """The form, or how the last request of this client for that service stands."""
        worker = self._worker()
        ruling = self._ruling(form)
        if ruling is None or not isinstance(ruling.outcome, Decision):
            return 404, askpage.nothing(worker.engine.site.name, worker.engine.site.contact)
        said = self._said(form.client, _service(ruling))
        may = ruling.blocks and may_ask(worker.engine, ruling)
        notice = askpage.Notice(
            site=worker.engine.site.name,
            contact=worker.engine.site.contact,
            service=_service(ruling),
            title=ruling.situation.match.service.name if ruling.situation.match else "",
            rule=ruling.outcome.say if ruling.blocks else "",
            clause=ruling.outcome.clause,
            policy=worker.engine.policies.policies[ruling.outcome.policy].title,
            may_ask=may,
            known=bool(form.client.person),
            said=said,
            zone=worker.engine.timetable.calendar.zone,
            trouble=trouble,
        )
        return (400 if trouble else 200), askpage.document(notice)

    def take(self, form: Form) -> tuple[int, bytes]:
        """Hand a request on, or say what is to be mended; 303 where it was taken."""
        ruling = self._ruling(form)
        if ruling is None or not ruling.blocks or not may_ask(self._worker().engine, ruling):
            return self.page(form)
        fields = parse_qs(form.body.decode("utf-8", "replace"), max_num_fields=8)
        asking = self._asking(ruling, fields.get("purpose", [""])[0], fields.get("name", [""])[0])
        if problems := asking.problems():
            return self.page(form, f"Please mend this: {'; '.join(problems)}.")
        if not self._in_bounds(form.client):
            return self.page(form, f"Too often within an hour. Please ask {self._worker().engine.site.contact}.")
        self._asked(asking.cleaned())
        self._note(asking, ruling)
        return 303, b""

    def _asking(self, ruling: Ruling, purpose: str, name: str) -> Asking:
        decision, client = ruling.outcome, ruling.situation.client
        assert isinstance(decision, Decision), "a block is decided"
        title = self._worker().engine.policies.policies[decision.policy].title
        person = client.person or ""
        own = "" if person else name
        device = client.device or ""
        return Asking(device, person, own, _service(ruling), purpose, decision.say, decision.clause, title)

    def _ruling(self, form: Form) -> Ruling | None:
        """How the engine would rule on somebody signed out who visits the service now; None where there is none."""
        worker, wanted = self._worker(), parse_qs(form.query, max_num_fields=4).get("service", [""])[0]
        service = worker.engine.catalogue.services.get(wanted)
        if service is None or service.sensitive:
            return None
        host = next((name.name for name, _ in service.entries()), "")
        match = worker.engine.match((host,))
        if match is None:
            return None
        return worker.engine.rule_on(_visit(Situation(form.client, match)), worker.clock.now())

    def _said(self, client: Client, service: str) -> Said | None:
        return next((one for one in self._worker().permits.said if one.is_for(client, service)), None)

    def _note(self, asking: Asking, ruling: Ruling) -> None:
        """Show it as waiting at once; the supervisor's word takes its place."""
        worker = self._worker()
        worker.permits = worker.permits.waiting(asking, ruling.at)

    def _in_bounds(self, client: Client) -> bool:
        who, now = client.device or client.person or "", self._worker().clock.now().timestamp()
        recent = [at for at in self._times.get(who, ()) if now - 3600 < at <= now]
        self._times[who] = [*recent, now]
        if len(self._times) > 10_000:
            self._times.clear()
        return len(recent) < PER_HOUR


def _service(ruling: Ruling) -> str:
    return ruling.situation.match.service.id if ruling.situation.match else ""


def _visit(situation: Situation) -> Situation:
    return known(situation, Account.SIGNED_OUT, Activity.VISIT)
