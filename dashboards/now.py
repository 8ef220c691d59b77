"""*Now*: is it working, and if not, what is not?"""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from . import palette
from .frame import framed, row
from .panels import About, Panel, Query, bars, lines, number, well
from .queries import JOB, PLACE, news, of, ratio, total, zero

DAY = 86_400.0


def dashboard() -> Dashboard:
    """The technician's first look."""
    made = framed("now", "now", "Is it working, and if not, what is not? Blue is well, orange wants a look, "
         "red-orange "
                  "is broken; each says so in words, too. `breaktime doctor` says what to do.",
                  zones=True)  # fmt: skip
    row(made, "Is it working?", *_states())
    row(made, "What does it do?", *_doings())
    row(made, "How well?", *_quality())
    row(made, "The machine", *_machine())
    return made


def _small(title: str, says: str, unit: str = "none", wide: int = 3) -> About:
    return About(title, says, unit, wide, 4)


def _states() -> list[Panel]:
    workers = ratio(total(of("workers")), total(of("workers_wanted")))
    return [
        well(_small("Gateway", "Whether Prometheus can read every chosen gateway. If one is gone: "
             "systemctl status breaktime."), f"min(up{{{JOB}}})", "answers", "GONE"),
        number(_small("Workers", "Workers that run, of those that the configuration asks for. Without any, social "
             "media "
               "goes as on-failure says.", "percentunit"), workers, {None: palette.WRONG, 0.01: palette.WATCH,
               1: palette.WELL}),
        well(_small("Policy", "Whether the configuration on disk is the one in force. If not: breaktime check says "
             "why."),
             f"min({of('config_last_reload_successful')})", "in force", "OLD ONE KEPT"),
        well(_small("Record", "Whether the store takes what is counted. If not, minutes wait in memory: breaktime "
             "store "
             "status."), f"min({of('store_up')})", "written", "WAITS"),
        well(_small("Forgetting", "Whether everything that was due has been forgotten. If not: breaktime retention "
             "status."), f"min({of('retention_up')})", "up to date", "OVERDUE"),
        well(_small("Clock", "Whether a second source of time agrees with the machine's clock. If not, nothing is "
             "forgotten early and bells may be wrong: timedatectl."), f"min({of('clock_agreed')})", "agreed",
             "DOUBTED"),
        well(_small("Steering", "Whether the kernel brings social media to the workers, where it is set to; if not, "
             "it "
             "goes as on-failure says: breaktime steering status."), f"min({of('steering_standing')})", "stands",
             "ASIDE"),
        number(_small("Alerts", "Alerts of Breaktime that fire now. Each names the command that helps."),
               zero('count(ALERTS{alertname=~"Breaktime.*",alertstate="firing",site=~"$site"})'),
               {None: palette.WELL, 1: palette.WRONG}),
    ]  # fmt: skip


def _doings() -> list[Panel]:
    return [
        bars(About("Rulings", "Rulings on social media in each minute, by verdict: allowed, blocked, or open where "
             "the "
             "connection had to be opened to know more.", "none"),
             Query(total(news("rulings", "$__interval", where=PLACE), ["verdict"]), "{{verdict}}")),
        bars(About("Connections", "What workers did with connections to social media: passed unopened, opened, "
             "refused. "
             "All other traffic never leaves the kernel.", "none"),
             Query(total(news("connections", "$__interval"), ["action"]), "{{action}}")),
        number(_small("Rulings in this range", "All rulings in the time that is shown above.", "none", 6),
               zero(total(news("rulings", where=PLACE)))),
        number(_small("Blocked in this range", "The part of the rulings that blocked.", "percentunit", 6),
               ratio(total(news("rulings", "$__range", 'verdict="block"', where=PLACE)), total(news("rulings",
                    where=PLACE)))),
        number(_small("Ended by the bell", "Connections that were ended when their permission did.", "none", 6),
               zero(total(news("cut")))),
        number(_small("Rows recorded", "Rows of active minutes that the store took.", "none", 6),
             zero(total(news("rows")))),
    ]  # fmt: skip


def _quality() -> list[Panel]:
    bucket = f"sum by (le) (rate({of('ruling_seconds_bucket')}[$__rate_interval]))"
    took, rulings = (f"sum(rate({of(f'ruling_seconds_{part}')}[$__rate_interval]))" for part in ("sum", "count"))
    return [
        lines(About("Time of a ruling", "From an event of the proxy to the ruling on it: the mean, and what 99 of "
             "100 stay "
              "below. Milliseconds are normal, tenths of a second are not.", "s"),
              Query(f"{took} / {rulings}", "mean"), Query(f"histogram_quantile(0.99, {bucket})", "99 of 100")),
        lines(About("Lateness of workers", "How late the worst worker's last tick was. Above a second, users wait: "
             "add "
              "workers or a faster machine.", "s"), Query(f"max by (site) ({of('worker_loop_lag_seconds')})",
              "{{site}}")),
        bars(About("Failures of our own", "Failures of Breaktime's own code, by hook; the flow went as the zone's "
             "on-error "
             "says. More than none is a fault to report.", "none"),
             Query(zero(total(news("engine_errors", "$__interval"))), "in a hook"),
             Query(zero(f"sum(increase({of('directory_errors_total')}[$__rate_interval]))"),
                  "over sources of addresses"),
             Query(zero(f"sum(increase({of('store_errors_total')}[$__rate_interval]))"), "commits tried again"),
             Query(zero(total(news("restarts", "$__interval"))), "workers brought back")),
        lines(About("Waiting for the store", "The age of the oldest count that waits to be committed. Seconds are "
             "normal; "
              "what grows is not.", "s"), Query(f"max by (site) ({of('store_lag_seconds')})", "{{site}}")),
    ]  # fmt: skip


def _machine() -> list[Panel]:
    free = f"min({of('disk_free_bytes')} / {of('disk_size_bytes')})"
    certificate = f"min({of('certificate_expiry_timestamp_seconds')} - time())"
    return [
        number(_small("Disk free", "What is left where the data folder lies. Without room nothing is recorded.",
               "percentunit", 6), free, {None: palette.WRONG, 0.1: palette.WATCH, 0.2: palette.WELL}),
        number(_small("First certificate to end", "Until the first of the gateway's certificates ends. The CA renews "
               "itself at a restart; the root does not: breaktime ca renew.", "s", 6), certificate,
               {None: palette.WRONG, 7 * DAY: palette.WATCH, 30 * DAY: palette.WELL}),
        number(_small("Rows that wait", "Rows of active minutes that wait to be committed.", "none", 6),
               f"sum({of('store_waiting_rows')})"),
        number(_small("Rehearsal", "Whether a gateway's clock was moved by --at: then nothing here is about today.",
               "none", 6), f"max({of('rehearsal')})", {None: palette.WELL, 1: palette.WATCH}, {"0": "no",
               "1": "REHEARSAL"}),
        lines(About("Memory of workers", "Resident memory of each worker. It levels off within an hour.", "bytes"),
              Query(f"sum by (site, worker) ({of('worker_memory_bytes')})", "worker {{worker}} {{site}}")),
        lines(About("Size of the record", "The record's database on the disk. It stays level once as many days are "
              "forgotten as are added.", "bytes"), Query(f"sum by (site) ({of('store_size_bytes')})", "{{site}}")),
    ]  # fmt: skip
