"""A process that may meet anybody's traffic leaves no dump, nor does what it starts."""

from __future__ import annotations

import subprocess
import sys

SOURCE = """
import ctypes, resource, subprocess, sys
from agent.limits import leave_no_dump
leave_no_dump()
child = "import resource; print(*resource.getrlimit(resource.RLIMIT_CORE))"
print(*resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), flush=True)
subprocess.run([sys.executable, "-c", child], check=True)
"""


def test_no_dump() -> None:
    """Neither by the limit, which children inherit, nor by a collector that does not mind it."""
    done = subprocess.run([sys.executable, "-c", SOURCE], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["0 0 0", "0 0"]
