"""The smallest set of names that a policy may need opened."""

from dataclasses import replace

import pytest

from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.catalogue import Catalogue, Category, HostKind, Service
from agent.core.clients import Role
from agent.core.policy import Condition, Policy
from agent.core.scope import openable

from .build import ALLOW, BLOCK, CATALOGUE, FACEBOOK, WIKIPEDIA, YOUTUBE, hosts, one_of, policy, rule, shape

FACEBOOK_ONLY = one_of("service", "facebook")
OFFICIAL = one_of("account", Account.OFFICIAL)
PAGES = {"facebook.com", "fb.com"}
PARTS = {"fbcdn.net"}


@pytest.mark.parametrize(
    ("ruled_by", "names"),
    [
        pytest.param(policy(default=ALLOW), set[str](), id="nothing is blocked, nothing turns"),
        pytest.param(policy(rule("a", BLOCK, FACEBOOK_ONLY)), PAGES, id="blocked: its pages"),
        pytest.param(policy(rule("a", ALLOW, FACEBOOK_ONLY, OFFICIAL)), PAGES | PARTS, id="turns: its parts as well"),
        pytest.param(policy(rule("a", ALLOW, one_of("service", "youtube"), OFFICIAL)), set[str](), id="cannot be told"),
        pytest.param(
            policy(rule("a", BLOCK, one_of("service", "youtube"), OFFICIAL)), set[str](), id="blocks what cannot be"
        ),
        pytest.param(
            policy(rule("a", ALLOW, one_of("service", "wikipedia"), one_of("activity", Activity.EDIT))),
            {"wikipedia.org", "auth.wikimedia.example"},
            id="turns on the activity",
        ),
        pytest.param(
            policy(rule("a", ALLOW, one_of("service", "wikipedia"), one_of("activity", Activity.POST))),
            set[str](),
            id="an activity that it does not have",
        ),
        pytest.param(
            policy(rule("a", BLOCK, one_of("service", "wikipedia"), one_of("activity", Activity.POST))),
            set[str](),
            id="blocks an activity that it does not have",
        ),
        pytest.param(
            policy(rule("a", BLOCK, FACEBOOK_ONLY, one_of("role", Role.PUPIL))), set[str](), id="for pupils only"
        ),
        pytest.param(
            policy(rule("a", BLOCK, FACEBOOK_ONLY, one_of("role", Role.PUPIL, Role.TEACHER))),
            PAGES,
            id="for staff too",
        ),
        pytest.param(
            policy(rule("a", BLOCK, one_of("category", Category.WIKI))),
            {"wikipedia.org", "auth.wikimedia.example"},
            id="a category",
        ),
    ],
)
def test_openable(ruled_by: Policy, names: set[str]) -> None:
    """A blocked service is opened for its page, one whose account or activity matters in all its parts."""
    scope = openable(CATALOGUE, ruled_by)
    assert scope.names == names == set(scope.order)
    assert scope.left_out == 0


def test_widgets_stay_shut() -> None:
    """Names under another, and other people's pages' widgets, are not among them."""
    names = openable(CATALOGUE, policy(rule("a", ALLOW, OFFICIAL))).names
    assert "connect.facebook.net" not in names
    assert "graph.facebook.com" not in names


def service(name: str, category: Category, text: str) -> Service:
    """A service with some site hosts."""
    return Service(name, name, category, {HostKind.SITE: hosts(text)})


WIDE = Catalogue(
    [
        service("a", Category.BLOG, "a.example a2.example"),
        service("b", Category.BLOG, "b.example"),
        service("c", Category.CHAT, "c.example"),
        service("d", Category.CHAT, "d.example a.example"),
    ]
)


@pytest.mark.parametrize(
    ("limit", "order"),
    [
        (5, "d.example a.example c.example b.example a2.example"),
        (3, "d.example a.example c.example"),
        (0, ""),
    ],
)
def test_limit(limit: int, order: str) -> None:
    """Where there are too many, those that a rule names come first, then each category's first services."""
    ruled_by = policy(rule("a", BLOCK, one_of("service", "d")), default=BLOCK)
    scope = openable(WIDE, ruled_by, limit)
    assert scope.order == tuple(order.split())
    assert scope.left_out == 5 - limit


def test_named_with_many_names() -> None:
    """A service that a rule names does not take the place of all others with its many names."""
    many = Service("m", "m", Category.CHAT, {HostKind.SITE: hosts(" ".join(f"m{n}.example" for n in range(20)))})
    ruled_by = policy(rule("a", BLOCK, one_of("service", "m")), default=BLOCK)
    order = openable(Catalogue([*WIDE.services.values(), many]), ruled_by, 9).order
    assert order == (*(f"m{n}.example" for n in range(8)), "c.example")


def test_general_condition_names_nobody() -> None:
    """What holds for services by what they are puts none of them first."""
    named = Condition("service", frozenset({"d"}).__contains__, "the service is d")
    meant = replace(named, words="the service is of its kind", general=True)
    orders = [openable(WIDE, policy(rule("a", BLOCK, one), default=BLOCK), 2).order for one in (named, meant)]
    assert orders == [("d.example", "a.example"), ("c.example", "a.example")]


def test_smallest() -> None:
    """A policy that speaks of two services opens no third."""
    speaks = policy(rule("a", BLOCK, one_of("service", "youtube", "wikipedia")))
    allowed = {h.name for s in (YOUTUBE, WIKIPEDIA) for hs in s.hosts.values() for h in hs}
    assert openable(CATALOGUE, speaks).names <= allowed
    assert not {h.name for h in FACEBOOK.hosts[HostKind.SITE]} & openable(CATALOGUE, speaks).names


def test_turning_comes_before_blocking() -> None:
    """Where there are too many, a service on which a rule turns stands with the first of its category."""
    turning = Service(
        "e", "e", Category.CHAT, {HostKind.SITE: hosts("e.example")}, shapes=(shape(Activity.POST, "POST", "/post"),)
    )
    catalogue = Catalogue([*WIDE.services.values(), turning])
    ruled_by = policy(rule("a", ALLOW, one_of("activity", Activity.POST)), default=BLOCK)
    assert openable(catalogue, ruled_by, 3).order == ("c.example", "e.example", "a.example")
