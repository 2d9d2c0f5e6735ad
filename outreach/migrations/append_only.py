"""Tables that only ever grow: the database itself refuses to change or remove their rows."""

from alembic import op

_FUNCTION = """
CREATE OR REPLACE FUNCTION outreach_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% only grows: its rows are never changed or removed', TG_TABLE_NAME; END $$
"""


def guard(table: str) -> None:
    """Refuse UPDATE, DELETE and (on PostgreSQL) TRUNCATE on a table."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_FUNCTION)
        op.execute(f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table} "
                   "FOR EACH ROW EXECUTE FUNCTION outreach_refuse_change()")
        op.execute(f"CREATE TRIGGER {table}_is_never_emptied BEFORE TRUNCATE ON {table} "
                   "FOR EACH STATEMENT EXECUTE FUNCTION outreach_refuse_change()")
        return
    for deed in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER {table}_refuse_{deed.lower()} BEFORE {deed} ON {table} BEGIN "
                   f"SELECT RAISE(ABORT, '{table} only grows: its rows are never changed or removed'); END")
