"""`breaktime documents`: all of them into a folder, or one to look at."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_rights import School


def test_the_documents_are_written(tmp_path: Path) -> None:
    """All of them as Markdown and HTML, or one to look at; a folder that cannot be written is said."""
    school = School(tmp_path / "school")
    made = json.loads(school.done("documents", "--output", str(tmp_path / "papers"), "--json"))
    assert {one["kind"] for one in made} == {"notice", "dpia", "processing", "review", "standards"}
    assert all(Path(file).exists() for one in made for file in one["files"])
    assert all(one["gaps"] for one in made)
    assert school.done("documents", "notice").startswith("# How social media is ruled on and recorded at Example")
    (tmp_path / "file").write_text("")
    wrong = school.run("documents", "--output", str(tmp_path / "file"))
    assert (wrong.exit_code, "cannot be written" in wrong.stderr) == (1, True)
