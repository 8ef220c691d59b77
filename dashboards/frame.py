"""What all dashboards share: variables for source, site and zone, links to each other, reloads and bells marked."""

from __future__ import annotations

from typing import Final

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models import dashboard as model

from . import palette
from .panels import SOURCE, Panel
from .queries import of

TAG: Final = "breaktime"
EVERYTHING: Final = ".*"
"""What *All* stands for: it also fits a series without the label, as in a school of one site."""
RELOADS: Final = f"changes({of('config_last_reload_success_timestamp_seconds')}[$__interval]) > 0"
BELLS: Final = f"{of('period')} == 1 unless {of('period')} offset 1m == 1"


def framed(uid: str, title: str, says: str, since: str = "now-6h", zones: bool = False) -> dashboard.Dashboard:
    """A dashboard without panels."""
    made = dashboard.Dashboard(f"Breaktime: {title}").uid(f"breaktime-{uid}").description(says).tags([TAG])
    made.timezone("browser").week_start("monday").time(since, "now").refresh("1m").readonly()
    made.tooltip(model.DashboardCursorSync.CROSSHAIR).link(_links())
    made.with_variable(_source()).with_variable(_choice("site", "Site", "label_values(breaktime_workers, site)"))
    if zones:
        query = 'label_values(breaktime_rulings_total{site=~"$site"}, zone)'
        made.with_variable(_choice("zone", "Zone", query))
    made.annotation(_marks("Reloads", RELOADS, palette.PURPLE))
    return made.annotation(_marks("Bells", BELLS, palette.GREY))


def row(made: dashboard.Dashboard, title: str, *panels: Panel) -> None:
    """A headed row of panels."""
    made.with_row(dashboard.Row(title))
    for panel in panels:
        made.with_panel(panel)


def _links() -> dashboard.DashboardLink:
    link = dashboard.DashboardLink("Breaktime").type(model.DashboardLinkType.DASHBOARDS).tags([TAG])
    return link.as_dropdown(False).include_vars(True).keep_time(False).tooltip("The other views of Breaktime")


def _source() -> dashboard.DatasourceVariable:
    return dashboard.DatasourceVariable("source").label("Prometheus").type("prometheus")


def _choice(name: str, label: str, query: str) -> dashboard.QueryVariable:
    made = dashboard.QueryVariable(name).label(label).query(query).datasource(SOURCE).multi(True).include_all(True)
    made.all_value(EVERYTHING).current(model.VariableOption(selected=True, text="All", value="$__all"))
    return made.refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED).sort(model.VariableSort.ALPHABETICAL_ASC)


def _marks(name: str, expr: str, colour: str) -> dashboard.AnnotationQuery:
    return dashboard.AnnotationQuery().name(name).datasource(SOURCE).enable(True).icon_color(colour).expr(expr)
