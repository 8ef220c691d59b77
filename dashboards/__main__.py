"""`python -m dashboards` writes every dashboard and the rules that count; a test keeps them in step."""

from __future__ import annotations

from pathlib import Path

from .written import files

if __name__ == "__main__":
    for path, text in files(Path(__file__).parent).items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        print(path)
