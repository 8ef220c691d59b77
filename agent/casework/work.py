"""What an investigation leaves in its case: findings, tasks, handings-over, and its end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from agent.casework.desk import Desk, Plan
from agent.core.audit import Tag
from agent.core.cases import Case, Disclosure, Note, Recipient, State, Task, TaskKind
from agent.core.casework import Action
from agent.core.offices import Officer
from agent.store.auditlog import SYSTEM, Receipt
from agent.store.database import DATABASE
from agent.store.granted import cut_held, holds_after, release_held

KEPT = timedelta(days=183)
"""How long a closed case's file is kept where nobody says another day."""


@dataclass(frozen=True, slots=True)
class Handing:
    """What is handed over, to whom and why. `duty` is named where the policies do not name the recipient."""

    recipient: Recipient
    what: str
    ground: str
    who: str = ""
    duty: str = ""
    consent: str = ""


def find(desk: Desk, officer: Officer, id: str, text: str) -> Case:
    """Note a finding. Raises Refused, NoCase, ValueError."""
    _wanted(text, "a finding has words")

    def plan(case: Case) -> Plan:
        findings = (*case.findings, Note(officer.id, desk.now(), text))
        return Plan({"number": str(len(findings))}, lambda receipt: replace(case, findings=findings))

    return desk.change(officer, id, Action.FIND, plan)


def set_task(
    desk: Desk, officer: Officer, id: str, kind: TaskKind, due: date, note: str = "", consent: str = ""
) -> Case:
    """Set something to be done by a day. The police need the victim's consent. Raises Refused, NoCase, ValueError."""
    if kind is TaskKind.POLICE:
        _wanted(consent, "the police are asked only with the consent of the member of staff who is the victim")

    def plan(case: Case) -> Plan:
        changed = case.with_task(kind, due, note, consent)
        detail = {"due": str(due), "kind": kind.value, "number": str(len(changed.tasks))}
        return Plan(detail, lambda receipt: changed)

    return desk.change(officer, id, Action.TASK, plan)


def finish_task(desk: Desk, officer: Officer, id: str, number: int, note: str = "") -> Case:
    """Note that a task is done. Raises Refused, NoCase, ValueError if there is none of that number."""

    def plan(case: Case) -> Plan:
        if number not in {task.number for task in case.tasks if task.done is None}:
            raise ValueError(f"case {id} has no task {number} that is still to be done")
        done = Note(officer.id, desk.now(), note)

        def make(receipt: Receipt) -> Case:
            tasks = (replace(task, done=done) if task.number == number else task for task in case.tasks)
            return replace(case, tasks=tuple[Task, ...](tasks))

        return Plan({"number": str(number)}, make)

    return desk.change(officer, id, Action.TASK_DONE, plan)


def disclose(desk: Desk, officer: Officer, id: str, handing: Handing) -> Case:
    """Note that something was handed over, before it is. Raises Refused, NoCase, ValueError."""
    _wanted(handing.what, "say what is handed over")
    _wanted(handing.ground, "say on what ground")
    if handing.recipient is Recipient.OTHER:
        _wanted(handing.who, "say to whom")
        _wanted(handing.duty, "the policies do not name this recipient: name the duty that makes you hand it over")
    if handing.recipient is Recipient.POLICE:
        _wanted(handing.consent, "say whether the member of staff who is the victim consents, or that there is none")

    def plan(case: Case) -> Plan:
        made = Disclosure(
            officer.id,
            desk.now(),
            handing.recipient,
            handing.who,
            handing.what,
            handing.ground,
            handing.duty,
            handing.consent,
        )
        disclosures = (*case.disclosures, made)
        detail = {"duty": "yes" if handing.duty else "no", "recipient": handing.recipient.value}
        return Plan(detail, lambda receipt: replace(case, disclosures=disclosures))

    return desk.change(officer, id, Action.DISCLOSE, plan)


def release(desk: Desk, officer: Officer, id: str) -> Case:
    """Let go of what is held: the record is forgotten by the policy's own days again. Raises Refused, NoCase."""

    def plan(case: Case) -> Plan:
        return Plan({"days": str(len(case.held))}, lambda receipt: released(desk, case))

    return desk.change(officer, id, Action.RELEASE, plan)


def close(desk: Desk, officer: Officer, id: str, text: str, keep_until: date | None = None) -> Case:
    """End a case: its hold is let go, its file is kept until a day. Raises Refused, NoCase, ValueError."""
    _wanted(text, "say what came of the case")
    until = keep_until or desk.today + KEPT
    if until < desk.today:
        raise ValueError("the case's file cannot be kept until a day that is over")

    def plan(case: Case) -> Plan:
        def make(receipt: Receipt) -> Case:
            closed = Note(officer.id, desk.now(), text)
            return replace(released(desk, case), closed=closed, keep_until=until)

        return Plan({"keep-until": str(until), "open-tasks": str(sum(task.done is None for task in case.tasks))}, make)

    return desk.change(officer, id, Action.CLOSE, plan)


def forget_due(desk: Desk) -> list[str]:
    """Forget the cases whose files need not be kept any longer; their numbers. Raises StoreError.

    One that ran out and that nobody closed is kept as long as if it had been closed then. The entry stands first:
    killed in between, it is done again, and stands there twice.
    """
    gone = []
    for case in desk.readable()[0]:
        until = case.keep_until or (_ran_out(desk, case) + KEPT if _over(desk, case) else None)
        if until is not None and _ended(desk, case) and until < desk.today:
            desk.log.append(Tag.KEY_DESTROY, SYSTEM, desk.now(), case.id, {"what": "case-file"})
            with desk.files.changing():
                released(desk, case)
                desk.files.forget(case.id)
            gone.append(case.id)
    return gone


def cut_holds(desk: Desk) -> list[str]:
    """Let the holds of cases that ran out take in no later day; the cases whose hold was cut. Raises StoreError.

    The entry stands first: killed in between, it is done again, and stands there twice.
    """
    cut = []
    for case in desk.readable()[0]:
        if not (_recorded(desk) and _over(desk, case)):
            continue
        last = _ran_out(desk, case)
        if holds_after(desk.data, desk.site, case.id, last):
            desk.log.append(Tag.CASE_HOLD, SYSTEM, desk.now(), case.id, {"until": str(last)})
            cut_held(desk.data, desk.site, case.id, last)
            cut.append(case.id)
    return cut


def released(desk: Desk, case: Case) -> Case:
    """The case without its hold, which is forgotten. Raises StoreError."""
    if _recorded(desk):  # a hold may be there that the case's file does not know of yet
        release_held(desk.data, desk.site, case.id)
    return replace(case, held=())


def _recorded(desk: Desk) -> bool:
    return (desk.data / DATABASE).exists()


def _ended(desk: Desk, case: Case) -> bool:
    return case.state(desk.now()) in (State.CLOSED, State.REFUSED, State.EXPIRED)


def _over(desk: Desk, case: Case) -> bool:
    return case.state(desk.now()) is State.EXPIRED


def _ran_out(desk: Desk, case: Case) -> date:
    """The local day on which the grant of a case that is over ended."""
    assert case.expires is not None, "only what stood on a grant runs out"
    return case.expires.astimezone(desk.zone).date()


def _wanted(text: str, what: str) -> None:
    if not text.strip():
        raise ValueError(what)
