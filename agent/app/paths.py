"""Where things are on disk: one data folder, and the names inside it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

DATA_VARIABLE = "BREAKTIME_DATA"
INSTALLED_DATA = Path("/var/lib/breaktime")


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The data folder and what lies in it."""

    root: Path

    @classmethod
    def chosen(cls) -> DataFolder:
        """`$BREAKTIME_DATA`, else `./.breaktime` in a checkout, else where an installation keeps it."""
        named = os.environ.get(DATA_VARIABLE)
        if named:
            return cls(Path(named))
        checkout = Path("pyproject.toml").is_file() and Path("config/site.yaml").is_file()
        return cls(Path(".breaktime") if checkout else INSTALLED_DATA)

    @property
    def ca(self) -> Path:
        """The interception CA."""
        return self.root / "ca"

    @property
    def ca_root(self) -> Path:
        """The sealed root of the CA until it is handed over to the head."""
        return self.root / "root"

    @property
    def acknowledged(self) -> Path:
        """Which devices' users acknowledged which notice."""
        return self.root / "acknowledged.csv"

    @property
    def account_key(self) -> Path:
        """The site's secret that the hashes of its own accounts stand under."""
        return self.root / "keys" / "accounts.key"

    @property
    def audit(self) -> Path:
        """The audit chain and the key that signs it."""
        return self.root / "audit"

    @property
    def accounts(self) -> Path:
        """The users of the console."""
        return self.root / "accounts"

    @property
    def database_password(self) -> Path:
        """The password of the site's login role in the database, unless site.yaml names another file."""
        return self.root / "keys" / "database.password"

    @property
    def drafts(self) -> Path:
        """Edited policies by which nothing rules yet."""
        return self.root / "drafts"

    @property
    def demo(self) -> DataFolder:
        """The demonstration's own data folder, made by `breaktime demo`: nothing in it is anybody's."""
        return DataFolder(self.root / "demo")

    @property
    def lock(self) -> Path:
        """Held by the gateway that runs on this folder."""
        return self.root / "run" / "lock"

    @property
    def lists(self) -> Path:
        """The outside lists that were taken in."""
        return self.root / "lists"

    @property
    def suggestions(self) -> Path:
        """Hosts that the catalogue may lack: counts, and nobody's."""
        return self.root / "suggestions.json"

    @property
    def lists_in_force(self) -> Path:
        """Names the table of lists that the gateway rules by: it is not tidied away, whatever is taken in."""
        return self.root / "run" / "lists.table"

    @property
    def steering_off(self) -> Path:
        """Stands here while the technician has taken the kernel's rules away."""
        return self.root / "run" / "steering.off"

    @property
    def steward_socket(self) -> Path:
        """Where workers and supervisor say that they are well."""
        return self.root / "run" / "steward.sock"

    @property
    def declared(self) -> Path:
        """Where somebody said whether pupils are about."""
        return self.root / "pupils.json"

    @property
    def desk(self) -> Path:
        """Where a running gateway is asked who is at an address."""
        return self.root / "run" / "directory.sock"

    def prepare(self) -> None:
        """Make the folder, readable by its owner only. Raises OSError if it cannot be written."""
        for folder in (self.root, self.root / "run", self.lists):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = self.root / "run" / ".probe"
        probe.write_bytes(b"")
        probe.unlink()
