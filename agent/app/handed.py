"""A configuration as a child process gets it: the texts that the supervisor has checked, and what goes with them."""

from __future__ import annotations

from agent.app.build import Built, build
from agent.app.shelf import listed_at
from agent.core.engine import Engine
from agent.gateway import link


def built_of(message: link.Message) -> Built:
    """What a configuration makes that the supervisor has checked."""
    files = {path: text.encode() for path, text in message["config"].items()}
    key, subjects = bytes.fromhex(message.get("account_key", "")), frozenset(message.get("subjects", ()))
    return build(files, frozenset(message["openable"]), key, subjects, listed_at(message.get("listed", "")))


def engine_of(message: link.Message) -> Engine:
    """Its engine."""
    engine = built_of(message).engine
    assert engine is not None, "the supervisor sends only what loads"
    return engine
