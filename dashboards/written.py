"""All that is generated: a file's path and its text."""

from __future__ import annotations

import json
from pathlib import Path

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from . import network, now, privacy, schools, week
from .counts import rules

DASHBOARDS = {module.__name__.rpartition(".")[2]: module.dashboard for module in (now, week, network, privacy, schools)}


def text_of(made: Dashboard) -> str:
    """A dashboard as Grafana's files have it, its panels numbered from 1."""
    built = made.build()
    for number, panel in enumerate(built.panels or (), 1):
        panel.id_val = number
    return json.dumps(built, cls=JSONEncoder, indent=1, ensure_ascii=False) + "\n"


def files(folder: Path) -> dict[Path, str]:
    """What belongs below the folder `dashboards`."""
    found = {folder / "grafana" / f"{name}.json": text_of(made()) for name, made in DASHBOARDS.items()}
    return {**found, folder / "rules" / "counts.yaml": rules()}
