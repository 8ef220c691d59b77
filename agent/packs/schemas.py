"""JSON Schemas (draft 2020-12) of every file kind, made from the shapes that read them, for editors.

`python -m agent.app.schemas config/schemas` writes them; a test keeps the shipped ones in step.
"""

from __future__ import annotations

import json

from agent.packs.catalogue import CATALOGUE_FILE, SHARED_FILE
from agent.packs.clauses import CLAUSES_FILE
from agent.packs.learned import LEARNED_FILE
from agent.packs.policy import INCLUDE_FILE, POLICY_FILE
from agent.packs.policy_tests import TEST_FILE
from agent.packs.site import SITE_FILE
from agent.packs.steering import PRIVATE_DNS_FILE
from agent.packs.tables import Fields

KINDS: dict[str, Fields] = {
    "site": SITE_FILE,
    "private-dns": PRIVATE_DNS_FILE,
    "policy": POLICY_FILE,
    "policy-test": TEST_FILE,
    "clauses": CLAUSES_FILE,
    "include": INCLUDE_FILE,
    "catalogue": CATALOGUE_FILE,
    "catalogue-shared": SHARED_FILE,
    "catalogue-learned": LEARNED_FILE,
}


def schema_texts() -> dict[str, str]:
    """The text of each schema by its file name."""
    return {f"{kind}.schema.json": _text(kind, shape) for kind, shape in KINDS.items()}


def _text(kind: str, shape: Fields) -> str:
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"Breaktime: {kind}"}
    return json.dumps(head | shape.schema(), indent=1, ensure_ascii=False) + "\n"
