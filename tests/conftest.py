"""What every test stands on."""

from __future__ import annotations

import warnings

from hypothesis import HealthCheck, settings

# Warnings are errors; what mitmproxy's own dependencies deprecate while it is imported is theirs to mend.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mitmproxy.addons  # noqa: F401

# A test is never one of speed: a busy machine is no failure (the benchmarks measure).
settings.register_profile("breaktime", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("breaktime")
