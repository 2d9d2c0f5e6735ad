"""Tables that only ever grow: the database itself refuses to change or remove their rows."""

from alembic import op
from sqlalchemy import inspect

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


def guard_but(table: str, *may_change: str) -> None:
    """The same, but for a few columns: whose a row is may change when two records are made one."""
    columns = ", ".join(f'"{column["name"]}"' for column in inspect(op.get_bind()).get_columns(table)
                        if column["name"] not in may_change)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_FUNCTION)
        op.execute(f"CREATE TRIGGER {table}_only_grows BEFORE DELETE OR UPDATE OF {columns} ON {table} "
                   "FOR EACH ROW EXECUTE FUNCTION outreach_refuse_change()")
        op.execute(f"CREATE TRIGGER {table}_is_never_emptied BEFORE TRUNCATE ON {table} "
                   "FOR EACH STATEMENT EXECUTE FUNCTION outreach_refuse_change()")
        return
    for deed, of in (("UPDATE", f"UPDATE OF {columns}"), ("DELETE", "DELETE")):
        op.execute(f"CREATE TRIGGER {table}_refuse_{deed.lower()} BEFORE {of} ON {table} BEGIN "
                   f"SELECT RAISE(ABORT, '{table} only grows: its rows are never changed or removed'); END")
