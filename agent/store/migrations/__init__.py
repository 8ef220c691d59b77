"""The steps from each form of the record to the next, for Alembic: `spool` for the gateway's own SQLite file,
`postgres` for the database that it is forwarded to. `agent.store.migrate` runs them.

A step adds; what it takes away, the release before must no longer use. So a database or a file that was brought up
still serves the previous release, and gateways of a trust can be brought up one by one.
"""
