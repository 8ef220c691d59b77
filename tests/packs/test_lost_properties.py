"""What is lost without opening is found by sets; here it is held against the policy itself, case by case."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.app.build import build
from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.calendar import DayKind
from agent.core.catalogue import Category
from agent.core.clients import DeviceKind, Owner, Role, Zone
from agent.core.decision import Decision
from agent.core.facts import Facts
from agent.core.pupils import Pupils
from agent.core.timetable import PeriodKind
from agent.packs.lost import without_opening
from tests.packs.bad import small

SERVICES = {"facebook": Category.SOCIAL_NETWORK, "x": Category.MICROBLOG}
ACTIVITIES = (Activity.VISIT, Activity.POST, Activity.UNKNOWN)
CONDITIONS = {
    "service": [*SERVICES],
    "zone": ["classroom", "hall"],
    "account": [*map(str, Account)],
    "activity": [*map(str, ACTIVITIES)],
}


@dataclass(frozen=True)
class Written:
    """A policy's rules and default as they are written."""

    rules: tuple[str, ...]
    default: str

    def text(self) -> bytes:
        """The whole file."""
        rows = "".join(f"\n  - {{rule: r{n}, {rule}, clause: '', say: No.}}" for n, rule in enumerate(self.rules))
        return (
            "policy: odd\ntitle: A policy\nsocial-media: [social-network, microblog]\nmonitoring: {mode: never}\n"
            f"retention: {{days: 1}}\nrules:{rows or ' []'}\n"
            f"default: {{rule: otherwise, verdict: {self.default}, clause: ''}}\n"
        ).encode()


VERDICTS = st.sampled_from(["allow", "block"])


@st.composite
def rule(draw: st.DrawFn) -> str:
    """A rule over a few facts, some of which only an opened connection can tell."""
    keys = draw(st.lists(st.sampled_from([*CONDITIONS]), min_size=1, max_size=3, unique=True))
    found = {key: draw(st.lists(st.sampled_from(CONDITIONS[key]), min_size=1, max_size=2, unique=True)) for key in keys}
    when = ", ".join(f"{key}: [{', '.join(values)}]" for key, values in found.items())
    return f"verdict: {draw(VERDICTS)}, when: {{{when}}}"


POLICIES = st.builds(Written, st.lists(rule(), max_size=4).map(tuple), VERDICTS)


def facts(service: str, zone: Zone, account: Account, activity: Activity) -> Facts:
    """A teacher with a school laptop in a lesson."""
    return Facts(
        Role.TEACHER,
        Owner.SCHOOL,
        DeviceKind.LAPTOP,
        zone,
        Pupils.PRESENT,
        PeriodKind.LESSON,
        DayKind.SCHOOL,
        SERVICES[service],
        service,
        account,
        activity,
    )


@settings(max_examples=80, deadline=None)
@given(POLICIES)
def test_every_loss_is_said(written: Written) -> None:
    """Where a case falls otherwise because nothing is opened, the rule that loses it or takes it is named."""
    built = build({**small(), "policies/odd/policy.yaml": written.text()}, None)
    if built.engine is None:  # a rule that can never match is refused
        return
    said = " ".join(one.words for one in without_opening(built.loaded["odd"]))
    for service, zone, account, activity in product(SERVICES, (Zone.CLASSROOM, Zone.HALL), Account, ACTIVITIES):
        known = facts(service, zone, account, activity)
        seen = built.engine.policies.decide(known, policy="odd")
        closed = built.engine.policies.decide(
            known._replace(account=Account.UNKNOWN, activity=Activity.UNKNOWN), policy="odd"
        )
        assert isinstance(seen, Decision)
        assert isinstance(closed, Decision)
        if seen.verdict is not closed.verdict:
            assert f"the rule {seen.rule!r} cannot tell" in said or f"the rule {closed.rule!r} cannot tell" in said
