"""How things are drawn: each kind of panel as one function, which leaves out neither description nor unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    dashboard,
    heatmap,
    prometheus,
    stat,
    statetimeline,
    timeseries,
)
from grafana_foundation_sdk.models import common as drawn
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import heatmap as heat_model
from grafana_foundation_sdk.models import prometheus as asked

from . import palette

type Panel = stat.Panel | timeseries.Panel | bargauge.Panel | heatmap.Panel | statetimeline.Panel
type Steps = Mapping[float | None, str]
"""From which value on a thing has which colour; None: from the beginning."""

SOURCE: Final = model.DataSourceRef(type_val="prometheus", uid="${source}")
HOUR: Final = "1h"


@dataclass(frozen=True, slots=True)
class Query:
    """An expression with the name of what comes of it (`{{label}}` stands for a label's value)."""

    expr: str
    name: str = ""
    instant: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """What every panel says of itself: `says` is for the reader who sees it for the first time."""

    title: str
    says: str
    unit: str
    wide: int = 12
    high: int = 8


def number(about: About, expr: str, steps: Steps | None = None, words: Mapping[str, str] | None = None) -> stat.Panel:
    """One number of now, or the word that stands for it; its ground has the colour of its step."""
    panel = _dress(stat.Panel(), about, (Query(expr, instant=True),)).thresholds(_steps(steps or {None: palette.WELL}))
    panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    panel.graph_mode(drawn.BigValueGraphMode.NONE).color_mode(drawn.BigValueColorMode.BACKGROUND_SOLID)
    return panel.mappings([_words(words)]) if words else panel


def well(about: About, expr: str, yes: str, no: str) -> stat.Panel:
    """A thing that is well (1) or not (0), said in a word and in colour."""
    return number(about, expr, {None: palette.WRONG, 1: palette.WELL}, {"1": yes, "0": no})


def lines(about: About, *queries: Query, colours: Mapping[str, str] | None = None) -> timeseries.Panel:
    """How things went."""
    panel = _dress(timeseries.Panel(), about, queries).legend(_legend()).min(0)
    panel.line_width(2).fill_opacity(0).show_points(drawn.VisibilityMode.NEVER)
    return _coloured(panel, colours or {})


def bars(
    about: About, *queries: Query, colours: Mapping[str, str] | None = None, every: str = "1m"
) -> timeseries.Panel:
    """What was counted in each step of the time, one on top of the other; a step is no shorter than `every`."""
    panel = lines(about, *queries, colours=colours).draw_style(drawn.GraphDrawStyle.BARS).fill_opacity(80).line_width(0)
    return panel.stacking(common.StackingConfig().mode(drawn.StackingMode.NORMAL)).interval(every)


def ranking(about: About, query: Query) -> bargauge.Panel:
    """Which had how much, each a bar in one colour: its length and number tell, not a hue."""
    panel = _dress(bargauge.Panel(), about, (query,)).thresholds(_steps({None: palette.BLUE})).min(0)
    panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    return panel.orientation(drawn.VizOrientation.HORIZONTAL).display_mode(drawn.BarGaugeDisplayMode.BASIC)


def heat(about: About, query: Query) -> heatmap.Panel:
    """When there was how much: a row each, hour by hour, light to dark."""
    panel = _dress(heatmap.Panel(), about, (query,)).interval(HOUR).calculate(False).show_legend()
    panel.exemplars_color(palette.PURPLE)
    colour = heatmap.HeatmapColorOptions().mode(heat_model.HeatmapColorMode.SCHEME).scheme("Blues").steps(32)
    return panel.color(colour).cell_gap(1)


def states(about: About, query: Query, words: Mapping[str, str]) -> statetimeline.Panel:
    """Which state held when."""
    panel = _dress(statetimeline.Panel(), about, (query,)).mappings([_words(words)]).legend(_legend())
    panel.line_width(0).fill_opacity(70).show_value(drawn.VisibilityMode.AUTO)
    return panel.thresholds(_steps({None: palette.WRONG, 1: palette.WELL}))


def _dress[P: (stat.Panel, timeseries.Panel, bargauge.Panel, heatmap.Panel, statetimeline.Panel)](
    panel: P, about: About, queries: tuple[Query, ...]
) -> P:
    panel.title(about.title).description(about.says).unit(about.unit).datasource(SOURCE)
    for n, query in enumerate(queries):
        panel.with_target(_target(query, "ABCDEFGH"[n]))
    return panel.span(about.wide).height(about.high)


def _target(query: Query, ref: str) -> prometheus.Dataquery:
    target = prometheus.Dataquery().expr(query.expr).ref_id(ref).datasource(SOURCE)
    target.legend_format(query.name or "__auto").format(asked.PromQueryFormat.TIME_SERIES)
    return target.instant() if query.instant else target.range()


def _steps(steps: Steps) -> dashboard.ThresholdsConfig:
    found = [model.Threshold(value=value, color=colour) for value, colour in steps.items()]
    return dashboard.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(found)


def _words(words: Mapping[str, str]) -> model.ValueMap:
    named = {value: model.ValueMappingResult(text=text, index=n) for n, (value, text) in enumerate(words.items())}
    return model.ValueMap(options=named)


def _legend() -> common.VizLegendOptions:
    legend = common.VizLegendOptions().display_mode(drawn.LegendDisplayMode.LIST)
    return legend.placement(drawn.LegendPlacement.BOTTOM).show_legend(True)


def _coloured(panel: timeseries.Panel, more: Mapping[str, str]) -> timeseries.Panel:
    """Words have their own colour; every other series takes one of ours by its order, through its query."""
    for n, colour in enumerate(palette.ALL):
        panel.override_by_query("ABCDEFGH"[n], _fixed(colour))
    for word, colour in {**palette.OF, **more}.items():
        panel.override_by_name(word, _fixed(colour))
    return panel


def _fixed(colour: str) -> list[model.DynamicConfigValue]:
    return [model.DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour})]
