"""The keys of QUIC's Initial packets: derived from what is sent in the clear (RFC 9001, section 5; RFC 9369).

They keep nothing secret from anybody on the way; they only make sure that who reads a version knows it. HKDF is
two lines over the standard library's HMAC, which is quicker than building an object; AES is `cryptography`'s.
"""

from __future__ import annotations

import hmac
from functools import lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TAG = 16
SAMPLE = 16


class Scheme(NamedTuple):
    """How one family of versions derives its keys: the salt, and what stands before the labels."""

    salt: bytes
    prefix: bytes = b"quic"


def _salt(digits: str, prefix: bytes = b"quic") -> Scheme:
    return Scheme(bytes.fromhex(digits), prefix)


DRAFT_22 = _salt("7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a")
DRAFT_23 = _salt("c3eef712c72ebb5a11a7d2432bb46365bef9f502")
DRAFT_29 = _salt("afbfec289993d24c9e9786f19c6111e04390a899")
V1 = _salt("38762cf7f55934b34d179ae6a4c80cadccbb7f0a")
V2_DRAFT = _salt("a707c203a59b47184a1d62ca570406ea7ae3e5d3", b"quicv2")
V2 = _salt("0dede3def700a6db819381be6e269dcbf9bd2ed9", b"quicv2")
Q050 = _salt("504574efd066fe2f9d945cfcdbd3a7f0d3b56b45")
T050 = _salt("7ff579e5acd072915580304c43a2367c60488310")
T051 = _salt("7a4edef4e7ccee5fa4506c19124fc8ccda6e033d")


class Keys:
    """The client's keys for one destination connection id."""

    __slots__ = ("_aead", "_iv", "_key", "_mask")

    def __init__(self, scheme: Scheme, dcid: bytes) -> None:
        secret = _expand(hmac.digest(scheme.salt, dcid, "sha256"), _info(b"client in", 32))
        self._key = _expand(secret, _info(scheme.prefix + b" key", 16))[:16]
        self._iv = int.from_bytes(_expand(secret, _info(scheme.prefix + b" iv", 12))[:12])
        self._aead = AESGCM(self._key)
        protection = _expand(secret, _info(scheme.prefix + b" hp", 16))[:16]
        self._mask = Cipher(algorithms.AES(protection), modes.ECB()).encryptor()  # noqa: S305 - as the RFC has it

    def open(self, packet: bytes, at: int, cut: bool) -> bytes | None:
        """The frames of a packet whose number stands at `at`; None if these are not its keys.

        A packet that was `cut` has lost its tag: it is deciphered without, and the frames must show for
        themselves whether they make sense.
        """
        sample = packet[at + 4 : at + 4 + SAMPLE]
        if len(sample) < SAMPLE:
            return None
        mask = self._mask.update(sample)
        first = packet[0] ^ (mask[0] & 0x0F)
        size = (first & 3) + 1
        number = int.from_bytes(packet[at : at + size]) ^ int.from_bytes(mask[1 : 1 + size])
        nonce = (self._iv ^ number).to_bytes(12)
        if cut:
            return self._decipher(nonce, packet[at + size :])
        header = b"%c%b%b" % (first, packet[1:at], number.to_bytes(size))
        try:
            return self._aead.decrypt(nonce, packet[at + size :], header)
        except (InvalidTag, ValueError):
            return None

    def _decipher(self, nonce: bytes, data: bytes) -> bytes:
        """GCM is counter mode, beginning with block 2."""
        return Cipher(algorithms.AES(self._key), modes.CTR(nonce + b"\0\0\0\2")).decryptor().update(data)


def _expand(secret: bytes, info: bytes) -> bytes:
    """HKDF-Expand with SHA-256, one block of 32 bytes."""
    return hmac.digest(secret, info, "sha256")


@lru_cache(maxsize=64)
def _info(label: bytes, length: int) -> bytes:
    """HkdfLabel of TLS 1.3 without context, and the number of the block."""
    full = b"tls13 " + label
    return length.to_bytes(2) + bytes([len(full)]) + full + b"\0\x01"
