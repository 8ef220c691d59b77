"""Answers → the text of site.yaml, with a comment for everything that a school will want to change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from string import Template

from agent.app.initial.answers import Answers
from agent.app.initial.terms import Span
from agent.core.clients import Zone

PAGE_PORT = 8088

_WHOLE = Template("""\
# yaml-language-server: $$schema=schemas/site.schema.json
# Made by `breaktime init`. Change what you like: `breaktime check` says every mistake with its line, and a running
# gateway takes up a correct change within seconds.
site: $site
name: $name
contact: $contact   # whom a blocked page tells people to ask
time-zone: Europe/London

policy: $policy   # a folder of policies/; `breaktime policy read $policy` says it in plain words
mode: observe   # observe (rule and count, block nothing) until the staff were told; then: enforce
settings: {}    # values for the settings that the policy offers

# Nobody is recorded and nothing is opened until these four are named.
$governance

calendar:
  terms:
$terms
  half-terms:$half_terms
  inset: [$inset]   # days on which staff train and no pupils come
  bank-holidays: $nation   # england | wales | scotland | northern-ireland | none
  closed: []          # further days without school
  early-closing: []   # such as {on: 2026-12-18, at: 13:30}

# The first bell is everybody's. Further bells may be for persons, groups, zones or roles: most specific first.
# A stretch that is not every day names its days: {period: assembly, from: 14:45, to: 15:15, days: [fri]}
bells:
  - bell: main
    periods:
$periods

# Addresses by place: classroom, staff-room, office, hall, playground, reception, guest. The smaller network wins.
zones:
$zones
people: people.csv     # who works here: person, role, groups
devices: devices.csv   # the inventory: device, owner, kind, person, inspectable, told, addresses

official-users: {roles: [senior-leader, headteacher]}   # who may use the school's own accounts
official-accounts: {}   # made by `breaktime account add SERVICE`
authorisations: []      # the headteacher's time-boxed permissions
mail-domains: []        # of the school's e-mail addresses, such as [school.example]

$way
metrics:
  listen: 127.0.0.1
  port: 9108
""")

_NO_GOVERNANCE = """\
# governance:
#   dpia: 2026-09-01          # the day of the impact assessment
#   lawful-basis: ...
#   notice: ...               # the version of the notice that people were given
#   consultation: ..."""

_ROUTER = Template("""\
# This machine is the school's router: the kernel brings social media to the workers and leaves all else alone.
gateway:
  mode: transparent
  listen: "::"
  port: 8080
  workers: 2      # one for each processor core; each takes the next port
  on-error: {}    # when the engine itself fails, by zone: block (default) or allow
steering:
  steer: social                 # social (what the catalogue names) | all (the whole web)
  on-failure: {}                # social media when no worker is left, by zone: open (default) | closed
  resolver:
    upstream: [$resolver]   # the resolvers that ours asks; the first is always asked first""")

_PROXY = Template("""\
# Browsers are told of the proxy: hand out http://THIS-MACHINE:$page/wpad.dat by DHCP option 252, or by policy.
gateway:
  mode: explicit
  listen: "$listen"
  port: 8080
  workers: 2      # one for each processor core; each takes the next port
  page-port: $page # the gateway's page and the proxy's settings
  on-error: {}    # when the engine itself fails, by zone: block (default) or allow
# Where this machine becomes the router, see the section `steering` in the shipped example.""")

_HERE = """\
# A first try: only this machine reaches the proxy.
gateway:
  mode: explicit
  listen: 127.0.0.1
  port: 8080"""


def site_text(answers: Answers) -> str:
    """The whole file."""
    return _WHOLE.substitute(
        site=answers.site,
        name=_quoted(answers.name),
        contact=_quoted(answers.contact),
        policy=answers.policy,
        governance=_governance(answers),
        terms=_lines(answers.year.terms, "    "),
        half_terms=f"\n{_lines(answers.year.half_terms, '    ')}" if answers.year.half_terms else " []",
        inset=", ".join(map(str, answers.year.inset)),
        nation=answers.bank_holidays,
        periods="\n".join(f"      - {{period: {one.kind}, from: {one.start}, to: {one.end}}}" for one in answers.day),
        zones="\n".join(_zones(answers)),
        way=_way(answers),
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _governance(answers: Answers) -> str:
    if not answers.governance:
        return _NO_GOVERNANCE
    lines = (f"  {key}: {text if key == 'dpia' else _quoted(text)}" for key, text in answers.governance.items())
    return "\n".join(["governance:", *lines])


def _lines(spans: tuple[Span, ...], indent: str) -> str:
    return "\n".join(f"{indent}- {{from: {one.first}, to: {one.last}}}" for one in spans)


def _zones(answers: Answers) -> Iterator[str]:
    for zone, networks in answers.networks.items():
        subnets = ", ".join(f'"{one}"' if ":" in str(one) else str(one) for one in networks)
        if answers.way_in == "here" and zone is Zone.CLASSROOM:
            subnets += ', 127.0.0.0/8, "::1"'
        guests = ", role: visitor, owner: personal" if zone is Zone.GUEST else ""
        yield f"  - {{zone: {zone}, subnets: [{subnets}]{guests}}}"


def _way(answers: Answers) -> str:
    if answers.way_in == "router":
        return _ROUTER.substitute(resolver=", ".join(f'"{one}"' for one in answers.resolver))
    if answers.way_in == "proxy":
        return _PROXY.substitute(page=PAGE_PORT, listen="::" if answers.speaks_ipv6 else "0.0.0.0")  # noqa: S104
    return _HERE
