"""What the outbox and the follow-ups need of the database: workers' lives, due by kind, steps."""

import sqlalchemy as sa
from alembic import op

from outreach.foundation import db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STEPS = ("attempt", "check", "decision", "details", "other")


def upgrade() -> None:
    op.create_table(
        "worker_life",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("started_at", db.Instant(), nullable=False),
        sa.Column("seen_at", db.Instant(), nullable=False),
        sa.Column("ended_at", db.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker_life")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_worker_life_seen_at"), "worker_life", ["seen_at"])
    # Each kind's due rows side by side: a worker asks for one kind at a time.
    op.create_index("ix_outbox_state_kind_due", "outbox", ["state", "kind", "run_after", "id"])
    op.drop_index("ix_outbox_state_due", "outbox")
    op.add_column("follow_up", sa.Column("step", sa.Enum(*STEPS, name="step", native_enum=False, length=40),
                                         server_default="other", nullable=False))


def downgrade() -> None:
    op.drop_column("follow_up", "step")
    op.create_index("ix_outbox_state_due", "outbox", ["state", "run_after", "priority", "id"])
    op.drop_index("ix_outbox_state_kind_due", "outbox")
    op.drop_index(op.f("ix_worker_life_seen_at"), "worker_life")
    op.drop_table("worker_life")
