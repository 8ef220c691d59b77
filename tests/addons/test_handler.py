"""Hooks are called at once and in order; what has to be awaited is left to mitmproxy, and no failure goes further."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

import pytest
from mitmproxy.addonmanager import AddonManager
from mitmproxy.connection import Client
from mitmproxy.master import Master
from mitmproxy.options import Options
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.server_hooks import ClientConnectedHook, ClientDisconnectedHook
from mitmproxy.test import tflow

from addons.handler import AtOnce, Hooks


class Noting:
    """An addon that notes what it is called for."""

    def __init__(self, name: str, notes: list[str], fails: bool = False) -> None:
        self.name, self._notes, self._fails = name, notes, fails

    def client_connected(self, client: Client) -> None:
        """Note it, and fail if told to."""
        self._notes.append(f"{self.name} {client.id}")
        if self._fails:
            raise ValueError("the name of a site")


class Waiting:
    """An addon with a hook that has to be awaited."""

    name = "waiting"

    async def client_connected(self, client: Client) -> None:
        """Wait."""


class Asking(layer.Layer):
    """Asks twice when it starts, and then says something."""

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        if isinstance(event, events.Start):
            yield ClientConnectedHook(self.context.client)
            yield commands.Log("between")
            yield ClientDisconnectedHook(self.context.client)
            yield commands.Log("after")


@pytest.fixture
def addons() -> Iterator[AddonManager]:
    """A dispatcher without addons."""
    loop = asyncio.new_event_loop()
    yield Master(Options(), event_loop=loop).addons
    loop.close()


def test_every_addon_is_called_in_its_order(addons: AddonManager) -> None:
    """As mitmproxy would; one without a function for the hook is passed over."""
    notes: list[str] = []
    addons.chain += [Noting("first", notes), object(), Noting("second", notes)]
    client = tflow.tclient_conn()
    assert Hooks(addons).call(ClientConnectedHook(client))
    assert notes == [f"first {client.id}", f"second {client.id}"]


def test_what_has_to_be_awaited_is_not_called(addons: AddonManager) -> None:
    """Nothing is called then, or it would be called twice."""
    notes: list[str] = []
    addons.chain += [Noting("first", notes), Waiting()]
    assert not Hooks(addons).call(ClientConnectedHook(tflow.tclient_conn()))
    assert notes == []


def test_a_failure_keeps_nobody_else_from_being_called(addons: AddonManager, caplog: pytest.LogCaptureFixture) -> None:
    """It is reported, as mitmproxy reports it."""
    notes: list[str] = []
    addons.chain += [Noting("first", notes, fails=True), Noting("second", notes)]
    with caplog.at_level(logging.ERROR):
        assert Hooks(addons).call(ClientConnectedHook(tflow.tclient_conn()))
    assert len(notes) == 2
    assert [record.exc_info is not None for record in caplog.records] == [True]


def test_a_layer_goes_on_once_its_hook_has_been_called(addons: AddonManager) -> None:
    """It sees what it asked for, and what it says comes out in order."""
    notes: list[str] = []
    addons.chain.append(Noting("first", notes))
    context = Context(tflow.tclient_conn(), Options())
    top = AtOnce(context, Asking(context), Hooks(addons))
    said = [command for command in top.handle_event(events.Start()) if isinstance(command, commands.Log)]
    assert [command.message for command in said] == ["between", "after"]
    assert len(notes) == 1


def test_what_has_to_be_awaited_is_passed_up(addons: AddonManager) -> None:
    """The layer waits until it is answered."""
    addons.chain.append(Waiting())
    context = Context(tflow.tclient_conn(), Options())
    top = AtOnce(context, Asking(context), Hooks(addons))
    (hook,) = top.handle_event(events.Start())
    assert isinstance(hook, ClientConnectedHook)
    said = list(top.handle_event(events.HookCompleted(hook)))
    assert [command.message for command in said if isinstance(command, commands.Log)] == ["between", "after"]
