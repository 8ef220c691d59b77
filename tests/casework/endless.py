"""A process that approves, searches and exports without pause, and says what it has done: to be killed anywhere."""

from __future__ import annotations

import sys
from pathlib import Path

from agent.casework.looks import export, look
from agent.core.search import Filter
from tests.casework.making import INVESTIGATOR, approved, desk


def main() -> None:
    """Until it is killed. The first argument is the data folder, the second a folder for bundles."""
    data, bundles = Path(sys.argv[1]), Path(sys.argv[2])
    at = desk(data)
    while True:
        case = approved(at).id
        print("approved", case, flush=True)
        look(at, INVESTIGATOR, case, Filter())
        print("searched", case, flush=True)
        export(at, INVESTIGATOR, case, bundles / f"{case}.zip")
        print("exported", case, flush=True)


if __name__ == "__main__":
    main()
