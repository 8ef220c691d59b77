"""A hint of the kind of a device, by what it asks a DHCP server for."""

import pytest

from agent.core.clients import DeviceKind
from agent.core.fingerprints import kind_of


@pytest.mark.parametrize(
    ("asked", "named", "kind"),
    [
        pytest.param((1, 3, 6), "MSFT 5.0", DeviceKind.LAPTOP, id="Windows says so"),
        pytest.param((1, 3, 6), "android-dhcp-14", DeviceKind.PHONE, id="Android says so"),
        pytest.param((1, 121, 3, 6, 15, 114, 119, 252), "", DeviceKind.PHONE, id="iOS by what it asks"),
        pytest.param((1, 121, 3, 6, 15, 114, 119, 252, 95, 44, 46), "", DeviceKind.LAPTOP, id="macOS asks for more"),
        pytest.param((1, 3, 6), "", DeviceKind.UNKNOWN, id="nothing tells"),
        pytest.param((), "udhcp 1.36", DeviceKind.UNKNOWN, id="something small"),
    ],
)
def test_kind_of(asked: tuple[int, ...], named: str, kind: DeviceKind) -> None:
    """The class that a system names goes before the options that it asks for; what tells nothing is unknown."""
    assert kind_of(asked, named) is kind
