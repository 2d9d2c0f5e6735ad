"""What imports needs of the database."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_WHO = ("ALTER TABLE victim_import ADD COLUMN ordered_by_id {} "
        "CONSTRAINT fk_victim_import_ordered_by_id_account REFERENCES account (id)")


def upgrade() -> None:
    """Plain statements: Alembic's way of changing a SQLite table would lose its AUTOINCREMENT."""
    whole = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    op.execute(f"ALTER TABLE victim_import ADD COLUMN known_up_to {whole} NOT NULL DEFAULT 0")
    op.execute(_WHO.format(whole))
    op.create_index("ix_import_row_victim", "import_row", ["victim_id"])


def downgrade() -> None:
    op.drop_index("ix_import_row_victim", "import_row")
    op.execute("ALTER TABLE victim_import DROP COLUMN ordered_by_id")
    op.execute("ALTER TABLE victim_import DROP COLUMN known_up_to")
