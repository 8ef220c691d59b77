"""The policy's files: what an edited one would change, with check and tests; what was in force when; a way back.

Editing stays in the files. This page shows, and puts back what has been in force before.
"""

from __future__ import annotations

from starlette.responses import Response

from agent.app import drafts
from agent.clock import Clock
from agent.console.inputs import Input
from agent.console.pages import Pages
from agent.console.technician.state import TECHNICIAN
from agent.console.visit import Visit
from agent.store.errors import StoreError

PAGES = Pages()
BACK = "/files"
_SEEN = 50  # revisions on the page


@PAGES.get(BACK, "policy-files", TECHNICIAN, nav="Policy files")
def overview(visit: Visit) -> Response:
    """Drafts, files on the disk that are not in force, and the history."""
    return _overview(visit, "")


@PAGES.get("/files/draft/{name}", "policy-draft", TECHNICIAN)
def draft(visit: Visit) -> Response:
    """An edited policy against the one of its id."""
    try:
        found = drafts.draft(visit.config, visit.data, visit.place["name"])
    except ValueError:
        return visit.show("lost.html", 404)
    return visit.show("technician/draft.html", draft=found)


@PAGES.get("/files/revision/{revision}", "policy-revision", TECHNICIAN)
def revision(visit: Visit) -> Response:
    """What has changed since a revision was in force."""
    wanted = visit.place["revision"]
    try:
        changed = drafts.since(visit.config, visit.data, wanted)
    except StoreError as problem:
        return _overview(visit, str(problem), 500)
    if changed is None:
        return visit.show("lost.html", 404)
    return visit.show("technician/revision.html", revision=wanted, changed=changed)


@PAGES.post("/files/back", "policy-back", TECHNICIAN, [Input("revision", pattern="[0-9a-f]{12}")])
def back(visit: Visit) -> Response:
    """Put the files of a revision back; the gateway takes them up like any other change."""
    wanted = visit.given["revision"]
    try:
        changed = drafts.put_back(visit.house.folder, visit.config, visit.data, wanted, Clock().now())
    except (drafts.CannotPutBack, StoreError) as problem:
        return _overview(visit, str(problem), 409)
    files = ", ".join(changed)
    return visit.go(BACK, f"Put back: {files}." if changed else "Those files are on the disk already.")


def _overview(visit: Visit, wrong: str, status: int = 200) -> Response:
    try:
        history = drafts.revisions(visit.data)
    except StoreError as problem:
        history, wrong = [], wrong or str(problem)
    return visit.show(
        "technician/files.html", status, drafts=drafts.names(visit.data), history=history[:_SEEN], wrong=wrong,
        older=max(0, len(history) - _SEEN), unloaded=drafts.unloaded(visit.config, visit.house.folder),
        place=visit.data.drafts,
    )  # fmt: skip
