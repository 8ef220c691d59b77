"""What a process of ours takes from itself before it meets anybody's traffic."""

from __future__ import annotations

import ctypes
import resource

PR_SET_DUMPABLE = 4


def leave_no_dump() -> None:
    """Leave no core dump, which would hold what nothing else may hold. Children inherit the limit."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # A collector that the kernel pipes dumps into may not mind the limit; of what is not dumpable it gets nothing.
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
