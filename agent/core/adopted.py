"""An engine as it would be with another policy in force: what `explain`, the policy tests and `what-if` ask about.

A policy that is not in force has no CA of its own. What it says of a page must not depend on what another policy
happens to open, so it is asked about with the names that a CA made for it would permit.
"""

from __future__ import annotations

from dataclasses import replace

from agent.core.engine import Engine
from agent.core.policy import Policy, PolicySet
from agent.core.scope import openable


def adopted(engine: Engine, policy: Policy) -> Engine:
    """The same engine with this policy in force, instead of one of that name too, and the names that it may open."""
    policies = {**engine.policies.policies, policy.id: policy}
    site = replace(engine.site, openable=openable(engine.catalogue, policy).names)
    return replace(engine, site=site, policies=PolicySet(policies.values(), policy.id))
