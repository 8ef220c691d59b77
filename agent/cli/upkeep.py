"""`breaktime backup` and `breaktime restore`."""

from __future__ import annotations

from pathlib import Path

import click

from agent.app.backup import BackupError, back_up
from agent.app.paths import DataFolder
from agent.app.restore import restore
from agent.cli.common import config_option, fail, print_json
from agent.clock import Clock


@click.command("backup")
@config_option
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--keys-to", type=click.Path(path_type=Path), help="Another medium for the keys; without it none go out.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def backup_command(config: Path, folder: Path, keys_to: Path | None, as_json: bool) -> None:
    """Write configuration and data into an archive in FOLDER, and the keys apart from them.

    \b
      breaktime backup /mnt/backup
      breaktime backup /mnt/backup --keys-to /media/usb
    The gateway may be running. Keys of days are in no backup: a restored record is figures without persons, as it
    must be once a day's key is destroyed.
    """
    try:
        done = back_up(DataFolder.chosen(), config, folder, keys_to, Clock().now())
    except BackupError as problem:
        fail(f"breaktime backup: {problem}")
    if as_json:
        keys = str(done.keys) if done.keys else None
        print_json({"data": str(done.data), "keys": keys, "files": done.files, "left_out": dict(done.left_out),
                    "unknown": list(done.unknown)})  # fmt: skip
        return
    click.echo(f"{done.data} ({done.files} files)")
    if done.keys:
        click.echo(f"{done.keys} (keep it apart from the other)")
    for name, why in done.left_out.items():
        click.echo(f"  not in it: {name}: {why}")
    for name in done.unknown:
        click.echo(f"  not in it: {name}: nobody knows what this is; copy it yourself if you need it", err=True)


@click.command("restore")
@config_option
@click.argument("archives", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Set aside what is here, below the data folder.")
@click.option("--replace-history", is_flag=True, help="Also receipts and an audit chain that are not the archive's.")
def restore_command(config: Path, archives: tuple[Path, ...], replace: bool, replace_history: bool) -> None:
    """Put what `backup` wrote in place again: the data's archive, the keys', or both. The gateway must be stopped.

    \b
      breaktime restore /mnt/backup/breaktime-2026-11-27T220000-data.tar.gz
      breaktime restore DATA.tar.gz KEYS.tar.gz --replace
    Everything is verified before anything is changed. Receipts and an audit chain that go on from the archive's stay.
    """
    try:
        done = restore(list(archives), DataFolder.chosen(), config, Clock().now(), replace, replace_history)
    except BackupError as problem:
        fail(f"breaktime restore: {problem}")
    click.echo(f"{len(done.files)} files are in place")
    if done.kept:
        click.echo(
            f"{len(done.kept)} files of receipts and audit chain stay as they are here: they go on from the archive's"
        )
    if done.erased_again:
        click.echo(f"{done.erased_again} erasure(s) were carried out again on the record that came back")
    if not done.noted:
        click.echo("the audit chain does not tell of this: there is none that can be written to", err=True)
    if done.aside:
        click.echo(f"what stood there is in {done.aside}")
    click.echo("next: breaktime check, breaktime doctor")
