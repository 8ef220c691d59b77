"""The shipped configuration with one file put in: what every test of mistakes stands on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from agent.app.build import build
from agent.app.folder import read_folder
from agent.problems import Problem

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"
BAD = ROOT / "tests" / "data" / "bad"

SMALL_CATALOGUE = {
    "catalogue/social-network.yaml": b"""
category: social-network
services:
  - {service: facebook, name: Facebook, hosts: {site: [facebook.com], asset: [fbcdn.net]}, account: [i_user, c_user]}
  - {service: tiktok, name: TikTok, hosts: {site: [tiktok.com]}}
""",
    "catalogue/microblog.yaml": b"""
category: microblog
services:
  - {service: x, name: X, hosts: {site: [x.com, twitter.com]}, account: [twid]}
""",
    "catalogue/video-sharing.yaml": b"""
category: video-sharing
services:
  - {service: youtube, name: YouTube, hosts: {site: [youtube.com]}, signed-in: [LOGIN_INFO]}
""",
    "catalogue/shared.yaml": b"never: [shared.example, inner.covering.example]\n",
}
"""Few services, so that a test says what it needs and does not turn on what the real catalogue holds."""

IN_FORCE = "policies/breaks-without-pupils/"
SMALL_PACK = {
    "policies/small/policy.yaml": b"""
policy: small
title: A small policy
source: small
social-media: [social-network]
monitoring: {mode: always, clause: "3"}
retention: {days: 28, clause: ""}
rules:
  - {rule: in-lessons, verdict: block, when: {category: social-media, period: directed}, clause: "1", say: Not now.}
default: {rule: otherwise, verdict: allow, clause: "1, Principles", say: Fine.}
""",
    "policies/small/policy.test.yaml": b"""
policy: small
cases:
  - {case: not in a lesson, at: 2026-11-23T09:30, host: facebook.com, expect: {verdict: block, rule: in-lessons}}
  - {case: but in a break, at: 2026-11-23T10:30, host: facebook.com, expect: {verdict: allow, rule: otherwise}}
""",
}
"""A policy with two cases, for what stands beside both."""

PLACES = {
    "site": "site.yaml",
    "private-dns": "private-dns.yaml",
    "catalogue": "catalogue/bad.yaml",
    "policy": "policies/bad/policy.yaml",
    "policy-test": f"{IN_FORCE}policy.test.yaml",
    "clauses": "policies/small/clauses.yaml",
    "include": "policies/shared/bad.yaml",
}


def shipped() -> dict[str, bytes]:
    """The texts of the shipped configuration."""
    files, problems = read_folder(CONFIG)
    assert not problems
    return files


def small() -> dict[str, bytes]:
    """The shipped site and its policy in force over the small catalogue, without the policy's tests and map."""
    pack = ("policies/shared/", f"{IN_FORCE}policy.yaml")
    files = {n: text for n, text in shipped().items() if not n.startswith(("catalogue/", "policies/"))}
    return files | {n: text for n, text in shipped().items() if n.startswith(pack)} | SMALL_CATALOGUE


def problems_of(kind: str, text: bytes, files: Mapping[str, bytes] | None = None) -> tuple[Problem, ...]:
    """Every problem of the small configuration with this file in the place of its kind."""
    pack = SMALL_PACK if kind == "clauses" else {}
    return build({**(files or small()), **pack, PLACES[kind]: text}, None).problems
