"""Vetting, volunteers, their training and their hours"""

import sqlalchemy as sa
from alembic import op

from outreach.foundation import db

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vetting",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("account_id", db.Id, nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("cleared_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("suspended_at", db.Instant(), nullable=True),
        sa.Column("suspended_why", sa.String(), nullable=False),
        sa.Column("version", db.Id, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_vetting_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vetting")),
        sa.UniqueConstraint("account_id", name=op.f("uq_vetting_account_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "volunteer",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("account_id", db.Id, nullable=False),
        sa.Column("mobile", sa.String(), nullable=False),
        sa.Column("emergency_name", sa.String(), nullable=False),
        sa.Column("emergency_phone", sa.String(), nullable=False),
        sa.Column("emergency_relationship", sa.String(), nullable=False),
        sa.Column("districts", db.Json, nullable=False),
        sa.Column("languages", db.Json, nullable=False),
        sa.Column("free", db.Json, nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("notes", sa.String(), nullable=False),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.Column("version", db.Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_volunteer_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer")),
        sa.UniqueConstraint("account_id", name=op.f("uq_volunteer_account_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "volunteer_hours",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("account_id", db.Id, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column(
            "work",
            sa.Enum(
                "visit",
                "event or talk",
                "calls and letters",
                "training",
                "office",
                "other",
                name="work",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("minutes", db.Id, nullable=False),
        sa.Column("travel_minutes", db.Id, nullable=False),
        sa.Column("miles", db.Pounds(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("log_id", db.Id, nullable=True),
        sa.Column("by_id", db.Id, nullable=False),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.Column("removed_at", db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_volunteer_hours_account_id_account")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_volunteer_hours_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer_hours")),
        sa.UniqueConstraint("log_id", name=op.f("uq_volunteer_hours_log_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_volunteer_hours_account_on", "volunteer_hours", ["account_id", "on"])
    op.create_index("ix_volunteer_hours_on", "volunteer_hours", ["on"])
    op.create_table(
        "training",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("volunteer_id", db.Id, nullable=False),
        sa.Column("course", sa.String(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_training_volunteer_id_volunteer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_training_volunteer", "training", ["volunteer_id", "course"])
    op.create_table(
        "volunteer_away",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("volunteer_id", db.Id, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_volunteer_away_volunteer_id_volunteer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer_away")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_volunteer_away_volunteer_id", "volunteer_away", ["volunteer_id"])


def downgrade() -> None:
    for table in ("volunteer_away", "training", "volunteer_hours", "volunteer", "vetting"):
        op.drop_table(table)
