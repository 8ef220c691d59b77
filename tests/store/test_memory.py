"""What is said of the swap: only what is true of this machine, with what helps."""

from pathlib import Path

import pytest

from agent.store.memory import may_lock, swap_trouble

HEAD = "Filename\tType\tSize\tUsed\tPriority\n"


@pytest.mark.parametrize(
    ("swaps", "locked", "said"),
    [
        pytest.param(HEAD, False, "", id="no swap"),
        pytest.param(HEAD + "/dev/sda2 partition 1 0 -2\n", True, "", id="swap, memory locked"),
        pytest.param(HEAD + "/dev/zram0 partition 1 0 5\n", False, "", id="swap that is memory itself"),
        pytest.param(HEAD + "/dev/sda2 partition 1 0 -2\n", False, "/dev/sda2 is in use", id="swap"),
        pytest.param(HEAD + "/swap file 1 0 -2\n/dev/sdb1 partition 1 0 -3\n", False, "/swap, /dev/sdb1 is", id="two"),
    ],
)
def test_swap_trouble(tmp_path: Path, swaps: str, locked: bool, said: str) -> None:
    """Trouble is said where there is a swap and memory is not locked, and nowhere else."""
    (tmp_path / "swaps").write_text(swaps)
    found = swap_trouble(tmp_path / "swaps", locked)
    assert found.startswith(said) if said else found == ""
    assert bool(found) is bool(said)


def test_a_kernel_without_swap(tmp_path: Path) -> None:
    """A kernel that knows no swap has no such file."""
    assert swap_trouble(tmp_path / "none", False) == ""


def test_may_lock_can_be_asked() -> None:
    """The question has an answer on any machine."""
    assert may_lock() in (True, False)
