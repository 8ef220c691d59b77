"""Live state: a tile for each thing that the gateway stands on, what wants mending, and the essential pictures."""

from __future__ import annotations

from starlette.responses import Response

from agent.clock import Clock
from agent.console.inputs import Input
from agent.console.pages import Pages
from agent.console.technician.gauges import Gauges, read_gauges
from agent.console.technician.tiles import counts, tiles
from agent.console.visit import Visit
from agent.core.callers import Capacity, capacities
from agent.report.charts import Bar, Chart, Table, bars

TECHNICIAN = capacities(Capacity.TECHNICIAN)
PAGES = Pages()
AGAIN = Input("again", needed=False, most=3)
PICTURES = (
    ("verdicts", "Rulings by verdict", "breaktime_rulings_total", "verdict"),
    ("periods", "Rulings by part of the day", "breaktime_rulings_total", "period"),
    ("categories", "Rulings by category", "breaktime_rulings_total", "category"),
    ("zones", "Rulings by zone", "breaktime_rulings_total", "zone"),
    ("actions", "Connections by what was done", "breaktime_connections_total", "action"),
    ("slips", "Slipped past the steering, by protocol", "breaktime_slips_total", "protocol"),
)
"""Name, title, metric and label of each picture: what a school without Prometheus needs of the dashboards."""


@PAGES.get("/gateway", "gateway-state", TECHNICIAN, nav="Gateway")
def gateway(visit: Visit) -> Response:
    """Is it working, and if not, what to do?"""
    settings = visit.config.built.metrics
    gauges = read_gauges(settings.listen, settings.port)
    return visit.show(
        "technician/state.html",
        tiles=tiles(gauges, Clock().now()) if gauges else [],
        running=gauges is not None,
        drawn=pictures(gauges) if gauges else [],
        revision=visit.config.engine.revision,
    )


@PAGES.get("/gateway/problems", "gateway-problems", TECHNICIAN, [AGAIN], nav="Problems")
def problems(visit: Visit) -> Response:
    """Everything that the doctor looks at, what is not well first; as it was found last, or looked at again."""
    found, ago = visit.house.doctor.get(again=bool(visit.given["again"]))
    ill, well = [one for one in found if not one.good], [one for one in found if one.good]
    return visit.show("technician/problems.html", ill=ill, well=well, ago=round(ago))


def pictures(gauges: Gauges) -> list[Chart]:
    """The pictures that have something to show."""
    drawn = []
    for name, title, metric, label in PICTURES:
        found = list(counts(gauges, metric, label))
        rows = [Bar(_words(key), (value,), f"{value:,.0f}") for key, value in found]
        table = Table(("", "Since the start"), tuple((row.label, row.says) for row in rows))
        if rows:
            drawn.append(bars(name, title, ("",), rows, table))
    return drawn


def _words(key: str) -> str:
    return key.replace("-", " ").replace("_", " ")
