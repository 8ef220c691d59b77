"""A case without what people wrote in it: no word of anybody's is left, and everything else stands."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from agent.casework.ownwords import KEPT, without_words
from agent.core.cases import Case
from tests.casework.making import CHAIR, HEAD, INVESTIGATOR, SUBJECT, desk
from tests.casework.test_subject import untold


def texts(value: Any) -> set[str]:
    """Every text of a case and its parts that is no word of a list."""
    if is_dataclass(value) and not isinstance(value, type):
        return set().union(*(texts(getattr(value, one.name)) for one in fields(value)))
    if isinstance(value, tuple | frozenset):
        return set().union(*map(texts, value))
    return {value} if type(value) is str and value else set()


def test_nothing_that_somebody_wrote_is_left(tmp_path: Path) -> None:
    """Of an untold case with all its grounds there stay ids and roles alone; times and words of a list are the same."""
    whole: Case = untold(desk(tmp_path))
    bare = without_words(whole)
    ids = {whole.id, SUBJECT, HEAD.id, CHAIR.id, INVESTIGATOR.id, whole.scope.role}
    assert whole.approval is not None
    marks = {whole.approval.terms, whole.approval.entry[1]}  # under the site's key, and an entry's hash
    assert {"DPIA-7", "it would be deleted", whole.clause} <= texts(whole)
    assert texts(bare) - ids - marks == {KEPT}
    assert bare.approval is not None
    assert (bare.basis, bare.approval.at, bare.expires) == (whole.basis, whole.approval.at, whole.expires)
