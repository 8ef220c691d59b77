"""The made-up school's configuration: the policies and the catalogue that are here, and a site of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from string import Template

from agent.app.build import build
from agent.app.demo.people import NETWORKS, devices_csv, people_csv
from agent.app.demo.year import Term
from agent.app.live import Configuration
from agent.core.accounts import account_hash
from agent.core.policy import Monitoring

OFFICIAL_ID = "100000000000001"
"""The made-up number of the made-up school's account."""
ACCOUNT_KEY = sha256(b"demonstration").digest()
OFFICIAL_SERVICE = "facebook"
PERMITTED = ("head-01", "leader-01", "leader-02", "leader-03", "leader-04", "leader-05", "teacher-03", "teacher-09")
"""Who may post for the made-up school, for as long as a permission runs."""
_BEFORE, _AFTER = "no-personal-use", "breaks-without-pupils"

_SITE = Template("""\
# The demonstration's site, made by `breaktime demo`: a made-up school. Nothing here is about anybody.
site: $site
name: Demonstration School (made up)
contact: the school office
time-zone: Europe/London
policy: $policy
mode: enforce
settings: {}
governance:
  dpia: $told
  lawful-basis: DEMONSTRATION - a made-up assessment
  notice: DEMONSTRATION-1
  consultation: DEMONSTRATION - a made-up consultation
calendar:
  terms: [{from: $begins, to: $last}]
  half-terms: [{from: $half_from, to: $half_to}]
  inset: [$inset]
  bank-holidays: england
  closed: [$closed]
  early-closing: []
bells:
  - bell: main
    periods:
      - {period: before-school, from: 07:00, to: 08:45}
      - {period: registration, from: 08:45, to: 09:00}
      - {period: lesson, from: 09:00, to: 10:30}
      - {period: break, from: 10:30, to: 10:45}
      - {period: lesson, from: 10:45, to: 12:00}
      - {period: lunch, from: 12:00, to: 13:00}
      - {period: lesson, from: 13:00, to: 15:15, days: [mon, tue, wed, thu]}
      - {period: lesson, from: 13:00, to: 14:45, days: [fri]}
      - {period: assembly, from: 14:45, to: 15:15, days: [fri]}
      - {period: after-school, from: 15:15, to: 18:00}
zones:
$zones
people: people.csv
devices: devices.csv
official-users: {roles: [teacher, senior-leader, headteacher]}
official-accounts: $accounts
authorisations: $authorisations
mail-domains: []
officers:
  headteacher: {email: head@demonstration.example, person: head-01}
  chair-of-governors: {email: chair@demonstration.example}
  safeguarding-lead: {email: safeguarding@demonstration.example, person: leader-01}
  data-protection-officer: {email: dpo@demonstration.example}
  social-media-manager: {email: social-media@demonstration.example}
concerns:
  days: 90
  designated-officer: DEMONSTRATION - lado@demonstration.example
""")


class CannotShow(Exception):
    """The demonstration cannot be made here; says why, and what to do."""


def schools(config: Configuration, term: Term) -> tuple[Configuration, Configuration]:
    """The configuration before the policy's change and after it: alike where only one policy here records.

    Raises CannotShow.
    """
    before, after = _policies(config)
    return _school(config, term, before), _school(config, term, after)


def _policies(config: Configuration) -> tuple[str, str]:
    policies = config.engine.policies.policies
    records = [name for name, one in policies.items() if one.monitoring is Monitoring.ALWAYS and one.totals]
    if not records:
        raise CannotShow(
            "no policy of the configuration records as a matter of course, so there would be nothing to show"
        )
    after = _AFTER if _AFTER in records else records[0]
    others = [name for name in records if name != after]
    return (_BEFORE if _BEFORE in others else (others[0] if others else after)), after


def _school(config: Configuration, term: Term, policy: str) -> Configuration:
    kept = {path: text for path, text in config.files.items() if path.startswith(("policies/", "catalogue/"))}
    told = str(term.first - timedelta(days=6))
    files = {
        **kept,
        "site.yaml": _site(config, term, policy, told).encode(),
        "people.csv": people_csv().encode(),
        "devices.csv": devices_csv(told).encode(),
    }
    built = build(files, None, ACCOUNT_KEY)
    if built.engine is None:
        problems = "\n".join(map(str, built.problems))
        raise CannotShow(f"the made-up school does not fit the policies and the catalogue that are here:\n{problems}")
    return Configuration(files, built, built.engine)


def _site(config: Configuration, term: Term, policy: str, told: str) -> str:
    known = OFFICIAL_SERVICE in config.engine.catalogue.services
    hashed = account_hash(ACCOUNT_KEY, OFFICIAL_SERVICE, OFFICIAL_ID)
    return _SITE.substitute(
        site=config.engine.site.id,
        policy=policy,
        told=told,
        begins=term.first + timedelta(days=1),
        last=term.last,
        half_from=term.half_term[0],
        half_to=term.half_term[1],
        inset=term.inset,
        closed=term.closed,
        zones="\n".join(f"  - {{zone: {zone}, subnets: [10.20.{byte}.0/22]}}" for zone, byte in NETWORKS.items()),
        accounts=json.dumps({OFFICIAL_SERVICE: [hashed]} if known else {}),
        authorisations=json.dumps(_permissions(term, known)),
    )


def _permissions(term: Term, known: bool) -> list[Mapping[str, object]]:
    """Two permissions of the head's, the later one still running at the end."""
    services = [OFFICIAL_SERVICE] if known else []
    spans = ((term.first + timedelta(weeks=3), 2, "the school fair"), (term.last - timedelta(days=18), 4, "the play"))
    return [
        {
            "number": f"DEMO-{number}",
            "from": f"{begins}T08:00",
            "to": f"{begins + timedelta(weeks=weeks)}T18:00",
            "purpose": f"Posts about {purpose}",
            "persons": list(PERMITTED),
            "services": services,
        }
        for number, (begins, weeks, purpose) in enumerate(spans, 1)
    ]
