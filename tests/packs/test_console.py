"""The `console:` section: what it says, and what would be unsafe in it."""

from __future__ import annotations

import pytest

from agent.app.build import build
from tests.packs.bad import shipped

GOOD = """
  listen: 10.20.1.2
  port: 443
  names: [breaktime.school.example]
  certificate: /etc/breaktime/console.pem
  key: /etc/breaktime/console.key
  school-sign-in: {name: Google, issuer: 'https://accounts.google.com', client: c, secret-file: /etc/s}
"""


def with_console(section: str) -> dict[str, bytes]:
    """The shipped configuration with that section."""
    files = dict(shipped())
    return files | {"site.yaml": files["site.yaml"] + b"console:" + section.encode() + b"\n"}


def test_all_of_it() -> None:
    """Everything that can stand there is taken; the address is the name's."""
    built = build(with_console(GOOD), None)
    assert built.problems == ()
    assert built.console.url == "https://breaktime.school.example"
    assert built.console.sign_in is not None
    assert built.console.sign_in.issuer == "https://accounts.google.com"


def test_nothing_of_it() -> None:
    """Without the section the console is on this machine alone."""
    assert build(shipped(), None).console.url == "http://127.0.0.1:8090"


@pytest.mark.parametrize(
    ("section", "said"),
    [
        pytest.param(" {listen: 10.20.1.2}", "in clear text", id="over the network without TLS"),
        pytest.param(" {certificate: /a.pem}", "a certificate without its key", id="no key"),
        pytest.param(" {key: /a.key}", "a key without its certificate", id="no certificate"),
        pytest.param(" {port: 8080}", "for the console and for the gateway", id="the gateway's port"),
        pytest.param(" {port: 9108}", "for the console and for the metrics", id="the metrics' port"),
        pytest.param(" {listen: '::', certificate: /a, key: /b}", "and none is", id="every address and no name"),
        pytest.param(" {listen: here}", "is not an address", id="no address"),
        pytest.param(" {certificate: here.pem}", "a path from the root", id="no path"),
        pytest.param(" {colour: red}", "'colour' is not known", id="an unknown key"),
        pytest.param(
            " {school-sign-in: {name: a, issuer: 'http://a.example', client: b, secret-file: /c}}",
            "is no address of a provider",
            id="a provider in clear text",
        ),
    ],
)
def test_unsafe(section: str, said: str) -> None:
    """What would be spoken in clear text, or what collides, is refused with a sentence."""
    assert said in " ".join(str(problem) for problem in build(with_console(section), None).problems)
