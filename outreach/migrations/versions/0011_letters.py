"""Letters and batches of them"""

import sqlalchemy as sa
from alembic import op

from outreach.foundation import db

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    batch = sa.Enum("writing", "ready", "posting", "posted", "dropping", "dropped", name="batchstate",
                    native_enum=False, length=40)
    op.create_table(
        "letter_batch",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("whom", db.Json, nullable=False),
        sa.Column("state", batch, nullable=False),
        sa.Column("total", db.Id, nullable=False),
        sa.Column("position", db.Id, nullable=False),
        sa.Column("done", db.Id, nullable=False),
        sa.Column("written", db.Id, nullable=False),
        sa.Column("left_out", db.Json, nullable=False),
        sa.Column("ordered_by_id", db.Id, nullable=False),
        sa.Column("ordered_at", db.Instant(), nullable=False),
        sa.Column("settled_at", db.Instant(), nullable=True),
        sa.Column("settled_by_id", db.Id, nullable=True),
        sa.ForeignKeyConstraint(["ordered_by_id"], ["account.id"],
                                name=op.f("fk_letter_batch_ordered_by_id_account")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["account.id"],
                                name=op.f("fk_letter_batch_settled_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_batch")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "letter",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("victim_id", db.Id, nullable=False),
        sa.Column("batch_id", db.Id, nullable=True),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("heading", sa.String(), nullable=False),
        sa.Column("format", sa.Enum("standard", "large print", "easy read", "Braille", "audio",
                                    name="format", native_enum=False, length=40), nullable=False),
        sa.Column("address", db.Json, nullable=False),
        sa.Column("blocks", db.Json, nullable=False),
        sa.Column("written_at", db.Instant(), nullable=False),
        sa.Column("written_by_id", db.Id, nullable=False),
        sa.Column("state", sa.Enum("waiting", "posted", "dropped", name="state", native_enum=False,
                                   length=40), nullable=False),
        sa.Column("settled_at", db.Instant(), nullable=True),
        sa.Column("settled_by_id", db.Id, nullable=True),
        sa.Column("contact_id", db.Id, nullable=True),
        sa.ForeignKeyConstraint(["victim_id"], ["victim.id"], name=op.f("fk_letter_victim_id_victim")),
        sa.ForeignKeyConstraint(["batch_id"], ["letter_batch.id"],
                                name=op.f("fk_letter_batch_id_letter_batch")),
        sa.ForeignKeyConstraint(["written_by_id"], ["account.id"],
                                name=op.f("fk_letter_written_by_id_account")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["account.id"],
                                name=op.f("fk_letter_settled_by_id_account")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_letter_contact_id_contact")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("reference", name=op.f("uq_letter_reference")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_letter_victim_id", "letter", ["victim_id", "id"])
    op.create_index("ix_letter_state", "letter", ["state", "id"])
    op.create_index(op.f("ix_letter_batch_id"), "letter", ["batch_id"])


def downgrade() -> None:
    op.drop_table("letter")
    op.drop_table("letter_batch")
