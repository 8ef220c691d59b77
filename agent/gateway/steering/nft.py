"""The kernel's rules from inside this process: libnftables by ctypes, so that no program is started twice a second.

Each call is one transaction: all of its text is taken or none. Needs CAP_NET_ADMIN, and works in the network
namespace of the thread that made it.
"""

from __future__ import annotations

import ctypes
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from agent.gateway.steering import names
from agent.gateway.steering.elements import of_version, share, slots
from agent.gateway.steering.ruleset import VERSIONS, Rules

LIBRARY = "libnftables.so.1"
_JSON, _TERSE = 1 << 4, 1 << 11
_ROUGHLY = 200
"""Letters of the library's message that are repeated; it says the rest again and again."""


class NftError(Exception):
    """The kernel or the library refused; the text says what, and `remedy` what to do about it."""

    def __init__(self, what: str, remedy: str = "breaktime doctor") -> None:
        super().__init__(f"{what}; {remedy}" if remedy else what)
        self.what = what
        self.remedy = remedy


_NET_ADMIN = 1 << 12


class Nft:
    """One table of ours in this network namespace."""

    def __init__(self, table: str = names.TABLE, library: str = LIBRARY) -> None:
        """Raises NftError where the library is missing, ValueError for a name that is none."""
        self.table = names.table_name(table)
        try:
            self._library = ctypes.CDLL(library)
        except OSError:
            raise NftError(f"{library} is missing", "as root: apt-get install nftables") from None
        _declare(self._library)
        if not _may():
            raise _forbidden()  # asked, the library would say so on standard error as well
        self._context = self._library.nft_ctx_new(0)
        if not self._context:
            raise NftError("the kernel's packet filter cannot be reached", "breaktime must run as root")
        self._library.nft_ctx_buffer_output(self._context)
        self._library.nft_ctx_buffer_error(self._context)

    def close(self) -> None:
        """Let go of the library; what was loaded stays."""
        if self._context:
            self._library.nft_ctx_free(self._context)
            self._context = None

    def __enter__(self) -> Nft:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- text in, text out -----------------------------------------------------------------------

    def run(self, text: str) -> str:
        """Carry out commands in one transaction; what they print. Raises NftError, with nothing changed."""
        self._library.nft_ctx_output_set_flags(self._context, 0)
        return self._run(text)

    def ask(self, text: str, terse: bool = False) -> list[dict[str, Any]]:
        """The same for a question; the answer is the list under `nftables` of the JSON. `terse`: without elements."""
        self._library.nft_ctx_output_set_flags(self._context, _JSON | (_TERSE if terse else 0))
        answer = json.loads(self._run(text) or '{"nftables": []}')["nftables"]
        return [one for one in answer if "metainfo" not in one]

    def _run(self, text: str) -> str:
        code = self._library.nft_run_cmd_from_buffer(self._context, text.encode())
        printed = bytes(self._library.nft_ctx_get_output_buffer(self._context) or b"")
        said = bytes(self._library.nft_ctx_get_error_buffer(self._context) or b"")
        if code != 0:
            raise _error(said.decode("utf-8", "replace"))
        return printed.decode("utf-8", "replace")

    # --- the whole table -------------------------------------------------------------------------

    def apply(self, *attempts: Rules) -> Rules:
        """Load the first of these rules that the kernel takes, in one step; which one. Raises NftError if none.

        A table of ours that is of another version's make is replaced as a whole.
        """
        problem = NftError("no rules were given", "")
        for rules in attempts:
            for before in ("", f"add table {self._ours}\ndelete table {self._ours}\n"):
                try:
                    self.run(before + rules.text)
                except NftError as refused:
                    problem = refused
                    continue
                return rules
        raise problem

    def takes(self, rules: Rules) -> bool:
        """True if the kernel would take these rules; nothing is changed."""
        self._library.nft_ctx_set_dry_run(self._context, True)
        try:
            self.run(rules.text)
        except NftError:
            return False
        finally:
            self._library.nft_ctx_set_dry_run(self._context, False)
        return True

    def remove(self) -> None:
        """Take away everything that `apply` and its users put there; nothing happens if nothing stands."""
        self.run(f"add table {self._ours}\ndelete table {self._ours}\n")

    def revision(self) -> int | None:
        """The revision of the rules that are loaded; None if there are none, 0 if they are not known."""
        tables = [one["table"]["name"] for one in self.ask("list tables inet")]
        if self.table not in tables:
            return None
        try:
            found = self.elements("revision")
        except NftError:
            return 0
        return int(found[0], 0) if found else 0

    # --- who is well -----------------------------------------------------------------------------

    def stand(self, seconds: int = 3) -> None:
        """Steer for so many seconds from now on; called again and again while a worker is well."""
        lines = []
        for version in VERSIONS:
            entry = f"standing {{ ipv{version} timeout {seconds}s : goto steer{version} }}"
            # An entry that stands is not renewed by adding it again.
            lines += [f"add element {self._ours} {entry}", f"delete element {self._ours} standing {{ ipv{version} }}"]
            lines += [f"add element {self._ours} {entry}"]
        self.run("\n".join(lines))

    def standing(self) -> frozenset[int]:
        """The versions of IP for which web traffic is steered now."""
        answer = self.ask(f"list map {self._ours} standing")
        held = [entry for one in answer if "map" in one for entry in one["map"].get("elem", [])]
        return frozenset(version for version in VERSIONS if f"ipv{version}" in map(_plain, (one[0] for one in held)))

    def step_aside(self) -> None:
        """Steer no more, at once."""
        self.run(f"flush map {self._ours} standing")

    def share(self, ports: Sequence[int], healthy: Iterable[int]) -> None:
        """Deal the clients out to the healthy of all workers; those of the others keep theirs."""
        chosen = slots(ports, healthy)
        lines = []
        for version in VERSIONS:
            lines.append(f"flush chain {self._ours} steer{version}")
            if rule := share(chosen, version):
                lines.append(f"add rule {self._ours} steer{version} {rule}")
        self.run("\n".join(lines))

    # --- sets ------------------------------------------------------------------------------------

    def add(self, number: int, addresses: Iterable[str]) -> None:
        """Put addresses into the set of this number (0: social media, else a class's); those there stay."""
        self._elements("add", number, addresses)

    def delete(self, number: int, addresses: Iterable[str]) -> None:
        """Take addresses out of a set; whether they are there or not."""
        addresses = list(addresses)
        self._elements("add", number, addresses, "delete")

    def refill(self, wanted: Mapping[int, Iterable[str]]) -> None:
        """Make these sets hold just this, with no moment in between."""
        lines = []
        for number, addresses in wanted.items():
            every = list(addresses)
            for version in VERSIONS:
                lines.append(f"flush set {self._ours} {names.set_of(number, version)}")
                lines += self._lines("add", names.set_of(number, version), of_version(every, version))
        self.run("\n".join(lines))

    def looked_at(self, address: str) -> None:
        """Note that the name behind an address was read and is none of our business."""
        for version in VERSIONS:
            if found := of_version([address], version):
                self.run("\n".join(self._lines("add", names.seen(version), found)))

    def elements(self, name: str) -> list[str]:
        """What a set of the table holds, as text; while it grows, the kernel may leave some out of its answer."""
        answer = self.ask(f"list set {self._ours} {name}")
        held = [one["set"].get("elem", []) for one in answer if "set" in one]
        return [_plain(one) for elements in held for one in elements]

    def _elements(self, verb: str, number: int, addresses: Iterable[str], then: str = "") -> None:
        every = list(addresses)
        lines: list[str] = []
        for version in VERSIONS:
            found = of_version(every, version)
            for each in (verb, then):
                lines += self._lines(each, names.set_of(number, version), found) if each else []
        if lines:
            self.run("\n".join(lines))

    def _lines(self, verb: str, name: str, addresses: Sequence[str]) -> list[str]:
        return [f"{verb} element {self._ours} {name} {{ {', '.join(addresses)} }}"] if addresses else []

    @property
    def _ours(self) -> str:
        return f"{names.FAMILY} {self.table}"


def _plain(element: object) -> str:
    """An element as text; with a timeout the library wraps it."""
    if isinstance(element, Mapping):
        return _plain(element.get("elem", element).get("val", element))
    return f"{element:#x}" if isinstance(element, int) else str(element)


def _may() -> bool:
    """True if this process has the right to administer the network."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    rights = next(line for line in status.splitlines() if line.startswith("CapEff:"))
    return bool(int(rights.split()[1], 16) & _NET_ADMIN)


def _forbidden() -> NftError:
    return NftError("the kernel's packet filter may not be changed by this account", "run it as root")


def _error(said: str) -> NftError:
    first = next((line for line in said.splitlines() if "rror" in line), said.strip() or "no reason was given")
    what = first.rpartition("Error: ")[2].strip()[:_ROUGHLY]
    if "not permitted" in said:
        return _forbidden()
    return NftError(f"the kernel refused the rules: {what}")


def _declare(library: ctypes.CDLL) -> None:
    """What the functions take and give; without it a pointer would be cut to an int."""
    library.nft_ctx_new.argtypes, library.nft_ctx_new.restype = [ctypes.c_uint32], ctypes.c_void_p
    library.nft_ctx_free.argtypes, library.nft_ctx_free.restype = [ctypes.c_void_p], None
    for name in ("nft_ctx_buffer_output", "nft_ctx_buffer_error"):
        getattr(library, name).argtypes = [ctypes.c_void_p]
    for name in ("nft_ctx_get_output_buffer", "nft_ctx_get_error_buffer"):
        getattr(library, name).argtypes, getattr(library, name).restype = [ctypes.c_void_p], ctypes.c_char_p
    library.nft_ctx_set_dry_run.argtypes, library.nft_ctx_set_dry_run.restype = [ctypes.c_void_p, ctypes.c_bool], None
    library.nft_ctx_output_set_flags.argtypes = [ctypes.c_void_p, ctypes.c_uint]
    library.nft_ctx_output_set_flags.restype = None
    library.nft_run_cmd_from_buffer.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
