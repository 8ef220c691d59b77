"""What every test stands on."""

from __future__ import annotations

import warnings

# Warnings are errors; what mitmproxy's own dependencies deprecate while it is imported is theirs to mend.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mitmproxy.addons  # noqa: F401
