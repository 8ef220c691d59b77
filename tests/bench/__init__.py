"""The project's own benchmarks: `python -m tests.bench [NAME ...]`; the figures are in README.md beside this."""
