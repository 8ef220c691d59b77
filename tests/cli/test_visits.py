"""`breaktime visits` and `breaktime accuracy` as their users run them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent.cli import main
from agent.gateway.link import encode

CONFIG = Path(__file__).parents[2] / "config"
NEWS = {"t": "2026-11-23T09:30:00Z", "url": "https://news.example/", "type": "document"}
LIKE = {
    "t": "2026-11-23T09:30:01Z",
    "url": "https://www.facebook.com/plugins/like.php",
    "type": "document",
    "referer": "https://news.example/",
}
VIDEO = {"t": "2026-11-23T09:31:00Z", "url": "https://www.youtube.com/watch?v=abc", "type": "document"}


def run(*arguments: str | Path) -> Result:
    """The command as it is run, on the shipped configuration."""
    return CliRunner().invoke(main, [*map(str, arguments), "--config", str(CONFIG)])


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """A news page with a Like button, a broken line, then a video."""
    path = tmp_path / "trace.jsonl"
    path.write_bytes(b"".join((encode(NEWS), encode(LIKE), b'{"url": "https://ten\n', encode(VIDEO))))
    return path


def test_visits_as_json(trace: Path) -> None:
    """The stable keys; the broken line is said by its number and ends nothing."""
    result = run("visits", trace, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "visited": [{"service": "youtube", "minutes": 1, "requests": 1}],
        "embedded": ["facebook"],
        "measured": [],
    }
    assert f"{trace}:3: " in result.stderr


def test_visits_in_words(trace: Path) -> None:
    """A line for each service, with what was seen of it."""
    lines = run("visits", trace).stdout.splitlines()
    assert lines[1].startswith("visited   youtube: 1 minute(s)")
    assert lines[2].startswith("embedded  facebook")


def test_no_social_media(tmp_path: Path) -> None:
    """An empty trace, too, gets an answer."""
    path = tmp_path / "empty.jsonl"
    path.write_bytes(b"")
    assert "no social media" in run("visits", path).stdout
    assert json.loads(run("visits", path, "--json").stdout) == {"visited": [], "embedded": [], "measured": []}


@pytest.mark.parametrize(
    "content", [None, b"\x00\xff" * 50, b'{"log": {"entries": []}}'], ids=["none", "binary", "HAR"]
)
def test_no_trace(tmp_path: Path, content: bytes | None) -> None:
    """A file that is no trace is refused with a sentence, not a traceback."""
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    result = run("visits", path, "--json")
    assert result.exit_code == 1
    assert "breaktime visits: " in result.stderr
    assert result.stdout == ""


def test_many_bad_lines(tmp_path: Path) -> None:
    """A long file of rubbish does not flood the screen."""
    path = tmp_path / "bad.jsonl"
    path.write_bytes(b"rubbish\n" * 500 + encode(VIDEO))
    result = run("visits", path)
    assert len(result.stderr.splitlines()) < 30
    assert "480 more lines" in result.stderr


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """Labelled hosts, one of them wrongly, and a trace with its index."""
    (tmp_path / "hosts.tsv").write_text(
        "host\tservice\tcategory\nwww.facebook.com\tFacebook\tsocial_network\nbbc.co.uk\tMyspace\tsocial_network\n"
    )
    (tmp_path / "negatives.tsv").write_text("host\tkind\nfedex.com\tnear\nx.com\twrong\n")
    (tmp_path / "har").mkdir()
    (tmp_path / "har" / "INDEX.tsv").write_text("file\tvisited\tembedded\na.jsonl\tYouTube\tFacebook\nb.jsonl\t-\t-\n")
    (tmp_path / "har" / "a.jsonl").write_bytes(encode(NEWS) + encode(LIKE) + encode(VIDEO))
    (tmp_path / "har" / "b.jsonl").write_bytes(encode(VIDEO))
    return tmp_path


def test_accuracy_as_json(examples: Path) -> None:
    """Shares, each error, what it was measured on and when."""
    found = json.loads(run("accuracy", "--data", examples, "--json").stdout)
    assert found["data"] == str(examples)
    assert len(found["date"]) == len("2026-11-23")
    hosts = found["hosts"]
    assert (hosts["recall"], hosts["negatives"], hosts["labelled"]) == (0.5, 2, 2)
    assert hosts["misses"] == [{"host": "bbc.co.uk", "label": "Myspace", "answer": ""}]
    assert hosts["false_matches"] == [{"host": "x.com", "label": "", "answer": "twitter"}]
    assert found["flows"] is None
    assert found["traces"]["right"] == 1
    assert found["traces"]["errors"] == ["b.jsonl: visited nothing, not youtube"]


def test_accuracy_in_words(examples: Path) -> None:
    """It says what it was measured on and when, what was not measured, and every error."""
    text = run("accuracy", "--data", examples).stdout
    assert f"with the examples in {examples}" in text
    for said in ("bbc.co.uk: Myspace, but found as nothing", "x.com: no social media, but found as twitter"):
        assert said in text
    assert "no flows of captures" in text
    assert "1 of 2 browser traces" in text


def test_the_figures_are_kept(examples: Path, tmp_path: Path) -> None:
    """The report finds the last figures in the data folder; a folder that cannot be written is said."""
    data = tmp_path / "data"
    runner = CliRunner(env={"BREAKTIME_DATA": str(data)})
    arguments = ["accuracy", "--data", str(examples), "--keep", "--json", "--config", str(CONFIG)]
    result = runner.invoke(main, arguments)
    assert json.loads((data / "accuracy.json").read_text()) == json.loads(result.stdout)
    data_file = tmp_path / "a-file"
    data_file.write_text("")
    failed = CliRunner(env={"BREAKTIME_DATA": str(data_file)}).invoke(main, arguments)
    assert failed.exit_code == 1
    assert "cannot be written" in failed.stderr


@pytest.mark.parametrize("there", [False, True])
def test_no_examples(tmp_path: Path, there: bool) -> None:
    """A folder without examples is refused with what belongs there."""
    folder = tmp_path if there else tmp_path / "none"
    result = run("accuracy", "--data", folder)
    assert result.exit_code == 1
    assert "hosts.tsv" in result.stderr
    assert "--data" in result.stderr


def test_a_capture_that_cannot_be_read(tmp_path: Path) -> None:
    """Its flows are errors of the measurement, not the end of it."""
    (tmp_path / "pcap").mkdir()
    header = "pcap\tsrc_ip\tsrc_port\tdst_ip\tdst_port\tsni_or_host\tlists_service\n"
    (tmp_path / "flows.tsv").write_text(f"{header}no.pcap\t10.0.0.1\t1\t10.0.0.2\t443\tx.com\tTwitter/X\n")
    found = json.loads(run("accuracy", "--data", tmp_path, "--json").stdout)["flows"]
    assert found == {
        "right": 0,
        "total": 1,
        "errors": ["no.pcap: 10.0.0.1 1 to 10.0.0.2 443: x.com was read as nothing"],
    }


def test_a_table_in_another_encoding(tmp_path: Path) -> None:
    """It is said, without a traceback."""
    (tmp_path / "hosts.tsv").write_bytes(b"host\tservice\tcategory\n\xff\xfe\tX\ty\n")
    result = run("accuracy", "--data", tmp_path)
    assert result.exit_code == 1
    assert "UTF-8" in result.stderr
