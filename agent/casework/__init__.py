"""Case work: nobody looks without a case, and every look is in the audit chain before it happens.

`desk` is the one way to a case: it asks `agent/core/casework.py` whether the officer may, writes the entry, and only
then changes or shows anything. `decisions`, `looks` and `work` are what officers do at it; `evidence` bundles what
was found, and `bundle` verifies one on any machine.
"""
