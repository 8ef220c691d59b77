"""*Network*: whether all of social media comes to the workers, and what slips past them."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from . import palette
from .frame import framed, row
from .panels import About, Panel, Query, bars, lines, number, ranking, states, well
from .queries import news, of, ratio, total, zero


def dashboard() -> Dashboard:
    """For a gateway that steers; one that is a proxy only has the last row."""
    made = framed("network", "network", "Whether all of social media comes to the workers, what slips past, and who "
         "is "
                  "where. The first rows are those of a gateway that steers.")  # fmt: skip
    row(made, "Steering", *_steering())
    row(made, "What slips past", *_slips())
    row(made, "Opening", *_opening())
    row(made, "Who is where", *_directory())
    return made


def _small(title: str, says: str, unit: str = "none", wide: int = 4) -> About:
    return About(title, says, unit, wide, 4)


def _steering() -> list[Panel]:
    return [
        well(_small("Rules", "Whether the kernel has the rules of the configuration in force: breaktime steering "
             "apply."),
             f"min({of('steering_loaded')})", "loaded", "NOT LOADED"),
        well(_small("Resolver", "Whether the gateway's resolver answers; if not, names come from upstream and sets "
             "grow old."), f"min({of('resolver_up')})", "answers", "SILENT"),
        well(_small("Sense", "Whether the first packets of unsteered connections are read. If not, slips are not "
             "seen."),
             f"min({of('sense_up')})", "reads", "BLIND"),
        number(_small("Addresses steered", "Addresses that stand for social media now. None means that nothing is "
               "steered."), f"sum({of('steering_addresses')})", {None: palette.WRONG, 1: palette.WELL}),
        number(_small("Names left out", "Names beyond what the resolver minds; workers and sense rule on them."),
               f"max({of('steering_names_left_out')})"),
        number(_small("Brought back", "Times that steward, resolver or sense were started again."),
               zero(f"sum(increase({of('steering_restarts_total')}[$__range]))"), {None: palette.WELL,
                    1: palette.WATCH}),
        lines(About("Sizes of the sets", "Addresses that stand for social media, by family. A set that empties has "
             "lost "
              "its resolver.", "none"), Query(f"sum by (family) ({of('steering_addresses')})", "{{family}}"),
              Query(zero(f"sum(rate({of('steering_swept_total')}[$__rate_interval])) * 60"), "left, a minute")),
        bars(About("The kernel's verdicts", "New connections by what the kernel did: left alone, brought to a worker, "
             "refused.", "none"), Query(total(news("kernel", "$__interval"), ["verdict"]), "{{verdict}}")),
        lines(About("Shares of the workers", "The part of the clients that each worker takes.", "percentunit"),
              Query(f"sum by (worker) ({of('steering_share')}) / ignoring (worker) group_left count(group by (site) "
                    f"({of('steering_share')}))", "worker {{worker}}")),
        states(About("Steered", "When social media was steered, and when it went as on-failure says.", "none"),
               Query(f"min by (site) ({of('steering_standing')})", "{{site}}"), {"1": "steered", "0": "aside"}),
    ]  # fmt: skip


def _slips() -> list[Panel]:
    hidden = ratio(
        total(news("sensed", "$__range", 'what="hidden"')), total(news("sensed", "$__range", 'what="flows"'))
    )
    errors = f"sum(increase({of('steering_errors_total')}[$__range]))"
    return [
        number(_small("Slips", "Social media that was found unsteered: TCP by its hello, QUIC by its first packet."),
               zero(total(news("slips"))), {None: palette.WELL, 10: palette.WATCH, 100: palette.WRONG}),
        number(_small("QUIC refused", "Packets of HTTP/3 to social media that were refused, so that browsers fall "
             "back.",
               "none"), zero(total(news("tries", "$__range", 'way="quic"')))),
        number(_small("QUIC ended", "QUIC flows ended since a new configuration concerns them."),
               zero(f"sum(increase({of('quic_ended_total')}[$__range]))")),
        number(_small("Encrypted hello", "The part of the unsteered flows whose name was hidden by ECH, real or "
             "pretended.",
               "percentunit"), hidden),
        number(_small("Not read", "First packets that could not be read, and those that were lost before."),
               zero(total(news("sensed", "$__range", 'what=~"unread|lost"')))),
        number(_small("Steward's errors", "Refusals of the kernel, failures of the steward."),
               zero(errors), {None: palette.WELL, 1: palette.WATCH}),
        bars(About("Slips", "Social media found unsteered, by protocol, and what was done: cut, or passed as it was "
             "allowed.", "none"),
             Query(zero(total(news("slips", "$__interval"), ["protocol", "done"])), "{{protocol}} {{done}}")),
        bars(About("Ways round", "What was met on ways round the gateway: QUIC, DNS over TLS or HTTPS, tunnels, "
             "private "
             "relays. Packets or questions, never whose.", "none"),
             Query(zero(total(news("tries", "$__interval"), ["way"])), "{{way}}")),
        ranking(About("What sense reads", "What was read of unsteered flows: packets, flows, protocols, hidden, "
             "unread.",
                "none", 24), Query(total(news("sensed"), ["what"]), "{{what}}", instant=True)),
    ]  # fmt: skip


def _opening() -> list[Panel]:
    return [
        bars(About("At the workers", "Connections passed unopened, opened, or refused by a worker.", "none"),
             Query(total(news("connections", "$__interval"), ["action"]), "{{action}}")),
        bars(About("Refused certificates", "Opened connections whose client refused our certificate: an app that "
             "pins, or "
             "a device that does not trust the CA.", "none"),
             Query(zero(total(news("handshake_failures", "$__interval"))), "refused")),
        number(_small("Pinned hosts", "Hosts that some kind of device will not have opened; they are ruled on by "
             "their "
               "name for now.", "none", 24), f"max({of('pinned_hosts')})"),
    ]  # fmt: skip


def _directory() -> list[Panel]:
    read = f"time() - max by (source) ({of('directory_source_read_timestamp_seconds')})"
    told = f"time() - max by (source) ({of('directory_source_news_timestamp_seconds')})"
    return [
        number(_small("Addresses known", "Addresses that live sources tell of.", "none", 6),
             f"sum({of('directory_addresses')})"),
        number(_small("Unknown devices", "Devices met that no inventory knows: breaktime devices unknown.", "none", 6),
               f"sum({of('devices_unknown')})"),
        number(_small("Contested addresses", "Times that two devices were found to claim one address.", "none", 6),
               zero(f"sum(increase({of('directory_contests_total')}[$__range]))"), {None: palette.WELL,
                    1: palette.WATCH}),
        number(_small("RADIUS refused", "Accounting packets refused: strangers, wrong secrets, damaged ones.", "none",
             6),
               zero(f"sum(increase({of('radius_refused_total')}[$__range]))"), {None: palette.WELL, 1: palette.WATCH}),
        states(About("Sources", "Whether each live source of addresses can be read: leases, neighbours, RADIUS. Empty "
               "where the site names none.", "none"), Query(f"min by (source) ({of('directory_source_up')})",
               "{{source}}"),
               {"1": "read", "0": "not read"}),
        lines(About("Age of what sources tell", "How long ago each source was read, and how long ago it told "
             "anything new. "
              "Empty where the site names none.", "s"), Query(read, "{{source}}: read"), Query(told,
              "{{source}}: news")),
    ]  # fmt: skip
