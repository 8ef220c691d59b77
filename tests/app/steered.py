"""The shipped site as a gateway of the school's own: transparent, with a `steering` section."""

from __future__ import annotations

import shutil
from pathlib import Path

from agent.app.live import Configuration, read

CONFIG = Path(__file__).parents[2] / "config"
SECTION = "steering: {on-failure: {guest: closed}, resolver: {upstream: [10.20.1.1]}}\n"


def steered(folder: Path, section: str = SECTION) -> Path:
    """A copy of the shipped configuration that steers."""
    made = Path(shutil.copytree(CONFIG, folder))
    site = made / "site.yaml"
    text = site.read_text().replace("mode: explicit", "mode: transparent")
    text = text.replace("listen: 127.0.0.1\n  port: 8080", 'listen: "::"\n  port: 8080')
    site.write_text(text + section)
    return made


def loaded(folder: Path) -> Configuration:
    """What stands in such a folder."""
    config = read(folder)
    assert isinstance(config, Configuration), config
    return config
