"""How Alembic finds the database and the tables; configured in pyproject.toml, there is no alembic.ini."""

import os
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from outreach.foundation import walls
from outreach.foundation.db import Database, Instant, Pounds
from outreach.foundation.permissions import COMMAND_LINE
from outreach.records import metadata

# Full-text tables, their shadows and what the walls look through are written by hand in their migration.
BY_HAND = ("victim_search", "name_word", "visit_part")


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Our own column types by their own names."""
    if kind == "type" and isinstance(item, Instant | Pounds):
        return f"db.{type(item).__name__}()"
    return False


def include(_item: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Leave the tables made by hand alone."""
    return not (kind in ("table", "index") and name and name.removeprefix("ix_").startswith(BY_HAND))


def migrate(connection: Connection) -> None:
    """Bring one database to the newest shape, in one transaction that sees every row."""
    walls.tell(connection, COMMAND_LINE)
    context.configure(connection=connection, target_metadata=metadata, render_item=render,
                      include_object=include, render_as_batch=connection.dialect.name == "sqlite")
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if context.is_offline_mode():
    context.configure(dialect_name="postgresql", target_metadata=metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
elif given is not None:
    migrate(given)
else:
    database = Database(os.environ.get("OUTREACH_MIGRATION_DATABASE_URL")
                        or os.environ.get("OUTREACH_DATABASE_URL", "sqlite:///var/outreach.db"))
    with database.writer.connect() as connection, connection.begin():
        migrate(connection)
