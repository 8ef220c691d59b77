"""What a policy opens: only for staff on managed devices, only what the name cannot tell or a page must show."""

from dataclasses import replace

import pytest

from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.catalogue import Catalogue, Category, HostKind, Service
from agent.core.clients import STAFF, Role
from agent.core.engine import Engine
from agent.core.policy import Policy
from agent.core.shares import ZONES, Opened, Reason, Who, shares
from agent.core.timetable import PeriodKind

from .build import ALLOW, BLOCK, CATALOGUE, SITE, engine, one_of, policy, rule

OFFICIAL = rule("official", ALLOW, one_of("account", Account.OFFICIAL))
POSTS = rule("posts", BLOCK, one_of("activity", Activity.POST))
LESSONS = rule("lessons", BLOCK, one_of("period", PeriodKind.LESSON))
OPEN = [service for service in CATALOGUE.services.values() if not service.closed]
SHOWN = [service for service in OPEN if service.account_cookies]
EACH = len(STAFF) * len(ZONES) * len(PeriodKind)
"""Cases of one kind of staff at one service."""


def opened(*rules_and_default: object) -> dict[tuple[Who, Reason], tuple[tuple[str, ...], int]]:
    """What the policy of these rules opens."""
    *rules, default = rules_and_default
    found = shares(engine(policy(*rules, default=default)))  # type: ignore[arg-type]
    return {(one.who, one.reason): (one.rules, cases) for one, cases in found.opened.items()}


def test_nothing() -> None:
    """A policy that allows everything by the name opens nothing."""
    assert opened(ALLOW) == {}


def test_page() -> None:
    """What is blocked in any case is opened for the page, for staff on managed devices alone."""
    cases = len(OPEN) * EACH // len(PeriodKind)
    assert opened(LESSONS, ALLOW) == {(who, Reason.PAGE): (("lessons",), cases) for who in (Who.OFFICIAL, Who.STAFF)}


def test_account() -> None:
    """For the account are opened those who look after the school's, where a service shows it; others see the page."""
    assert opened(OFFICIAL, BLOCK) == {
        (Who.OFFICIAL, Reason.ACCOUNT): (("official",), len(SHOWN) * EACH),
        (Who.OFFICIAL, Reason.PAGE): (("default",), (len(OPEN) - len(SHOWN)) * EACH),
        (Who.STAFF, Reason.PAGE): (("default",), len(OPEN) * EACH),
    }


def test_activity_and_both() -> None:
    """For the activity where a service has such requests; for both where it turns on both."""
    posting = sum(Activity.POST in service.activities for service in OPEN)
    assert opened(POSTS, ALLOW)[Who.STAFF, Reason.ACTIVITY] == (("posts",), posting * EACH)
    both = rule("both", BLOCK, one_of("activity", Activity.POST), one_of("account", Account.OTHER))
    assert opened(both, ALLOW)[Who.STAFF, Reason.BOTH] == (("both",), posting * EACH)


def test_rules_that_matter() -> None:
    """Only rules that would turn the verdict are named, not those that turn on the same fact in vain."""
    in_vain = rule("in-vain", BLOCK, one_of("account", Account.SIGNED_OUT))
    assert opened(in_vain, OFFICIAL, BLOCK)[Who.OFFICIAL, Reason.ACCOUNT][0] == ("official",)


@pytest.mark.parametrize(
    "ruler",
    [
        pytest.param(engine(policy(default=BLOCK), site=replace(SITE, governance=None)), id="nobody was told"),
        pytest.param(engine(policy(default=BLOCK), site=replace(SITE, openable=frozenset())), id="no CA"),
    ],
)
def test_may_not(ruler: Engine) -> None:
    """Where nothing may be opened, nothing is."""
    found = shares(ruler)
    assert found.opened == {}
    assert found.of(*Reason) == 0


def test_cases() -> None:
    """Every kind of client is counted at every service in every period, those that are never opened too."""
    found = shares(engine(policy(default=BLOCK)))
    others = len([role for role in Role if role not in STAFF]) * len(ZONES) * len(PeriodKind) * len(OPEN)
    staff = EACH * len(OPEN)
    assert found.cases == {Who.OFFICIAL: staff, Who.STAFF: staff, Who.OWN_DEVICE: staff, Who.OTHERS: others}
    assert found.opened == {Opened(who, Reason.PAGE, ("default",)): staff for who in (Who.OFFICIAL, Who.STAFF)}
    assert found.of(Reason.PAGE) == 2 * staff / (3 * staff + others)
    assert isinstance(found.policy, Policy)


def test_hosts_of_lists_are_no_pages() -> None:
    """A service whose hosts stand in an outside list alone has no page that anybody could open."""
    listed = Service("listed", "Listed", Category.FORUM, {}, listed=HostKind.SITE)
    assert shares(replace(engine(policy(default=BLOCK)), catalogue=Catalogue([listed]))).cases == {}
