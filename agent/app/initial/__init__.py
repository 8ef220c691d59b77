"""`breaktime init`: a school's answers → a commented site.yaml that `check` passes.

dialogue (agent/cli/init.py) or a file of answers ──► Answers ──► text ──► lay out, check, put in place
"""
