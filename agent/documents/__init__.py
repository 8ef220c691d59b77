"""The documents that a school owes, written from the configuration in force, for people to finish.

    configuration → facts.py ─┐
    papers/*.paper ───────────┴→ writing.py → agent/core/prose.py → Markdown, HTML

The words stand in `papers/`, one file a document, so that whoever knows the law can mend them without knowing Python.
Nothing here decides that the school keeps the law. Each paper says what the configuration makes so, marks what only the
school can say, and lists that at its end. The law is the United Kingdom's as it stands in 2026.
"""
