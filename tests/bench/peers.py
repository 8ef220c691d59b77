"""What a school would take instead: squid, which splices or bumps everything, and e2guardian, which reads names.

Each is Debian's package with its own defaults, a list of 100,000 banned sites, no cache and no log. squid's rules have
hours as well. None of them is told which sites are social media: that is what would take them apart from each other.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from tests.bench.contenders import Contender
from tests.bench.pins import CONTENDER
from tests.system import certificates, places
from tests.system.certificates import Authority
from tests.system.lab import Lab, command
from tests.system.processes import Process

BANNED = 100_000
CERTGEN = "/usr/lib/squid/security_file_certgen"
PACKAGED = Path("/etc/e2guardian")
NEEDED = ("squid", "e2guardian", "dnsmasq")
DAY = 86_400
PATH = f"{os.environ['PATH']}:/usr/sbin"

SQUID = """
http_port {plain}
https_port {port} intercept ssl-bump tls-cert={folder}/ca.pem generate-host-certificates=on \
dynamic_cert_mem_cache_size=16MB
sslcrtd_program {certgen} -s {folder}/leaves -M 16MB
sslcrtd_children 2 startup=1 idle=1
tls_outgoing_options cafile={upstream}
acl begun at_step SslBump1
acl named ssl::server_name "{folder}/banned"
acl asked dstdomain "{folder}/banned"
acl hours time SMTWHFA 00:00-23:59
ssl_bump peek begun
ssl_bump terminate named hours
ssl_bump {way} all
http_access deny asked hours
http_access allow all
cache deny all
cache_mem 16 MB
access_log none
cache_log {folder}/cache.log
pid_filename {folder}/squid.pid
coredump_dir {folder}
netdb_filename none
pinger_enable off
shutdown_lifetime 1 seconds
max_filedescriptors 8192
visible_hostname bench.invalid
"""
E2GUARDIAN = """
nodaemon = on
loglevel = 0
loglocation = '{folder}/access.log'
httpworkers = 200
weightedphrasemode = 0
transparenthttpsport = {port}
enablessl = on
cacertificatepath = '{folder}/ca.pem'
caprivatekeypath = '{folder}/ca.key'
certprivatekeypath = '{folder}/leaf.key'
generatedcertpath = '{folder}/leaves/'
generatedcertstart = {start}
generatedcertend = {end}
"""


def absent() -> list[str]:
    """What is not installed."""
    return [name for name in NEEDED if shutil.which(name, path=PATH) is None]


def banned() -> str:
    """A list as such filters carry it, none of it asked for here."""
    return "".join(f"site-{i}.example-{i % 9973}.net\n" for i in range(BANNED))


class Peer(Contender):
    """A program of Debian's with a folder of its own, which the account it runs under may read."""

    account = ""

    def launch(self) -> Process:
        """See `Contender`. The folder is made at the first start."""
        folder = self.lab.folder / f"peer-{self.port}"
        if not folder.exists():
            self.lab.folder.chmod(0o711)
            folder.mkdir()
            self.prepare(folder)
            for path in (folder, *folder.rglob("*")):
                shutil.chown(path, self.account, self.account)
        environment = {"PATH": PATH, "LANG": "C.UTF-8"}
        argv = [*CONTENDER, *self.argv(folder)]
        return self.lab.start(places.GATEWAY, argv, f"peer-{self.port}.log", environment)

    def stop(self) -> None:
        """See `Contender`."""
        if self._process is not None:
            self._process.end(6)
        for pid in self.lab.pids(places.GATEWAY):
            os.kill(pid, signal.SIGKILL)  # helpers in groups of their own; nothing else runs in this namespace
        self._process = None

    def prepare(self, folder: Path) -> None:
        """Write what it needs."""
        raise NotImplementedError

    def argv(self, folder: Path) -> list[str]:
        """How it is run."""
        raise NotImplementedError


class Squid(Peer):
    """`way` is what becomes of every connection once its name is known: splice or bump."""

    account = "proxy"

    def __init__(self, name: str, port: int, lab: Lab, upstream_ca: Path, way: str, authority: Authority) -> None:
        super().__init__(name, port, lab, upstream_ca)
        self._way, self._authority = way, authority

    def prepare(self, folder: Path) -> None:
        """See `Peer`."""
        (folder / "ca.pem").write_bytes(certificates.pem(self._authority.certificate) + key_pem(self._authority))
        (folder / "banned").write_text("".join(f".{name}\n" for name in banned().split()))
        upstream = folder / "upstream.pem"
        upstream.write_bytes(self.upstream_ca.read_bytes())
        command(CERTGEN, "-c", "-s", str(folder / "leaves"), "-M", "16MB")
        settings = {"port": self.port, "plain": self.port + 100, "way": self._way, "upstream": upstream}
        (folder / "squid.conf").write_text(SQUID.format(folder=folder, certgen=CERTGEN, **settings))

    def argv(self, folder: Path) -> list[str]:
        """See `Peer`."""
        return ["squid", "-N", "-f", str(folder / "squid.conf")]


class E2guardian(Peer):
    """Reads the name of each connection and opens none."""

    account = "e2guardian"

    def __init__(self, name: str, port: int, lab: Lab, upstream_ca: Path, authority: Authority) -> None:
        super().__init__(name, port, lab, upstream_ca)
        self._authority = authority

    def prepare(self, folder: Path) -> None:
        """A copy of the packaged settings with our own at their end."""
        shutil.copytree(PACKAGED, folder, dirs_exist_ok=True)
        (folder / "leaves").mkdir()
        (folder / "ca.pem").write_bytes(certificates.pem(self._authority.certificate))
        for name in ("ca.key", "leaf.key"):
            (folder / name).write_bytes(key_pem(self._authority))
        for path in folder.rglob("*"):
            if path.is_file() and str(PACKAGED).encode() in (text := path.read_bytes()):
                path.write_bytes(text.replace(str(PACKAGED).encode(), str(folder).encode()))
        main = folder / "e2guardian.conf"
        today = int(datetime.now(UTC).timestamp()) // DAY * DAY
        settings = {"folder": folder, "port": self.port, "start": today - DAY, "end": today + 365 * DAY}
        own = E2GUARDIAN.format(**settings)
        main.write_text("\n".join(_without(main.read_text(), own)) + own)
        for name in ("bannedsitelist", "bannedsslsitelist"):
            (folder / "lists" / name).write_text(banned())

    def argv(self, folder: Path) -> list[str]:
        """See `Peer`."""
        return ["e2guardian", "-N", "-c", str(folder / "e2guardian.conf")]


def _without(packaged: str, own: str) -> Iterator[str]:
    """The packaged settings but for those that we set, and for those that only a block page needs."""
    ours = {line.partition("=")[0].strip() for line in own.splitlines() if "=" in line} | {"checkip"}
    for line in packaged.splitlines():
        name = line.partition("=")[0].strip()
        if name not in ours and not name.startswith("usecustombanned"):
            yield line


def key_pem(authority: Authority) -> bytes:
    """The key of an authority as text, as these programs want it."""
    plain = serialization.NoEncryption()
    return authority.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, plain
    )


def rsa_authority(folder: Path) -> Authority:
    """An authority as the guides to these programs make one."""
    folder.mkdir()
    files = ("-keyout", str(folder / "ca.key"), "-out", str(folder / "ca.pem"))
    uses = ("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    command(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=Bench", *files, *uses
    )
    return certificates.read_authority(folder)
