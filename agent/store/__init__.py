"""The record: active minutes in SQLite, people and devices only as pseudonyms of a day, sealed under its key.

`tables` says what is kept, `keys` and `sealing` how it can be forgotten, `writer` how it gets there. The only
room that knows SQL.
"""

from agent.store.errors import StoreError
from agent.store.keys import DayKeys
from agent.store.sealing import DayKey, Identity, Kind
from agent.store.writer import Store

__all__ = ["DayKey", "DayKeys", "Identity", "Kind", "Store", "StoreError"]
