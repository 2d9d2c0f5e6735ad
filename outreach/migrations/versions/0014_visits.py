"""Visits, who goes, what they wrote, and the phones that keep them"""

import sqlalchemy as sa
from alembic import op

from outreach.foundation import db

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visit",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("victim_id", db.Id, nullable=True),
        sa.Column("event_name", sa.String(), nullable=False),
        sa.Column("event_place", sa.String(), nullable=False),
        sa.Column("planned_start_at", db.Instant(), nullable=False),
        sa.Column("planned_end_at", db.Instant(), nullable=False),
        sa.Column("persons", db.Id, nullable=False),
        sa.Column("alone_reason", sa.String(), nullable=False),
        sa.Column(
            "risk",
            sa.Enum(
                "not assessed", "no risk known", "take care", name="risk", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("safety_notes", sa.String(), nullable=False),
        sa.Column("access_notes", sa.String(), nullable=False),
        sa.Column("take", db.Json, nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("named_contact_id", db.Id, nullable=False),
        sa.Column(
            "tell_by",
            sa.Enum(
                "phone", "letter", "email", "text", "visit", name="channel", native_enum=False, length=40
            ),
            nullable=True,
        ),
        sa.Column(
            "state",
            sa.Enum("planned", "cancelled", "finished", name="visitstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("ended_at", db.Instant(), nullable=True),
        sa.Column("ended_why", sa.String(), nullable=False),
        sa.Column("planned_by_id", db.Id, nullable=False),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.Column("version", db.Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["named_contact_id"], ["account.id"], name=op.f("fk_visit_named_contact_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["planned_by_id"], ["account.id"], name=op.f("fk_visit_planned_by_id_account")
        ),
        sa.ForeignKeyConstraint(["victim_id"], ["victim.id"], name=op.f("fk_visit_victim_id_victim")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_visit_state_start", "visit", ["state", "planned_start_at"])
    op.create_index("ix_visit_victim_start", "visit", ["victim_id", "planned_start_at"])
    op.create_table(
        "visit_crew",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("visit_id", db.Id, nullable=False),
        sa.Column("account_id", db.Id, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "offered",
                "accepted",
                "declined",
                "withdrawn",
                "handed back",
                name="crewstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("offered_at", db.Instant(), nullable=False),
        sa.Column("answered_at", db.Instant(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("checked_in_at", db.Instant(), nullable=True),
        sa.Column("checked_out_at", db.Instant(), nullable=True),
        sa.Column("out_by_at", db.Instant(), nullable=True),
        sa.Column("owes_no_log_at", db.Instant(), nullable=True),
        sa.Column("vouched_by_id", db.Id, nullable=True),
        sa.Column("vouched_why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["vouched_by_id"], ["account.id"], name=op.f("fk_visit_crew_vouched_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_visit_crew_account_id_account")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_crew_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_crew")),
        sa.UniqueConstraint("visit_id", "account_id", name=op.f("uq_visit_crew_visit_id_account_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_visit_crew_account_state", "visit_crew", ["account_id", "state"])
    op.create_table(
        "visit_log",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("visit_id", db.Id, nullable=False),
        sa.Column("account_id", db.Id, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waits for the officer",
                "returned to its writer",
                "accepted",
                "waits for the supervisor",
                "set aside",
                name="logstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("written_at", db.Instant(), nullable=False),
        sa.Column("received_at", db.Instant(), nullable=False),
        sa.Column("clock_off_seconds", db.Id, nullable=False),
        sa.Column("began_at", db.Instant(), nullable=False),
        sa.Column("ended_at", db.Instant(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "spoke",
                "visited",
                "declined",
                "no reply, message left",
                "no reply, information posted",
                "no reply, unsafe to leave a message",
                "wrong contact details",
                "lives out of area",
                "deceased",
                "posted",
                name="outcome",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("met", db.Json, nullable=False),
        sa.Column("discussed", db.Json, nullable=False),
        sa.Column("accepted", db.Json, nullable=False),
        sa.Column("fitted", db.Json, nullable=False),
        sa.Column("fitted_note", sa.String(), nullable=False),
        sa.Column("concern", sa.String(), nullable=False),
        sa.Column("concern_now", sa.Boolean(), nullable=False),
        sa.Column("worried", db.Id, nullable=True),
        sa.Column("safe", db.Id, nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("next_step", sa.String(), nullable=False),
        sa.Column("minutes", db.Id, nullable=False),
        sa.Column("travel_minutes", db.Id, nullable=False),
        sa.Column("miles", db.Pounds(), nullable=False),
        sa.Column("decided_at", db.Instant(), nullable=True),
        sa.Column("decided_by_id", db.Id, nullable=True),
        sa.Column("decided_why", sa.String(), nullable=False),
        sa.Column("contact_id", db.Id, nullable=True),
        sa.Column("version", db.Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_visit_log_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_visit_log_contact_id_contact")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["account.id"], name=op.f("fk_visit_log_decided_by_id_account")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_log_visit_id_visit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_log")),
        sa.UniqueConstraint("key", name=op.f("uq_visit_log_key")),
        sa.UniqueConstraint("visit_id", "account_id", name=op.f("uq_visit_log_visit_id_account_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_visit_log_state", "visit_log", ["state", "received_at"])
    op.create_table(
        "visit_phone",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("account_id", db.Id, nullable=False),
        sa.Column("name_hash", sa.String(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("issued_at", db.Instant(), nullable=False),
        sa.Column("unsent", db.Id, nullable=False),
        sa.Column("unsent_since", db.Instant(), nullable=True),
        sa.Column("told_at", db.Instant(), nullable=True),
        sa.Column("wiped_at", db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_visit_phone_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_phone")),
        sa.UniqueConstraint("name_hash", name=op.f("uq_visit_phone_name_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_visit_phone_account_id", "visit_phone", ["account_id"])


def downgrade() -> None:
    for table in ("visit_phone", "visit_log", "visit_crew", "visit"):
        op.drop_table(table)
