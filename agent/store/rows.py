"""Active minutes → rows: here persons and devices become pseudonyms, and nothing clear goes further.

Pseudonyms and the digest of the dimensions are computed once a day for each combination and remembered:
a minute that differs only in its time costs a look-up. What is remembered is bounded and ends with the day.
"""

from __future__ import annotations

import hashlib

from agent.core.tally import Counts, MinuteKey
from agent.store.sealing import DayKey, Identity, Kind, framed
from agent.store.tables import LEAD_BYTES

KEY_BYTES = 16
REMEMBERED = 50_000  # combinations of a day; some 40 MB

type Row = tuple[str | bytes | int | None, ...]
"""One row of a table, in the order of its columns."""


def lead_of(person: bytes | None) -> bytes:
    """What leads the keys of that pseudonym's minutes; of nobody's if there is none."""
    return (person or bytes(LEAD_BYTES))[:LEAD_BYTES]


class DayRows:
    """Makes the rows of one local day; knows which identities are not in the database yet."""

    __slots__ = ("_date", "_dimensions", "_pseudonyms", "_remembered", "_site", "_waiting", "key")

    def __init__(self, site: str, key: DayKey, remembered: int = REMEMBERED) -> None:
        self.key = key
        self._remembered = remembered
        self._site = site
        self._date = key.day.isoformat()
        self._dimensions: dict[tuple[object, ...], Row] = {}
        self._pseudonyms: dict[Identity, bytes] = {}
        self._waiting: dict[bytes, Identity] = {}

    def row(self, key: MinuteKey, counts: Counts) -> Row:
        """The row of `minutes` for one active minute of this day."""
        dimensions = self._dimensions.get(key[1:])
        if dimensions is None:
            dimensions = self._remember(key)
        head = (self._site, self._date, key.minute)
        return (*head, *dimensions, counts.requests, counts.bytes_up, counts.bytes_down)

    def identities(self) -> list[Row]:
        """The rows of `identities` that are still to be written."""
        return [
            (self._site, self._date, pseudonym, self.key.seal(self._site, pseudonym, identity))
            for pseudonym, identity in self._waiting.items()
        ]

    def settle(self) -> None:
        """What `identities` gave has been committed."""
        self._waiting.clear()

    def _remember(self, key: MinuteKey) -> Row:
        if len(self._dimensions) >= self._remembered:
            self._dimensions.clear()
        made = self._made(key)
        self._dimensions[key[1:]] = made
        return made

    def _made(self, key: MinuteKey) -> Row:
        """The digest and the dimensions as they are stored. The digest is taken of pseudonyms, never of ids:
        it outlives the key in copies of the database, and a digest of an id could be found by trying all ids.
        """
        person, device = self._pseudonym(Kind.PERSON, key.person), self._pseudonym(Kind.DEVICE, key.device)
        texts = [str(value) for value in key[3:-1]]  # plain str: SQLite binds a StrEnum four times slower
        parts = [person or b"", device or b"", *(text.encode() for text in texts), bytes([key.opened])]
        digest = hashlib.blake2b(framed(*parts), digest_size=KEY_BYTES).digest()
        return (lead_of(person) + digest, person, device, *texts, int(key.opened))

    def _pseudonym(self, kind: Kind, name: str) -> bytes | None:
        if not name:
            return None
        identity = Identity(kind, name)
        pseudonym = self._pseudonyms.get(identity)
        if pseudonym is None:
            pseudonym = self._pseudonyms[identity] = self.key.pseudonym(self._site, identity)
            self._waiting[pseudonym] = identity
        return pseudonym
