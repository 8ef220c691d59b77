"""`breaktime ca`: the interception CA made, shown, signed anew, handed over, and given out to devices."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from agent.app import authority
from agent.app.paths import DataFolder
from agent.cli.common import config_option, fail, load, print_json
from agent.clock import Clock
from agent.gateway import ca, trust
from agent.gateway.ca import Authority
from agent.gateway.root import PASSPHRASE, SEALED, RootFolder


@click.group("ca")
def ca_group() -> None:
    """The interception CA: it can only sign for names that a policy may need to open."""


@ca_group.command("init")
@config_option
def ca_init(config: Path) -> None:
    """Make the CA and its root; one that is there already is kept."""
    loaded = load(config)
    data = _writable_data()
    existed = (data.ca / ca.BUNDLE).exists()
    made = _guarded(lambda: authority.made(loaded, data, Clock().now()))
    click.echo(("kept" if existed else "made") + f" {made.path}")
    _show(made, data)


@ca_group.command("show")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def ca_show(as_json: bool) -> None:
    """Show the CA's certificate: fingerprints, expiry, whose turn is next, and every name it may sign for."""
    data = DataFolder.chosen()
    found = _guarded(lambda: ca.load(data.ca))
    if as_json:
        print_json(
            {
                "path": str(found.path),
                "fingerprint": found.fingerprint,
                "root": ca.fingerprint(found.trusted),
                "root_here": RootFolder(data.ca_root).holds_root,
                "turns": found.turns.isoformat() if found.turns else None,
                "expires": found.expires.isoformat(),
                "names": sorted(found.names),
            }
        )
        return
    _show(found, data)
    click.echo("it may sign for these names and what is under them, and for nothing else:")
    for name in sorted(found.names):
        click.echo(f"  {name}")


@ca_group.command("renew")
@config_option
@click.option("--root", type=click.Path(path_type=Path), help="The head's sealed root; its passphrase is asked for.")
@click.option("--passphrase-file", type=click.Path(path_type=Path), help="Read the passphrase here, not at a prompt.")
@click.option("--new-root", is_flag=True, help="The head's root is lost: make another, which every device must trust.")
@click.confirmation_option(prompt="The gateway must be restarted afterwards. Make a new CA?")
def ca_renew(config: Path, root: Path | None, passphrase_file: Path | None, new_root: bool) -> None:
    """Put new CAs in the place of the old, for the names that the policy needs now; the old is kept beside it.

    \b
      breaktime ca renew                                  while the root still lies here
      breaktime ca renew --root /media/usb/breaktime-root.p12
    Signed by the same root, no device has to learn anything.
    """
    loaded, data, now = load(config), _writable_data(), Clock().now()
    ask = _passphrase(passphrase_file)
    made, kept = _guarded(lambda: authority.renewed(loaded, data, now, root, ask, new_root))
    if kept:
        click.echo(f"the old CA is in {kept}")
    click.echo(f"made {made.path}; restart the gateway: systemctl restart breaktime")
    _show(made, data)


def _passphrase(file: Path | None) -> Callable[[Path], str]:
    def ask(sealed: Path) -> str:
        if file is None:
            answer: str = click.prompt(f"Passphrase of {sealed}", hide_input=True)
            return answer
        try:
            return file.read_text().strip()
        except (OSError, ValueError):
            fail(f"breaktime ca: {file}: the passphrase cannot be read")

    return ask


@ca_group.command("hand-over")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def ca_hand_over(folder: Path) -> None:
    """Move the sealed root to FOLDER, the head's memory stick, and say its passphrase once, to be written down.

    File and passphrase are kept apart, and not by the technician. Both are needed again when a new service is to be
    opened, and after three years; `breaktime doctor` says when.
    """
    _guarded(lambda: RootFolder(DataFolder.chosen().ca_root).hand_over(folder, _tell))
    click.echo("the root is no longer on this machine")


def _tell(target: Path, passphrase: str) -> None:
    """Say it, and be sure that it was said, before what it opens goes from here."""
    click.echo(f"the root is in {target}; its passphrase, said this once:\n\n    {passphrase}\n")
    click.echo("Write it on paper. It goes into the head's safe, the file elsewhere; neither opens without the other.")
    sys.stdout.flush()


@ca_group.command("export")
@config_option
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--for", "kinds", type=click.Choice(trust.KINDS), multiple=True, help="One kind of device; all without.")
def ca_export(config: Path, folder: Path, kinds: tuple[str, ...]) -> None:
    """Write what devices need to trust the CA into FOLDER, by kind, each with instructions and the way back.

    \b
      apple     breaktime.mobileconfig for a device management, or by hand
      windows   the certificate, a registry file and a certutil script for a Group Policy
      google    the certificate for the Google Admin console
      linux     a script for Debian and Red Hat, and policies for Firefox and Chromium
    """
    site = load(config).engine.site
    found = _guarded(lambda: ca.load(DataFolder.chosen().ca))
    for kind in kinds or trust.KINDS:
        for name, content in trust.files(kind, found.trusted, site.name).items():
            path = folder / kind / name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                path.chmod(0o755 if name.endswith(".sh") else 0o644)
            except OSError as problem:
                fail(f"breaktime ca: {path}: cannot be written ({problem.strerror})")
            click.echo(f"  {path}")
    click.echo("only for devices of the school's own whose user was told; README.txt in each folder says how")


def _writable_data() -> DataFolder:
    data = DataFolder.chosen()
    try:
        data.prepare()
    except OSError as problem:
        fail(f"{data.root}: cannot be written ({problem.strerror}); name another folder in BREAKTIME_DATA")
    return data


def _guarded[T](make: Callable[[], T]) -> T:
    try:
        return make()
    except ca.CaError as problem:
        fail(f"breaktime ca: {problem}")


def _show(found: Authority, data: DataFolder) -> None:
    click.echo(f"  file         {found.path}")
    click.echo(f"  SHA-256      {found.fingerprint}")
    if found.root:
        click.echo(f"  root         {ca.fingerprint(found.root)}  (what devices trust)")
    if found.turns:
        click.echo(f"  next         takes over at the first start after {found.turns:%d %B %Y}")
    click.echo(f"  expires      {found.expires:%d %B %Y}")
    click.echo(f"  may sign for {len(found.names)} names")
    if RootFolder(data.ca_root).holds_root:
        click.echo(f"the root lies in {data.ca_root} ({SEALED}, {PASSPHRASE}): whoever has both can sign for any site.")
        click.echo("Hand it to the head: breaktime ca hand-over FOLDER")
