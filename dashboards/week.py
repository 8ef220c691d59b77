"""*School week*: what became of social media in each period, in minutes and in rulings."""

from __future__ import annotations

from grafana_foundation_sdk.builders.dashboard import Dashboard

from .frame import framed, row
from .panels import About, Panel, Query, bars, heat, number, ranking
from .queries import PLACE, news, of, ratio, total, zero

BLOCKED = 'verdict="block"'


def dashboard() -> Dashboard:
    """A week of the school, without anybody in it."""
    made = framed("week", "school week", "What became of social media in each period of the school day. Numbers of "
                  "rulings and minutes; no person, device or site is in them.", "now-7d", zones=True)  # fmt: skip
    row(made, "This week", *_numbers())
    row(made, "By period", *_periods())
    row(made, "By what and where", *_rankings())
    return made


def _small(title: str, says: str, unit: str = "none") -> About:
    return About(title, says, unit, 6, 4)


def _numbers() -> list[Panel]:
    blocked, rulings = total(news("rulings", "$__range", BLOCKED, where=PLACE)), total(news("rulings", where=PLACE))
    return [
        number(_small("Rulings", "All rulings on social media in the time shown."), zero(rulings)),
        number(_small("Blocked", "Rulings that blocked, in the time shown."), zero(blocked)),
        number(_small("Blocked share", "The part of the rulings that blocked.", "percentunit"), ratio(blocked,
             rulings)),
        number(_small("Active minutes", "Rows of active minutes that were recorded, of staff only and as the policy "
             "says. "
               "Who they are of is in nobody's sight here."), zero(total(news("rows")))),
    ]  # fmt: skip


def _periods() -> list[Panel]:
    by_hour = total(news("rulings", "1h", where=PLACE), ["period"])
    blocked = total(news("rulings", "$__interval", BLOCKED, where=PLACE), ["period"])
    return [
        heat(About("When", "Rulings in each hour of each period: the darker, the more. Lessons should be pale.",
             "none", 24),
             Query(by_hour, "{{period}}")),
        bars(About("Blocked, by period", "Rulings that blocked, by the period in which they fell.", "none"),
             Query(blocked, "{{period}}"), every="15m"),
        bars(About("Minutes recorded", "Rows of active minutes that the store took.", "none"),
             Query(total(news("rows", "$__interval"), ["site"]), "{{site}}"), every="15m"),
        ranking(About("Rulings by period", "How all rulings spread over the periods.", "none"),
                Query(total(news("rulings", where=PLACE), ["period"]), "{{period}}", instant=True)),
        ranking(About("Blocked by period", "How the blocks spread over the periods.", "none"),
                Query(total(news("rulings", "$__range", BLOCKED, where=PLACE), ["period"]), "{{period}}",
                     instant=True)),
    ]  # fmt: skip


def _rankings() -> list[Panel]:
    ways = {
        "category": "Which kinds of social media were ruled on; a sensitive one is `social-media` only.",
        "zone": "In which places of the school.",
        "role": "For whom, as a role: never who.",
        "rule": "Which rule of the policy decided; a sensitive service hides it.",
    }
    made = [
        ranking(About(f"By {label}", says, "none", 12 if label == "rule" else 8),
                Query(f"topk(10, {total(news('rulings', where=PLACE), [label])})", f"{{{{{label}}}}}", instant=True))
        for label, says in ways.items()
    ]  # fmt: skip
    ruled = Query(total(of("rulings_total", where=PLACE), ["verdict"]), "{{verdict}}", instant=True)
    since = About("Since the gateway began", "All rulings since the gateways were last started, by verdict.", "none")
    return [*made, ranking(since, ruled)]
