"""Outside lists from a school's configuration: taken in, put in force, used by everything that asks the catalogue."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from agent.app import doctor
from agent.app.handed import engine_of
from agent.app.lists import NotLoaded, School, Wanted, listing, take_in, update
from agent.app.live import Configuration, Reloader, read
from agent.app.paths import DataFolder
from agent.clock import Clock
from agent.core.catalogue import Category
from agent.core.lists import Format, ListSource, Meaning
from agent.core.steering import MOST_DOMAINS, Steering, plan
from agent.lists.fetch import Fetcher
from agent.lists.intake import Outcome, Taken
from tests.lists.https import Https, serving
from tests.lists.made import POLICY, hosts, slim

TODAY = date(2026, 11, 23)
STEERING = Steering(("192.0.2.53",))


@pytest.fixture(scope="module")
def https(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Https]:
    """Where lists are fetched from."""
    with serving(tmp_path_factory.mktemp("https")) as made:
        yield made


class Place:
    """A school with lists in its site.yaml, and a data folder."""

    def __init__(self, folder: Path, https: Https) -> None:
        self.config, self.data, self.https = folder / "config", DataFolder(folder / "data"), https
        slim(self.config)
        self._site = (self.config / "site.yaml").read_text()

    def lists(self, *rows: str) -> None:
        """Write these into site.yaml."""
        lines = "".join(f"  - {{{row}}}\n" for row in rows)
        (self.config / "site.yaml").write_text(f"{self._site}\nlists:\n{lines}" if rows else self._site)

    def update(self, preview: bool = False, any_size: bool = False) -> dict[str, Taken]:
        """Bring them up to date."""
        wanted = Wanted(preview, any_size, fetcher=Fetcher(self.https.context()))
        found = update(School.of(self.config, self.data, wanted), wanted, (), TODAY, lambda said: None)
        return {one.id: one for one in found}

    def read(self) -> Configuration:
        """The configuration with its lists."""
        found = read(self.config, self.data)
        assert isinstance(found, Configuration), [str(one) for one in found]
        return found

    def service(self, host: str) -> str | None:
        """What a host is."""
        match = self.read().engine.catalogue.match_name(host)
        return match.service.id if match else None


@pytest.fixture
def place(tmp_path: Path, https: Https) -> Place:
    """A school with two lists on the server."""
    https.asked.clear()
    made = Place(tmp_path, https)
    small = https.put("/small", "\n".join(hosts(30)))
    tok = https.put("/tok", "parts.tok.example\nwww.facebook.com\n")
    made.lists(
        f"list: small-forums, source: '{small}', format: plain, category: forum",
        f"list: more-tok, source: '{tok}', format: plain, service: tiktok, kind: asset",
    )
    return made


def test_taken_in(place: Place) -> None:
    """A category's list is a service of its own, a service's adds to it; own entries win; the next time is cheap."""
    before = place.read().engine
    assert (place.service("x.host7.example"), "small-forums" in before.catalogue.services) == (None, True)
    assert {id: one.outcome for id, one in place.update().items()} == dict.fromkeys(
        ("small-forums", "more-tok"), Outcome.NEW
    )
    assert place.service("x.host7.example") == "small-forums"
    assert (place.service("parts.tok.example"), place.service("www.facebook.com")) == ("tiktok", "facebook")
    assert place.read().engine.revision != before.revision
    assert {one.outcome for one in place.update().values()} == {Outcome.UNCHANGED}
    assert [status for _, status in place.https.asked] == [200, 200, 304, 304]


def test_the_doctor_knows(place: Place) -> None:
    """A list that was never taken in wants mending; without lists nothing is said."""

    def found() -> list[tuple[bool, str]]:
        findings = doctor.examine(place.config, place.data, Clock())
        return [(one.good, one.mend) for one in findings if one.name == "lists"]

    assert found() == [(False, "breaktime catalogue update")]
    place.update()
    assert found() == [(True, "")]
    place.lists()
    place.update()
    assert found() == []


def test_a_preview_changes_nothing(place: Place) -> None:
    """It says what would be added and removed."""
    place.update()
    place.https.put("/small", "\n".join([*hosts(28), "new.example"]))
    found = place.update(preview=True)["small-forums"]
    assert (found.outcome, found.some_added, found.some_removed) == (
        Outcome.CHANGED, ("new.example",), ("host28.example", "host29.example"),
    )  # fmt: skip
    assert (place.service("new.example"), place.service("host29.example")) == (None, "small-forums")
    place.update()
    assert (place.service("new.example"), place.service("host29.example")) == ("small-forums", None)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("<html>maintenance</html>", "a web page", id="an error page"),
        pytest.param("\n".join(hosts(3)), "90 % are gone", id="a shrink"),
        pytest.param("\n".join([*hosts(30), "google.com"]), "would claim google.com", id="google.com"),
        pytest.param("a\0b", "NUL byte", id="NUL bytes"),
    ],
)
def test_a_broken_list_keeps_what_it_had(place: Place, content: str, message: str) -> None:
    """The others are brought up to date all the same."""
    place.update()
    place.https.put("/small", content)
    place.https.put("/tok", "parts.tok.example\nmore.tok.example")
    found = place.update()
    assert message in found["small-forums"].reason
    assert found["more-tok"].outcome is Outcome.CHANGED
    assert (place.service("host29.example"), place.service("more.tok.example")) == ("small-forums", "tiktok")


def test_taken_out_of_the_site(place: Place) -> None:
    """A list that nobody names claims nothing at once, and is let go at the next update."""
    place.update()
    place.lists()
    assert place.service("host7.example") is None
    place.update()
    assert School.of(place.config, place.data, Wanted()).library.state().lists == {}


def test_by_hand(place: Place) -> None:
    """A list that was imported by hand says itself what it means, and an update leaves it alone."""
    path = place.config.parent / "talk.txt"
    path.write_text("talk.example")
    wanted = Wanted(fetcher=Fetcher(place.https.context()))
    school = School.of(place.config, place.data, wanted)
    made = ListSource("talk", str(path), Format.PLAIN, Meaning(service="tiktok"))
    take_in(school, wanted, [made], TODAY, lambda said: None)
    place.update()
    assert (place.service("a.talk.example"), place.service("host7.example")) == ("tiktok", "small-forums")
    assert [(row["list"], row["by_hand"]) for row in listing(school)] == [
        ("small-forums", False), ("more-tok", False), ("talk", True),
    ]  # fmt: skip


def test_a_policy_may_name_a_list(place: Place) -> None:
    """A list that was imported by hand is a service like others, for policies and for the commands that read them."""
    path = place.config.parent / "talk.txt"
    path.write_text("talk.example")
    wanted = Wanted(fetcher=Fetcher(place.https.context()))
    made = ListSource("talk", str(path), Format.PLAIN, Meaning(category=Category.CHAT))
    school = School.of(place.config, place.data, wanted)
    take_in(school, wanted, [made], TODAY, lambda said: None)
    policy = place.config / "policies" / POLICY / "policy.yaml"
    rule = '  - {rule: no-talk, verdict: block, when: {service: talk}, clause: "5.3", say: No talk.}\n'
    policy.write_text(policy.read_text().replace("\nrules:\n", f"\nrules:\n{rule}", 1))
    assert place.update().keys() == {"small-forums", "more-tok"}
    assert place.service("x.talk.example") == "talk"
    assert "talk" not in School.of(place.config, place.data, wanted).services


def test_without_a_meaning_nothing_is_kept(place: Place) -> None:
    """It is read and counted."""
    path = place.config.parent / "talk.txt"
    path.write_text("talk.example")
    school = School.of(place.config, place.data, Wanted())
    found = take_in(school, Wanted(), [ListSource("talk", str(path), Format.PLAIN)], TODAY, lambda said: None)
    assert (found[0].hosts, place.data.lists.exists()) == (1, False)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        pytest.param("list: a, source: x, format: plain", "a `service` or a `category`", id="no meaning"),
        pytest.param(
            "list: a, source: x, format: plain, category: forum, service: tiktok", "one of the two", id="both"
        ),
        pytest.param(
            "list: a, source: x, format: plain, service: tok", "no service is called 'tok'", id="no such service"
        ),
        pytest.param(
            "list: tiktok, source: x, format: plain, category: forum", "is a service of the catalogue", id="taken"
        ),
        pytest.param("list: a, source: 'http://x/y', format: plain, category: forum", "https alone", id="in clear"),
        pytest.param("list: A, source: x, format: plain, category: forum", "is not a word", id="an id"),
        pytest.param("list: a, source: x, format: csv, category: forum", "'csv' is not known", id="a format"),
        pytest.param("list: a, source: x, format: plain, category: forum, sha256: abc", "SHA-256", id="a checksum"),
    ],
)
def test_what_is_wrong_with_a_list(place: Place, row: str, message: str) -> None:
    """A mistake in site.yaml is said with its line, and the configuration in force stays."""
    place.lists(row)
    with pytest.raises(NotLoaded) as found:
        School.of(place.config, place.data, Wanted())
    assert any(message in str(problem) for problem in found.value.problems), found.value.problems


def test_two_lists_of_one_id(place: Place) -> None:
    """Nobody could say which is meant."""
    place.lists(*["list: a, source: x, format: plain, category: forum"] * 2)
    with pytest.raises(NotLoaded) as found:
        School.of(place.config, place.data, Wanted())
    assert "two lists are called 'a'" in str(found.value.problems[0])


@pytest.mark.parametrize(
    ("count", "minded"),
    [
        pytest.param(100, True, id="a short list"),
        pytest.param(MOST_DOMAINS + 1, False, id="a list of more than 20,000"),
    ],
)
def test_which_lists_the_resolver_minds(place: Place, count: int, minded: bool) -> None:
    """A long one is ruled on in worker and sense alone: it is left out whole, and said to be."""
    place.https.put("/small", "\n".join(hosts(count)))
    place.update()
    engine = place.read().engine
    made = plan(engine, STEERING)
    assert (made.domain_of("x.host7.example") is not None) is minded
    assert made.domain_of("parts.tok.example") == "parts.tok.example"
    assert made.left_out == (0 if minded else count)
    assert engine.catalogue.match_name("x.host7.example") is not None


def test_a_worker_answers_by_the_same_table(place: Place) -> None:
    """What is handed to it names the table; its engine has the same revision and the same hosts."""
    place.update()
    config = place.read()
    engine = engine_of(config.message)
    assert engine.revision == config.engine.revision
    match = engine.catalogue.match_name("x.host7.example")
    assert match is not None
    assert match.service.id == "small-forums"


def test_a_running_gateway_takes_lists_up(place: Place) -> None:
    """A reload hands out what an update put in force; a damaged table is refused, and what is in force stays."""
    place.update()
    handed: list[Configuration] = []
    reports: list[bool] = []

    async def hand_out(fresh: Configuration) -> list[int]:
        handed.append(fresh)
        return []

    reloader = Reloader(place.config, place.read(), frozenset(), hand_out, reports.append, place.data)
    place.https.put("/small", "\n".join([*hosts(30), "new.example"]))
    place.update()
    asyncio.run(reloader.reload())
    assert handed[0].engine.catalogue.match_name("new.example") is not None
    for table in place.data.lists.glob("table-*"):
        table.write_bytes(table.read_bytes()[:-1])
    asyncio.run(reloader.reload())
    assert (len(handed), reports) == (1, [True, False])
    assert reloader.in_force.engine.catalogue.match_name("new.example") is not None
