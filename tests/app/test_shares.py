"""What each pack opens, as its page says it: the pages are kept in step with the rules."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner

from agent.app.live import Configuration, read
from agent.app.shares import BEGIN, END, HEADING, as_json, table, written
from agent.cli import main
from agent.core.adopted import adopted
from agent.core.shares import Reason, Shares, Who, shares

CONFIG = Path(__file__).parents[2] / "config"
PACKS = sorted(path.parent.name for path in CONFIG.glob("policies/*/policy.yaml"))


@cache
def shares_of(pack: str) -> Shares:
    """The shares of a shipped pack."""
    config = read(CONFIG)
    assert isinstance(config, Configuration), config
    return shares(adopted(config.engine, config.engine.policies.policies[pack]))


@pytest.mark.parametrize("pack", PACKS)
def test_pages_are_in_step(pack: str) -> None:
    """Each pack's page has the table of its rules as they are; `breaktime policy opens --write` writes it."""
    page = (CONFIG / "policies" / pack / "README.md").read_text("utf-8")
    assert written(page, shares_of(pack)) == page


@pytest.mark.parametrize("pack", PACKS)
def test_every_row_says_why(pack: str) -> None:
    """Each kind of client has its row, each row its reason, and each rule that is one is a rule of the pack."""
    found = shares_of(pack)
    rows = [line for line in table(found).splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= len(Who)
    assert all(len([cell for cell in row.strip("|").split("|") if cell.strip()]) == 4 for row in rows)
    rules = {rule.id for rule in found.policy.walk}
    assert all(one.rules and rules.issuperset(one.rules) for one in found.opened)


@pytest.mark.parametrize("pack", PACKS)
def test_nobody_else_is_opened(pack: str) -> None:
    """Only staff on managed devices are opened, and for the account only who looks after the school's."""
    for one in shares_of(pack).opened:
        assert one.who in (Who.OFFICIAL, Who.STAFF)
        assert one.who is Who.OFFICIAL or one.reason in (Reason.PAGE, Reason.ACTIVITY)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("", id="no page"),
        pytest.param("# A pack\n\nWords.\n", id="no section"),
        pytest.param(f"# A pack\n\n{HEADING}\n\n## More\n", id="an empty section"),
        pytest.param(f"# A pack\n\n{HEADING}\nSome words.\n\n## More\n", id="words in the section"),
        pytest.param(f"# A pack\n\n{HEADING}\nSome words.\n", id="words at the end"),
        pytest.param(f"# A pack\n\n{HEADING}\n\n{BEGIN}\nold\n{END}\n\n## More\n", id="an old table"),
    ],
)
def test_written(page: str) -> None:
    """The table stands once under its heading, whatever the page was like, and everything else stays."""
    found = shares_of(PACKS[0])
    text = written(page, found)
    assert f"\n\n{BEGIN}\n{table(found)}\n{END}\n" in text
    assert text.index(HEADING) < text.index(BEGIN) < (text.find("## More") if "## More" in text else len(text))
    assert text.count(BEGIN) == text.count(END) == text.count(HEADING) == 1
    assert "old" not in text.split()
    assert text.startswith(page.split(HEADING)[0].rstrip())
    assert ("Some words." in text) is ("Some words." in page)
    assert ("## More\n" in text) is ("## More\n" in page)
    assert written(text, found) == text


def test_command(tmp_path: Path) -> None:
    """`breaktime policy opens` says it in words and as JSON, and writes the pages."""
    config = Path(copytree(CONFIG, tmp_path / "config"))
    (config / "policies" / "concern-led" / "README.md").unlink()
    run = CliRunner().invoke
    options = ["--config", str(config)]
    said = run(main, ["policy", "opens", "concern-led", *options])
    assert table(shares_of("concern-led")) in said.output
    found = json.loads(run(main, ["policy", "opens", "concern-led", "--json", *options]).output)
    assert found == json.loads(json.dumps(as_json(shares_of("concern-led"))))
    assert found["opened"][0].keys() == {"who", "for", "rules", "clauses", "cases", "of"}
    every = json.loads(run(main, ["policy", "opens", "--json", *options]).output)
    assert [one["policy"] for one in every] == PACKS
    assert run(main, ["policy", "opens", "--write", *options]).exit_code == 0
    page = (config / "policies" / "concern-led" / "README.md").read_text("utf-8")
    assert table(shares_of("concern-led")) in page
    refused = run(main, ["policy", "opens", "nope", *options])
    assert (refused.exit_code, "no policy is called 'nope'" in refused.output) == (1, True)
