"""Bytes of a list → lines of text, or the reason why it is none."""

from __future__ import annotations

from collections.abc import Iterator

from agent.lists.draft import LONGEST_LINE, Refused

_MARKUP = (b"<!doctype", b"<html", b"<head", b"<?xml", b"<body")


def text_of(content: bytes) -> str:
    """The whole as text. Raises Refused for a web page, NUL bytes and what is not UTF-8."""
    head = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(_MARKUP):
        raise Refused("it is a web page, not a list; does the address still hold the list?")
    at = content.find(b"\0")
    if at >= 0:
        raise Refused(f"it has a NUL byte on line {_line(content, at)}: it is no text, or it is damaged")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise Refused(f"it is not UTF-8 on line {_line(content, problem.start)}; save it as UTF-8") from None


def lines_of(content: bytes) -> Iterator[tuple[int, str]]:
    """Each line that is not empty, with its number. Raises Refused as `text_of` does, and for an enormous line."""
    for number, line in enumerate(text_of(content).split("\n"), 1):
        if len(line) > LONGEST_LINE:
            raise Refused(f"line {number} has {len(line):,} characters; no line of such a list is that long")
        if line := line.strip():
            yield number, line


def _line(content: bytes, at: int) -> int:
    return content.count(b"\n", 0, at) + 1
