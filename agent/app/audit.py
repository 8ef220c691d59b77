"""What a check of the audit chain or of a bundle found, in words and as data."""

from __future__ import annotations

from typing import Any

from agent.casework.bundle import Verified
from agent.core.audit import Head
from agent.core.auditcheck import Checked

_WHOSE = {
    "given": "the key that you gave",
    "own": "this machine's own key",
    "inside": "the key that lies in it; ask the school whether this is theirs",
}


def chain_json(found: Checked, known: Head | None) -> dict[str, Any]:
    """What was found of a chain, as data."""
    return {
        "whole": found.whole,
        "entries": found.entries,
        "head": str(found.head),
        "seals": found.seals,
        "sealed_up_to": found.sealed,
        "proved_up_to": found.proved if known else None,
        "faults": [
            {"line": one.line, "entry": one.seq, "kind": one.kind.value, "what": one.what} for one in found.faults
        ],
    }


def chain_text(found: Checked, known: Head | None, trusted: bool) -> str:
    """The same in words: what is wrong, and what is proved."""
    lines = [str(fault) for fault in found.faults]
    state = "the chain is whole" if found.whole else f"the chain is BROKEN in {len(found.faults)} place(s)"
    lines += [
        f"{state}: {found.entries} entries, {found.seals} daily signatures, head {found.head}",
        _proof(found, known),
    ]
    if not trusted:
        lines.append(
            "The signatures were checked by this machine's own key; --key with a copy kept elsewhere proves more."
        )
    return "\n".join(lines)


def _proof(found: Checked, known: Head | None) -> str:
    if known is None:
        return (
            "Without a head that left this machine (--head) it cannot be told whether the end was cut off, or all of "
            "it made anew."
        )
    if found.proved != known.seq:
        return f"It is not the chain whose head {known.seq} left this machine."
    if not found.whole:
        return f"Entry {known.seq} is the one that left this machine, but see the faults above."
    later = found.head.seq - known.seq
    rest = f"; of the {later} after it, it cannot be proved that none was cut off or made anew" if later else ""
    return f"Up to entry {known.seq} nothing was changed, left out, put in or moved since its head left{rest}."


def verified_json(found: Verified, trusted: bool) -> dict[str, Any]:
    """What was found of a bundle, as data."""
    names = ("case", "site", "made", "officer", "records", "chain")
    return {
        "whole": found.whole,
        **{name: found.manifest.get(name) for name in names},
        "key": found.key,
        "key_trusted": trusted,
        "faults": [{"file": one.file, "what": one.what} for one in found.faults],
    }


def verified_text(found: Verified, whose: str) -> str:
    """The same in words. `whose` key it was: `given`, this machine's `own`, or the one `inside` the bundle."""
    lines = [str(fault) for fault in found.faults]
    if found.whole:
        said = found.manifest
        lines.append(
            f"The bundle is whole: case {said['case']} of {said['site']}, made {said['made']} by {said['officer']}, "
            f"{said['records']} records."
        )
    else:
        lines.append(f"The bundle is NOT what was made: {len(found.faults)} fault(s).")
    if found.key:
        lines.append(f"Verified by {_WHOSE[whose]}: {found.key}")
    return "\n".join(lines)
