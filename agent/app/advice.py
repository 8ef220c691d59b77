"""What `breaktime check` says though the configuration loads: reviews that are due, and what `lint` doubts."""

from __future__ import annotations

from datetime import date

from agent.app import concerns
from agent.app.build import Built
from agent.core.document import ReviewState
from agent.core.engine import Engine
from agent.core.steering import Plan, plan
from agent.packs.catalogue import FOLDER as CATALOGUE
from agent.packs.document import REVIEW
from agent.packs.lint import SiteUse, lint
from agent.packs.nodes import say
from agent.packs.policy import Loaded
from agent.problems import Place, Problem, Problems


def advice(built: Built, engine: Engine, today: date) -> tuple[Problem, ...]:
    """Every warning, by file and line; those that turn on the site or the day, for the policy in force alone."""
    warnings = Problems()
    for name, loaded in built.loaded.items():
        in_force = name == engine.policies.in_force
        lint(loaded, warnings, _use(engine) if in_force else None)
        if loaded.policy.source and name not in engine.clauses:
            what = "no clauses.yaml stands beside this policy, so nothing says how each paragraph is carried out"
            say(warnings, loaded.row.node, what, "write one answer for each paragraph of the written policy")
        if in_force:
            _review(loaded, today, warnings)
    concerns.advise(built.officers, built.concerns.designated, warnings)
    if built.steering is not None:
        _names(plan(engine, built.steering), warnings)
    return warnings.sorted()


def _names(steered: Plan, warnings: Problems) -> None:
    if steered.left_out:
        most = len(steered.domains)
        what = f"the resolver minds {most:,} names; {steered.left_out:,} more are ruled on only when they are met"
        hint = "take entries that nobody needs out of the catalogue, and their sites are steered from the first packet"
        warnings.add(Place(CATALOGUE), "", what, hint)


def _use(engine: Engine) -> SiteUse:
    bells = engine.timetable.bells.values()
    return SiteUse(
        frozenset(place.zone for place in engine.directory.places),
        frozenset(period.kind for bell in bells for period in bell.periods),
    )


def _review(loaded: Loaded, today: date, warnings: Problems) -> None:
    review = loaded.policy.document.review
    if review is None or review.state(today) is ReviewState.NOT_DUE:
        return
    day = f"{review.due:%d %B %Y}".lstrip("0")
    what = f"the policy's review is due on {day}"
    if review.state(today) is ReviewState.OVER:
        what = f"the policy's review was due on {day} and is over"
    hint = f"have the governing body look at it (every {years(review.years)}), then write the next day here"
    say(warnings, loaded.row.at(REVIEW.name), what, hint)


def years(number: int) -> str:
    """`1 year`, `2 years`."""
    return f"{number} year{'s' if number > 1 else ''}"
