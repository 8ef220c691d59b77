"""The installer's functions, each run by a shell of its own on folders of the test's."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

INSTALL = Path(__file__).parents[1] / "deploy" / "install"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where releases are said to be: one in use, and one before it."""
    (tmp_path / "opt").mkdir()
    (tmp_path / "etc").mkdir()
    for name in ("before", "now", "next"):
        (tmp_path / "opt" / name).mkdir()
    (tmp_path / "opt" / "current").symlink_to(tmp_path / "opt" / "now")
    (tmp_path / "opt" / "previous").symlink_to(tmp_path / "opt" / "before")
    return tmp_path


def shell(folder: Path, commands: str) -> subprocess.CompletedProcess[str]:
    """Run commands with the installer's functions; nothing outside the folder is theirs to change."""
    script = f"""
      eval "$(sed '/^case $action in/,$d' {INSTALL})"
      OPT={folder}/opt ETC={folder}/etc UNITS={folder}/units STATE={folder}/state COMMAND=false start=yes
      has_systemd() {{ true; }}
      systemctl() {{ echo "systemctl $*"; }}
      go_back() {{ echo "went back"; }}
      {commands}
    """
    done = subprocess.run(["bash", "-c", script, str(INSTALL)], capture_output=True, text=True, check=False, timeout=60)
    assert "command not found" not in done.stderr
    return done


@pytest.mark.parametrize(
    ("release", "went_back"),
    [
        pytest.param("now", False, id="a repair: the same release"),
        pytest.param("next", True, id="an upgrade"),
    ],
)
def test_only_what_this_run_changed_is_undone(folder: Path, release: str, went_back: bool) -> None:
    """A gateway that does not run after a repair stays on its release; after an upgrade the one before comes back."""
    done = shell(folder, f"is_well() {{ false; }}; swap $OPT/{release}; begin")
    assert done.returncode == 1
    assert ("went back" in done.stdout) is went_back
    assert (folder / "opt" / "current").resolve().name == release


def test_the_same_is_said_to_be_the_same(folder: Path) -> None:
    """Nothing is swapped, and the release before stays the one before."""
    done = shell(folder, "swap $OPT/now; echo went on")
    assert "this release is the current one already" in done.stdout
    assert "went on" in done.stdout
    assert (folder / "opt" / "previous").resolve().name == "before"


@pytest.mark.parametrize("command", ["ln", "mv"])
def test_a_swap_that_fails_is_no_swap(folder: Path, command: str) -> None:
    """It ends there, says so, and nothing is started."""
    done = shell(folder, f"{command}() {{ return 1; }}; swap $OPT/next; begin")
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "already" not in done.stdout
    assert "systemctl" not in done.stdout
    assert (folder / "opt" / "current").resolve().name == "now"


def test_secrets_are_the_gateways_alone(folder: Path) -> None:
    """Those with a secret's ending and those that site.yaml names are closed; what is commented out is not."""
    etc = folder / "etc"
    (etc / "site.yaml").write_text(
        f'radius: {{listen: 10.0.0.1, secret: {etc}/shared, port: 1813}}\n  password-file: "{etc}/mail"\n'
        f"#  password-file: {etc}/people.csv\n"
    )
    for name in ("shared", "mail", "people.csv", "radius.secret", "db.password"):
        (etc / name).write_text("x")
        (etc / name).chmod(0o640)
    (etc / "link.secret").symlink_to(etc / "people.csv")
    done = shell(folder, 'chown() { echo "chown $*"; }; close_secrets')
    assert done.returncode == 0, done.stderr
    closed = {"shared", "mail", "radius.secret", "db.password"}
    assert set(done.stdout.splitlines()) == {f"chown breaktime:breaktime {etc}/{name}" for name in closed}
    assert {path.name for path in etc.iterdir() if path.stat().st_mode & 0o777 == 0o600} == closed


def test_every_unit_is_put_and_taken_away() -> None:
    """What deploy/systemd has is what the installer knows."""
    units = {path.name for path in (INSTALL.parent / "systemd").iterdir()} - {"breaktime.service"}
    done = shell(Path("/nowhere"), 'printf "%s\\n" "${BESIDE[@]}"')
    assert set(done.stdout.split()) == units
