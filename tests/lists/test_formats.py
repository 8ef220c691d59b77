"""Each format as it is read: what it claims, how, and what is counted as left out."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from agent.core.lists import Format, How
from agent.lists.draft import Reason, Refused, is_safe
from tests.lists.made import EXACT, EXCEPT, WITHIN, read

V2FLY = {
    "talk": "include:parts @!cn\ninclude:more @-ads\n# a remark\ntalk.example # another\nfull:www.talk.test\n",
    "parts": "parts.example @!cn\nother.example @cn\n",
    "more": "domain:more.example\nads.example @ads\n",
    "beside": "beside.example &talk\nelse.example\n",
}


@pytest.mark.parametrize(
    ("format", "text", "expected"),
    [
        pytest.param(Format.PLAIN, "a.example\n", {"a.example": WITHIN}, id="plain"),
        pytest.param(
            Format.PLAIN,
            "\ufeff# x\n\n *.A.Example. # y\n.b.example",
            {"a.example": WITHIN, "b.example": WITHIN},
            id="plain, untidy",
        ),
        pytest.param(Format.PLAIN, "münchen.example", {"xn--mnchen-3ya.example": WITHIN}, id="a name beyond ASCII"),
        pytest.param(
            Format.HOSTS,
            "0.0.0.0 a.example b.example # c\n127.0.0.1\tc.example",
            {"a.example": EXACT, "b.example": EXACT, "c.example": EXACT},
            id="hosts: each name alone",
        ),
        pytest.param(
            Format.UT1,
            {"x/domains": "a.example\nb.example\n", "x/urls": "c.example/d\n", "x/usage": "black\n"},
            {"a.example": WITHIN, "b.example": WITHIN},
            id="ut1",
        ),
        pytest.param(Format.UT1, {"domains.txt": "a.example\n"}, {"a.example": WITHIN}, id="ut1, domains alone"),
        pytest.param(
            Format.V2FLY,
            V2FLY,
            {
                "parts.example": WITHIN,
                "more.example": WITHIN,
                "talk.example": WITHIN,
                "www.talk.test": EXACT,
                "beside.example": WITHIN,
            },
            id="v2fly, with includes and affiliations",
        ),
        pytest.param(
            Format.ADBLOCK,
            "! x\n[Adblock]\n||a.example^\n|www.b.example^\n0.0.0.0 c.example\nd.example\n||e.example^$important",
            {"a.example": WITHIN, "www.b.example": EXACT, "c.example": EXACT, "d.example": EXACT, "e.example": WITHIN},
            id="adblock",
        ),
        pytest.param(
            Format.ADBLOCK,
            "||a.example^\n@@||b.a.example^\n@@||a.example^|\n",
            {"a.example": EXCEPT, "b.a.example": EXCEPT},
            id="adblock: exceptions stand",
        ),
        pytest.param(
            Format.SERVICES,
            '{"blocked_services": [{"id": "a", "rules": ["||a.example^"]}, {"id": "b", "rules": ["||b.example^"]}]}',
            {"a.example": WITHIN, "b.example": WITHIN},
            id="services as JSON",
        ),
        pytest.param(
            Format.SERVICES,
            "id: a\nname: A\nrules:\n  - '||a.example^'\n  - '@@||b.a.example^'\n",
            {"a.example": WITHIN, "b.a.example": EXCEPT},
            id="a service as YAML",
        ),
    ],
)
def test_what_is_claimed(format: Format, text: str | Mapping[str, str], expected: Mapping[str, How]) -> None:
    """Canonical names, each with how it is claimed."""
    assert read(format, text).names == expected


@pytest.mark.parametrize(
    ("format", "text", "reasons"),
    [
        pytest.param(
            Format.PLAIN,
            "a.example/x\n192.0.2.1\ncom\nco.uk\n2001:db8::1",
            {Reason.URL: 1, Reason.ADDRESS: 2, Reason.TOP_LEVEL: 1, Reason.SUFFIX: 1},
            id="plain",
        ),
        pytest.param(Format.PLAIN, "two words\n-a-.example", {Reason.NOT_A_NAME: 2}, id="not understood"),
        pytest.param(
            Format.HOSTS,
            "127.0.0.1 localhost\n192.0.2.1 safe.example\nnonsense\n::1 ip6-localhost",
            {Reason.OWN_NAME: 2, Reason.ELSEWHERE: 1, Reason.NOT_A_NAME: 1},
            id="hosts",
        ),
        pytest.param(
            Format.UT1, {"urls": "a.example/x", "domains": "192.0.2.1"}, {Reason.URL: 1, Reason.ADDRESS: 1}, id="ut1"
        ),
        pytest.param(
            Format.V2FLY, "regexp:(a+)+$\nkeyword:ab\nthing:x", {Reason.PATTERN: 2, Reason.NOT_A_NAME: 1}, id="v2fly"
        ),
        pytest.param(
            Format.ADBLOCK,
            "a.example##.ad\n||a.example^$domain=b.example\n||a.example/x.js\n||a*b.example^\n@@/x.y/\n%%",
            {Reason.OTHER_RULE: 3, Reason.URL: 1, Reason.PATTERN: 1, Reason.NOT_A_NAME: 1},
            id="adblock",
        ),
    ],
)
def test_what_is_left_out(format: Format, text: str | Mapping[str, str], reasons: Mapping[str, int]) -> None:
    """Everything that claims nothing is counted under a reason, and is an entry all the same."""
    draft = read(format, text)
    assert (dict(draft.left_out), draft.names) == (reasons, {})
    assert draft.entries == sum(reasons.values())


def test_v2fly_attributes() -> None:
    """The school may want only rules with an attribute, or none with it."""
    text = "a.example @ads\nb.example @cn @ads\nc.example"
    assert set(read(Format.V2FLY, text, without=("cn",)).names) == {"a.example", "c.example"}
    assert set(read(Format.V2FLY, text, only=("ads",)).names) == {"a.example", "b.example"}
    assert read(Format.V2FLY, text, only=("ads",)).left_out == {Reason.ATTRIBUTE: 1}


def test_patterns() -> None:
    """Keywords and regular expressions are kept apart from names."""
    draft = read(Format.V2FLY, "keyword:tik-tok\nregexp:^cdn[0-9]+\\.example$\nkeyword:tik-tok")
    assert list(draft.patterns) == ["tik-tok", "^cdn[0-9]+\\.example$"]
    assert read(Format.ADBLOCK, "/^cdn[0-9]+\\.example$/").patterns == {"^cdn[0-9]+\\.example$": None}


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        pytest.param(r"(^|\.)name3(0[1-9]|1[0-2])\.xyz$", True, id="alternatives"),
        pytest.param(r"^r+[0-9]+(---|\.)sn-\w{5}\.example$", True, id="two endless parts from the beginning"),
        pytest.param(r"name[0-9]+\.example$", True, id="one endless part"),
        pytest.param(r"a+name[0-9]+", False, id="two, from anywhere"),
        pytest.param(r"(name)+", False, id="a repeated group"),
        pytest.param(r"(?:na|me){3}", False, id="a group repeated so often"),
        pytest.param(r"^a.*b.*name.*", False, id="three endless parts"),
        pytest.param(r".*", False, id="no letter of its own"),
        pytest.param(r"(?=name)", False, id="a look ahead"),
        pytest.param(r"(name)\1", False, id="a reference back"),
        pytest.param(r"name[", False, id="broken"),
        pytest.param(r"(name", False, id="unclosed"),
        pytest.param("n" * 300, False, id="too long"),
    ],
)
def test_which_patterns_are_tried(text: str, safe: bool) -> None:
    """Those whose time grows little with the name, and that are about something."""
    assert is_safe(text) is safe


@pytest.mark.parametrize(
    ("format", "text", "more", "message"),
    [
        pytest.param(
            Format.UT1,
            {"a/domains": "a.example", "b/domains": "b.example"},
            {},
            "more than one category",
            id="two categories",
        ),
        pytest.param(Format.UT1, {"readme": "x", "other": "y"}, {}, "no file called `domains`", id="no domains"),
        pytest.param(Format.V2FLY, {"a": "include:b", "b": "include:a"}, {}, "a includes b includes a", id="a ring"),
        pytest.param(
            Format.V2FLY, {"a": "include:b"}, {}, "a includes 'b', which is not there", id="an include is missing"
        ),
        pytest.param(Format.SERVICES, "{", {}, "neither as JSON nor as YAML", id="broken JSON"),
        pytest.param(Format.SERVICES, "a: [b", {}, "neither as JSON nor as YAML", id="broken YAML"),
        pytest.param(Format.SERVICES, "[1]", {}, "no list of services", id="something else"),
        pytest.param(
            Format.SERVICES,
            "id: a\nrules: []",
            {"pick": ("b",)},
            "no service called b; it has a",
            id="a service that is not there",
        ),
        pytest.param(Format.PLAIN, "<!DOCTYPE html><html>", {}, "a web page", id="a web page"),
        pytest.param(Format.PLAIN, "a.example\nb\0.example", {}, "NUL byte on line 2", id="a NUL byte"),
        pytest.param(
            Format.PLAIN, "a.example\n" + "b" * 5000, {}, "line 2 has 5,000 characters", id="an enormous line"
        ),
    ],
)
def test_refused(format: Format, text: str | Mapping[str, str], more: dict[str, object], message: str) -> None:
    """What is no list of this format says so, and where."""
    with pytest.raises(Refused, match=message):
        read(format, text, **more)


def test_white_lists_are_noted() -> None:
    """UT1's authors say which categories they mean to allow."""
    assert "white" in read(Format.UT1, {"domains": "a.example", "usage": "white"}).notes[0]
