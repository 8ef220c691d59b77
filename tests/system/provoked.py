"""What can be wrong with a gateway, provoked on a real one, for the doctor to find."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.app.backup import back_up
from agent.app.paths import DataFolder
from agent.clock import Clock
from agent.gateway import ca
from agent.gateway.root import RootFolder
from agent.store import Store
from tests.store.making import LONDON, SITE

from . import places
from .desk import Desk
from .kernel import UPSTREAM

NOW = datetime.now(UTC)
HASH = "a" * 64


# --- what is provoked, and what a technician does where the command only shows ----------------------------------------


def an_old_python(desk: Desk) -> None:
    """Debian 12's own."""
    desk.python = (3, 11, 2)
    desk.does["deploy/setup.sh"] = lambda: setattr(desk, "python", (3, 13, 0))


def a_slow_clock(desk: Desk) -> None:
    """An hour behind what was already written."""
    (desk.data.root / "breaktime.db").touch()
    (desk.data.root / "breaktime.db").unlink()
    with Store.open(desk.data.root, SITE, LONDON):
        pass
    desk.clock = Clock(-3600.0)
    desk.does["timedatectl"] = lambda: setattr(desk, "clock", Clock())


def a_broken_configuration(desk: Desk) -> None:
    """A word that nobody knows."""
    desk.edit("policy: breaks", "polcy: breaks")


def no_data_folder(desk: Desk) -> None:
    """A file stands where it should be."""
    desk.data = DataFolder(desk.folder / "file" / "data")
    (desk.folder / "file").write_text("")

    def name_another() -> None:
        desk.data = DataFolder(desk.folder / "data")

    desk.does["export"] = name_another


def open_to_others(desk: Desk) -> None:
    """Somebody made it readable."""
    desk.data.root.chmod(0o755)


def somebody_elses_file(desk: Desk) -> None:
    """A command that root ran left a file that the gateway cannot write."""
    (desk.data.root / "run" / "left").touch()
    shutil.chown(desk.data.root / "run" / "left", 4242)


def a_full_disk(desk: Desk) -> None:
    """A disk of its own, with a large file on it."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600m", "tmpfs", str(desk.data.root / "run")], check=True)
    desk.later.callback(subprocess.run, ["umount", str(desk.data.root / "run")], check=True)
    desk.data = DataFolder(desk.data.root / "run")
    subprocess.run(["fallocate", "-l", "200M", str(desk.data.root / "large")], check=True)


def no_governance(desk: Desk) -> None:
    """The four lines are not there."""
    text = (desk.config / "site.yaml").read_text()
    start, end = text.index("governance:"), text.index("calendar:")
    desk.does["nano"] = lambda: (desk.config / "site.yaml").write_text(text)
    (desk.config / "site.yaml").write_text(text[:start] + text[end:])


def no_ca(desk: Desk) -> None:
    """The folder is gone."""
    shutil.rmtree(desk.data.ca)


def a_ca_without_its_key(desk: Desk) -> None:
    """The keys' backup has it."""
    for name in ("backup", "keys"):
        (desk.folder / name).mkdir()
    done = back_up(desk.data, desk.config, desk.folder / "backup", desk.folder / "keys", NOW)
    desk.words["KEYS.tar.gz"] = str(done.keys)
    shutil.rmtree(desk.data.ca / ca.WAITING)
    (desk.data.ca / ca.BUNDLE).unlink()


def the_last_ca_ends(desk: Desk) -> None:
    """Nearly three years on, the head's root is needed again."""
    desk.clock = Clock((ca.LIFETIME - timedelta(days=30)).total_seconds())
    ca.turn(desk.data.ca, NOW + ca.LIFETIME)


def a_secret_open_to_others(desk: Desk) -> None:
    """As an editor leaves it."""
    (desk.config / "mail.password").write_text("x")
    (desk.config / "mail.password").chmod(0o644)


def a_new_service(desk: Desk) -> None:
    """Made for fewer names than the policy needs now; its root is with the head."""
    kept = RootFolder(desk.folder / "other-root")
    ca.renew(desk.data.ca, "s", ("facebook.com",), NOW, kept.make("s", NOW))
    Path(desk.words["FILE"]).unlink()
    said: list[str] = []
    kept.hand_over(desk.folder / "stick", lambda target, passphrase: said.append(passphrase))
    (desk.folder / "passphrase").write_text(said[0])


def the_next_ones_turn(desk: Desk) -> None:
    """A year on, and never restarted."""
    desk.clock = Clock(timedelta(days=366).total_seconds())
    desk.does["systemctl"] = lambda: ca.ensure(desk.data.ca, "s", (), desk.clock.now())


def the_root_lies_here(desk: Desk) -> None:
    """As the first run leaves it."""
    RootFolder(desk.data.ca_root).make("s", NOW)
    Path(desk.words["FILE"]).unlink()


def no_key_of_accounts(desk: Desk) -> None:
    """The school's accounts are named, and the key is gone."""
    desk.edit("official-accounts: {}", f"official-accounts: {{facebook: ['{HASH}']}}")
    desk.data.account_key.parent.mkdir(exist_ok=True)
    desk.data.account_key.write_bytes(b"k" * 32)
    desk.data.account_key.chmod(0o600)
    for name in ("backup", "keys"):
        (desk.folder / name).mkdir()
    done = back_up(desk.data, desk.config, desk.folder / "backup", desk.folder / "keys", NOW)
    desk.words["KEYS.tar.gz"] = f"{done.keys} --replace"
    desk.data.account_key.unlink()


def a_damaged_key_of_accounts(desk: Desk) -> None:
    """Half a key."""
    desk.data.account_key.parent.mkdir(exist_ok=True)
    desk.data.account_key.write_bytes(b"k")
    desk.data.account_key.chmod(0o600)
    desk.words["SERVICE"] = "facebook"


def a_port_that_is_taken(port: str) -> Callable[[Desk], None]:
    """Somebody else listens there."""

    def provoke(desk: Desk) -> None:
        number = int(re.findall(port, (desk.config / "site.yaml").read_text())[0])
        make = lambda: socket.create_server(("::", number), family=socket.AF_INET6, dualstack_ipv6=True)  # noqa: E731
        taken = desk.inside(make)
        desk.later.callback(taken.close)

    return provoke


def no_resolver_program(desk: Desk) -> None:
    """dnsmasq is not installed; then it is."""
    folder = desk.folder / "sbin"
    folder.mkdir()
    (folder / "setpriv").symlink_to("/usr/bin/setpriv")
    desk.programs = str(folder)
    desk.does["apt-get"] = lambda: (folder / "dnsmasq").symlink_to("/usr/sbin/dnsmasq")


def no_setpriv(desk: Desk) -> None:
    """Nor what starts it."""
    no_resolver_program(desk)
    (desk.folder / "sbin" / "setpriv").unlink()
    (desk.folder / "sbin" / "dnsmasq").symlink_to("/usr/sbin/dnsmasq")
    desk.does["apt-get"] = lambda: (desk.folder / "sbin" / "setpriv").symlink_to("/usr/bin/setpriv")


def no_forwarding(desk: Desk) -> None:
    """The router does not forward."""
    desk.kernel.lab.run(places.GATEWAY, "sysctl", "-qw", "net.ipv4.ip_forward=0")


def too_many_names(desk: Desk) -> None:
    """A list that somebody found and put into the catalogue."""
    hosts = "".join(f"      - n{number}.example\n" for number in range(20_001))
    text = f"category: forum\nservices:\n  - service: huge\n    name: Huge\n    hosts:\n      site:\n{hosts}"
    (desk.config / "catalogue" / "huge.yaml").write_text(text.replace("      - n", "        - n"))


def a_silent_upstream(desk: Desk) -> None:
    """Nothing answers at the address that is named."""
    desk.edit(UPSTREAM.v4, places.BBC.v4)
    desk.does["nano"] = lambda: desk.edit(places.BBC.v4, UPSTREAM.v4)


def rules_taken_away(desk: Desk) -> None:
    """`steering remove`."""
    desk.breaktime("steering", "remove")


def rules_of_another_configuration(desk: Desk) -> None:
    """A change that nobody took up."""
    desk.edit("guest: closed", "hall: closed")


def a_table_of_our_name(desk: Desk) -> None:
    """Somebody else's."""
    desk.kernel.do(lambda nft: nft.run("flush ruleset; add table inet breaktime"))


def somebody_takes_names(desk: Desk) -> None:
    """Rules of others that come first."""
    text = "add table ip nat; add chain ip nat x { type nat hook prerouting priority -110; }\n"
    desk.kernel.do(lambda nft: nft.run(text + "add rule ip nat x udp dport 53 redirect to :5353"))


def a_firewall_that_drops(desk: Desk) -> None:
    """It lets in only what it knows."""
    text = "add table inet fw; add chain inet fw in { type filter hook input priority 5; policy drop; }"
    desk.kernel.do(lambda nft: nft.run(text))


def somebody_has_port_53(desk: Desk) -> None:
    """Another resolver on every address."""
    taken = desk.inside(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    taken.bind(("0.0.0.0", 53))
    desk.later.callback(taken.close)


def a_damaged_record(desk: Desk) -> None:
    """No database."""
    (desk.data.root / "breaktime.db").write_bytes(b"garbage" * 1000)
    desk.does["systemctl"] = lambda: Store.open(desk.data.root, SITE, LONDON, thorough=True).close()


def taken_apart(desk: Desk) -> None:
    """What the command showed is ended."""
    desk.later.close()


def names_taken_out(desk: Desk) -> None:
    """The list goes again."""
    (desk.config / "catalogue" / "huge.yaml").unlink()


def a_worker_is_well(desk: Desk) -> None:
    """As the steward says while one is; none runs in these tests."""
    desk.kernel.do(lambda nft: nft.stand(600))
