"""What takes long is looked for aside: the first waits, others are shown what was found last, and when."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest

from agent.console.aside import FRESH, Aside, Found


@dataclass
class Looking:
    """Counts the looks; each waits for a word of the test, and the clock stands where the test puts it."""

    looks: int = 0
    now: float = 0.0
    go_on: threading.Event = field(default_factory=threading.Event)
    began: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    trouble: Exception | None = None

    def __call__(self) -> int:
        self.began.release()
        assert self.go_on.wait(60)
        if self.trouble:
            raise self.trouble
        self.looks += 1
        return self.looks


def test_once_and_then_aside() -> None:
    """Found once, it is shown at once; when old it is still shown while it is looked for again."""
    look = Looking()
    look.go_on.set()
    aside = Aside(look, lambda: look.now)
    assert aside.get() == Found(1, 0.0)
    look.now = FRESH - 1
    assert aside.get() == Found(1, FRESH - 1)
    assert look.looks == 1
    look.now = FRESH
    look.go_on.clear()
    assert aside.get() == Found(1, FRESH)
    assert look.began.acquire(timeout=60)
    assert look.began.acquire(timeout=60)
    assert aside.get() == Found(1, FRESH)  # no third look begins while the second goes on
    look.go_on.set()
    assert aside.get(again=True).what in (2, 3)


def test_again() -> None:
    """Whoever asks for it waits for what is so now."""
    look = Looking()
    look.go_on.set()
    aside = Aside(look, lambda: look.now)
    assert [aside.get(again=True).what for _ in range(3)] == [1, 2, 3]


def test_trouble() -> None:
    """What goes wrong is raised to whoever waits, and the next look begins anew."""
    look = Looking(trouble=ValueError("no"))
    look.go_on.set()
    aside = Aside(look, lambda: look.now)
    with pytest.raises(ValueError, match="no"):
        aside.get()
    look.trouble = None
    assert aside.get().what == 1
