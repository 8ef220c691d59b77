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

PLACES = {
    "site": "site.yaml",
    "catalogue": "catalogue/bad.yaml",
    "policy": "policies/bad/policy.yaml",
    "policy-test": "policies/breaks-without-pupils/policy.test.yaml",
    "include": "policies/shared/bad.yaml",
}


def shipped() -> dict[str, bytes]:
    """The texts of the shipped configuration."""
    files, problems = read_folder(CONFIG)
    assert not problems
    return files


def small() -> dict[str, bytes]:
    """The shipped site and policy over the small catalogue, without the policy's own tests."""
    files = {name: text for name, text in shipped().items() if not name.startswith("catalogue/")}
    del files["policies/breaks-without-pupils/policy.test.yaml"]
    return files | SMALL_CATALOGUE


def problems_of(kind: str, text: bytes, files: Mapping[str, bytes] | None = None) -> tuple[Problem, ...]:
    """Every problem of the small configuration with this file in the place of its kind."""
    return build({**(files or small()), PLACES[kind]: text}, None).problems
