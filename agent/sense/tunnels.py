"""Tunnels that show themselves in their first packet: they give no name, but a VPN tried is worth counting."""

from __future__ import annotations

from agent.sense.lines import TCP, UDP

WIREGUARD, OPENVPN, DTLS, SSH = "WireGuard", "OpenVPN", "DTLS", "SSH"
_RESETS = frozenset({0x38, 0x50})
"""OpenVPN's P_CONTROL_HARD_RESET_CLIENT_V2 and V3, key 0."""


def of_datagram(data: bytes) -> str:
    """The protocol of a first datagram; `UDP` where its look tells nothing."""
    if len(data) == 148 and data.startswith(b"\x01\0\0\0"):
        return WIREGUARD
    if len(data) > 13 and data[0] == 0x16 and data[1] == 0xFE and data[2] >= 0xFC:
        return DTLS
    if 14 <= len(data) <= 400 and data[0] in _RESETS:
        return OPENVPN
    return UDP


def of_stream(data: bytes) -> str:
    """The protocol of a TCP stream by its first bytes; `TCP` where they tell nothing."""
    if data.startswith(b"SSH-"):
        return SSH
    length = int.from_bytes(data[:2])
    if 14 <= length <= 400 and len(data) == 2 + length and data[2] in _RESETS:
        return OPENVPN
    return TCP
