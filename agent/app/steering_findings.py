"""What `doctor` looks at where the kernel steers: programs, forwarding, rules, other tables, the resolver, the sets."""

from __future__ import annotations

import os
import shutil
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from agent.app import steering
from agent.app.finding import Finding
from agent.app.live import Configuration
from agent.app.paths import DataFolder
from agent.gateway.steering import names
from agent.gateway.steering.nft import Nft, NftError
from agent.gateway.steering.others import in_the_way
from agent.gateway.steering.ruleset import VERSIONS
from agent.gateway.steward.dnsmasq import question

FORWARDING = {4: Path("/proc/sys/net/ipv4/ip_forward"), 6: Path("/proc/sys/net/ipv6/conf/all/forwarding")}
_SWITCH = {4: "net.ipv4.ip_forward", 6: "net.ipv6.conf.all.forwarding"}
ANSWERED = 200
"""Questions after which some should have been about social media, at a school."""
SOCKETS = (Path("/proc/thread-self/net/udp"), Path("/proc/thread-self/net/udp6"))
_SBIN = ("/usr/local/sbin", "/usr/sbin", "/sbin")


def examine(
    config: Configuration, data: DataFolder, programs: str | None = None, folder: Path = Path("config")
) -> Iterator[Finding]:
    """Every finding; none where the site has no `steering` section."""
    if config.built.steering is None:
        return
    prepared = steering.prepare(config)
    yield _dnsmasq(programs)
    yield from _forwarding(prepared)
    yield _domains(prepared, folder)
    yield _upstream(prepared, folder)
    asked = _asked()
    try:
        with Nft(prepared.table) as nft:
            yield _rules(prepared, data, nft)
            yield from (_other(one) for one in in_the_way(nft))
            yield _resolver(asked, nft.revision())
            yield from _sets(asked, nft)
    except NftError as problem:
        yield Finding("steering", False, problem.what, problem.remedy)


def _dnsmasq(programs: str | None) -> Finding:
    path = programs or os.pathsep.join([os.environ.get("PATH", ""), *_SBIN])
    if shutil.which("dnsmasq", path=path) is None:
        return Finding("dnsmasq", False, "the resolver is not installed", "as root: apt-get install dnsmasq-base")
    if shutil.which("setpriv", path=path) is None:
        return Finding("dnsmasq", False, "setpriv is not installed", "as root: apt-get install util-linux")
    return Finding("dnsmasq", True, "installed")


def _forwarding(prepared: steering.Prepared) -> Iterator[Finding]:
    for version in VERSIONS:
        if not any(network.version == version for network in prepared.plan.clients):
            continue
        try:
            on = FORWARDING[version].read_text().strip() != "0"
        except OSError:
            on = False
        what = f"IPv{version} is {'' if on else 'not '}forwarded by this machine"
        yield Finding("forwarding", on, what, "" if on else f"as root: sysctl -w {_SWITCH[version]}=1")


def _domains(prepared: steering.Prepared, folder: Path) -> Finding:
    plan = prepared.plan
    if plan.left_out:
        what = (
            f"{plan.left_out:,} names of the catalogue are too many for the resolver; only workers and sense know them"
        )
        return Finding(
            "names",
            False,
            what,
            f"ls -S {folder}/catalogue   (take out entries that nobody needs, the largest files first)",
        )
    return Finding("names", True, f"{len(plan.domains):,} are minded by the resolver")


def _rules(prepared: steering.Prepared, data: DataFolder, nft: Nft) -> Finding:
    loaded = nft.revision()
    if loaded is None and data.steering_off.exists():
        what = "the rules were taken away by `steering remove`; devices with no resolver but this one have no names"
        return Finding("steering", False, what, "breaktime steering apply")
    if loaded is None:
        return Finding("steering", False, "no rules are loaded, so nothing is ruled on", "breaktime run")
    if loaded == 0:
        what = f"a table {names.FAMILY} {prepared.table} stands there that is not ours"
        return Finding("steering", False, what, "breaktime steering apply")
    if loaded != prepared.rules().revision:
        return Finding("steering", False, "the rules are another configuration's", "breaktime steering apply")
    standing = nft.standing()
    if not standing:
        return Finding("steering", False, "the rules stand aside: no worker is well", "breaktime run")
    return Finding(
        "steering", True, f"the rules of this configuration, for IPv{' and IPv'.join(map(str, sorted(standing)))}"
    )


def _other(found: tuple[str, str]) -> Finding:
    what, mend = found
    return Finding("other rules", False, what, mend)


def _asked() -> int | None:
    """How many questions our resolver was asked that were not in its cache; None if it is not ours, or silent."""
    if _answer(question(1)) is None:
        return None
    answer = _answer(b"\0\2\1\0\0\1\0\0\0\0\0\0\x06misses\x04bind\0\0\x10\0\3")
    digits = answer[answer.rfind(b"\0\x10\0\3") :] if answer else b""
    text = digits[11:]
    return int(text) if text.isdigit() else 0


def _answer(query: bytes, port: int = 53) -> bytes | None:
    """What a resolver on this machine answers within a second, if it answers without an error."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(1)
        try:
            asking.connect(("127.0.0.1", port))
            asking.send(query)
            answer = asking.recv(1500)
        except OSError:
            return None
    flags, answers = struct.unpack(">2xH2xH4x", answer[:12]) if len(answer) >= 12 else (15, 0)
    return answer if answers and not flags & 15 else None


def _upstream(prepared: steering.Prepared, folder: Path) -> Finding:
    """Whether those that ours asks answer; a network without the internet still answers for itself."""
    silent = [one for one in prepared.settings.upstream if not _speaks(one)]
    if not silent:
        return Finding("upstream", True, f"{len(prepared.settings.upstream)} answer")
    what = f"{', '.join(silent)} does not answer" + (
        "" if len(silent) < len(prepared.settings.upstream) else ": no names"
    )
    return Finding(
        "upstream", False, what, f"nano {folder}/site.yaml   (name another under `steering: resolver: upstream:`)"
    )


def _speaks(server: str) -> bool:
    """True if something answers there at all, be it an error: it was asked for the root's own servers."""
    with socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(2)
        try:
            asking.connect((server, 53))
            asking.send(b"\0\3\1\0\0\1\0\0\0\0\0\0\0\0\2\0\1")
            return len(asking.recv(4096)) >= 12
        except OSError:
            return False


def _resolver(asked: int | None, loaded: int | None) -> Finding:
    if asked is not None:
        return Finding("resolver", True, "answers")
    if loaded is None:
        return Finding("resolver", True, "not running")
    if somebody_has_port_53():
        what = "the kernel hands every question for a name to what has port 53 on all addresses: it is not our resolver"
        return Finding("resolver", False, what, "let it listen on single addresses; it is: ss -lnp sport = :53")
    what = "our resolver does not answer, so no new address is steered"
    return Finding("resolver", False, what, "breaktime run; if it runs, see what else has port 53: ss -lnp sport = :53")


def somebody_has_port_53(tables: Iterable[Path] = SOCKETS) -> bool:
    """True if a socket on the wildcard address has it: the rules tell by such a socket that our resolver is there."""
    for table in tables:
        with suppress(OSError):
            for line in table.read_text().splitlines()[1:]:
                address, _, port = line.split()[1].partition(":")
                if port == "0035" and not address.strip("0"):
                    return True
    return False


def _sets(asked: int | None, nft: Nft) -> Iterator[Finding]:
    if not nft.revision():
        return
    held = sum(len(nft.elements(names.social(version))) for version in VERSIONS)
    if held or (asked or 0) < ANSWERED:
        yield Finding("addresses", True, f"{held:,} stand for social media")
    else:
        what = f"the resolver looked up {asked} names, and no address stands for social media"
        yield Finding("addresses", False, what, "breaktime steering apply; then restart breaktime run")
