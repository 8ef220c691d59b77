"""A failure of our own is said by where it was, once, without a word of what it told."""

from __future__ import annotations

import asyncio

from agent.gateway.steward.trouble import Trouble


def fail(secret: str) -> None:
    """Fail with a text that names somebody."""
    raise ValueError(secret)


def test_where_and_not_what() -> None:
    """The place of the failure, and its kind."""
    said: list[str] = []
    trouble = Trouble(said.append)
    for secret in ("teacher-01", "teacher-02"):
        try:
            fail(secret)
        except ValueError as failure:
            trouble.of(failure)
    assert len(said) == 1
    assert said[0].startswith("steward: ValueError at test_trouble.py:")
    assert "teacher" not in said[0]
    assert trouble.count == 2


def test_what_an_event_loop_meets() -> None:
    """Of a callback that fails, too, kind and place alone are said; the loop itself would say all that it held."""
    said: list[str] = []
    trouble = Trouble(said.append)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(trouble.heard)
        loop.call_soon(int, "a secret")
        await asyncio.sleep(0)
        loop.call_exception_handler({"message": "a secret"})

    asyncio.run(run())
    assert [text.split(" at ")[0] for text in said] == ["steward: ValueError", "steward: RuntimeError"]
    assert "secret" not in "".join(said)
