"""Where a running gateway is asked what it alone knows: one line of JSON in, one out, on a socket of its own user."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

MOST = 64 * 1024
PATIENCE = 5.0

Answerer = Callable[[Mapping[str, Any]], Any]


class Desk:
    """Answers for as long as it runs."""

    def __init__(self, path: Path, answer: Answerer, say: Callable[[str], None]) -> None:
        self._path = path
        self._answer = answer
        self._say = say

    async def run(self) -> None:
        """Answer until cancelled; a socket that cannot be made is said, and nobody can ask."""
        with suppress(OSError):
            self._path.unlink()
        try:
            server = await asyncio.start_unix_server(self._serve, self._path, limit=MOST)
        except OSError as problem:
            self._say(f"{self._path}: cannot be made ({problem}): `breaktime who` asks the sources itself")
            await asyncio.Event().wait()
            return
        os.chmod(self._path, 0o600)
        try:
            async with server:
                await server.serve_forever()
        finally:
            with suppress(OSError):
                self._path.unlink()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                line = await reader.readline()
                writer.write(json.dumps(self._said(line)).encode() + b"\n")
                await writer.drain()
        except (TimeoutError, OSError, ValueError):
            return
        finally:
            writer.close()

    def _said(self, line: bytes) -> Any:
        try:
            asked = json.loads(line)
            return {"answer": self._answer(asked)} if isinstance(asked, dict) else {"error": "a question is an object"}
        except Exception:  # whatever was asked: nobody else waits for it in vain
            return {"error": "this is not a question that is answered here"}


def ask(path: Path, question: Mapping[str, Any]) -> Any:
    """The answer of a running gateway; None if none runs. Raises ValueError if it will not answer that."""
    try:
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(PATIENCE)
            asking.connect(str(path))
            asking.sendall(json.dumps(question).encode() + b"\n")
            said = b"".join(iter(lambda: asking.recv(1 << 20), b""))
    except OSError:
        return None
    try:
        answer = json.loads(said)
    except ValueError:
        return None
    if "error" in answer:
        raise ValueError(answer["error"])
    return answer["answer"]
