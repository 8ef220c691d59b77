"""What the doctor finds of the console: whether it answers, its certificate's end, and whether somebody can sign in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from agent.app.finding import Finding
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.packs.console import ConsoleSettings
from agent.store.errors import StoreError
from agent.store.users import Users

NEAR = timedelta(days=14)
"""So long before the certificate's end it is time for another, as the alert has it."""


def examine(
    config: Configuration,
    data: DataFolder,
    now: datetime,
    running: bool,
    answers: Callable[[str, int], bool],
    patience: float = 3.0,
) -> Iterator[Finding]:
    """Look at the console of a site. `answers` tells whether anything listens on an address and port.

    Beside a gateway it is given `patience` seconds: it comes up a moment later.
    """
    settings = config.built.console
    if not settings.serve:
        yield Finding("console", True, "this gateway has none, as site.yaml says")
        return
    taken, until = answers(settings.listen, settings.port), time.monotonic() + patience
    while running and not taken and time.monotonic() < until:
        time.sleep(0.2)
        taken = answers(settings.listen, settings.port)
    yield _answering(settings, running, taken)
    if settings.certificate:
        yield _certificate(Path(settings.certificate), now)
    yield _users(data)


def _answering(settings: ConsoleSettings, running: bool, taken: bool) -> Finding:
    where = f"{settings.listen}:{settings.port}"
    if running and not taken:
        return Finding("console", False, f"{where} does not answer", "journalctl -u breaktime --since -15min")
    if taken and not running:
        return Finding("console", False, f"{where} is taken by something else", f"ss -ltnp sport = :{settings.port}")
    return Finding("console", True, f"{settings.url} " + ("answers" if taken else "is free (not running)"))


def _certificate(path: Path, now: datetime) -> Finding:
    mend = f"put a new certificate with its chain into {path}, then: systemctl restart breaktime"
    try:
        ends = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except OSError as problem:
        return Finding("console certificate", False, f"{path}: {problem.strerror}", mend)
    except ValueError:
        return Finding("console certificate", False, f"{path} is no certificate (PEM)", mend)
    good = ends - now >= NEAR
    return Finding("console certificate", good, f"until {ends:%d %B %Y}", "" if good else mend)


def _users(data: DataFolder) -> Finding:
    try:
        users = Users(data.root).all()
    except StoreError as problem:
        return Finding("console users", False, f"{problem.where} {problem.what}", problem.remedy)
    able = [user for user in users if user.technician and not user.locked]
    if not able:
        what = "no technician can sign in yet" if not users else "no technician can sign in"
        return Finding("console users", not users, what, "breaktime console link")
    waiting = sum(bool(user.wants) for user in users)
    said = f"{len(users)} may sign in" + (f", {waiting} of them wait to be confirmed" if waiting else "")
    return Finding("console users", True, said)
