"""*Privacy*: what is held and for how long, how much is opened, how often anybody looks."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from . import palette
from .frame import framed, row
from .panels import About, Panel, Query, bars, lines, number, states, well
from .queries import news, of, ratio, total, zero

DAY = 86_400.0


def dashboard() -> Dashboard:
    """Numbers that a governor may see."""
    made = framed("privacy", "privacy", "What is held and for how long, how much is opened, how often anybody looks: "
                  "numbers only, and nobody's.", "now-30d")  # fmt: skip
    row(made, "Forgetting", *_forgetting())
    row(made, "Opening", *_opening())
    row(made, "Looking", *_looking())
    row(made, "Record sent to a trust's database", *_forwarding())
    return made


def _small(title: str, says: str, unit: str = "none", wide: int = 4) -> About:
    return About(title, says, unit, wide, 4)


def _forgetting() -> list[Panel]:
    oldest = of("retention_oldest_timestamp_seconds")
    return [
        well(_small("Forgetting", "Whether everything that was due has been forgotten: breaktime retention status."),
             f"min({of('retention_up')})", "up to date", "OVERDUE"),
        number(_small("Days overdue", "Days of the record that are past their date."),
               f"sum({of('retention_overdue')})", {None: palette.WELL, 1: palette.WRONG}),
        number(_small("Oldest day held", "How long ago the oldest day that is still held began; 0 if nothing is.",
             "s"),
               zero(f"max((time() - {oldest}) and {oldest} > 0)")),
        number(_small("Days forgotten", "Days whose key was destroyed in the time shown."),
               zero(f"sum(increase({of('retention_forgotten_total')}[$__range]))")),
        number(_small("Last forgetting", "How long ago everything that was due had been forgotten.", "s"),
               f"time() - min({of('retention_last_success_timestamp_seconds')})",
               {None: palette.WELL, 3600: palette.WATCH, DAY: palette.WRONG}),
        number(_small("Last looked", "How long ago it was last looked whether anything is due.", "s"),
               f"time() - min({of('retention_last_run_timestamp_seconds')})",
               {None: palette.WELL, 3600: palette.WATCH, DAY: palette.WRONG}),
        states(About("Clock", "Whether a second source of time agrees with the clock by which days are forgotten.",
             "none"),
               Query(f"min by (site) ({of('clock_agreed')})", "{{site}}"), {"1": "agreed", "0": "doubted"}),
        lines(About("Clock astray", "How far the clock is from the time that forgetting goes by.", "s"),
              Query(f"abs({of('clock_astray_seconds')})", "{{site}}")),
    ]  # fmt: skip


def _opening() -> list[Panel]:
    opened = total(news("connections", "$__range", 'action="open"'))
    shown = total(news("connections", "$__interval", 'action="open"'))
    return [
        number(_small("Opened share", "The part of the connections to social media that was opened; all else was "
             "ruled on "
               "by its name.", "percentunit", 6), ratio(opened, total(news("connections")))),
        number(_small("Opened", "Connections to social media that were opened, on devices whose user was told.",
             "none", 6),
               zero(opened)),
        number(_small("Unopened", "Connections to social media that passed or were refused unopened.", "none", 6),
               zero(total(news("connections", "$__range", 'action!="open"')))),
        number(_small("Not by us", "New connections that the kernel carried and no worker saw.", "none", 6),
               zero(total(news("kernel", "$__range", 'verdict="pass"')))),
        bars(About("Opened over time", "Connections that were opened, and those that were not.", "none", 24),
             Query(zero(shown), "opened"),
             Query(zero(total(news("connections", "$__interval", 'action!="open"'))), "unopened"), every="15m"),
    ]  # fmt: skip


def _looking() -> list[Panel]:
    return [
        number(_small("Cases open", "Cases that were neither refused nor closed.", "none", 6),
             f"sum({of('cases_open')})"),
        number(_small("Looks", "Looks at the record of a person within a case, in the time shown; each is an entry "
             "of the "
               "audit log.", "none", 6), zero(total(news("looks")))),
        number(_small("Cases unreadable", "Cases that cannot be read: nobody is recorded for them.", "none", 6),
               f"sum({of('cases_unreadable')})", {None: palette.WELL, 1: palette.WRONG}),
        number(_small("Rows recorded", "Rows of active minutes that the store took in the time shown.", "none", 6),
               zero(total(news("rows")))),
        bars(About("Looks over time", "Looks within cases. More than a few a week is worth a question.", "none", 24),
             Query(zero(total(news("looks", "$__interval"))), "looks"), every="1h"),
    ]  # fmt: skip


def _forwarding() -> list[Panel]:
    forgotten = f"sum(increase({of('forwarding_forgotten_total')}[$__range]))"
    return [
        well(_small("Database", "Whether the trust's database took what it was last given; empty where the record "
             "stays "
             "here."), f"min({of('forwarding_up')})", "takes it", "AWAY"),
        number(_small("Waiting", "The age of the oldest minute that waits to be sent.", "s"),
               f"max({of('forwarding_lag_seconds')})", {None: palette.WELL, 3600: palette.WATCH, DAY: palette.WRONG}),
        number(_small("Minutes that wait", "Minutes of the clock that wait to be sent."),
               f"sum({of('forwarding_backlog')})"),
        number(_small("Rows sent", "Rows that the database took."),
               zero(f"sum(increase({of('forwarding_rows_total')}[$__range]))")),
        number(_small("Rounds failed", "Rounds that failed and are tried again."),
               zero(f"sum(increase({of('forwarding_errors_total')}[$__range]))"), {None: palette.WELL,
                    1: palette.WATCH}),
        number(_small("Days deleted there", "Days of the record that were deleted there as well."), zero(forgotten)),
    ]  # fmt: skip
