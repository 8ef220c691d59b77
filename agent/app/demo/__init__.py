"""The demonstration: a made-up term through the real engine, store and retention, so that a first visit finds life.

year.py (which days) · people.py (who, on what) · school.py (its configuration) · habits.py (what a day brings)
  └─► pushing.py: Flow ─► Engine ─► Tally ─► Store · retention · cases and concerns (casebook.py) ─► making.py
"""
