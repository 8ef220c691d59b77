"""A configuration as a child process gets it: the texts that the supervisor has checked, and what goes with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agent.app.build import Built, build
from agent.app.shelf import listed_at
from agent.core.access import Permits, permitting
from agent.core.engine import Engine
from agent.core.held import Held, as_held
from agent.core.pupils import Declaration, Pupils
from agent.gateway import link


def built_of(message: link.Message) -> Built:
    """What a configuration makes that the supervisor has checked, with what it was sent along."""
    files = {path: text.encode() for path, text in message["config"].items()}
    key, subjects = bytes.fromhex(message.get("account_key", "")), frozenset(message.get("subjects", ()))
    listed = listed_at(message.get("listed", ""))
    built = build(files, frozenset(message["openable"]), key, subjects, listed)
    return replace(built, engine=informed(built.engine, message)) if built.engine else built


def engine_of(message: link.Message) -> Engine:
    """Its engine."""
    engine = built_of(message).engine
    assert engine is not None, "the supervisor sends only what loads"
    return engine


def informed(engine: Engine, message: link.Message) -> Engine:
    """The engine with what a message says of addresses, pupils and permissions; what it is silent about stays."""
    if held := held_of(message):
        engine = replace(engine, directory=engine.directory.holding(held))
    if "declared" in message:
        declared = (Declaration(place, Pupils(word), *span) for place, word, *span in message["declared"])
        engine = replace(engine, presence=engine.presence.declaring(declared))
    if "permits" in message:
        engine = permitting(engine, Permits.of_message(message))
    return engine


def held_of(message: link.Message) -> Mapping[str, tuple[Held, ...]]:
    """What a message says of who held which address."""
    return {address: as_held(rows) for address, rows in message.get("held", {}).items()}
