"""Banking Protocol calls, and the banks that ring"""

import sqlalchemy as sa
from alembic import op

from outreach.foundation import db
from outreach.migrations.append_only import guard

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bank",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("retired_at", db.Instant(), nullable=True),
        sa.Column("joined_into_id", db.Id, nullable=True),
        sa.ForeignKeyConstraint(["joined_into_id"], ["bank.id"], name=op.f("fk_bank_joined_into_id_bank")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank")),
        sa.UniqueConstraint("key", name=op.f("uq_bank_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "bank_branch",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("bank_id", db.Id, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("retired_at", db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.id"], name=op.f("fk_bank_branch_bank_id_bank")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_branch")),
        sa.UniqueConstraint("bank_id", "key", name=op.f("uq_bank_branch_bank_id_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "banking_protocol_call",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("victim_id", db.Id, nullable=False),
        sa.Column("fraud_report_id", db.Id, nullable=True),
        sa.Column("follow_up_id", db.Id, nullable=True),
        sa.Column("incident_number", sa.String(), nullable=False),
        sa.Column("received_at", db.Instant(), nullable=False),
        sa.Column("attended_at", db.Instant(), nullable=True),
        sa.Column("bank_id", db.Id, nullable=False),
        sa.Column("branch_id", db.Id, nullable=True),
        sa.Column(
            "route",
            sa.Enum("branch", "telephone", "online", name="route", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("staff_contact", sa.String(), nullable=False),
        sa.Column("age", db.Id, nullable=True),
        sa.Column("on_phone_to_fraudster", sa.Boolean(), nullable=False),
        sa.Column("cover_story", sa.String(), nullable=False),
        sa.Column("fraud_type", sa.String(), nullable=False),
        sa.Column(
            "means", sa.Enum("cash", "transfer", name="means", native_enum=False, length=40), nullable=True
        ),
        sa.Column("attempted", db.Pounds(), nullable=True),
        sa.Column("prevented", db.Pounds(), nullable=True),
        sa.Column("lost", db.Pounds(), nullable=True),
        sa.Column("recovered", db.Pounds(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "fraud prevented",
                "partly lost",
                "no fraud",
                "false alarm",
                "not attended",
                name="outcome",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("arrests", db.Id, nullable=False),
        sa.Column("crime_recorded", sa.Boolean(), nullable=False),
        sa.Column("trading_standards", sa.Boolean(), nullable=False),
        sa.Column("safeguarding_referral", sa.Boolean(), nullable=False),
        sa.Column("missed_opportunity", sa.Boolean(), nullable=False),
        sa.Column("feedback_to_bank", sa.String(), nullable=False),
        sa.Column("logged_by_id", db.Id, nullable=False),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.Column("version", db.Id, nullable=False),
        sa.ForeignKeyConstraint(["bank_id"], ["bank.id"], name=op.f("fk_banking_protocol_call_bank_id_bank")),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["bank_branch.id"], name=op.f("fk_banking_protocol_call_branch_id_bank_branch")
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_up.id"], name=op.f("fk_banking_protocol_call_follow_up_id_follow_up")
        ),
        sa.ForeignKeyConstraint(
            ["fraud_report_id"],
            ["fraud_report.id"],
            name=op.f("fk_banking_protocol_call_fraud_report_id_fraud_report"),
        ),
        sa.ForeignKeyConstraint(
            ["logged_by_id"], ["account.id"], name=op.f("fk_banking_protocol_call_logged_by_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["victim_id"], ["victim.id"], name=op.f("fk_banking_protocol_call_victim_id_victim")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_banking_protocol_call")),
        sa.UniqueConstraint("incident_number", name=op.f("uq_banking_protocol_call_incident_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_banking_protocol_call_bank_received", "banking_protocol_call", ["bank_id", "received_at"]
    )
    op.create_index("ix_banking_protocol_call_received", "banking_protocol_call", ["received_at", "id"])
    op.create_index("ix_banking_protocol_call_victim_id", "banking_protocol_call", ["victim_id"])

    op.create_table(
        "call_correction",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("call_id", db.Id, nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", db.Pounds(), nullable=True),
        sa.Column("after", db.Pounds(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", db.Instant(), nullable=False),
        sa.Column("by_id", db.Id, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_call_correction_by_id_account")),
        sa.ForeignKeyConstraint(
            ["call_id"],
            ["banking_protocol_call.id"],
            name=op.f("fk_call_correction_call_id_banking_protocol_call"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_correction")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_call_correction_call_id", "call_correction", ["call_id"])
    guard("call_correction")


def downgrade() -> None:
    for table in ("call_correction", "banking_protocol_call", "bank_branch", "bank"):
        op.drop_table(table)
