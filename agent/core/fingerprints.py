"""What kind of device asks for an address, by what it asks for: a hint for whoever adopts it, never a fact.

Options in DHCP that a system asks for (option 55), and the class that it names (option 60), differ from system to
system; the lists are those that the systems' own clients send.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent.core.clients import DeviceKind

_CLASSES = (
    ("msft", DeviceKind.LAPTOP),  # every Windows since 2000; desktops too, which nothing tells apart
    ("android", DeviceKind.PHONE),  # tablets too
    ("dhcpcd", DeviceKind.LAPTOP),  # ChromeOS, and some Linux
    ("udhcp", DeviceKind.UNKNOWN),  # whatever is small: printers, cameras, boards
)
_ASKED = (
    ((1, 121, 3, 6, 15, 114, 119, 252, 95, 44, 46), DeviceKind.LAPTOP),  # macOS
    ((1, 121, 3, 6, 15, 119, 252, 95, 44, 46), DeviceKind.LAPTOP),  # macOS before 11
    ((1, 3, 6, 15, 119, 95, 252, 44, 46), DeviceKind.LAPTOP),  # macOS before 10.13
    ((1, 121, 3, 6, 15, 114, 119, 252), DeviceKind.PHONE),  # iOS and iPadOS
    ((1, 121, 3, 6, 15, 119, 252), DeviceKind.PHONE),  # iOS before 14
    ((1, 3, 6, 15, 119, 252), DeviceKind.PHONE),  # iOS before 10
    ((1, 3, 6, 15, 26, 28, 51, 58, 59, 43), DeviceKind.PHONE),  # Android
    ((1, 3, 6, 15, 31, 33, 43, 44, 46, 47, 119, 121, 249, 252), DeviceKind.LAPTOP),  # Windows 10 and later
    ((1, 15, 3, 6, 44, 46, 47, 31, 33, 121, 249, 43, 252), DeviceKind.LAPTOP),  # Windows 7
)


def kind_of(asked: Sequence[int], named: str) -> DeviceKind:
    """The kind that a request's option 55 and option 60 hint at; unknown where they tell nothing."""
    for begins, kind in _CLASSES:
        if named.lower().startswith(begins):
            return kind
    return next((kind for options, kind in _ASKED if tuple(asked) == options), DeviceKind.UNKNOWN)
