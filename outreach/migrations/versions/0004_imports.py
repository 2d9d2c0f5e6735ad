"""What imports needs of the database."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_WHO = ("ALTER TABLE victim_import ADD COLUMN ordered_by_id {} "
        "CONSTRAINT fk_victim_import_ordered_by_id_account REFERENCES account (id)")
# On SQLite a table that is its own index: half the pages to write for every person.
_MATCH_KEY = (
    "CREATE TABLE match_key_itself (key INTEGER NOT NULL, victim_id INTEGER NOT NULL, "
    "CONSTRAINT pk_match_key PRIMARY KEY (key, victim_id), CONSTRAINT fk_match_key_victim_id_victim "
    "FOREIGN KEY(victim_id) REFERENCES victim (id) ON DELETE CASCADE) WITHOUT ROWID",
    "INSERT INTO match_key_itself SELECT key, victim_id FROM match_key",
    "DROP TABLE match_key",
    "ALTER TABLE match_key_itself RENAME TO match_key",
    "CREATE INDEX ix_match_key_victim_id ON match_key (victim_id)")


def upgrade() -> None:
    """Plain statements: Alembic's way of changing a SQLite table would lose its AUTOINCREMENT."""
    whole = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    for name in ("known_up_to", "filed_up_to"):
        op.execute(f"ALTER TABLE victim_import ADD COLUMN {name} {whole} NOT NULL DEFAULT 0")
    op.execute(_WHO.format(whole))
    op.create_index("ix_import_row_victim", "import_row", ["victim_id"])
    for statement in _MATCH_KEY if whole == "INTEGER" else ():
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("ix_import_row_victim", "import_row")
    op.execute("ALTER TABLE victim_import DROP COLUMN ordered_by_id")
    op.execute("ALTER TABLE victim_import DROP COLUMN filed_up_to")
    op.execute("ALTER TABLE victim_import DROP COLUMN known_up_to")
