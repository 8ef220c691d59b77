"""What every test stands on."""

from __future__ import annotations

import os
import warnings

from hypothesis import HealthCheck, settings

# Warnings are errors; what mitmproxy's own dependencies deprecate while it is imported is theirs to mend.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mitmproxy.addons  # noqa: F401

# A test is never one of speed: a busy machine is no failure (the benchmarks measure).
# Continuous integration draws the same examples for the same code; a developer's machine draws new ones each time.
settings.register_profile(
    "breaktime",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("CI") == "true",
)
settings.load_profile("breaktime")
