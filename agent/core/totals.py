"""The anonymous totals: under which role a ruling is added up, if the policy wants it added up at all."""

from __future__ import annotations

from agent.core.engine import Engine, Ruling
from agent.core.policy import Monitoring

ALL_STAFF = "staff"


def total_as(engine: Engine, ruling: Ruling) -> str:
    """The role under which a ruling is added to the anonymous totals; "" if it is not added at all.

    Where staff are not recorded as a matter of course they are totalled as one, for a head is one person.
    """
    role, policy = ruling.facts.role, engine.policy_of(ruling.situation)
    if policy is None or not role.is_staff:
        return role
    if not policy.totals:
        return ""
    return role if policy.monitoring is Monitoring.ALWAYS else ALL_STAFF
