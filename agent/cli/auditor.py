"""Commands for whoever checks: is the audit chain whole, is a bundle what was made. Neither opens a case."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from agent.app.audit import chain_json, chain_text, verified_json, verified_text
from agent.app.paths import DataFolder
from agent.casework.bundle import verify
from agent.cli.common import fail, print_json
from agent.core.audit import Entry, Head
from agent.store.auditlog import CHAIN, PUBLIC, check_chain, entries_in
from agent.store.errors import StoreError
from agent.store.signing import PublicKey, read_public

_FILE = click.Path(path_type=Path)
_key_option = click.option("--key", type=_FILE, help="The public key (signing.pub), kept away from this machine.")


@click.group("audit")
def audit_group() -> None:
    """The audit chain: every look, approval and export, each entry bound to the one before."""


@audit_group.command("verify")
@click.option("--head", help="A head that left this machine, N:HASH: proves the chain up to it.")
@_key_option
@click.option("--chain", type=_FILE, help="Another chain's file; else this machine's.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def audit_verify(head: str | None, key: Path | None, chain: Path | None, as_json: bool) -> None:
    """Find any change, gap, insertion, reordering or cut of the chain, and say where; exit 1 if there is any.

    Without --head nobody can tell whether the end was cut off, or all of it made anew by who owns this machine.

    \b
      breaktime audit verify --head 1042:5f3a...     from the letter that comes each day
    """
    folder = DataFolder.chosen().audit
    path = _there(chain or folder / CHAIN)
    try:
        known = Head.of(head) if head else None
        found = check_chain(path, read_public(key or folder / PUBLIC), known)
    except (ValueError, StoreError) as problem:
        fail(f"breaktime audit: {problem}")
    if as_json:
        print_json(chain_json(found, known))
    else:
        click.echo(chain_text(found, known, trusted=key is not None))
    sys.exit(0 if found.whole else 1)


@audit_group.command("list")
@click.option("--last", default=50, show_default=True, help="How many entries, from the end.")
@click.option("--case", default="", help="Only those about this case.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def audit_list(last: int, case: str, as_json: bool) -> None:
    """Show entries: who did what and when. They name officers by their ids, cases by their numbers, and no subject."""
    try:
        found = list(entries_in(_there(DataFolder.chosen().audit / CHAIN), case or None))
    except StoreError as problem:
        fail(f"breaktime audit: {problem}")
    for entry in found[-last:] if last > 0 else []:
        _say(entry, as_json)


def _there(chain: Path) -> Path:
    if not chain.exists():
        fail(f"breaktime audit: there is no audit chain at {chain}; name the data folder in BREAKTIME_DATA")
    return chain


def _say(entry: Entry, as_json: bool) -> None:
    if as_json:
        print_json(entry.as_json())
    else:
        detail = " ".join(f"{name}={value}" for name, value in entry.detail.items())
        at = f"{entry.at:%d/%m/%Y %H:%M:%S}Z"
        click.echo(f"{entry.seq:>7}  {at}  {entry.actor:<18}{entry.case:<11} {entry.tag}  {detail}".rstrip())


@click.group("evidence")
def evidence_group() -> None:
    """Evidence bundles, made by `breaktime case export`."""


@evidence_group.command("verify")
@click.argument("bundle", type=_FILE)
@_key_option
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def evidence_verify(bundle: Path, key: Path | None, as_json: bool) -> None:
    """Say whether a bundle is what was made, on any machine: no database and no case is needed; exit 1 if it is not.

    By --key, else by this machine's own key, else by the key that lies in the bundle, which proves less.
    """
    try:
        trusted = _trusted(key)
        found = verify(bundle, trusted)
    except StoreError as problem:
        fail(f"breaktime evidence: {problem}")
    if as_json:
        print_json(verified_json(found, trusted is not None))
    else:
        click.echo(verified_text(found, "given" if key else "own" if trusted else "inside"))
    sys.exit(0 if found.whole else 1)


def _trusted(key: Path | None) -> PublicKey | None:
    own = DataFolder.chosen().audit / PUBLIC
    if key is None and not own.exists():
        return None
    return read_public(key or own)
