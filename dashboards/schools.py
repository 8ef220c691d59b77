"""*Many schools*: a trust's view, a site each."""

from __future__ import annotations

from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard

from . import palette
from .frame import framed, row
from .panels import About, Panel, Query, Steps, bars, lines, number, ranking, states
from .queries import JOB, SITE, news, of, total, zero

BAD: Final[Steps] = {None: palette.WELL, 1: palette.WRONG}


def dashboard() -> Dashboard:
    """Which school needs somebody, and how the rest compare."""
    made = framed("schools", "many schools", "Every school of a trust, by its site. Compare shares rather than "
         "numbers: "
                  "schools are of different sizes.", "now-24h")  # fmt: skip
    row(made, "Which school needs somebody?", *_troubles())
    row(made, "How do they compare?", *_compared())
    row(made, "Which release, which configuration?", *_releases())
    return made


def _each(expression: str, instant: bool = True) -> Query:
    return Query(expression, "{{site}}", instant)


def _small(title: str, says: str) -> About:
    return About(title, says, "none", 6, 4)


def _troubles() -> list[Panel]:
    return [
        number(_small("Schools", "Sites that are read at all."), f"count(count by (site) (up{{{JOB}}}))"),
        number(_small("Gateways gone", "Gateways that do not answer."), zero(f"count(up{{{JOB}}} == 0)"), BAD),
        number(_small("Old policies", "Schools whose configuration on disk is not in force."),
               zero(f"count({of('config_last_reload_successful')} == 0)"), BAD),
        number(_small("Forgetting overdue", "Schools in which something due has not been forgotten."),
               zero(f"count({of('retention_up')} == 0)"), BAD),
        states(About("Gateways", "Whether each school's gateway answers.", "none"),
               _each(f"min by (site) (up{{{JOB}}})", False), {"1": "answers", "0": "gone"}),
        ranking(About("Alerts", "Alerts that fire now, by school.", "none"),
                _each(f'count by (site) (ALERTS{{alertname=~"Breaktime.*",alertstate="firing",{SITE}}}) or 0 * '
                      f'count by (site) (up{{{JOB}}})')),
    ]  # fmt: skip


def _compared() -> list[Panel]:
    blocked = total(news("rulings", "$__range", 'verdict="block"'), ["site"])
    share = f"{blocked} / {total(news('rulings'), ['site'])} or 0 * {total(news('rulings'), ['site'])}"
    opened = total(news("connections", "$__range", 'action="open"'), ["site"])
    connections = total(news("connections"), ["site"])
    slips = f"{total(news('slips'), ['site'])} or 0 * count by (site) (up{{{JOB}}})"
    certificate = f"min by (site) ({of('certificate_expiry_timestamp_seconds')}) - time()"
    return [
        ranking(About("Blocked share", "The part of each school's rulings that blocked.", "percentunit", 8),
             _each(share)),
        ranking(About("Opened share", "The part of each school's connections to social media that was opened.",
                "percentunit", 8), _each(f"{opened} / {connections} or 0 * {connections}")),
        ranking(About("Slips", "Social media found unsteered, by school.", "none", 8), _each(slips)),
        bars(About("Rulings", "Rulings of each school.", "none"),
             _each(total(news("rulings", "$__interval"), ["site"]), False), every="15m"),
        lines(About("Waiting for the store", "The age of the oldest count that waits to be committed, by school.",
             "s"),
              _each(f"max by (site) ({of('store_lag_seconds')})", False)),
        ranking(About("Certificates", "Until the first of each school's certificates ends.", "s"), _each(certificate)),
        ranking(About("Disk free", "What is left where each school's data folder lies.", "percentunit"),
                _each(f"min by (site) ({of('disk_free_bytes')} / {of('disk_size_bytes')})")),
    ]  # fmt: skip


def _releases() -> list[Panel]:
    age = f"time() - max by (site) ({of('config_last_reload_success_timestamp_seconds')})"
    return [
        ranking(About("Releases", "Which releases run, and at how many schools.", "none", 8),
                Query(f"count by (version) ({of('build_info')})", "{{version}}", instant=True)),
        ranking(About("Revisions", "Which revision of its configuration each school runs.", "none", 8),
                Query(f"max by (site, revision) ({of('config_info')})", "{{site}} {{revision}}", instant=True)),
        ranking(About("Configuration taken up", "How long ago each school's configuration was taken up.", "s", 8),
                _each(age)),
    ]  # fmt: skip
