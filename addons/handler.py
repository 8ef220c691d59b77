"""mitmproxy's handler of one client, but for how hooks are called: at once, not each in a task of its own.

Every hook of ours is a plain function. mitmproxy makes a task for each, which waits its turn at a lock: much of what an
opened connection costs. A hook with a coroutine among its functions goes mitmproxy's way.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import fields
from inspect import iscoroutinefunction
from typing import Any, NamedTuple

from mitmproxy.addonmanager import AddonManager
from mitmproxy.master import Master
from mitmproxy.options import Options
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.mode_servers import ProxyConnectionHandler
from mitmproxy.proxy.mode_specs import ProxyMode

log = logging.getLogger(__name__)


class _Called(NamedTuple):
    """What is called for one kind of hook, and the name of its only argument."""

    argument: str
    functions: tuple[Callable[[Any], object], ...]


class Hooks:
    """Which functions of the addons each kind of hook calls. Addons do not change while a worker serves."""

    def __init__(self, addons: AddonManager) -> None:
        self._addons = addons
        self._called: dict[type[commands.StartHook], _Called | None] = {}

    def call(self, hook: commands.StartHook) -> bool:
        """Call them all; False, and nothing called, if one of them has to be awaited."""
        kind = type(hook)
        if kind not in self._called:
            self._called[kind] = self._look_up(kind)
        called = self._called[kind]
        if called is None:
            return False
        message = getattr(hook, called.argument)
        for function in called.functions:
            try:
                function(message)
            except Exception:
                log.exception("a hook failed")  # our log says where, and no more
        return True

    def _look_up(self, kind: type[commands.StartHook]) -> _Called | None:
        found = [getattr(addon, kind.name, None) for addon in self._addons.chain]
        functions = tuple(function for function in found if callable(function))
        if any(map(iscoroutinefunction, functions)):
            return None
        return _Called(fields(kind)[0].name, functions)  # type: ignore[arg-type]


class AtOnce(layer.Layer):
    """Stands above all other layers: what they ask of addons is done here, anything else is passed up."""

    def __init__(self, context: Context, below: layer.Layer, hooks: Hooks) -> None:
        self.context, self._below, self._hooks = context, below, hooks  # not one of the context's layers

    def handle_event(self, event: events.Event) -> Iterator[commands.Command]:  # type: ignore[override]
        """Let the layers have an event, and then the answers of the hooks that it led to."""
        waiting = deque((event,))
        while waiting:
            for command in self._below.handle_event(waiting.popleft()):
                if not isinstance(command, commands.StartHook) or not self._hooks.call(command):
                    yield command
                elif command.blocking:
                    waiting.append(events.HookCompleted(command))

    _handle_event = handle_event  # type: ignore[assignment]


class Handler(ProxyConnectionHandler):
    """One client's connection, with those to servers that are opened for it."""

    hooks: Hooks

    def __init__(
        self,
        master: Master,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        options: Options,
        mode: ProxyMode,
    ) -> None:
        super().__init__(master, reader, writer, options, mode)  # type: ignore[no-untyped-call]

    def under(self, top: layer.Layer, hooks: Hooks) -> None:
        """Begin with this layer."""
        self.hooks = hooks
        self.layer = AtOnce(top.context, top, hooks)

    async def handle_hook(self, hook: commands.StartHook) -> None:
        """Call a hook that comes from outside the layers."""
        if not self.hooks.call(hook):
            await super().handle_hook(hook)
