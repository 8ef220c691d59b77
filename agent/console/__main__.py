"""`python -m agent.console`: the console's own process, started by `breaktime run`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

from agent.app.paths import DataFolder
from agent.clock import Clock
from agent.console.serve import end_with_parent, serve
from agent.store.errors import StoreError


def main() -> int:
    """Serve the console of a configuration folder; the data folder is that of `BREAKTIME_DATA`."""
    parser = argparse.ArgumentParser(prog="python -m agent.console", description=__doc__)
    parser.add_argument("--config", type=Path, default=Path(os.environ.get("BREAKTIME_CONFIG", "config")))
    given = parser.parse_args()
    line = end_with_parent()
    try:
        return asyncio.run(serve(given.config, DataFolder.chosen(), Clock.inherited(), line))
    except (StoreError, OSError) as problem:
        print(f"breaktime: console: {problem}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
