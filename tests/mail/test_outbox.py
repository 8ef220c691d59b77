"""The outbox on disk: private, whole, each letter once, and bounded."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from agent.mail.letter import paragraphs
from agent.mail.outbox import MailError, Outbox
from tests.mail.test_smtp import letter


def test_letters_are_private_and_stand_once(tmp_path: Path) -> None:
    """Folder 0700, file 0600; a letter that is put twice is one, and the first stays."""
    outbox = Outbox(tmp_path / "mail")
    outbox.put(letter())
    outbox.put(replace(letter(), text="Another text.\n"))
    (found,) = list(outbox.folder.iterdir())
    assert b"Read it" in found.read_bytes()
    assert stat.S_IMODE(found.stat().st_mode) == 0o600
    assert stat.S_IMODE(outbox.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        pytest.param({"id": "../elsewhere"}, MailError, id="a path for an id"),
        pytest.param({"subject": "a\nBcc: all@school.example"}, ValueError, id="a header in the subject"),
        pytest.param({"to": "a@b.example\nBcc: all@school.example"}, ValueError, id="a header in the address"),
    ],
)
def test_what_is_no_letter_is_refused(tmp_path: Path, changed: dict[str, str], error: type[Exception]) -> None:
    """Nothing of a letter can name another file or add a header."""
    outbox = Outbox(tmp_path / "mail")
    with pytest.raises(error):
        outbox.put(replace(letter(), **changed))  # type: ignore[arg-type]
    assert outbox.waiting() == ()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """A file where the folder should be is an error that names the place, not a lost letter."""
    (tmp_path / "mail").write_text("")
    with pytest.raises(MailError, match="cannot be written"):
        Outbox(tmp_path / "mail").put(letter())


def test_two_processes_do_not_send_the_same_letter(tmp_path: Path) -> None:
    """While one hands over, another says so and leaves the letters alone."""
    outbox = Outbox(tmp_path / "mail")
    outbox.put(letter())
    inner = []

    def hand_over(letter_id: str, message: EmailMessage) -> None:
        inner.append(Outbox(outbox.folder).deliver(lambda *_: pytest.fail("sent twice")))

    assert outbox.deliver(hand_over).sent == 1
    assert [(one.sent, one.waiting) for one in inner] == [(0, 1)]
    assert "another process" in inner[0].trouble


_WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from agent.mail.letter import Letter
from agent.mail.outbox import Outbox
outbox, number = Outbox(Path(sys.argv[1])), 0
while True:
    outbox.put(Letter(f"letter-{number}", "lead@school.example", "s", "x" * 20000, datetime.now(UTC)))
    print(number, flush=True)
    number += 1
"""


def test_a_writer_that_is_killed_leaves_whole_letters(tmp_path: Path) -> None:
    """kill -9 while letters are put: every letter that was promised is there, and each that is there is whole."""
    folder = tmp_path / "mail"
    for _ in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(folder)],
            stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip
        assert writer.stdout is not None
        promised = [int(writer.stdout.readline()) for _ in range(5)]
        writer.send_signal(signal.SIGKILL)
        promised += [int(line) for line in writer.stdout.read().splitlines()]
        writer.wait()
        writer.stdout.close()
        waiting = Outbox(folder).waiting()
        assert {f"letter-{number}" for number in promised} <= {one.id for one in waiting}
        sizes: list[int] = []
        Outbox(folder).deliver(lambda _, message: sizes.append(len(message.get_content().strip())))  # noqa: B023
        assert set(sizes) == {20000}
        assert Outbox(folder).waiting() == ()


def test_paragraphs_stand_apart() -> None:
    """An empty line between paragraphs, empty ones left out."""
    assert paragraphs(["One. ", "", "Two."]) == "One.\n\nTwo.\n"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"To: =?x?q?\xff\xfe?=\n\n", id="another encoding"),
        pytest.param(b"Subject: nobody\n\ntext", id="to nobody"),
        pytest.param(bytes(range(256)) * 40, id="no text at all"),
        pytest.param(b"To: a@b.example", id="cut off"),
    ],
)
def test_a_file_that_is_no_letter_holds_nobody_up(tmp_path: Path, content: bytes) -> None:
    """It is set aside, or sent if it can be; the letters behind it go out all the same."""
    outbox = Outbox(tmp_path / "mail")
    outbox.put(letter(2))
    (outbox.folder / "a-broken.eml").write_bytes(content)
    assert {one.id for one in outbox.waiting()} == {"a-broken", "letter-2"}
    sent: list[str] = []
    outcome = outbox.deliver(lambda id, _: sent.append(id))
    assert (sent[-1], outcome.waiting) == ("letter-2", 0)
    assert len(outbox.waiting()) + len(sent) == 2
