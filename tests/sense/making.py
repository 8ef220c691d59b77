"""Hellos, packets and batches made byte by byte, so that a test can say what is in them."""

from __future__ import annotations

from ipaddress import ip_address
from struct import pack

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from agent.sense.wire import ACK, SYN

CLIENT, SERVER = "192.0.2.7", "198.51.100.9"
V4, V6 = (CLIENT, SERVER), ("2001:db8::7", "2001:db8::9")
NAME = "www.example.net"
GREASE = pack(">HH", 0x4A4A, 1) + b"\0"
ECH = pack(">HH", 0xFE0D, 8) + bytes(8)


def extension(kind: int, body: bytes) -> bytes:
    """One TLS extension."""
    return pack(">HH", kind, len(body)) + body


def server_name(name: str | bytes) -> bytes:
    """The server_name extension."""
    raw = name.encode() if isinstance(name, str) else name
    return extension(0, pack(">HBH", len(raw) + 3, 0, len(raw)) + raw)


def client_hello(name: str | bytes | None = NAME, more: bytes = b"", before: bytes = GREASE, key: int = 1216) -> bytes:
    """A ClientHello message as a browser of today sends it: GREASE, a post-quantum key share of `key` bytes."""
    extensions = before + extension(0x33, bytes(key)) + (server_name(name) if name is not None else b"")
    extensions += extension(0x2B, b"\x04\x03\x04\x03\x03") + extension(0x10, b"\0\x03\x02h2") + more
    extensions += extension(0x0A, b"\0\x04\x11\xec\0\x1d") + extension(0x0D, bytes(18)) + extension(0x15, bytes(30))
    body = b"\x03\x03" + bytes(range(32)) + b"\x20" + bytes(32)
    body += pack(">H6H", 12, 0x1A1A, 0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F) + b"\x01\0"
    body += pack(">H", len(extensions)) + extensions
    return b"\x01" + len(body).to_bytes(3) + body


def records(message: bytes, size: int = 1 << 14) -> bytes:
    """A handshake message in TLS records of at most `size` bytes."""
    parts = [message[i : i + size] for i in range(0, len(message), size)]
    return b"".join(b"\x16\x03\x01" + len(part).to_bytes(2) + part for part in parts)


# --- packets ---------------------------------------------------------------------------------------


def ip(protocol: int, payload: bytes, ends: tuple[str, str] = V4) -> bytes:
    """An IPv4 or IPv6 datagram, by the addresses."""
    one, other = (ip_address(end).packed for end in ends)
    if len(one) == 16:
        return pack(">IHBB", 6 << 28, len(payload), protocol, 64) + one + other + payload
    return pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0x4000, 64, protocol, 0) + one + other + payload


def tcp(
    payload: bytes = b"", seq: int = 1, flags: int = ACK, sport: int = 50001, dport: int = 443,
    ends: tuple[str, str] = V4,
) -> bytes:  # fmt: skip
    """A TCP packet from the client, unless `ends` says otherwise."""
    head = pack(">HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF, 1, 0x50, flags, 64, 0, 0)
    return ip(6, head + payload, ends)


def syn(seq: int = 0, sport: int = 50001) -> bytes:
    """The packet that opens a connection."""
    return tcp(b"", seq, SYN, sport)


def udp(payload: bytes, sport: int = 50001, dport: int = 443, ends: tuple[str, str] = V4) -> bytes:
    """A UDP packet from the client, unless `ends` says otherwise."""
    return ip(17, pack(">HHHH", sport, dport, 8 + len(payload), 0) + payload, ends)


# --- QUIC ------------------------------------------------------------------------------------------


def varint(number: int) -> bytes:
    """QUIC's number in the fewest bytes."""
    for size, top in ((1, 6), (2, 14), (4, 30)):
        if number < 1 << top:
            return (number | (size.bit_length() - 1) << (8 * size - 2)).to_bytes(size)
    return (number | 3 << 62).to_bytes(8)


def crypto(data: bytes, offset: int = 0, kind: int = 6) -> bytes:
    """A CRYPTO frame."""
    return varint(kind) + varint(offset) + varint(len(data)) + data


def initial(
    frames: bytes, version: int = 1, salt: str = "38762cf7f55934b34d179ae6a4c80cadccbb7f0a", *, keys_of: bytes = b"",
    dcid: bytes = b"destined", number: int = 0, prefix: bytes = b"quic", token: bytes = b"", least: int = 1162,
) -> bytes:  # fmt: skip
    """A protected Initial packet, padded to a usual size; `keys_of` is the id its keys come from, if not `dcid`.

    The derivation goes by `cryptography`'s HKDF, not by the code under test.
    """
    frames += bytes(max(0, least - len(frames)))
    mac = HMAC(bytes.fromhex(salt), SHA256())
    mac.update(keys_of or dcid)
    secret = _expand(mac.finalize(), b"client in", 32)
    key, iv, hp = (_expand(secret, prefix + end, n) for end, n in ((b" key", 16), (b" iv", 12), (b" hp", 16)))
    kind = 1 if prefix == b"quicv2" else 0
    head = bytes([0xC3 | kind << 4]) + version.to_bytes(4) + bytes([len(dcid)]) + dcid + b"\0"
    head += varint(len(token)) + token + varint(4 + len(frames) + 16) + number.to_bytes(4)
    nonce = (int.from_bytes(iv) ^ number).to_bytes(12)
    sealed = AESGCM(key).encrypt(nonce, frames, head)
    mask = Cipher(algorithms.AES(hp), modes.ECB()).encryptor().update(sealed[:16])
    hidden = bytes(a ^ b for a, b in zip(head[-4:], mask[1:], strict=False))
    return bytes([head[0] ^ mask[0] & 0x0F]) + head[1:-4] + hidden + sealed


def _expand(secret: bytes, label: bytes, length: int) -> bytes:
    full = b"tls13 " + label
    info = length.to_bytes(2) + bytes([len(full)]) + full + b"\0"
    return HKDFExpand(SHA256(), length, info).derive(secret)


def chlo(name: bytes | None = NAME.encode(), padding: int = 1000) -> bytes:
    """Google QUIC's hello: padding first, then the name, as its tags are sorted."""
    values = [(b"PAD\0", bytes(padding)), *([(b"SNI\0", name)] if name is not None else []), (b"VER\0", b"Q035")]
    table, end = b"", 0
    for tag, value in values:
        end += len(value)
        table += tag + pack("<I", end)
    return b"CHLO" + pack("<HH", len(values), 0) + table + b"".join(value for _, value in values)


def google(version: bytes = b"Q035", message: bytes | None = None) -> bytes:
    """A first packet of Google QUIC: public header, hash, and the message in a frame of stream 1."""
    message = chlo() if message is None else message
    frame = b"\xa0\x01" + pack("<H", len(message)) + message
    if version >= b"Q044":
        return b"\xc3" + version + b"\x50" + b"8 octets" + bytes(4) + bytes(12) + frame
    return b"\x0d" + b"8 octets" + version + b"\x01" + bytes(12) + frame


# --- a log group's batch ---------------------------------------------------------------------------


def logged(*datagrams: bytes, prefix: bytes = b"slip") -> bytes:
    """A netlink batch as the kernel sends it, made for tests of what reads it."""
    return b"".join(_message(one, prefix) for one in datagrams) + pack("=IHHIII", 20, 3, 0, 0, 0, 0)


def _message(datagram: bytes, prefix: bytes) -> bytes:
    body = pack(">BBH", 2, 0, 5)
    body += _attribute(1, pack(">HBB", 0x0800, 2, 0)) + _attribute(10, prefix + b"\0") + _attribute(9, datagram)
    return pack("=IHHII", 16 + len(body), 0x400, 0, 0, 0) + body


def _attribute(kind: int, value: bytes) -> bytes:
    return pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


# --- capture files ---------------------------------------------------------------------------------


def ethernet(datagram: bytes, *tags: int) -> bytes:
    """An Ethernet frame, with a VLAN tag of each of these kinds."""
    kind = 0x86DD if datagram[0] >> 4 == 6 else 0x0800
    return bytes(12) + b"".join(pack(">HH", tag, 7) for tag in tags) + pack(">H", kind) + datagram


def pcap(*frames: bytes, link: int = 1, order: str = "<", magic: int = 0xA1B2C3D4) -> bytes:
    """A pcap file."""
    head = pack(order + "IHHIIII", magic, 2, 4, 0, 0, 65535, link)
    return head + b"".join(pack(order + "IIII", 1, 2, len(f), len(f)) + f for f in frames)


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    """A pcapng block."""
    body += bytes(-len(body) % 4)
    size = pack(order + "I", 12 + len(body))
    return pack(order + "I", kind) + size + body + size


def pcapng(*frames: tuple[int, bytes], links: tuple[int, ...] = (1,), order: str = "<") -> bytes:
    """A pcapng file with an interface of each of these links; frames are (interface, bytes)."""
    made = block(0x0A0D0D0A, pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)
    made += b"".join(block(1, pack(order + "HHI", link, 0, 0), order) for link in links)
    for interface, frame in frames:
        made += block(6, pack(order + "5I", interface, 0, 0, len(frame), len(frame)) + frame + bytes(-len(frame) % 4))
    return made
