"""Steering: the rules of the kernel that bring social media to the workers and leave everything else alone.

`ruleset` writes the rules of a plan as text, `nft` loads them and talks to the kernel's sets. Nothing here decides
what is social media or whose: the plan does (`agent/core/steering.py`).
"""
