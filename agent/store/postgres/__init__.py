"""The record in PostgreSQL: what the gateway's own file holds, forwarded, for a trust or for dashboards.

`server` connects, `batches` sends, `days` begins and forgets a day, `reader` asks, `roles` and the migrations
beside this folder make the database ready. The database tells schools apart by the role that asks: each table is
under forced row-level security, by day in partitions that nobody but their owner may touch. Keys never go there.
"""
