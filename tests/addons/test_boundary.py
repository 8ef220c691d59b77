"""A failure of our own code never lets traffic through, whatever mitmproxy does with exceptions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace

import pytest
from mitmproxy.addonmanager import AddonManager
from mitmproxy.connection import Server
from mitmproxy.hooks import Hook
from mitmproxy.options import Options
from mitmproxy.proxy import layer
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layer import NextLayerHook
from mitmproxy.proxy.layers.http._hooks import HttpRequestHeadersHook
from mitmproxy.test import tflow

from addons.layers import PassLayer, RefuseLayer
from agent.core.clients import Zone
from agent.core.decision import Verdict
from agent.core.engine import Engine
from tests.addons.build import gateway, shipped_engine
from tests.addons.test_hello import client_hello

SECRET = "secret-in-a-url"


def broken(on_error: Mapping[Zone, Verdict]) -> Engine:
    """The shipped engine without its catalogue: every ruling fails."""
    engine = shipped_engine()
    return replace(engine, site=replace(engine.site, on_error=on_error), catalogue=None)  # type: ignore[arg-type]


def dispatch(addons: AddonManager, hook: Hook) -> None:
    """Call a hook as mitmproxy does."""
    asyncio.run(addons.handle_lifecycle(hook))


def hello(zone_address: str = "127.0.0.1") -> layer.NextLayer:
    """A connection with its first bytes."""
    client = tflow.tclient_conn()
    client.peername = (zone_address, 40000)
    context = Context(client, Options())
    context.server = Server(address=("www.facebook.com", 443))
    context.layers.extend([object(), object()])  # type: ignore[list-item]
    asked = layer.NextLayer(context)
    asked.data_client = lambda: client_hello("www.facebook.com")  # type: ignore[method-assign]
    asked.data_server = lambda: b""  # type: ignore[method-assign]
    return asked


@pytest.mark.parametrize(
    ("on_error", "expected"),
    [
        pytest.param({}, RefuseLayer, id="block is the default"),
        pytest.param({Zone.CLASSROOM: Verdict.ALLOW}, PassLayer, id="a zone set open"),
        pytest.param({Zone.OFFICE: Verdict.ALLOW}, RefuseLayer, id="another zone set open"),
    ],
)
def test_a_connection_follows_its_zones_on_error(on_error: Mapping[Zone, Verdict], expected: type) -> None:
    """At the ClientHello a failure refuses or passes, and is counted."""
    with gateway(broken(on_error)) as (addon, addons):
        asked = hello()
        dispatch(addons, NextLayerHook(asked))
        assert isinstance(asked.layer, expected)
        assert addon.worker.metrics.engine_errors.labels("next_layer")._value.get() == 1


@pytest.mark.parametrize(
    ("on_error", "killed"),
    [pytest.param({}, True, id="block"), pytest.param({Zone.CLASSROOM: Verdict.ALLOW}, False, id="open")],
)
def test_a_request_follows_its_zones_on_error(on_error: Mapping[Zone, Verdict], killed: bool) -> None:
    """At the request a failure ends the flow, unless the zone is set open."""
    with gateway(broken(on_error)) as (_, addons):
        flow = tflow.tflow()
        flow.live = True
        flow.client_conn.peername = ("127.0.0.1", 40000)
        dispatch(addons, HttpRequestHeadersHook(flow))
        assert (flow.error is not None) is killed


def test_what_another_addon_has_settled_is_left_alone() -> None:
    """A flow with an answer is not ruled on again."""
    with gateway(broken({})) as (addon, addons):
        flow = tflow.tflow(resp=True)
        dispatch(addons, HttpRequestHeadersHook(flow))
        assert flow.error is None
        assert addon.worker.metrics.engine_errors.labels("requestheaders")._value.get() == 0


def test_the_log_says_where_but_never_what(caplog: pytest.LogCaptureFixture) -> None:
    """The text of an exception could hold a URL, so only its kind and place are written."""
    with gateway(broken({})) as (_, addons), caplog.at_level(logging.ERROR):
        flow = tflow.tflow()
        flow.live = True
        flow.request.path = f"/{SECRET}"
        dispatch(addons, HttpRequestHeadersHook(flow))
    assert "engine error in requestheaders: AttributeError at engine.py:" in caplog.text
    assert SECRET not in caplog.text
