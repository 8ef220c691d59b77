"""What an investigation leaves in its case: a hold, findings, tasks, the subject told, handings-over, its end."""

from __future__ import annotations

from starlette.responses import Response

from agent.casework import decisions, looks, work
from agent.console.investigator.desk import capacities_for, done
from agent.console.investigator.fields import CLOSE, DISCLOSE, FIND, TASK, TASK_DONE, TELL
from agent.console.pages import Pages
from agent.console.visit import Visit
from agent.core.cases import Recipient, TaskKind
from agent.core.casework import Action

PAGES = Pages()


@PAGES.post("/cases/{case}/hold", "case-hold", capacities_for(Action.HOLD), mends=True)
def hold(visit: Visit) -> Response:
    """Keep the record of the case from being forgotten while the case lasts."""
    return done(visit, lambda id: looks.hold(visit.desk, visit.officer, id), "The record of this case is held.")


@PAGES.post("/cases/{case}/release", "case-release", capacities_for(Action.RELEASE), mends=True)
def release(visit: Visit) -> Response:
    """Let go of what is held."""
    return done(visit, lambda id: work.release(visit.desk, visit.officer, id), "Nothing is held any longer.")


@PAGES.post("/cases/{case}/find", "case-find", capacities_for(Action.FIND), FIND, mends=True)
def find(visit: Visit) -> Response:
    """Note a finding."""
    given = visit.given
    return done(visit, lambda id: work.find(visit.desk, visit.officer, id, given["finding"]), "The finding is noted.")


@PAGES.post("/cases/{case}/task", "case-task", capacities_for(Action.TASK), TASK, mends=True)
def task(visit: Visit) -> Response:
    """Set something to be done by a day."""

    def act(id: str) -> None:
        kind, due, note, consent = (visit.given[name] for name in ("kind", "due", "note", "victim"))
        work.set_task(visit.desk, visit.officer, id, TaskKind(kind), due, note, consent)

    return done(visit, act, "The task is set.")


@PAGES.post("/cases/{case}/task-done", "case-task-done", capacities_for(Action.TASK_DONE), TASK_DONE, mends=True)
def task_done(visit: Visit) -> Response:
    """Say that a task is done."""

    def act(id: str) -> None:
        work.finish_task(visit.desk, visit.officer, id, visit.given["number"], visit.given["ended"])

    return done(visit, act, "The task is done.")


@PAGES.post("/cases/{case}/tell", "case-tell", capacities_for(Action.TELL), TELL, mends=True)
def tell(visit: Visit) -> Response:
    """Note that the subject has been told."""
    return done(
        visit, lambda id: decisions.tell(visit.desk, visit.officer, id, visit.given["how"]), "The subject is told."
    )


@PAGES.post("/cases/{case}/disclose", "case-disclose", capacities_for(Action.DISCLOSE), DISCLOSE, mends=True)
def disclose(visit: Visit) -> Response:
    """Note a handing-over, before it is made."""

    def act(id: str) -> None:
        given = visit.given
        rest = (given[name] for name in ("what", "ground", "who", "duty", "consent"))
        work.disclose(visit.desk, visit.officer, id, work.Handing(Recipient(given["recipient"]), *rest))

    return done(visit, act, "The handing-over is noted; hand it over now.")


@PAGES.post("/cases/{case}/close", "case-close", capacities_for(Action.CLOSE), CLOSE, mends=True)
def close(visit: Visit) -> Response:
    """End the case."""

    def act(id: str) -> None:
        work.close(visit.desk, visit.officer, id, visit.given["outcome"], visit.given["keep"])

    return done(visit, act, "The case is closed.")
