"""The block page and its one-line twin: what they say, what they must never hold, who can read them."""

import base64
import hashlib
import re
from dataclasses import fields, replace
from datetime import datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from agent.gateway.page import HEADERS, PLAIN_HEADERS, Notice, document, sentence

LONDON = ZoneInfo("Europe/London")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


LESSON = Notice(
    service="Facebook",
    site="Example Primary School",
    reason="Social media is for breaks and non-directed time.",
    policy="Social Media Policy",
    clause="8.6.2",
    period="lesson",
    next_allowed=at("2026-11-23T10:30"),
    now=at("2026-11-23T09:31"),
    contact="the school office",
    recorded=True,
    retention_days=28,
    rehearsal=False,
)
NEVER = replace(LESSON, next_allowed=None)


class Reader(HTMLParser):
    """A page as a reader meets it: its words, its tags in order, and whether every tag is closed again."""

    VOID = frozenset({"meta", "circle", "path"})

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page.decode("utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def names(self) -> list[str]:
        return [tag for tag, _ in self.tags]


def text(notice: Notice) -> str:
    return Reader(document(notice)).text


def plain(notice: Notice) -> str:
    return sentence(notice).decode("utf-8")


NEXT = [
    pytest.param("2026-11-23T09:31", "2026-11-23T10:30", "at 10:30", id="today"),
    pytest.param("2026-11-23T15:30", "2026-11-24T10:30", "tomorrow at 10:30", id="tomorrow"),
    pytest.param("2026-11-23T23:59", "2026-11-24T00:00", "tomorrow at 00:00", id="tomorrow-in-a-minute"),
    pytest.param("2028-02-28T12:00", "2028-02-29T09:00", "tomorrow at 09:00", id="tomorrow-leap-day"),
    pytest.param("2026-11-27T15:30", "2026-11-30T10:30", "on Monday 30 November at 10:30", id="over-weekend"),
    pytest.param("2026-12-18T15:30", "2027-01-04T10:30", "on Monday 4 January at 10:30", id="over-holiday"),
    pytest.param("2026-10-24T23:30", "2026-10-25T10:30", "tomorrow at 10:30", id="day-of-25-hours"),
    pytest.param("2027-03-27T23:30", "2027-03-28T10:30", "tomorrow at 10:30", id="day-of-23-hours"),
    pytest.param("2026-10-23T15:30", "2026-11-02T10:30", "on Monday 2 November at 10:30", id="into-winter"),
    pytest.param("2027-03-24T15:30", "2027-04-12T10:30", "on Monday 12 April at 10:30", id="into-summer"),
]


@pytest.mark.parametrize(("now", "then", "phrase"), NEXT)
def test_next_allowed_is_said_by_the_wall_clock(now: str, then: str, phrase: str) -> None:
    """Page, title and plain line name the next allowed time in the same words, by date and not by hours."""
    notice = replace(LESSON, now=at(now), next_allowed=at(then))
    page = text(notice)
    assert f"Facebook: next allowed {phrase} · Example Primary School" in page
    assert f"Next allowed {phrase} The rule" in page
    assert f"Next allowed {phrase}." in plain(notice)


def test_fixed_offsets_on_both_sides_of_a_clock_change_are_not_converted() -> None:
    """A next time that carries its own season's offset is shown as the bell will show it."""
    notice = replace(
        LESSON,
        now=datetime.fromisoformat("2027-03-27T15:00+00:00"),
        next_allowed=datetime.fromisoformat("2027-03-28T10:30+01:00"),
    )
    assert "Next allowed tomorrow at 10:30" in text(notice)


def test_the_time_stands_in_one_piece_before_any_other() -> None:
    """Whoever looks for HH:MM in the page finds the next allowed time first, unbroken, also as <time>."""
    page = document(LESSON).decode()
    assert re.findall(r"\b\d\d:\d\d\b", page)[0] == "10:30"
    assert '<time datetime="2026-11-23T10:30">10:30</time>' in page


def test_the_way_to_sign_in() -> None:
    """Who could go on signed in as the school is led to the service's own sign-in page, in the whole window."""
    notice = replace(NEVER, sign_in="www.facebook.com/login/")
    page = Reader(document(notice))
    (link,) = [attributes for tag, attributes in page.tags if tag == "a"]
    assert (link["href"], link["target"]) == ("https://www.facebook.com/login/", "_top")
    assert "Facebook is not available while you are signed out" in page.text
    assert "at any time" not in page.text + plain(notice)
    assert "https://www.facebook.com/login/" in plain(notice)


def test_never_is_said_plainly() -> None:
    """Without a known next time the page says so in words, and shows no clock and no time element."""
    page = Reader(document(NEVER))
    assert "not allowed on this device at school at any time" in page.text
    assert "Next allowed" not in page.text
    assert not {"time", "svg"} & set(page.names())
    assert "not allowed on this device at school at any time." in plain(NEVER)


HANDS = [
    pytest.param("10:30", "315", "180", id="half-past-ten"),
    pytest.param("12:45", "22.5", "270", id="quarter-to-one"),
]


@pytest.mark.parametrize(("time", "hour", "minute"), HANDS)
def test_clock_hands_show_the_next_time(time: str, hour: str, minute: str) -> None:
    """The drawn clock shows the time that is written, and screen readers skip it."""
    page = Reader(document(replace(LESSON, next_allowed=at(f"2026-11-23T{time}"))))
    turns = [attrs["transform"] for tag, attrs in page.tags if tag == "path"]
    assert turns == [f"rotate({hour} 50 50)", f"rotate({minute} 50 50)"]
    assert ("svg", "true") in [(tag, attrs.get("aria-hidden")) for tag, attrs in page.tags]


SAYS = [
    pytest.param({}, "Facebook is not available just now", id="service"),
    pytest.param({}, "Social media is for breaks and non-directed time. It is now lesson time.", id="reason"),
    pytest.param({"reason": "Not in lessons "}, "just now Not in lessons. It is now", id="reason-stop"),
    pytest.param({"period": "after-school"}, "It is now after the school day.", id="period-in-words"),
    pytest.param({"period": "wet-play"}, "It is now wet play.", id="period-of-the-school's-own"),
    pytest.param({}, "Social Media Policy, paragraph 8.6.2.", id="clause"),
    pytest.param({"clause": "8.6.2, 9.1"}, "Social Media Policy, paragraphs 8.6.2, 9.1.", id="two-clauses"),
    pytest.param({"clause": ""}, "written policy: Social Media Policy. Whom to ask", id="no-clause"),
    pytest.param({}, "please ask the school office.", id="contact"),
    pytest.param({}, "This try is recorded: the time, the service and that it was not", id="recorded"),
    pytest.param({"retention_days": 1}, "The record is deleted after 1 day.", id="retention-of-one-day"),
    pytest.param({"retention_days": 0}, "The record is deleted the same day.", id="retention-of-none"),
    pytest.param({"recorded": False}, "Nothing is recorded about this try.", id="not-recorded"),
    pytest.param({}, "is deleted after 28 days. Nothing that you typed or read is kept.", id="retention"),
    pytest.param({"recorded": False}, "Nothing that you typed or read is kept.", id="never-kept-either"),
    pytest.param({}, "Notice shown at 09:31.", id="now"),
    pytest.param({"rehearsal": True}, "gateway was moved to Monday 23 November 2026", id="moved"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "words"), SAYS)
def test_the_page_says(change: dict[str, object], words: str) -> None:
    """Each thing that the person is owed stands in the page in plain words."""
    assert words in text(replace(LESSON, **change))  # type: ignore[arg-type]


NEVER_SAYS = [
    pytest.param({"recorded": False}, r"is recorded:|28", id="no-record-claimed-when-none-is-made"),
    pytest.param({}, r"[Rr]ehearsal", id="no-rehearsal-in-earnest"),
    pytest.param({"period": ""}, r"It is now", id="no-period-outside-any"),
]


@pytest.mark.parametrize(("change", "words"), NEVER_SAYS)
def test_the_page_does_not_say(change: dict[str, object], words: str) -> None:
    """Nothing is said that is not so."""
    assert not re.search(words, text(replace(LESSON, **change)))  # type: ignore[arg-type]


PLAIN = [
    pytest.param({}, "Please ask the school office if you need it.\n", id="contact"),
    pytest.param({}, "(Social Media Policy, paragraph 8.6.2) Next allowed at 10:30. Please", id="rule"),
    pytest.param({"clause": ""}, "(Social Media Policy) Next allowed at 10:30.", id="no-clause"),
    pytest.param({"rehearsal": True}, "REHEARSAL, the clock was moved. Facebook is", id="rehearsal"),
]


@pytest.mark.parametrize(("change", "words"), PLAIN)
def test_the_plain_line_says(change: dict[str, object], words: str) -> None:
    """The short answer holds the same facts in one sentence after another."""
    assert words in plain(replace(LESSON, **change))  # type: ignore[arg-type]


TEXTS = ["service", "site", "reason", "policy", "clause", "period", "contact"]
NASTY = "<script>alert(\"x\")</script><img src='//evil.example/x'>&amp;{{ 7*7 }}\ud800"


@pytest.mark.parametrize("field", TEXTS)
def test_every_text_is_escaped(field: str) -> None:
    """A text is shown as written, never as markup or template; what UTF-8 cannot carry costs a character."""
    notice = replace(LESSON, **{field: NASTY})  # type: ignore[arg-type]
    page = Reader(document(notice))
    assert not {"script", "img"} & set(page.names())
    assert NASTY.replace("\ud800", "?") in page.text


@pytest.mark.parametrize("field", TEXTS)
def test_the_plain_answer_is_one_line(field: str) -> None:
    """Line breaks and control characters in a text do not break the line or reach a terminal."""
    line = plain(replace(LESSON, **{field: "a\r\nb\x1b[31m\u2028c\x00\ud800"}))  # type: ignore[arg-type]
    assert line.endswith("\n")
    assert line[:-1].isprintable()


LONG = replace(LESSON, **dict.fromkeys(TEXTS, "é" * 100))  # type: ignore[arg-type]


@pytest.mark.parametrize("notice", [LESSON, NEVER, LONG], ids=["next", "never", "texts-of-200-bytes"])
def test_the_page_stands_alone(notice: Notice) -> None:
    """One small well-formed file: no script, form, link or outside resource, nothing that moves."""
    page = document(replace(notice, rehearsal=True))
    reader = Reader(page)
    assert not reader.open
    assert not {"script", "form", "a", "img", "link", "iframe", "object", "base"} & set(reader.names())
    loads = {"src", "href", "action", "style", "srcset", "data", "xlink:href"}
    assert not [attrs for _, attrs in reader.tags if loads & set(attrs) or any(a[:2] == "on" for a in attrs)]
    assert not re.search(rb"https?://|url\(|@import|@font-face|animation|transition", page)
    assert len(page) < 10_000


def test_structure_for_assistive_technology() -> None:
    """British English, a title, one h1 followed by h2 only, and one main landmark."""
    page = Reader(document(replace(LESSON, rehearsal=True)))
    assert ("html", {"lang": "en-GB"}) in page.tags
    assert [tag for tag in page.names() if re.fullmatch(r"h\d", tag)] == ["h1", "h2", "h2", "h2"]
    assert page.names().count("main") == page.names().count("title") == 1


def test_notice_has_no_place_for_address_or_person() -> None:
    """What a notice cannot hold, no page can show."""
    words = {"url", "host", "path", "person", "client", "device", "account", "address"}
    assert not words & {field.name for field in fields(Notice)}


def test_csp_permits_exactly_the_style_in_the_page() -> None:
    """The hash in the header is that of the style as it is served; nothing else may load."""
    styles = re.findall(rb"<style>(.*?)</style>", document(LESSON), re.DOTALL)
    assert len(styles) == 1
    digest = base64.b64encode(hashlib.sha256(styles[0]).digest()).decode()
    assert HEADERS["content-security-policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors *"
    )


@pytest.mark.parametrize(
    ("headers", "kind"),
    [(HEADERS, "text/html"), (PLAIN_HEADERS, "text/plain")],
    ids=["document", "plain"],
)
def test_headers(headers: dict[str, str], kind: str) -> None:
    """Neither answer is kept, guessed at, or followed by a referrer."""
    assert headers["content-type"] == f"{kind}; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "unsafe" not in headers["content-security-policy"]
