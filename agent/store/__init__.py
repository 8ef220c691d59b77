"""The record: active minutes in SQLite, people and devices only as pseudonyms of a day, sealed under its key.

`tables` says what is kept, `keystore`, `keys` and `sealing` how it can be forgotten, `writer` how it gets there,
`reader` and `person` how it is read, `holds` what a case keeps back, `retention` how days go and what is said of it,
`spool` what a database elsewhere is sent. The only room that knows SQL.
"""

from agent.store.errors import StoreError
from agent.store.keys import DayKeys
from agent.store.sealing import DayKey, Identity, Kind
from agent.store.writer import Store

__all__ = ["DayKey", "DayKeys", "Identity", "Kind", "Store", "StoreError"]
