"""The services as systemd would judge them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = sorted((Path(__file__).parents[2] / "deploy" / "systemd").glob("*.service"))
MOST = 3.0
"""Of ten: what systemd calls OK."""


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_exposure(unit: Path) -> None:
    """Little of the system is exposed to a service that is taken over."""
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", str(unit)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    found = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout + done.stderr)
    assert found is not None, done.stderr
    assert float(found[1]) < MOST


def test_the_rights_are_two() -> None:
    """The gateway may change the kernel's rules and answer on port 53; it is nobody's root."""
    text = (UNITS[0].parent / "breaktime.service").read_text()
    for key in ("AmbientCapabilities", "CapabilityBoundingSet"):
        assert f"\n{key}=CAP_NET_ADMIN CAP_NET_BIND_SERVICE\n" in text
    assert "\nUser=breaktime\n" in text
