"""Which kind of minutes a page leads with, and what stands beside it.

What the policy allows is mostly passed on the name of the site, unopened: a visit is seen only where a connection is
opened. So in many schools nearly all use shows as contact, and a page that spoke of visits alone would be empty of what
happened. It leads with the kind that has the substance, by its own name; the two are never added up.
"""

from __future__ import annotations

from agent.report.figures import Measure, Week


def lead(week: Week) -> Measure:
    """Visits, unless contacts are told and are more, or visits are not told."""
    visited, contact = week.minutes.visited, week.minutes.contact
    seen, touched = visited.total.minutes, contact.total.minutes
    if isinstance(touched, int) and touched > (seen if isinstance(seen, int) else 0):
        return contact
    return visited


def second(week: Week) -> Measure:
    """What was blocked, or would be where the site only observes."""
    return week.minutes.observed if week.mode == "observe" else week.minutes.blocked
