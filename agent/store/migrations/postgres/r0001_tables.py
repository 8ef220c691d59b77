"""Tables by day, each school behind forced row-level security, and the two things that need their owner.

What a site's role may do is written here and nowhere else. It reads, writes and deletes its own rows through the
tables; partitions it cannot touch; it begins a day and drops an empty one by two functions of the owner, which look
at nothing but the catalogue and whether a partition is empty.
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

OWN = "starts_with(CURRENT_USER::text, 'breaktime_site_') AND site = substr(CURRENT_USER::text, 16)"
"""The rule of every table: the role is named after the site. No table is asked, so it holds on Citus too."""

TABLES = (
    "CREATE TABLE breaktime.form (number integer NOT NULL, oldest integer NOT NULL)",
    "INSERT INTO breaktime.form VALUES (1, 1)",
    """
    CREATE TABLE breaktime.minutes (
      site text NOT NULL, day date NOT NULL, minute integer NOT NULL, key bytea NOT NULL,
      person bytea, device bytea,
      zone text NOT NULL, role text NOT NULL, owner text NOT NULL, device_kind text NOT NULL, pupils text NOT NULL,
      service text NOT NULL, category text NOT NULL, activity text NOT NULL, basis text NOT NULL,
      account text NOT NULL, verdict text NOT NULL, mode text NOT NULL, rule text NOT NULL, clause text NOT NULL,
      authorisation text NOT NULL, period text NOT NULL, policy text NOT NULL, revision text NOT NULL,
      opened boolean NOT NULL, requests bigint NOT NULL, bytes_up bigint NOT NULL, bytes_down bigint NOT NULL,
      PRIMARY KEY (site, day, minute, key)
    ) PARTITION BY LIST (day)
    """,
    """
    CREATE TABLE breaktime.identities (
      site text NOT NULL, day date NOT NULL, pseudonym bytea NOT NULL, sealed bytea NOT NULL,
      PRIMARY KEY (site, day, pseudonym)
    ) PARTITION BY LIST (day)
    """,
    """
    CREATE TABLE breaktime.received (
      site text NOT NULL, spool text NOT NULL, batch bigint NOT NULL, at timestamptz NOT NULL,
      PRIMARY KEY (site, spool)
    )
    """,
)

BEGIN_DAY = """
CREATE FUNCTION breaktime.begin_day(wanted date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '10s' AS $body$
DECLARE
  kind text;
  part text;
  made boolean := false;
BEGIN
  IF wanted IS NULL OR wanted < '1970-01-01' OR wanted >= '2100-01-01' THEN
    RAISE EXCEPTION 'there is no such school day' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('breaktime days'));
  FOREACH kind IN ARRAY ARRAY['minutes', 'identities'] LOOP
    part := kind || to_char(wanted, '_YYYY_MM_DD');
    CONTINUE WHEN to_regclass(format('breaktime.%I', part)) IS NOT NULL;
    IF (SELECT count(*) FROM pg_inherits WHERE inhparent = format('breaktime.%I', kind)::regclass) >= 2000 THEN
      RAISE EXCEPTION 'there are too many days' USING ERRCODE = 'program_limit_exceeded';
    END IF;
    EXECUTE format('CREATE TABLE breaktime.%I (LIKE breaktime.%I INCLUDING ALL)', part, kind);
    EXECUTE format('ALTER TABLE breaktime.%I ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('ALTER TABLE breaktime.%I ATTACH PARTITION breaktime.%I FOR VALUES IN (%L)', kind, part, wanted);
    made := true;
  END LOOP;
  RETURN made;
END $body$
"""
"""A second lock: row-level security without a policy on the partition, should anybody ever grant a right on it."""

END_DAY = """
CREATE FUNCTION breaktime.end_day(gone date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '200ms' AS $body$
DECLARE
  suffix text := to_char(gone, '_YYYY_MM_DD');
  kind text;
  held boolean;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('breaktime days'));
  FOR again IN 1..2 LOOP
    FOREACH kind IN ARRAY ARRAY['minutes', 'identities'] LOOP
      CONTINUE WHEN to_regclass(format('breaktime.%I', kind || suffix)) IS NULL;
      EXECUTE format('SELECT EXISTS (SELECT FROM breaktime.%I)', kind || suffix) INTO held;
      IF held THEN
        RETURN false;
      END IF;
    END LOOP;
    IF again = 1 THEN
      LOCK TABLE breaktime.minutes, breaktime.identities IN ACCESS EXCLUSIVE MODE;
    END IF;
  END LOOP;
  EXECUTE format('DROP TABLE IF EXISTS breaktime.%I, breaktime.%I', 'minutes' || suffix, 'identities' || suffix);
  RETURN true;
END $body$
"""
"""Looks first without a lock: where another school still holds the day, nobody is kept waiting. Where the tables are in
use nobody waits behind it for longer than a blink either; it is asked again."""

RIGHTS = (
    "GRANT USAGE ON SCHEMA breaktime TO breaktime_sites",
    "GRANT SELECT ON breaktime.form TO breaktime_sites",
    "GRANT SELECT, INSERT, DELETE ON breaktime.minutes, breaktime.identities TO breaktime_sites",
    "GRANT UPDATE (requests, bytes_up, bytes_down) ON breaktime.minutes TO breaktime_sites",
    "GRANT SELECT, INSERT, UPDATE (batch, at) ON breaktime.received TO breaktime_sites",
    "REVOKE ALL ON FUNCTION breaktime.begin_day(date), breaktime.end_day(date) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION breaktime.begin_day(date), breaktime.end_day(date) TO breaktime_sites",
)


def upgrade() -> None:
    """Make it all; the schema and the roles are there already (`agent.store.postgres.roles`)."""
    for statement in TABLES:
        op.execute(statement)
    for table in ("minutes", "identities", "received"):
        op.execute(f"ALTER TABLE breaktime.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE breaktime.{table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_site ON breaktime.{table} TO breaktime_sites USING ({OWN}) WITH CHECK ({OWN})")
    for statement in (BEGIN_DAY, END_DAY, *RIGHTS):
        op.execute(statement)


def downgrade() -> None:
    """Take everything away again, rows included."""
    op.execute("DROP FUNCTION breaktime.begin_day(date), breaktime.end_day(date)")
    op.execute("DROP TABLE breaktime.received, breaktime.identities, breaktime.minutes, breaktime.form")
