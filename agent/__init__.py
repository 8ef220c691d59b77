"""Breaktime: keeps social media to break time on a school's own network.

`core` holds the rules and nothing else; the rooms around it read files, carry traffic and keep records;
`app` is the one place that knows every part. ARCHITECTURE.md draws the house.
"""
