"""Who lives with whom, confirmed or put right by hand; and records merged so that it can be undone"""

import sqlalchemy as sa
from alembic import op

from outreach.foundation import db

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    standing = sa.Enum("proposed", "confirmed", "apart", name="standing", native_enum=False, length=40)
    op.add_column("victim", sa.Column("household_standing", standing, nullable=False,
                                      server_default="proposed"))
    op.add_column("victim", sa.Column("household_since", sa.Date(), nullable=True))
    op.create_table(
        "household_stay",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("victim_id", db.Id, nullable=False),
        sa.Column("household_id", db.Id, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"],
                                name=op.f("fk_household_stay_household_id_household")),
        sa.ForeignKeyConstraint(["victim_id"], ["victim.id"],
                                name=op.f("fk_household_stay_victim_id_victim")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_stay")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_household_stay_victim_id"), "household_stay", ["victim_id"])
    op.create_table(
        "victim_merge",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("kept_id", db.Id, nullable=False),
        sa.Column("merged_id", db.Id, nullable=False),
        sa.Column("at", db.Instant(), nullable=False),
        sa.Column("by_id", db.Id, nullable=False),
        sa.Column("moved", db.Json, nullable=False),
        sa.Column("before", db.Json, nullable=False),
        sa.Column("undone_at", db.Instant(), nullable=True),
        sa.Column("undone_by_id", db.Id, nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_victim_merge_by_id_account")),
        sa.ForeignKeyConstraint(["kept_id"], ["victim.id"], name=op.f("fk_victim_merge_kept_id_victim")),
        sa.ForeignKeyConstraint(["merged_id"], ["victim.id"], name=op.f("fk_victim_merge_merged_id_victim")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["account.id"],
                                name=op.f("fk_victim_merge_undone_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_victim_merge")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_victim_merge_kept_id"), "victim_merge", ["kept_id"])
    op.create_index(op.f("ix_victim_merge_merged_id"), "victim_merge", ["merged_id"])


def downgrade() -> None:
    op.drop_table("victim_merge")
    op.drop_table("household_stay")
    with op.batch_alter_table("victim") as victim:
        victim.drop_column("household_since")
        victim.drop_column("household_standing")
