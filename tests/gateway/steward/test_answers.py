"""The resolver's log: what is answered for names of the plan is heard, and no line, however odd, does harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.gateway.steward.answers import LONGEST_LINE, MOST_OPEN, Answers

from .fakes import PLAN

ASKED = b"dnsmasq[7]: 1 10.0.0.2/5353 query[A] www.youtube.com from 10.0.0.2\n"


class Heard:
    """What was heard."""

    def __init__(self) -> None:
        self.answered: list[tuple[str, str]] = []
        self.lost = 0
        self.failed: list[str] = []
        self.answers = Answers(PLAN.domain_of, self._answered, self._lost, {"canary.example": "doh_canary"})
        self.answers.failed = self.failed.append

    def _answered(self, address: str, domain: str) -> None:
        self.answered.append((address, domain))

    def _lost(self) -> None:
        self.lost += 1


def lines(*texts: str) -> bytes:
    """Lines of one answer."""
    return "".join(f"dnsmasq[7]: 1 10.0.0.2/5353 {text}\n" for text in texts).encode()


@pytest.mark.parametrize(
    ("told", "answered"),
    [
        pytest.param(["reply www.youtube.com is 192.0.2.1"], ["192.0.2.1"], id="from upstream"),
        pytest.param(["cached www.youtube.com is 192.0.2.1"], ["192.0.2.1"], id="from the cache"),
        pytest.param(["cached-stale www.youtube.com is 192.0.2.1"], ["192.0.2.1"], id="stale"),
        pytest.param(["config www.youtube.com is 192.0.2.1"], ["192.0.2.1"], id="from the settings"),
        pytest.param(["reply www.youtube.com is 2001:DB8:0::1"], ["2001:db8::1"], id="IPv6, as everybody writes it"),
        pytest.param(
            ["reply www.youtube.com is <CNAME>", "reply x.cdn.test is 192.0.2.7"],
            ["192.0.2.7"],
            id="an alias counts for the name that was asked for",
        ),
        pytest.param(["reply www.youtube.com is NXDOMAIN"], [], id="no such name"),
        pytest.param(["reply www.youtube.com is NODATA-IPv6"], [], id="no such record"),
        pytest.param(["reply www.youtube.com is 999.0.2.1"], [], id="no address"),
        pytest.param(["reply www.youtube.com is 192.0.2.1 more"], [], id="a word too many"),
        pytest.param(["nftset add 4 inet breaktime social4 192.0.2.1 youtube.com"], [], id="what it did itself"),
    ],
)  # fmt: skip
def test_addresses_of_planned_names_are_heard(told: list[str], answered: list[str]) -> None:
    """Every address of an answer counts for the name of the plan that was asked for."""
    heard = Heard()
    heard.answers.feed(ASKED + lines(*told))
    assert heard.answered == [(address, "youtube.com") for address in answered]


def test_other_names_are_not_heard() -> None:
    """What is asked for outside the plan leaves no trace."""
    heard = Heard()
    heard.answers.feed(lines("query[A] www.bbc.co.uk from 10.0.0.2", "reply www.bbc.co.uk is 192.0.2.1"))
    assert heard.answered == []
    assert not heard.answers.counts


def test_case_does_not_matter() -> None:
    """Some clients ask in mixed case, so that answers are harder to forge."""
    heard = Heard()
    heard.answers.feed(lines("query[A] wWw.YouTUBE.com from 10.0.0.2", "reply wWw.YouTUBE.com is 192.0.2.1"))
    assert heard.answered == [("192.0.2.1", "youtube.com")]


def test_answers_over_tcp_have_numbers_of_their_own() -> None:
    """Another process with the same number answers something else."""
    heard = Heard()
    heard.answers.feed(ASKED + b"dnsmasq[8]: 1 10.0.0.3/99 reply www.bbc.co.uk is 192.0.2.9\n")
    assert heard.answered == []


def test_lines_may_come_in_pieces() -> None:
    """A pipe hands over what it has, not lines."""
    heard = Heard()
    for byte in ASKED + lines("reply www.youtube.com is 192.0.2.1"):
        heard.answers.feed(bytes([byte]))
    assert heard.answered == [("192.0.2.1", "youtube.com")]


def test_missing_lines_and_last_words_are_told() -> None:
    """What it lost postpones sweeps; why it could not begin is for the technician."""
    heard = Heard()
    heard.answers.feed(b"dnsmasq[7]: overflow: 12 log entries lost\n\ndnsmasq: bad option at line 7 of stdin\n")
    heard.answers.feed(b"setpriv: failed to execute dnsmasq: No such file or directory\n")
    assert heard.lost == 1
    assert heard.failed == [
        "dnsmasq: bad option at line 7 of stdin",
        "setpriv: failed to execute dnsmasq: No such file or directory",
    ]


def test_tries_to_go_round_are_counted() -> None:
    """A question for a canary is a number and no more."""
    heard = Heard()
    heard.answers.feed(lines("query[A] canary.example from 10.0.0.2", "query[AAAA] canary.example from 10.0.0.2"))
    assert heard.answers.counts == {"doh_canary": 2}


def test_a_new_resolver_begins_anew() -> None:
    """Its numbers are not those of the one before it, nor is half a line."""
    heard = Heard()
    heard.answers.feed(ASKED + b"dnsmasq[7]: 1 half")
    heard.answers.begin()
    heard.answers.feed(lines("reply www.youtube.com is 192.0.2.1"))
    assert heard.answered == []


def test_memory_is_bounded() -> None:
    """Questions that nobody answers push the oldest out, and a line without an end is given up."""
    heard = Heard()
    for number in range(MOST_OPEN + 5):
        heard.answers.feed(b"dnsmasq[7]: %d 10.0.0.2/5 query[A] youtube.com from 10.0.0.2\n" % number)
    heard.answers.feed(b"dnsmasq[7]: 3 10.0.0.2/5 reply youtube.com is 192.0.2.1\n")
    assert heard.answered == []
    heard.answers.feed(b"x" * (LONGEST_LINE + 1))
    heard.answers.feed(b"dnsmasq[7]: 9 10.0.0.2/5 reply youtube.com is 192.0.2.2\n")
    assert heard.answered == [("192.0.2.2", "youtube.com")]


WORDS = st.sampled_from([
    b"dnsmasq[7]:", b"dnsmasq:", b"1", b"10.0.0.2/5", b"query[A]", b"reply", b"youtube.com", b"is", b"from",
    b"192.0.2.1", b"", b"\xff\xfe", b"overflow:", b"<name", b"unprintable>",
])  # fmt: skip


@given(st.lists(st.lists(WORDS, max_size=9) | st.lists(st.binary(max_size=9), max_size=9), max_size=9))
def test_no_line_does_harm(odd: list[list[bytes]]) -> None:
    """Whatever stands in the log, it is read on."""
    heard = Heard()
    heard.answers.feed(b"\n".join(b" ".join(words) for words in odd))
    heard.answers.begin()
    heard.answers.feed(ASKED + lines("reply www.youtube.com is 192.0.2.250"))
    assert heard.answered[-1] == ("192.0.2.250", "youtube.com")
