"""The address of a database: what is read from it, what is refused, and that no password is ever repeated."""

from __future__ import annotations

import pytest

from agent.core.database import DatabaseAddress, login_of

READ = [
    pytest.param(
        "postgresql://db.trust.example/breaktime",
        DatabaseAddress("db.trust.example", 5432, "breaktime", "", "verify-full"),
        "postgresql://db.trust.example:5432/breaktime",
        id="a name: its certificate is looked at",
    ),
    pytest.param(
        "postgres://someone@10.0.0.1:6432/b?sslmode=require&sslrootcert=/etc/ca.pem",
        DatabaseAddress("10.0.0.1", 6432, "b", "someone", "require", "/etc/ca.pem"),
        "postgresql://10.0.0.1:6432/b",
        id="everything said",
    ),
    pytest.param(
        "postgresql://[2001:db8::1]/b",
        DatabaseAddress("2001:db8::1", 5432, "b", "", "verify-full"),
        "postgresql://[2001:db8::1]:5432/b",
        id="an IPv6 address",
    ),
    pytest.param(
        "postgresql:///b?host=/run/postgresql",
        DatabaseAddress("/run/postgresql", 5432, "b"),
        "postgresql:///run/postgresql:5432/b",
        id="a Unix socket",
    ),
    pytest.param(
        "postgresql://localhost/b", DatabaseAddress("localhost", 5432, "b"), "postgresql://localhost:5432/b", id="here"
    ),
    pytest.param(
        "postgresql://127.0.0.9/b?sslmode=disable",
        DatabaseAddress("127.0.0.9", 5432, "b", "", "disable"),
        "postgresql://127.0.0.9:5432/b",
        id="loopback needs no TLS",
    ),
]


@pytest.mark.parametrize(("text", "address", "shown"), READ)
def test_an_address_is_read(text: str, address: DatabaseAddress, shown: str) -> None:
    """Host, port, database, user and TLS come from the text; what is not said has a safe value."""
    assert DatabaseAddress.read(text) == address
    assert str(address) == shown


@pytest.mark.parametrize(
    ("text", "local"),
    [
        pytest.param("postgresql:///b?host=/run/postgresql", True, id="socket"),
        pytest.param("postgresql://[::1]/b", True, id="loopback"),
        pytest.param("postgresql://db.example/b", False, id="elsewhere"),
    ],
)
def test_local_is_what_never_leaves_the_machine(text: str, local: bool) -> None:
    """Sockets and loopback are local, every other name and address is not."""
    assert DatabaseAddress.read(text).local is local


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("mysql://db.example/b", "begin with postgresql://", id="another kind"),
        pytest.param("db.example/b", "begin with postgresql://", id="no kind"),
        pytest.param("postgresql://u:hush@db.example/b", "holds a password", id="password"),
        pytest.param("postgresql://u:@db.example/b", "holds a password", id="an empty password"),
        pytest.param("postgresql://db.example/b?password=hush", "holds a password", id="password as option"),
        pytest.param("postgresql://db.example", "must end in /DATABASE", id="no database"),
        pytest.param("postgresql://db.example/hush/b", "must end in /DATABASE", id="two databases"),
        pytest.param("postgresql:///b", "names no host", id="no host"),
        pytest.param("postgresql://db.example:hush/b", "cannot be read", id="port in letters"),
        pytest.param("postgresql://db.example:0/b", "cannot be read", id="port 0"),
        pytest.param("postgresql://db.example/b#hush", "cannot be read", id="fragment"),
        pytest.param("postgresql://[db.example/b", "cannot be read", id="half a bracket"),
        pytest.param("postgresql://db.example/b?options=hush", "and nothing else", id="an option that is not known"),
        pytest.param("postgresql://db.example/b?sslmode=hush", "sslmode is one of", id="a mode that is not known"),
        pytest.param("postgresql://db.example/b?sslmode=prefer", "in the clear", id="perhaps in the clear"),
    ],
)
def test_what_is_refused(text: str, what: str) -> None:
    """Each mistake has its own words, and none repeats the text: it may hold a secret."""
    with pytest.raises(ValueError, match=what) as refused:
        DatabaseAddress.read(text)
    assert "hush" not in str(refused.value)


def test_the_login_of_a_site() -> None:
    """The role is named after the site; an id that leaves no room for it is refused with both numbers."""
    assert login_of("example-primary") == "breaktime_site_example-primary"
    assert len(login_of("a" * 48)) == 63
    with pytest.raises(ValueError, match="has 49 characters; a login role has room for 48"):
        login_of("a" * 49)
