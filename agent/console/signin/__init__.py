"""Signing in and out, links by which people are asked in, and who uses the console."""
