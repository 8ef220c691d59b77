"""The CA as the technician minds it: signed anew by the head's root, and given out to devices."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from cryptography import x509

from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.gateway import ca
from agent.gateway.ca import Authority, CaError
from agent.gateway.root import RootFolder, unseal
from agent.gateway.signing import Signer

LOST = "is the head's root lost? `breaktime ca renew --new-root` makes another, which every device must trust"


def made(config: Configuration, data: DataFolder, now: datetime) -> Authority:
    """The CA of a data folder; with a root of its own if it is new. Raises CaError."""
    return ca.ensure(data.ca, config.engine.site.name, _names(config), now, RootFolder(data.ca_root))


def renewed(
    config: Configuration,
    data: DataFolder,
    now: datetime,
    sealed: Path | None,
    ask: Callable[[Path], str],
    new_root: bool = False,
) -> tuple[Authority, Path | None]:
    """A new CA in the place of the old, and where that is kept.

    `sealed` is the head's file, `ask` gives the passphrase for it. Raises CaError where the root is needed and not
    there, or is not the one that devices trust.
    """
    kept = RootFolder(data.ca_root)
    if not (new_root or (root_in_use(data) is None and sealed is None and not kept.holds_root)):
        return _signed(config, data, now, _root(data, sealed, ask))
    # Made beside the other, which devices trust until the new one has signed.
    try:
        done = _signed(config, data, now, kept.beside.make(config.engine.site.name, now))
    except CaError:
        with suppress(OSError):
            kept.beside.discard()
        raise
    kept.take_in()
    return done


def _signed(config: Configuration, data: DataFolder, now: datetime, root: Signer) -> tuple[Authority, Path | None]:
    return ca.renew(data.ca, config.engine.site.name, _names(config), now, root)


def _root(data: DataFolder, sealed: Path | None, ask: Callable[[Path], str]) -> Signer:
    kept = RootFolder(data.ca_root)
    trusted = root_in_use(data)
    if sealed is None and not kept.holds_root:
        raise CaError(f"the root that devices trust is the head's: `breaktime ca renew --root FILE`; {LOST}")
    root = unseal(sealed, ask(sealed)) if sealed else kept.read()
    if trusted is not None and root.certificate != trusted:
        raise CaError(f"{sealed or kept.path}: this is not the root that devices trust; {LOST}")
    return root


def root_in_use(data: DataFolder) -> x509.Certificate | None:
    """The root that devices trust, as the public file says, also where the keys are lost; None if there is none."""
    try:
        found = x509.load_pem_x509_certificates((data.ca / ca.CERTIFICATE).read_bytes())
    except (OSError, ValueError):
        return None
    return found[1] if len(found) > 1 else None


def _names(config: Configuration) -> list[str]:
    return sorted(config.engine.site.openable)
