"""Writes the JSON Schemas of the configuration's files, for editors: `python -m agent.app.schemas FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from agent.packs.schemas import schema_texts


def write_schemas(folder: Path) -> None:
    """Write every schema into a folder, which is made if need be. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schema_texts().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
