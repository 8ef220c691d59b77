"""Is this what its authors published? Checksums, and signatures in the way of minisign, where a list has them."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from binascii import Error

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from agent.lists.draft import Refused

_BY_LENGTH = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
_LINE = re.compile(r"\s*(?P<digest>[0-9a-fA-F]{32,128})(?:\s+\*?(?P<name>\S+))?\s*")


def sha256_of(content: bytes) -> str:
    """In hex."""
    return hashlib.sha256(content).hexdigest()


def check_sha256(content: bytes, expected: str) -> None:
    """Raises Refused if the content is another."""
    if sha256_of(content) != expected.lower():
        raise Refused("its SHA-256 is not the one in site.yaml; somebody changed the list, or it is damaged")


def check_sums(content: bytes, name: str, sums: str) -> None:
    """Hold content against a file of checksums, as `sha256sum` writes it. Raises Refused.

    Old files of MD5 are taken too: they tell damage, and nothing else.
    """
    lines = [found for line in sums.splitlines() if (found := _LINE.fullmatch(line))]
    named = [one for one in lines if one["name"] and one["name"].rpartition("/")[2] == name]
    chosen = named or [one for one in lines if not one["name"]]
    algorithm = _BY_LENGTH.get(len(chosen[0]["digest"])) if chosen else None
    if algorithm is None:
        raise Refused(f"the file of checksums has none for {name}")
    digest = hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()
    if digest != chosen[0]["digest"].lower():
        raise Refused(f"its {algorithm.upper()} is not the one that its authors give; it is damaged or not theirs")


def check_minisign(content: bytes, signature: str, key: str) -> None:
    """Hold content against a signature of minisign. Raises Refused."""
    public, signed = _decoded(key, 42, "the minisign key in site.yaml"), _signature(signature)
    if public[2:10] != signed[2:10]:
        raise Refused("it is signed with another key than the one in site.yaml")
    message = hashlib.blake2b(content).digest() if signed[:2] == b"ED" else content
    try:
        Ed25519PublicKey.from_public_bytes(public[10:]).verify(signed[10:], message)
    except InvalidSignature:
        raise Refused("its signature does not fit: it is damaged or not from whom it should be") from None


def _signature(text: str) -> bytes:
    lines = text.splitlines()
    if len(lines) < 2:
        raise Refused("its signature is no minisign signature")
    return _decoded(lines[1], 74, "its signature")


def _decoded(text: str, length: int, what: str) -> bytes:
    try:
        found = b64decode(text.strip(), validate=True)
    except (Error, ValueError):
        found = b""
    if len(found) != length or found[:2] not in (b"Ed", b"ED"):
        raise Refused(f"{what} is not minisign's")
    return found
