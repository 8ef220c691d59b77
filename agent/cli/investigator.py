"""The investigator's commands: open a case, look within it, keep and hand over what was found, close it."""

from __future__ import annotations

import re
from datetime import datetime, time
from functools import partial
from pathlib import Path
from typing import Any

import click

from agent.app import concerns
from agent.app.cases import role_of
from agent.app.casetext import answered, answered_json, listed, listed_json
from agent.app.paths import DataFolder
from agent.casework import looks, work
from agent.casework.decisions import Request, open_case
from agent.cli.common import choice, print_json
from agent.cli.desk import DAY, day_of, guarded, seat, seated
from agent.core.activity import Activity
from agent.core.cases import LegalBasis, Recipient, Scope, TaskKind
from agent.core.casework import Action
from agent.core.clients import Zone
from agent.core.decision import Verdict
from agent.core.search import Filter
from agent.core.timetable import PeriodKind

_ID = re.compile(r"[a-z0-9-]{1,80}")


@click.group("case")
def case_group() -> None:
    """Case work: a named person's record opens only within an approved case, and each look is written down first.

    \b
      breaktime case officer add investigator-1 --office investigator
      breaktime case open --as investigator-1 --subject teacher-01 --from 2026-11-02 --to 2026-11-27 ...
      breaktime case approve C2026-QK4T --as head-1
      breaktime case search C2026-QK4T --as investigator-1 --period lesson
      breaktime case export C2026-QK4T --as investigator-1 --output evidence.zip
    """


@case_group.command("open")
@click.option("--subject", required=True, help="The id of the person in people.csv.")
@click.option("--from", "first", type=DAY, required=True, help="The first day that the case is about.")
@click.option("--to", "last", type=DAY, required=True, help="The last; a day to come, where recording is to begin.")
@click.option("--service", "services", multiple=True, help="Only this service; may be given again. Else all.")
@click.option("--reason", required=True, help="What the case is about, in a few words.")
@click.option("--clause", required=True, help="The paragraph of the policy that it may have broken.")
@click.option("--grounds", required=True, help="What there is to go on.")
@click.option("--basis", type=choice(LegalBasis), required=True, help="The legal basis (UK GDPR, Article 6).")
@click.option("--concern", default="", help="The number of the concern that it comes from.")
@click.option("--promptly-by", type=DAY, help="By when it should be investigated; else within ten days.")
@seated
def case_open(subject: str, first: datetime, last: datetime, services: tuple[str, ...], **given: Any) -> None:
    """Ask for a case. Nothing is looked at and nothing recorded until a second person approves it."""
    at = seat(*(given.pop(name) for name in ("config", "acting", "secret_file", "as_json")))
    due = day_of(given.pop("promptly_by"))
    basis = LegalBasis(given.pop("basis"))

    def act() -> Any:
        _known(services, at.config.engine.catalogue.services)
        role = role_of(at.config, subject)
        scope = Scope(subject, role.value, first.date(), last.date(), frozenset(services))
        request = Request(scope, basis=basis, promptly_by=due, **given)
        opened = partial(open_case, at.desk, at.officer, request)
        if not request.concern:
            return opened()
        concern = concerns.desk_of(at.config, DataFolder.chosen(), at.desk.now)
        return concerns.case_from(concern, at.officer, request.concern, opened)

    at.say(guarded(act))


@case_group.command("list")
@seated
def case_list(**who: Any) -> None:
    """List the cases: how each stands and what is due, never whom it is about."""
    at = seat(**who)
    guarded(lambda: at.desk.allow(at.officer, Action.LIST))
    cases, troubles = guarded(at.desk.readable)
    if at.as_json:
        print_json([listed_json(case, at.desk.now()) for case in cases])
    else:
        click.echo(listed(cases, at.desk.now(), at.desk.zone))
    for trouble in troubles:
        click.echo(f"cannot be read: {trouble}", err=True)


@case_group.command("show")
@click.argument("case")
@seated
def case_show(case: str, **who: Any) -> None:
    """Show a case: why, who approved it, what was found. Who shows it is written down."""
    at = seat(**who)
    at.say(guarded(lambda: at.desk.show(at.officer, case)))


@case_group.command("search")
@click.argument("case")
@click.option("--service", "services", multiple=True, help="Each of these may be given again.")
@click.option("--category", "categories", multiple=True)
@click.option("--activity", "activities", multiple=True, type=choice(Activity))
@click.option("--verdict", "verdicts", multiple=True, type=choice(Verdict))
@click.option("--period", "periods", multiple=True, type=choice(PeriodKind))
@click.option("--zone", "zones", multiple=True, type=choice(Zone))
@click.option("--since", type=click.DateTime(["%H:%M"]), help="From this time of the day.")
@click.option("--until", type=click.DateTime(["%H:%M"]), help="Until just before this time of the day.")
@click.option("--from", "first", type=DAY, help="From this day on, within the case.")
@click.option("--to", "last", type=DAY, help="To this day, within the case.")
@click.option("--compare", is_flag=True, help="Put everybody else's days beside it, anonymously; takes longer.")
@seated
def case_search(case: str, compare: bool, **given: Any) -> None:
    """Search the subject's record within the case: by day, period and service, in minutes."""
    who = {name: given.pop(name) for name in ("config", "acting", "secret_file", "as_json")}
    at = seat(**who)
    answer = guarded(lambda: looks.look(at.desk, at.officer, case, _filter(given), compare))
    if at.as_json:
        print_json(answered_json(answer))
    else:
        click.echo(answered(answer))


@case_group.command("hold")
@click.argument("case")
@seated
def case_hold(case: str, **who: Any) -> None:
    """Keep the record of the case from being forgotten while the case lasts, also what is still to come."""
    at = seat(**who)
    at.say(guarded(lambda: looks.hold(at.desk, at.officer, case)))


@case_group.command("release")
@click.argument("case")
@seated
def case_release(case: str, **who: Any) -> None:
    """Let go of what is held: it is forgotten at once, or when the policy's days are over."""
    at = seat(**who)
    at.say(guarded(lambda: work.release(at.desk, at.officer, case)))


@case_group.command("export")
@click.argument("case")
@click.option("--output", type=click.Path(path_type=Path), required=True, help="A file that is not there yet.")
@seated
def case_export(case: str, output: Path, **who: Any) -> None:
    """Make one file of evidence: records, the case, the audit, the policy of the time, hashes, a signature, a PDF."""
    at = seat(**who)
    made = guarded(lambda: looks.export(at.desk, at.officer, case, output))
    if at.as_json:
        print_json({"output": str(output), "manifest": made.manifest, "records": made.records})
        return
    click.echo(f"{output}: {made.records} records; manifest {made.manifest}")
    click.echo(f"verify it anywhere: breaktime evidence verify {output} --key signing.pub", err=True)


@case_group.command("find")
@click.argument("case")
@click.argument("text")
@seated
def case_find(case: str, text: str, **who: Any) -> None:
    """Note a finding in the case, in your own words."""
    at = seat(**who)
    at.say(guarded(lambda: work.find(at.desk, at.officer, case, text)))


@case_group.command("task")
@click.argument("case")
@click.option("--set", "kind", type=choice(TaskKind), help="Set a task of this kind.")
@click.option("--due", type=DAY, help="By when; with --set.")
@click.option("--done", type=int, help="The task of this number is done.")
@click.option("--note", default="")
@click.option("--consent", default="", help="For the police: how the member of staff who is the victim consented.")
@seated
def case_task(case: str, kind: str | None, due: datetime | None, done: int | None, **given: Any) -> None:
    """Set what is to be done by a day, or say that it is done."""
    note, consent = given.pop("note"), given.pop("consent")
    if (kind is None) == (done is None) or (kind is not None and due is None):
        raise click.UsageError("either --set KIND with --due DAY, or --done NUMBER")
    at = seat(**given)
    if done is not None:
        at.say(guarded(lambda: work.finish_task(at.desk, at.officer, case, done, note)))
    elif kind is not None and due is not None:
        set_for = TaskKind(kind), due.date(), note, consent
        at.say(guarded(lambda: work.set_task(at.desk, at.officer, case, *set_for)))


@case_group.command("disclose")
@click.argument("case")
@click.option("--to", "recipient", type=choice(Recipient), required=True)
@click.option("--who", default="", help="Who it is, where the recipient is `other`; an office or a firm.")
@click.option("--what", required=True, help="What is handed over.")
@click.option("--ground", required=True, help="Why they may have it.")
@click.option("--duty", default="", help="The duty that makes you hand it over, where no policy names the recipient.")
@click.option("--consent", default="", help="For the police: the victim's consent, or that no member of staff is one.")
@seated
def case_disclose(case: str, recipient: str, **given: Any) -> None:
    """Note a handing-over, before it is made: to whom, what, on what ground."""
    at = seat(*(given.pop(name) for name in ("config", "acting", "secret_file", "as_json")))
    handing = work.Handing(Recipient(recipient), **given)
    at.say(guarded(lambda: work.disclose(at.desk, at.officer, case, handing)))


@case_group.command("close")
@click.argument("case")
@click.option("--outcome", required=True, help="What came of it.")
@click.option("--keep-until", type=DAY, help="How long the case's file is kept; else half a year.")
@seated
def case_close(case: str, outcome: str, keep_until: datetime | None, **who: Any) -> None:
    """End a case: what it held of the record is let go; the subject must have been told."""
    at = seat(**who)
    at.say(guarded(lambda: work.close(at.desk, at.officer, case, outcome, day_of(keep_until))))


def _filter(given: dict[str, Any]) -> Filter:
    for word in (*given["services"], *given["categories"]):
        if not _ID.fullmatch(word):
            raise ValueError(f"{word!r} is no word for a service or a category: `breaktime categorise` says them")
    sets = {
        name: frozenset(given[name])
        for name in ("services", "categories", "activities", "verdicts", "periods", "zones")
    }
    first, last = day_of(given["first"]), day_of(given["last"])
    return Filter(**sets, since=_clock(given["since"]), until=_clock(given["until"]), first=first, last=last)


def _clock(given: datetime | None) -> time | None:
    return given.time() if given else None


def _known(services: tuple[str, ...], catalogue: Any) -> None:
    for service in services:
        if service not in catalogue:
            raise ValueError(f"no service is called {service!r}; `breaktime categorise` says what a site's is called")
