"""The console's own style sheet, scripts and pictures: read once, by name from a table, so no path leads elsewhere."""

from __future__ import annotations

from starlette.responses import Response

from agent.console.inputs import Input
from agent.console.look import STATIC
from agent.console.pages import Pages
from agent.console.visit import Visit
from agent.report import charts, page

KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FILES = {
    item.name: (item.read_bytes(), KINDS["." + item.name.rpartition(".")[2]])
    for item in STATIC.iterdir()
    if "." + item.name.rpartition(".")[2] in KINDS
} | {
    "charts.css": (charts.style_sheet().encode(), "text/css"),
    "week.css": (page.style_sheet().encode(), "text/css"),
}
PAGES = Pages()


@PAGES.get("/static/{name}", "static", None, [Input("v", needed=False, pattern="[0-9a-f]{12}")])
def static(visit: Visit) -> Response:
    """A file that is part of the console; its address changes with its content."""
    visit.new_secret = None
    if visit.place["name"] not in FILES:
        return visit.show("lost.html", 404)
    content, kind = FILES[visit.place["name"]]
    return Response(content, media_type=kind, headers={"cache-control": "public, max-age=604800, immutable"})
