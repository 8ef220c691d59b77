"""Sites to test with: copies of the shipped `config/` with small changes. Only this file knows its format.

The changes are made in the text, as a technician would make them, and each must fit exactly once: a
changed example site is noticed here and nowhere else.
"""

import re
import shutil
from pathlib import Path

from . import places

EXAMPLE = Path(__file__).parents[2] / "config"
POLICY = "breaks-without-pupils"

LESSON = "2026-11-23T09:30"
BREAK = "2026-11-23T10:31"
BEFORE_THE_BELL = "2026-11-23T10:44:35"
BELL_AFTER = 25.0
"""Seconds from `BEFORE_THE_BELL` to the end of the break."""
NEXT_BREAK = "10:30"
"""What the block page must name in the first lesson."""

PERSON = "teacher-01"
DEVICES = f"""device,owner,kind,person,inspectable,told,addresses
loopback,school,laptop,{PERSON},yes,2026-09-01,127.0.0.0/8 ::1
laptop-21,school,laptop,{PERSON},yes,2026-09-01,10.20.10.21 10.20.10.22 10.20.10.23 fd00:20:10::21
phone-21,personal,phone,{PERSON},no,,10.20.20.21 fd00:20:20::21
"""

ONLY_OFFICIAL = """  - rule: only-official
    verdict: block
    when: {role: staff, service: facebook, account: [other]}
    clause: "5.3"
    say: Only the school's own account may be used.
"""
"""A rule that turns on the account: it makes the gateway open Facebook on a device that may be opened."""

NO_INSTAGRAM = """  - rule: no-instagram
    verdict: block
    when: {service: instagram, period: break}
    clause: "5.3"
    say: Not this one, not even in a break.
"""
"""A rule for a reload to bring in: it shuts in the break what was allowed there."""

BROKEN = "  - rule: [this, is, {not: yaml\n"
MISTAKEN = "  - rule: mistaken\n    verdict: sometimes\n    when: {moon: full}\n"


class Site:
    """A folder to run `breaktime run --config` on."""

    def __init__(self, folder: Path) -> None:
        shutil.copytree(EXAMPLE, folder)
        self.folder = folder
        self._policy = folder / "policies" / POLICY / "policy.yaml"
        self._shipped = self._policy.read_text()

    @classmethod
    def as_shipped(cls, folder: Path, upstream_ca: Path) -> "Site":
        """The example site, changed in nothing but the authority that signs the laboratory's origins."""
        site = cls(folder)
        site._change(r"^gateway:.*$", rf"gateway:\n  upstream-ca: {upstream_ca}")
        return site

    @classmethod
    def laboratory(cls, folder: Path, upstream_ca: Path, mode: str = "explicit", workers: int = 1) -> "Site":
        """The example site on the laboratory's network: reachable from the devices, with their inventory."""
        site = cls.as_shipped(folder, upstream_ca)
        site.without_console()
        site._change(r"^  mode: explicit", f"  mode: {mode}")
        site._change(r"^  listen: 127\.0\.0\.1(?=\n  port: 8080)", '  listen: "::"')
        site._change(r"^  workers: 1", f"  workers: {workers}")
        (folder / "devices.csv").write_text(DEVICES)
        return site

    def without_console(self) -> None:
        """No console beside the gateway, where a test has no use for one."""
        path = self.folder / "site.yaml"
        path.write_text(f"{path.read_text()}console: {{serve: no}}\n")

    def use_port(self, port: int) -> None:
        """Another port for the gateway itself."""
        self._change(rf"^  port: {places.PROXY_PORT}", f"  port: {port}")

    def steer(self, section: str) -> None:
        """Let the gateway's kernel steer, as the lines of a `steering:` section say."""
        self._change(r"^metrics:$", f"{section}metrics:")

    def forward_to(self, url: str, password_file: Path) -> None:
        """A database for the record to go to."""
        self._change(r"^metrics:$", f"store: {{url: '{url}', password-file: {password_file}}}\nmetrics:")

    def look_at_neighbours(self) -> None:
        """The kernel's neighbours as a live source of who is where."""
        self._change(r"^# directory:$", "directory: {neighbours: yes}\n# directory:")

    def adopt(self, policy: str) -> None:
        """Another policy in force, with the site's own settings left at their defaults."""
        self._change(r"^policy: [a-z-]+", f"policy: {policy}")
        self._policy = self.folder / "policies" / policy / "policy.yaml"
        self._shipped = self._policy.read_text()

    def name_accounts(self, lines: str) -> None:
        """The school's own accounts, as lines of hashes by service."""
        self._change(r"^official-accounts: \{\}", f"official-accounts:\n{lines}")

    def permit(self, service: str) -> None:
        """The headteacher's permission for every teacher, for that service and all of the day of the tests."""
        when = "from: 2026-11-23T00:00, to: 2026-11-24T00:00"
        permission = f"{{number: '1', {when}, purpose: a lesson, roles: [teacher], services: [{service}]}}"
        self._change(r"^authorisations: \[\]", f"authorisations: [{permission}]")

    def name_domains(self, domains: str) -> None:
        """The domains of the school's e-mail addresses."""
        self._change(r"^(# )?mail-domains:.*$", f"mail-domains: [{domains}]")

    def add_rules(self, *rules: str) -> None:
        """The shipped policy with these rules before its own; they take the place of earlier ones."""
        text, count = re.subn(r"^rules:\n", lambda found: found[0] + "".join(rules), self._shipped, flags=re.M)
        assert count == 1, "the policy has no single list of rules"
        self._write(self._policy, text)

    def _change(self, pattern: str, by: str) -> None:
        path = self.folder / "site.yaml"
        text, count = re.subn(pattern, by, path.read_text(), flags=re.M)
        assert count == 1, f"{pattern!r} fits {count} times in the example site"
        self._write(path, text)

    @staticmethod
    def _write(path: Path, text: str) -> None:
        """As editors do: a new file moved over the old one, so that no reader meets half a file."""
        draft = path.with_suffix(".draft")
        draft.write_text(text)
        draft.replace(path)
