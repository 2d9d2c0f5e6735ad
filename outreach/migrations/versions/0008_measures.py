"""Safeguarding measures"""

import sqlalchemy as sa
from alembic import op

from outreach.foundation import db

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    status = sa.Enum("offered", "accepted", "declined", "completed", name="status", native_enum=False,
                     length=40)
    op.create_table(
        "measure",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("victim_id", db.Id, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("status", status, nullable=True),
        sa.Column("since_on", sa.Date(), nullable=True),
        sa.Column("offered_on", sa.Date(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("declined_on", sa.Date(), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("by_id", db.Id, nullable=True),
        sa.Column("changed_at", db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_measure_by_id_account")),
        sa.ForeignKeyConstraint(["victim_id"], ["victim.id"], name=op.f("fk_measure_victim_id_victim")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_measure_victim", "measure", ["victim_id"])
    op.create_index("ix_measure_standing", "measure", ["status", "since_on"])
    op.create_table(
        "measure_step",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("measure_id", db.Id, nullable=False),
        sa.Column("status", status, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", db.Instant(), nullable=False),
        sa.Column("by_id", db.Id, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("entered_at", db.Instant(), nullable=False),
        sa.Column("taken_back_at", db.Instant(), nullable=True),
        sa.Column("taken_back_by_id", db.Id, nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_measure_step_by_id_account")),
        sa.ForeignKeyConstraint(["measure_id"], ["measure.id"],
                                name=op.f("fk_measure_step_measure_id_measure")),
        sa.ForeignKeyConstraint(["taken_back_by_id"], ["account.id"],
                                name=op.f("fk_measure_step_taken_back_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_step")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_measure_step_measure_id"), "measure_step", ["measure_id"])


def downgrade() -> None:
    op.drop_table("measure_step")
    op.drop_table("measure")
