"""A fresh Debian 12 in a folder, as the school's gateway, with mount, process and network namespaces of its own.

The packages that the installer asks for come with it, from the mirror that this machine's own apt is set up with: the
network it stands in has no way out. So does a Python, which Debian 12 lacks: a copy of the one that runs this test, and
the wheels that the lock names. No systemd runs there; services are started as their units say.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from . import places
from .lab import Lab
from .processes import Process

REPOSITORY = Path(__file__).parents[2]
ALWAYS = (
    "nftables", "dnsmasq-base", "libnftables1", "netbase", "iproute2", "procps", "ca-certificates", "curl", "openssl",
    "passwd",
)  # fmt: skip
"""What the installer asks for, and what the test itself uses."""
LIBRARIES = (
    "libssl3", "libffi8", "libsqlite3-0", "libbz2-1.0", "liblzma5", "zlib1g", "libreadline8", "libncursesw6",
    "libuuid1", "libexpat1", "libgdbm6", "libnsl2", "libtirpc3",
)  # fmt: skip
SUITE = "bookworm"
BETWEEN = "/srv/breaktime"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def mirror(folder: Path = Path("/etc/apt")) -> str:
    """Where this machine's apt takes Debian from."""
    for path in sorted([*folder.glob("sources.list.d/*"), folder / "sources.list"]):
        text = path.read_text() if path.is_file() else ""
        found = re.search(r"^(?:URIs:|deb(?: \[[^]]*\])?)\s*(\S+/debian/?)(?:\s|$)", text, re.M)
        if found:
            return found[1]
    raise AssertionError("apt on this machine has no mirror of Debian")


def bootstrap(root: Path) -> None:
    """Make the root. Takes about a minute."""
    packages = ",".join((*ALWAYS, *LIBRARIES))
    argv = ["debootstrap", "--variant=minbase", f"--include={packages}", SUITE, str(root), mirror()]
    _run(argv, 900)


def wheels(folder: Path) -> None:
    """Everything that the lock names, as the installer takes it on a machine without the internet."""
    pip = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--require-hashes"]
    _run([*pip, "-d", str(folder), "-r", str(REPOSITORY / "requirements.lock")], 900)


def copy_python(root: Path) -> None:
    """The Python that runs this test, where everybody on the machine may read it."""
    prefix, target = Path(sys.base_prefix), root / "opt" / "python"
    ignore = shutil.ignore_patterns("test", "tests", "__pycache__", "site-packages", "*.a")
    shutil.copytree(prefix, target, symlinks=True, ignore=ignore)
    (target / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages").mkdir(exist_ok=True)
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    (root / "usr/local/bin" / name).symlink_to(f"/opt/python/bin/{name}")
    (root / "etc/ld.so.conf.d/python.conf").write_text("/opt/python/lib\n")
    _run(["chroot", str(root), "/sbin/ldconfig"], 60)
    said = subprocess.run(["chroot", str(root), f"/usr/local/bin/{name}", "-c", "import ssl, sqlite3, ctypes, lzma"])
    assert said.returncode == 0, "this machine's Python does not run on Debian 12: run the test on Debian 12"


def copy_checkout(target: Path) -> None:
    """What git knows, or would take, of this checkout."""
    listing = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "agent", "addons", "config", "deploy", "*.lock", "*.toml",
         "README.md", "LICENSE"], cwd=REPOSITORY, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in listing.stdout.splitlines():
        if (REPOSITORY / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, target / name)


class Machine:
    """The root standing in the gateway's network namespace."""

    def __init__(self, lab: Lab, root: Path) -> None:
        self.lab, self.root = lab, root
        self._first: Process | None = None

    def boot(self) -> None:
        """Begin the namespaces, which end with their first process."""
        mounts = (
            f"mount -t proc proc {self.root}/proc && mount --rbind /dev {self.root}/dev && "
            f"mount -t tmpfs tmpfs {self.root}/run && mount -t tmpfs tmpfs {self.root}/dev/shm && "
            f"mount --rbind /sys {self.root}/sys && touch {self.root}/run/booted && exec sleep infinity"
        )
        argv = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "sh", "-c", mounts]
        self._first = self.lab.start(places.GATEWAY, argv, "machine.log")

    def halt(self) -> None:
        """End it, with all that runs there."""
        assert self._first is not None
        self._first.kill()

    @property
    def is_up(self) -> bool:
        """True once commands can be run there."""
        try:
            return self.run("test", "-e", "/run/booted").returncode == 0
        except (ValueError, OSError):
            return False

    def _enter(self) -> list[str]:
        assert self._first is not None
        (child,) = Path(f"/proc/{self._first.pid}/task/{self._first.pid}/children").read_text().split()
        return ["nsenter", "-t", child, "-m", "-p", "-n", "chroot", str(self.root), "/usr/bin/env", "-i",
                f"PATH={PATH}", "LANG=C.UTF-8", "HOME=/root"]  # fmt: skip

    def run(self, *argv: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
        """A command of root's there."""
        return subprocess.run(
            [*self._enter(), *argv],
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def must(self, *argv: str, seconds: float = 60) -> str:
        """One that has to go well; what it said."""
        done = self.run(*argv, seconds=seconds)
        assert done.returncode == 0, f"{argv}: {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout

    def install(self, *words: str) -> str:
        """The installer of the checkout that lies there."""
        return self.must(f"{BETWEEN}/deploy/install", *words, seconds=600)

    def start(self, unit: str) -> Process:
        """Start a service as its unit says: user, rights, environment, folder, command."""
        said = Unit((self.root / f"etc/systemd/system/{unit}").read_text())
        rights = ",".join(f"+{name.removeprefix('CAP_').lower()}" for name in said.words("AmbientCapabilities"))
        bound = ",".join(f"+{name.removeprefix('CAP_').lower()}" for name in said.words("CapabilityBoundingSet"))
        user = said.one("User")
        argv = ["sh", "-c", f'cd {said.one("WorkingDirectory")} && umask {said.one("UMask")} && exec "$@"', "sh"]
        most = min(
            int(said.one("LimitNOFILE")), resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        )  # no more than we may have
        argv += ["prlimit", f"--nofile={most}", "setpriv", f"--reuid={user}"]
        argv += [f"--regid={said.one('Group')}", "--init-groups", f"--inh-caps=-all,{rights}"]
        argv += [f"--ambient-caps=-all,{rights}", f"--bounding-set=-all,{bound}"]
        argv += ["--no-new-privs"] if said.one("NoNewPrivileges") == "yes" else []
        argv += ["env", *said.all("Environment"), *said.one("ExecStart").split()]
        process = Process([*self._enter(), *argv], self.lab.folder / f"{unit}.log")
        self.lab.keep(process)
        return process

    def tree(self, *folders: str) -> dict[str, str]:
        """What stands in these folders: every file's kind, mode, owner and time."""
        found: dict[str, str] = {}
        for folder in folders:
            for path in (self.root / folder.lstrip("/")).rglob("*"):
                if "__pycache__" in path.parts:  # whatever runs a Python leaves them
                    continue
                state = path.lstat()
                what = os.readlink(path) if path.is_symlink() else str(state.st_mtime_ns if path.is_file() else "")
                found[str(path.relative_to(self.root))] = f"{state.st_mode:o} {state.st_uid}:{state.st_gid} {what}"
        return found


class Unit:
    """A unit's lines, which may stand more than once."""

    def __init__(self, text: str) -> None:
        self._lines = [line.partition("=")[::2] for line in text.splitlines() if "=" in line and line[0] not in "#;"]

    def all(self, key: str) -> list[str]:
        """Every value of a key."""
        return [value for name, value in self._lines if name == key]

    def one(self, key: str) -> str:
        """The value of a key that stands once."""
        (value,) = self.all(key)
        return value

    def words(self, key: str) -> list[str]:
        """The words of a value."""
        return self.one(key).split()


def _run(argv: Sequence[str], seconds: float) -> None:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=seconds, check=False)
    assert done.returncode == 0, f"{argv[0]}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
