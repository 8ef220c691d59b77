"""The evidence of a case as one file to take away. On this machine it lies only while it is made."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.responses import Response

from agent.casework import looks
from agent.casework.desk import Desk
from agent.console.investigator.desk import answered, capacities_for
from agent.console.pages import Pages
from agent.console.visit import Visit
from agent.core.casework import Action
from agent.core.offices import Officer

PAGES = Pages()


@PAGES.post("/cases/{case}/evidence", "case-evidence", capacities_for(Action.EXPORT), mends=True)
def evidence(visit: Visit) -> Response:
    """Make the bundle, hand it over, and leave nothing behind."""
    return answered(visit, lambda: _bundle(visit))


def taken(desk: Desk, officer: Officer, id: str, within: Path | None = None) -> bytes:
    """The bundle; its file, in a folder of its own `within` one (None: the system's own for such), is gone again."""
    with TemporaryDirectory(prefix="breaktime-evidence-", dir=within) as folder:
        return looks.export(desk, officer, id, Path(folder) / "evidence.zip").content


def _bundle(visit: Visit) -> Response:
    id = visit.place["case"]
    content = taken(visit.desk, visit.officer, id)
    headers = {"content-disposition": f'attachment; filename="evidence-{id}.zip"'}
    return Response(content, media_type="application/zip", headers=headers)
