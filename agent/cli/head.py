"""The commands of those who decide on cases: the head, and the governing body where the head is too near."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path
from typing import Any

import click

from agent.app.cases import desk_of
from agent.app.paths import DataFolder
from agent.app.post import post_of
from agent.app.signin import secret_in
from agent.casework import decisions
from agent.casework.officers import add_officer, officers_of, remove_officer
from agent.cli.acting import officer_of
from agent.cli.common import choice, config_option, load, print_json
from agent.cli.desk import DAY, guarded, seat, seated
from agent.cli.investigator import case_group
from agent.clock import Clock
from agent.core.cases import UntoldGround
from agent.core.offices import Office, Officer


@case_group.command("approve")
@click.argument("case")
@click.option("--days", default=14, show_default=True, help="For how many days it may be looked into; at most 28.")
@click.option("--recording/--no-recording", default=True, help="Whether, on concern, recording begins now.")
@click.option("--untold", type=choice(UntoldGround), help="The subject is not told yet, on this ground.")
@click.option("--why", default="", help="With --untold: why telling would prejudice the case.")
@click.option("--dpia", default="", help="With --untold: the impact assessment for it.")
@click.option("--tell-by", type=DAY, help="With --untold: the day on which the subject is told, within 14 days.")
@seated
def case_approve(case: str, days: int, recording: bool, **given: Any) -> None:
    """Approve a case; the subject is told within a day, unless two officers agree that it cannot be yet.

    Where a consent waits for yours, yours is to the same terms.
    """
    ground, why, dpia, by = (given.pop(name) for name in ("untold", "why", "dpia", "tell_by"))
    if ground and by is None:
        raise click.UsageError("--untold needs --tell-by: the day on which the subject is told")
    at = seat(**given)
    untold = None
    if ground:
        until = datetime.combine(by.date(), time(12), at.desk.zone)
        untold = decisions.Untold(UntoldGround(ground), why, dpia, until)
    at.say(guarded(lambda: decisions.approve(at.desk, at.officer, case, days, recording, untold)))


@case_group.command("refuse")
@click.argument("case")
@click.option("--why", required=True)
@seated
def case_refuse(case: str, why: str, **who: Any) -> None:
    """Refuse a case: nothing is looked at."""
    at = seat(**who)
    at.say(guarded(lambda: decisions.refuse(at.desk, at.officer, case, why)))


@case_group.command("break-glass")
@click.argument("case")
@click.option("--hours", default=24, show_default=True, help="At most 48.")
@click.option("--why", required=True, help="Why it cannot wait.")
@click.option("--absent", required=True, help="Who is not there to approve it, and how you tried to reach them.")
@seated
def case_break_glass(case: str, hours: int, why: str, absent: str, **who: Any) -> None:
    """Open a case without approval because it cannot wait: head and chair learn of it at once, and review it."""
    at = seat(**who)
    unreached = [office.value for office in decisions.TOLD_AT_ONCE if not at.desk.announcer.reaches(office)]
    at.say(guarded(lambda: decisions.break_glass(at.desk, at.officer, case, hours, why, absent)))
    trouble = post_of(at.config, DataFolder.chosen()).deliver().trouble
    if unreached or trouble:
        whom = " and ".join(unreached) if unreached else "head and chair yet"
        click.echo(f"no mail reaches {whom}: tell them yourself, now", err=True)


@case_group.command("review")
@click.argument("case")
@click.option("--upheld/--not-upheld", required=True, help="Whether opening it without approval was right.")
@click.option("--note", required=True)
@seated
def case_review(case: str, upheld: bool, note: str, **who: Any) -> None:
    """Say afterwards whether breaking the glass was right; if it was not, the case ends here."""
    at = seat(**who)
    at.say(guarded(lambda: decisions.review(at.desk, at.officer, case, upheld, note)))


@case_group.command("tell")
@click.argument("case")
@click.option("--how", required=True, help="How the subject was told, such as: in person, with a letter.")
@seated
def case_tell(case: str, how: str, **who: Any) -> None:
    """Note that the subject has been told, now."""
    at = seat(**who)
    at.say(guarded(lambda: decisions.tell(at.desk, at.officer, case, how)))


@case_group.group("officer")
def officer_group() -> None:
    """Who may act in case work: each officer has an id, one office and a secret."""


@officer_group.command("add")
@click.argument("id")
@click.option("--office", type=choice(Office), required=True)
@click.option("--person", default="", help="The officer's id in people.csv, so that nobody acts in their own case.")
@click.option("--as", "acting", metavar="ID", help="The head or the chair who adds; not needed for the first of them.")
@click.option(
    "--secret-file", type=click.Path(path_type=Path), help="The secret of whoever adds, in a file (mode 600)."
)
@click.option("--new-secret-file", type=click.Path(path_type=Path), help="The new officer's secret, in a file.")
@config_option
def officer_add(id: str, office: str, person: str, **given: Any) -> None:
    """Let an officer act. The officer types a secret of at least 12 characters; only its hash is kept."""
    loaded, data = load(given["config"]), DataFolder.chosen()
    desk = guarded(lambda: desk_of(loaded, data, Clock()))
    acting, file = given["acting"], given["secret_file"]
    by = officer_of(data, desk.log, acting, file, desk.now()) if acting else None
    chosen = given["new_secret_file"]
    if chosen is None:
        words = f"A new secret for {id}"
        secret = str(click.prompt(words, hide_input=True, confirmation_prompt=True, err=True))
    else:
        secret = guarded(lambda: secret_in(chosen))
    guarded(lambda: add_officer(desk, Officer(id, Office(office), person), secret, by))
    click.echo(f"{id} may now act as {office.replace('-', ' ')}")


@officer_group.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def officer_list(config: Path, as_json: bool) -> None:
    """Say who may act."""
    loaded, data = load(config), DataFolder.chosen()
    found = guarded(lambda: officers_of(desk_of(loaded, data, Clock())).all())
    if as_json:
        print_json([{"id": one.id, "office": one.office.value} for one in found])
        return
    for one in found:
        click.echo(f"{one.id}\t{one.office}")
    if not found:
        click.echo("nobody yet: breaktime case officer add head-1 --office headteacher", err=True)


@officer_group.command("remove")
@click.argument("id")
@seated
def officer_remove(id: str, **who: Any) -> None:
    """Let an officer act no longer; the head or the chair of governors does that."""
    at = seat(**who)
    guarded(lambda: remove_officer(at.desk, id, at.officer))
    if at.as_json:
        print_json({"removed": id})
    else:
        click.echo(f"{id} acts no longer")
