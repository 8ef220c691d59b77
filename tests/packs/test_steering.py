"""The `steering:` section of a site, and the list of private DNS services: what they make, and what is refused."""

from __future__ import annotations

import pytest

from agent.app.build import Built, build
from agent.core.clients import Zone, network
from agent.core.steering import OnFailure, Steer, Steering
from tests.packs.bad import shipped, small

SECTION = "steering: {resolver: {upstream: [10.20.1.1]}}\n"
WHOLE = """steering:
  steer: all
  on-failure: {guest: closed, hall: open}
  resolver: {upstream: [10.20.1.1, "2620:FE::00fe"]}
  log-group: 9
"""
PRIVATE = b"""services:
  - {service: one, names: [dns.example], addresses: [192.0.2.0/24, 192.0.2.7, "2001:db8::1"]}
  - {service: two, names: [doh.example.], addresses: [192.0.2.0/24]}
canaries: [canary.example]
relays: [mask.example]
"""
GATEWAY = 'gateway: {mode: transparent, listen: "::"}\n'
ZONES = "zones:\n  - {zone: classroom, subnets: [10.20.10.0/24, 127.0.0.0/8]}\n"


def built(steering: str, gateway: str = GATEWAY, zones: str | None = None, private: bytes | None = PRIVATE) -> Built:
    """What the small site makes with these sections."""
    files = small()
    text = files["site.yaml"].decode()
    text = text[: text.index("gateway:\n")] + gateway + steering
    if zones is not None:
        start = text.index("zones:\n")
        text = text[:start] + zones + text[text.index("people:") :]
    files = files | {"site.yaml": text.encode()}
    files.pop("private-dns.yaml")
    return build(files | ({} if private is None else {"private-dns.yaml": private}), None)


def test_a_site_without_the_section_steers_nothing() -> None:
    """The shipped site is for a first try on any machine; the list of services alone does nothing."""
    made = build(shipped(), None)
    assert made.engine is not None
    assert made.steering is None


def test_the_section_as_written() -> None:
    """Everything that the kernel and the resolver are told comes from the two files; each address stands once."""
    made = built(WHOLE)
    assert made.problems == ()
    found = made.steering
    assert found is not None
    assert (found.steer, found.log_group, found.upstream) == (Steer.ALL, 9, ("10.20.1.1", "2620:fe::fe"))
    assert found.on_failure == {Zone.GUEST: OnFailure.CLOSED, Zone.HALL: OnFailure.OPEN}
    assert found.private.names == ("dns.example", "doh.example")
    assert found.private.addresses == (network("192.0.2.0/24"), network("2001:db8::1"))
    assert (found.private.canaries, found.private.relays) == (("canary.example",), ("mask.example",))


def test_what_is_not_written_has_a_value() -> None:
    """Only the resolvers that ours asks have to be named."""
    made = built(SECTION)
    assert made.problems == ()
    assert made.steering is not None
    assert made.steering == Steering(
        ("10.20.1.1",),
        private=made.steering.private,
        page="breaktime.example-primary",
        unwanted=made.steering.unwanted,
    )
    assert not made.steering.learn


NO_EFFECT = [
    pytest.param(
        SECTION,
        "gateway: {mode: explicit}\n",
        None,
        "the gateway is explicit: nothing that is steered here would be taken",
        id="an explicit proxy",
    ),
    pytest.param(
        SECTION,
        "gateway: {mode: transparent}\n",
        None,
        "workers that listen on 127.0.0.1 alone do not get what is steered to them",
        id="on the loopback",
    ),
    pytest.param(
        SECTION,
        "gateway: {mode: transparent, listen: 0.0.0.0}\n",
        None,
        "there are zones with IPv6, and workers that listen on 0.0.0.0 do not get it",
        id="on one version",
    ),
    pytest.param(
        SECTION, "gateway: {mode: transparent, listen: 0.0.0.0}\n", ZONES, "", id="where there is but one version"
    ),
    pytest.param(SECTION, GATEWAY, "", "no zone has a subnet, so nobody would be steered", id="no zones"),
    pytest.param(
        SECTION,
        GATEWAY,
        "zones:\n  - {zone: hall, subnets: [127.0.0.0/8]}\n",
        "no zone has a subnet, so nobody would be steered",
        id="no zones but the machine itself",
    ),
]


@pytest.mark.parametrize(("steering", "gateway", "zones", "what"), NO_EFFECT)
def test_a_section_without_effect(steering: str, gateway: str, zones: str | None, what: str) -> None:
    """What would leave it without effect is said, with what to write instead."""
    problems = built(steering, gateway, zones).problems
    assert [problem.what for problem in problems] == ([what] if what else [])
    assert all(problem.hint for problem in problems)


@pytest.mark.parametrize(
    ("section", "where", "what"),
    [
        pytest.param("steering: {}\n", "steering", "the key 'resolver' is missing", id="no resolver"),
        pytest.param(
            "steering: {resolver: {}}\n", "steering.resolver", "the key 'upstream' is missing", id="nobody to ask"
        ),
        pytest.param(
            "steering: {resolver: {upstream: []}}\n",
            "steering.resolver.upstream",
            "the list is empty",
            id="an empty list",
        ),
        pytest.param(
            "steering: {resolver: {upstream: [127.0.0.53]}}\n",
            "steering.resolver.upstream[1]",
            "127.0.0.53 is not the address of another machine",
            id="itself",
        ),
        pytest.param(
            "steering: {resolver: {upstream: [dns.example]}}\n",
            "steering.resolver.upstream[1]",
            "'dns.example' is not an address",
            id="a name",
        ),
        pytest.param(
            'steering: {resolver: {upstream: ["fe80::1%a; }"]}}\n',
            "steering.resolver.upstream[1]",
            "fe80::1%a; } is not the address of another machine",
            id="more than an address",
        ),
        pytest.param(
            "steering: {resolver: {upstream: [192.0.2.1, 192.0.2.1]}}\n",
            "steering.resolver.upstream[2]",
            "192.0.2.1 is named already",
            id="twice",
        ),
        pytest.param(
            "steering: {steer: some, resolver: {upstream: [192.0.2.1]}}\n",
            "steering.steer",
            "'some' is not known here",
            id="what to steer",
        ),
        pytest.param(
            "steering: {on-failure: {cellar: open}, resolver: {upstream: [192.0.2.1]}}\n",
            "steering.on-failure.cellar",
            "'cellar' is not known here",
            id="a place that there is not",
        ),
        pytest.param(
            "steering: {log-group: 0, resolver: {upstream: [192.0.2.1]}}\n",
            "steering.log-group",
            "'0' is not a whole number from 1 to 65535",
            id="a log group",
        ),
        pytest.param(
            "steering: {resolver: {upstream: [192.0.2.1], port: 5353}}\n",
            "steering.resolver",
            "the key 'port' is not known here",
            id="another port: the kernel looks for the one at 53",
        ),
    ],
)
def test_mistakes_in_the_section(section: str, where: str, what: str) -> None:
    """Each is said once, at its place."""
    assert [(problem.where, problem.what) for problem in built(section).problems] == [(where, what)]


def test_the_list_of_private_dns_must_be_there() -> None:
    """Without it every browser with an encrypted resolver would pass the school's by, unsaid."""
    (problem,) = built(SECTION, private=None).problems
    assert (problem.file, problem.hint) == ("private-dns.yaml", "take the shipped one; `services: []` names none")


def test_an_empty_list_is_a_list() -> None:
    """A school may let private DNS be."""
    made = built(SECTION, private=b"services: []\n")
    assert made.problems == ()
    assert made.steering is not None
    assert made.steering.private.addresses == ()


def test_the_shipped_list() -> None:
    """It names the services that browsers come with, and both ways of asking for the network's own resolver."""
    made = built(SECTION, private=shipped()["private-dns.yaml"])
    assert made.steering is not None
    private = made.steering.private
    assert {"dns.google", "mozilla.cloudflare-dns.com", "dns.quad9.net"} <= set(private.names)
    assert {network("8.8.8.8"), network("1.1.1.1"), network("2620:fe::fe")} <= set(private.addresses)
    assert private.canaries == ("use-application-dns.net",)
    assert "mask.icloud.com" in private.relays


def test_a_list_that_is_no_table() -> None:
    """It is one problem, and what is steered waits for it."""
    made = built(SECTION, private=b"- one\n")
    assert [problem.file for problem in made.problems] == ["private-dns.yaml"]
    assert made.engine is None


@pytest.mark.parametrize(("word", "learns"), [("yes", True), ("no", False)])
def test_learning_is_asked_for(word: str, learns: bool) -> None:
    """Names are counted only where the site says so; what the web shares is then never suggested."""
    made = built(SECTION.replace("{resolver", f"{{learn: {word}, resolver"))
    assert made.problems == ()
    assert made.steering is not None
    assert (made.steering.learn, bool(made.steering.unwanted)) == (learns, learns)
