"""The school's mail server: what is usual, and that its description tells no secret."""

from __future__ import annotations

import pytest

from agent.core.post import USUAL_PORTS, MailServer, Transport


@pytest.mark.parametrize(
    ("transport", "port"),
    [
        pytest.param(Transport.STARTTLS, 587, id="submission, RFC 6409"),
        pytest.param(Transport.TLS, 465, id="submission over TLS, RFC 8314"),
        pytest.param(Transport.NONE, 25, id="on this machine"),
    ],
)
def test_each_way_has_its_usual_port(transport: Transport, port: int) -> None:
    """No way is without a port, and each has the one that mail servers listen on."""
    assert USUAL_PORTS[transport] == port
    assert set(USUAL_PORTS) == set(Transport)


def test_a_password_stands_in_a_file_of_its_own() -> None:
    """What is known of a server names the file and has no room for the word."""
    server = MailServer("mail.school.example", 587, Transport.STARTTLS, "breaktime@school.example")
    assert (server.user, server.password_file, server.authority) == ("", "", "")
    assert not hasattr(server, "password")
