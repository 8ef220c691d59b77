"""Loading the rules into a real kernel: in one step or not at all, as often as wished, and gone without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address

import pytest

from agent.core.steering import QuicClass
from agent.gateway.steering.nft import NftError
from agent.gateway.steering.others import in_the_way
from agent.gateway.steering.ruleset import Rules, ruleset

from . import places
from .conftest import need, raised
from .gateway import until
from .kernel import OTHER, PLAN, PORTS, SETTINGS, SOCIAL, TABLE, Kernel
from .lab import Lab

LAPTOP = places.LAPTOP
MANY = 100_000
WALL = "chain input { type filter hook input priority 0; policy drop;"


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A gateway's namespace with nobody else's rules in it."""
    need(("ip", "nft"))
    with raised(Lab(tmp_path_factory.mktemp("loads"), where=replace(places.LABORATORY, kind="btlabloads"))) as lab:
        made = Kernel(lab)
        for origin in (SOCIAL, OTHER):
            made.tcp(places.INTERNET, origin.v4, 443, f"site {origin.name}")
        yield made
        made.close()


@pytest.fixture
def kernel(network: Kernel) -> Iterator[Kernel]:
    """The same, empty before and after."""
    assert network.listed() == ""
    yield network
    network.do(lambda nft: nft.run("flush ruleset"))


def plain(listed: str) -> str:
    """A listing without what counts down."""
    return "\n".join(line for line in listed.splitlines() if "expires" not in line)


def held(kernel: Kernel, name: str) -> set[str]:
    """What a set holds."""
    return set(kernel.do(lambda nft: nft.elements(name)))


def test_loading_twice_changes_nothing(kernel: Kernel) -> None:
    """The kernel lists the same after the first load and after the third."""
    kernel.apply()
    first = kernel.listed()
    kernel.apply()
    kernel.apply()
    assert kernel.listed() == first


def test_a_new_plan_leaves_nothing_of_the_old(kernel: Kernel) -> None:
    """After a load over another plan the kernel lists what it would list had that one never been."""
    nobody = replace(PLAN, classes=(), ranges=(), closed=(), domains={})
    more = (*PLAN.classes, *(QuicClass(n, frozenset({"x"})) for n in range(3, 9)))
    for plan in (nobody, replace(PLAN, classes=more), replace(PLAN, everything=True), PLAN, nobody):
        kernel.apply(plan)
        over = plain(kernel.listed())
        kernel.do(lambda nft: nft.remove())
        kernel.apply(plan)
        assert sorted(over.splitlines()) == sorted(plain(kernel.listed()).splitlines())


def test_what_was_learnt_stays(kernel: Kernel) -> None:
    """Addresses, who is well and what was counted outlive a load; a class's set goes with its class alone."""
    kernel.apply()
    kernel.do(lambda nft: nft.stand(30))
    for number in (0, 2):
        kernel.do(lambda nft, number=number: nft.add(number, [SOCIAL.v4, SOCIAL.v6]))  # type: ignore[misc]
    kernel.do(lambda nft: nft.looked_at(OTHER.v4))
    assert kernel.ask(LAPTOP, SOCIAL.v4, 443) == "refused"
    counted = kernel.do(lambda nft: nft.run(f"list counter inet {TABLE} quic"))
    assert "packets 0" not in counted
    kernel.apply(replace(PLAN, classes=PLAN.classes[:1], ranges=PLAN.ranges[:2]))
    assert (held(kernel, "social4"), held(kernel, "social6")) == ({SOCIAL.v4}, {SOCIAL.v6})
    assert held(kernel, "seen4") == {OTHER.v4}
    assert kernel.do(lambda nft: nft.standing()) == {4, 6}
    assert kernel.do(lambda nft: nft.run(f"list counter inet {TABLE} quic")) == counted
    with pytest.raises(NftError, match="No such file"):
        held(kernel, "quic_2_4")


def test_half_a_text_is_no_text(kernel: Kernel) -> None:
    """If any of it is wrong the kernel has all that it had, and the reason is said."""
    rules = kernel.apply()
    before = kernel.listed()
    bad = Rules(rules.text + f"\nadd element inet {TABLE} social4 {{ 300.1.1.1 }}\n", 1)
    with pytest.raises(NftError, match="the kernel refused the rules"):
        kernel.do(lambda nft: nft.apply(bad))
    assert kernel.listed() == before


def test_the_first_form_that_the_kernel_takes(kernel: Kernel) -> None:
    """A flowtable is tried first; where the kernel has none, the same rules are loaded without it."""
    plain_, fast = (ruleset(PLAN, SETTINGS, PORTS, devices=devices) for devices in ((), ("g-laptop", "g-out")))
    assert (fast.revision, "flow add @fast" in fast.text) == (plain_.revision, True)
    takes = kernel.do(lambda nft: nft.takes(fast))
    assert kernel.listed() == ""
    assert kernel.do(lambda nft: nft.apply(fast, plain_)) is (fast if takes else plain_)
    assert kernel.do(lambda nft: nft.revision()) == plain_.revision


def test_a_table_of_another_make_is_replaced(kernel: Kernel) -> None:
    """What an older version left, with sets of other types, is taken away in the same step."""
    kernel.do(lambda nft: nft.run(f"add table inet {TABLE}; add set inet {TABLE} social4 {{ type ipv6_addr; }}"))
    assert kernel.do(lambda nft: nft.revision()) == 0
    rules = kernel.apply()
    assert kernel.do(lambda nft: nft.revision()) == rules.revision


def test_removing_leaves_nothing(kernel: Kernel) -> None:
    """Not a rule, set or map; twice is as good as once."""
    kernel.apply()
    kernel.do(lambda nft: nft.stand())
    for _ in range(2):
        kernel.do(lambda nft: nft.remove())
        assert kernel.listed() == ""
        assert kernel.do(lambda nft: nft.revision()) is None


def test_a_hundred_thousand_addresses(kernel: Kernel) -> None:
    """They are taken, kept over a load, swept in any number, and stand in nobody's way."""
    kernel.apply()
    every = [str(ip_address(0x0B000000 + n)) for n in range(MANY // 2)]
    every += [str(ip_address((0x20010DB8 << 96) + n)) for n in range(MANY // 2)]
    kernel.do(lambda nft: nft.add(0, every))
    kernel.apply()
    until("the set has settled", lambda: len(held(kernel, "social4") | held(kernel, "social6")) == MANY, 20)
    assert kernel.reach(LAPTOP, SOCIAL.v4) == f"site {SOCIAL.name}"
    kernel.do(lambda nft: nft.delete(0, [*every[10:], "192.0.2.1"]))
    assert held(kernel, "social4") == set(every[:10])
    assert held(kernel, "social6") == set()


def test_what_is_no_address_reaches_no_rule(kernel: Kernel) -> None:
    """Texts that would break out of a set are refused before the kernel sees them."""
    kernel.apply()
    before = kernel.listed()
    for text in ("1.2.3.4 }; flush ruleset; #", "1.2.3.4\n", "::1%eth0; drop", "", "1.2.3.0/24"):
        with pytest.raises(ValueError, match="not appear to be"):
            kernel.do(lambda nft, text=text: nft.add(0, [text]))  # type: ignore[misc]
    assert kernel.listed() == before


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        pytest.param(
            "table ip nat { chain first { type nat hook prerouting priority -110; udp dport 53 redirect to :5353; } }",
            "table ip nat takes port 53 before our rules see it (chain first)",
            id="names",
        ),
        pytest.param(
            "table ip mangle { chain first { type filter hook prerouting priority -150; jump more; }\n"
            "chain more { tcp dport { 80, 3128-3130 } notrack; } }",
            "table ip mangle takes port 80 before our rules see it (chain first)",
            id="the web, in a chain further on",
        ),
        pytest.param(
            "table inet x { chain first { type nat hook prerouting priority -110; redirect; } }",
            "table inet x takes port 53, 80, 443 before our rules see it (chain first)",
            id="whatever it is",
        ),
        pytest.param(
            f"table inet filter {{ {WALL} tcp dport 22 accept; }} }}",
            "table inet filter drops what arrives here unless a rule lets it in, and none is for what is steered",
            id="a wall around the machine",
        ),
        pytest.param(
            f"table inet filter {{ {WALL} ct status dnat accept; }} }}",
            "",
            id="a wall with a door",
        ),
        pytest.param(
            "table ip nat { chain pre { type nat hook prerouting priority -100; tcp dport 443 redirect to :1; }\n"
            "chain post { type nat hook postrouting priority 100; masquerade; } }",
            "",
            id="after ours",
        ),
        pytest.param(
            "table ip nat { chain first { type nat hook prerouting priority -110; tcp dport 2222 dnat to 10.0.0.1; } }",
            "",
            id="another port",
        ),
    ],
)
def test_rules_of_others_that_are_in_the_way(kernel: Kernel, rules: str, said: str) -> None:
    """Whoever takes our traffic first, or keeps it from the workers, is named with the command to look at it."""
    kernel.apply()
    kernel.do(lambda nft: nft.run(rules.replace("; }", ";\n}\n")))
    found = kernel.do(lambda nft: list(in_the_way(nft)))
    assert [what for what, _ in found] == ([said] if said else [])
    assert all(mend.startswith("nft ") for _, mend in found)
