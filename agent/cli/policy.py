"""Commands that ask the policy: what it would say, and whether it says what it should."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import click

from agent.app import answers
from agent.app.checks import policy_tests
from agent.app.declared import Declarations
from agent.app.paths import DataFolder
from agent.cli.common import CONFIG, choice, config_option, fail, load, print_json
from agent.clock import Clock
from agent.core.accounts import Account
from agent.core.activity import Activity
from agent.core.clients import DeviceKind, Owner, Role, Zone
from agent.core.engine import Engine
from agent.core.pupils import Pupils


@click.command("explain")
@config_option
@click.option("--policy", help="A folder of policies/; by default the one in force.")
@click.option("--at", help="When: 2026-11-23T09:30 (the site's time unless it has an offset); by default now.")
@click.option("--role", type=choice(Role), default=Role.TEACHER.value, show_default=True)
@click.option("--owner", type=choice(Owner), default=Owner.SCHOOL.value, show_default=True)
@click.option("--kind", type=choice(DeviceKind), default=DeviceKind.LAPTOP.value, show_default=True)
@click.option("--zone", type=choice(Zone), default=Zone.CLASSROOM.value, show_default=True)
@click.option("--pupils", type=choice(Pupils), help="By default from zone and timetable.")
@click.option("--person", help="Who: an id of people.csv, whose groups, bell and free periods then count.")
@click.option("--groups", help="Groups of people.csv, such as infants;mentors, where no person is named.")
@click.option("--room", help="Which room: its bell and its timetable count.")
@click.option("--url", help="A URL or a host name.")
@click.option("--account", type=choice(Account), default=Account.UNKNOWN.value, show_default=True)
@click.option("--activity", type=choice(Activity), default=Activity.UNKNOWN.value, show_default=True)
@click.option("--authorised", is_flag=True, help="The headteacher has given permission for this.")
@click.option("--used", type=click.IntRange(0), default=0, show_default=True, help="Minutes of personal use so far.")
@click.option("--concern", is_flag=True, help="The person is the subject of an approved case.")
@click.option(
    "--official-user/--no-official-user",
    default=None,
    help="May use the school's accounts; by default if the account is official, or as site.yaml says.",
)
@click.option("--inspectable/--no-inspectable", default=None, help="By default yes if the school owns the device.")
@click.option(
    "--batch",
    type=click.File("rb"),
    help="One JSON object of these keys a line; - is stdin.",
)
@click.option("--trace", "show_trace", is_flag=True, help="Show the rule and every one that was read before it.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def explain_command(config: Path, batch: BinaryIO | None, show_trace: bool, as_json: bool, **asked: Any) -> None:
    """Say what the policy rules, why, and until when: by the same engine as the gateway.

    \b
      breaktime explain --at 2026-11-23T09:30 --url https://www.facebook.com/
      breaktime explain --policy breaks-without-pupils --zone staff-room --url youtube.com --trace
      breaktime explain --batch questions.jsonl --json
    """
    engine = _as_declared(load(config).engine)
    if batch is not None:
        _batch(answers.Explainer(engine), batch)
        return
    if not asked["url"]:
        raise click.UsageError("name what is visited with --url, or many at once with --batch")
    explainer = answers.Explainer(engine)
    given = {key: value for key, value in asked.items() if value is not None}
    try:
        if as_json:
            print_json(answers.as_json(explainer.answer(given)))
        else:
            click.echo(explainer.tell(given, show_trace))
    except (ValueError, OverflowError) as problem:
        fail(f"breaktime explain: {problem}")


def _as_declared(engine: Engine) -> Engine:
    """The engine with what is declared of pupils now, as a running gateway has it."""
    declared = Declarations(DataFolder.chosen().declared).read(Clock().now().timestamp())
    return replace(engine, presence=engine.presence.declaring(declared)) if declared else engine


def _batch(explainer: answers.Explainer, lines: BinaryIO) -> None:
    """One answer a line, in order; a line that cannot be answered says why."""
    for line in lines:
        answer = explainer.line(line.decode("utf-8", "replace"))
        sys.stdout.buffer.write(answer.encode() + b"\n")


@click.command("test")
@click.argument("folder", type=click.Path(path_type=Path), default=CONFIG)
@click.option("--strict", is_flag=True, help="Fail too if a rule is not reached both ways.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def test(folder: Path, strict: bool, as_json: bool) -> None:
    """Run the policy tests beside each policy; exit 1 if any fails.

    A right verdict by the wrong rule fails. FOLDER is a configuration (by default ./config) or its policies/.
    """
    results = policy_tests(load(_configuration_of(folder)))
    if as_json:
        print_json(results.as_json())
    else:
        click.echo(results.as_text())
    sys.exit(0 if results.passed and (results.covered or not strict) else 1)


def _configuration_of(folder: Path) -> Path:
    """`config/policies` and a pack inside it stand for the configuration that they belong to."""
    for candidate in (folder, *folder.parents):
        if (candidate / "site.yaml").is_file():
            return candidate
    return folder
