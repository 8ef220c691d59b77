"""The text of the rules: what a technician reads, and what nobody can write into it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from agent.core.clients import network
from agent.core.steering import Plan, PrivateDns, QuicClass, Steering
from agent.gateway.steering import names
from agent.gateway.steering.others import PRIORITY
from agent.gateway.steering.ruleset import Rules, ruleset

SETTINGS = Steering(("192.0.2.53",), private=PrivateDns(addresses=(network("198.51.100.0/24"),)), log_group=7)
CLASSROOM, STAFF_ROOM = network("10.20.10.0/24"), network("fd00:20:20::/64")
PLAN = Plan(
    {"facebook.com": (2,)},
    0,
    (CLASSROOM, STAFF_ROOM),
    (QuicClass(1, frozenset({"facebook", "x"}), full=True), QuicClass(2, frozenset({"facebook"}))),
    ((CLASSROOM, 1), (STAFF_ROOM, 2)),
    (STAFF_ROOM,),
)


def rules(plan: Plan = PLAN, **changes: object) -> Rules:
    """The rules of a plan for two workers."""
    return ruleset(plan, replace(SETTINGS, **changes), [8080, 8081])  # type: ignore[arg-type]


def elements(text: str, name: str) -> list[str]:
    """What is put into a set."""
    found = re.search(rf"add element inet breaktime {name} {{([^}}]*)}}", text)
    return [line.strip() for line in found[1].split(",") if line.strip()] if found else []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("clients4", ["10.20.10.0/24"], id="all clients"),
        pytest.param("steered6", ["fd00:20:20::/64"], id="those of concern"),
        pytest.param("closed4", [], id="nobody is shut"),
        pytest.param("closed6", ["fd00:20:20::/64"], id="those that are shut"),
        pytest.param("class4", ["10.20.10.0/24 : jump quic_1"], id="whose QUIC"),
        pytest.param("resolvers4", ["192.0.2.53"], id="our resolver's resolvers"),
        pytest.param("doh4", ["198.51.100.0/24"], id="private DNS"),
    ],
)
def test_what_the_configuration_says(name: str, expected: list[str]) -> None:
    """Each set holds what the plan and the settings say."""
    assert elements(rules().text, name) == expected


def test_every_rule_says_why_it_stands_there() -> None:
    """Each chain with rules has a comment right above it or within it, and the text begins with what it is about."""
    text = rules().text
    assert text.startswith("# The rules by which Breaktime steers social media")
    body = text[text.index("# 3. The rules.") :]
    for chain in re.findall(r"((?:  #[^\n]*\n)*)  chain (\w+) \{\n((?:(?!  \}\n).*\n)*)", body):
        above, name, within = chain
        assert above or "#" in within or name in ("steer6", "postrouting"), name


def test_the_revision_tells_one_configuration_from_another() -> None:
    """It changes with the rules, and not with workers that come and go or a flowtable."""
    whole = rules()
    assert whole.revision == ruleset(PLAN, SETTINGS, [8080, 8081], [8081], devices=["eth0"]).revision
    assert f"revision {{ {whole.revision:#010x} }}" in whole.text
    others = [
        rules(log_group=8),
        rules(replace(PLAN, closed=())),
        rules(replace(PLAN, everything=True)),
        ruleset(PLAN, SETTINGS, [8080]),
    ]
    assert len({whole.revision, *(other.revision for other in others)}) == 1 + len(others)


def test_a_full_class_has_no_set_of_its_own() -> None:
    """It goes by the set of all social media; classes and sets that there are no more are taken away."""
    text = rules().text
    assert "ip daddr @social4 counter name quic reject" in text
    assert "ip daddr @quic_2_4 counter name quic reject" in text
    assert "delete set inet breaktime quic_1_4" in text
    assert "delete chain inet breaktime quic_3" in text
    assert "delete chain inet breaktime quic_2" not in text


def test_everything_is_steered_but_what_is_within_the_school() -> None:
    """The addresses of the school itself, and of this machine, are nobody's web site."""
    text = rules(replace(PLAN, everything=True)).text
    assert "ip daddr != @clients4 fib daddr type != local tcp dport" in text
    assert elements(text, "steered4") == elements(text, "clients4")


def test_without_workers() -> None:
    """Nothing is sent to ports on which nobody listens."""
    text = ruleset(PLAN, SETTINGS, [8080], []).text
    assert "redirect to :8080" not in text
    assert text.count("# no worker is left") == 2


def test_a_resolver_of_one_version() -> None:
    """Where no upstream resolver has IPv6, queries by IPv6 to a dead resolver have nowhere to go."""
    text = rules().text
    assert "dnat ip to 192.0.2.53" in text
    assert "dnat ip6" not in text


@pytest.mark.parametrize("table", ["", "x y", "x; flush ruleset", "a" * 40, "9x", "Breaktime"])
def test_names_of_tables(table: str) -> None:
    """A name that the kernel would not take, or take for more than a name, is refused."""
    with pytest.raises(ValueError, match="table's name"):
        ruleset(PLAN, SETTINGS, [8080], table=table)


@pytest.mark.parametrize("card", ["", 'x" }', "a b", "a\n", "a/b", "longer-than-fifteen"])
def test_names_of_cards(card: str) -> None:
    """A network card's name is checked as the kernel checks it, and for quotes."""
    with pytest.raises(ValueError, match="network card"):
        ruleset(PLAN, SETTINGS, [8080], devices=[card])


def test_the_priority_is_the_one_that_doctor_compares() -> None:
    """Our rules in prerouting come just before everybody's at the usual place (-100)."""
    assert "hook prerouting priority dstnat - 5;" in rules().text
    assert PRIORITY == -100 - 5


def test_numbers_of_sets() -> None:
    """The account's numbers name the kernel's sets: 0 is all of social media."""
    assert (names.set_of(0, 4), names.set_of(3, 6)) == ("social4", "quic_3_6")


def chain(text: str, name: str) -> list[str]:
    """The lines of a chain as it is filled."""
    found = re.search(rf"  chain {name} {{\n((?:(?!  }}\n).*\n)*)", text[text.index("# 3. The rules.") :])
    return [line.strip() for line in found[1].splitlines()] if found else []


def test_only_tcp_to_social_media_is_never_looked_at() -> None:
    """It is steered; QUIC is refused to a class by its own addresses, so any other may hide what concerns it."""
    passed_by = [line for line in chain(rules().text, "watch") if "@social" in line]
    assert passed_by == ["meta l4proto tcp ip daddr @social4 return", "meta l4proto tcp ip6 daddr @social6 return"]


def test_what_was_looked_at_is_never_offloaded() -> None:
    """It keeps a mark: what a flowtable carries meets no rule, so a cut would do nothing to it."""
    text = ruleset(PLAN, SETTINGS, [8080], devices=["eth0"]).text
    looked = f"{names.LOOKED:#010x}"
    last = next(line for line in chain(text, "look") if f"== {names.LOOKS[-1]:#010x}" in line)
    assert last.endswith(f"ct mark set ct mark and 0xf0ffffff or {looked} return")
    forward = chain(text, "forward")
    offload = next(line for line in forward if "flow add" in line)
    assert f"ct mark and {names.MASK:#010x} == 0 " in offload
    cut = next(place for place, line in enumerate(forward) if "jump cut" in line)
    assert forward[cut - 1] == f"ct state established,related ct mark and {names.MASK:#010x} == {looked} accept"
