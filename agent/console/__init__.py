"""The console: the web application for head, investigator, technician and staff, a process of its own.

It asks `agent/app` and the desk of case work like the command line, and may read no person's record otherwise.
"""
