"""An address of the school is found in a form however it is written, and nothing else is taken for one."""

import json
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.forms import LIMIT, holds_address

DOMAINS = ("school.example", "trust.example")
MULTIPART = b'--x\r\nContent-Disposition: form-data; name="mail"\r\n\r\nteacher@school.example\r\n--x--\r\n'


@pytest.mark.parametrize(
    ("body", "holds"),
    [
        pytest.param(b"mail=teacher%40school.example&x=1", True, id="URL-encoded"),
        pytest.param(b"mail=teacher@school.example", True, id="not encoded at all"),
        pytest.param(b"mail=Teacher%40School.EXAMPLE", True, id="in capitals"),
        pytest.param(b"mail=a.b%2Bc%40trust.example", True, id="another of the domains, with a tag"),
        pytest.param(b"mail=x%40staff.school.example", True, id="below the domain"),
        pytest.param(b'{"mail": "teacher@school.example"}', True, id="JSON"),
        pytest.param(b'{"mail": "teacher\\u0040school.example"}', True, id="JSON, escaped"),
        pytest.param(urlencode({"v": json.dumps({"m": "t@school.example"})}).encode(), True, id="JSON in a form"),
        pytest.param(quote(quote("t@school.example", ""), "").encode(), True, id="encoded twice"),
        pytest.param(MULTIPART, True, id="multipart"),
        pytest.param("mail=ü@school.example".encode(), True, id="a letter beyond ASCII"),
        pytest.param(b"mail=teacher%40mail.example", False, id="another domain"),
        pytest.param(b"mail=teacher%40school.example.org", False, id="a domain that only begins so"),
        pytest.param(b"mail=teacher%40myschool.example", False, id="a domain that only ends so"),
        pytest.param(b"mail=teacher%40school-example", False, id="a dot is a dot"),
        pytest.param(b"site=school.example", False, id="the domain without an address"),
        pytest.param(b"mail=%40school.example", False, id="an address of nobody"),
        pytest.param(b"", False, id="empty"),
        pytest.param(b"\xff\xfe\x00", False, id="no text"),
    ],
)
def test_holds_address(body: bytes, holds: bool) -> None:
    """Escapes of every kind of form are undone; the domain is compared by whole labels."""
    assert holds_address(body, DOMAINS) is holds


def test_without_domains_nothing_is_found() -> None:
    """A school that names no domain has no form looked through."""
    assert not holds_address(b"teacher@school.example", ())


@given(st.binary(max_size=2000), st.binary(max_size=2000))
def test_wherever_it_stands(before: bytes, after: bytes) -> None:
    """No neighbour hides an address, and nothing makes the search fail."""
    assert holds_address(before + b"&m=t@school.example&" + after, DOMAINS)


@pytest.mark.parametrize("body", [b"a@" * (LIMIT // 2), b"%" * LIMIT, b"\\u0" * (LIMIT // 3), b"a." * (LIMIT // 2)])
def test_quick(body: bytes) -> None:
    """The longest body that is looked at takes no time that anybody would notice."""
    assert not holds_address(body, DOMAINS)
