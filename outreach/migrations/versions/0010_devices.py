"""Call blockers and other equipment, and their loans"""

import sqlalchemy as sa
from alembic import op

from outreach.foundation import db

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "device",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("asset_tag", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("status", sa.Enum("in stock", "reserved", "on loan", "due back", "faulty", "lost",
                  "retired", name="standing", native_enum=False, length=40), nullable=False),
        sa.Column("status_reason", sa.String(), nullable=False),
        sa.Column("cost", db.Pounds(), nullable=True),
        sa.Column("funder", sa.String(), nullable=False),
        sa.Column("sim_number", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("added_at", db.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("serial", name=op.f("uq_device_serial")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_device_kind_status", "device", ["kind", "status"])
    op.create_table(
        "device_wait",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("victim_id", db.Id, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("since_at", db.Instant(), nullable=False),
        sa.Column("by_id", db.Id, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("device_id", db.Id, nullable=True),
        sa.Column("reserved_at", db.Instant(), nullable=True),
        sa.Column("reserved_by_id", db.Id, nullable=True),
        sa.Column("reserved_out_of_turn", sa.String(), nullable=False),
        sa.Column("settled_at", db.Instant(), nullable=True),
        sa.Column("settled_by_id", db.Id, nullable=True),
        sa.Column("outcome", sa.Enum("lent", "cancelled", name="waitoutcome", native_enum=False,
                  length=40), nullable=True),
        sa.Column("settled_reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_device_wait_by_id_account")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"],
                                name=op.f("fk_device_wait_device_id_device")),
        sa.ForeignKeyConstraint(["reserved_by_id"], ["account.id"],
                                name=op.f("fk_device_wait_reserved_by_id_account")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["account.id"],
                                name=op.f("fk_device_wait_settled_by_id_account")),
        sa.ForeignKeyConstraint(["victim_id"], ["victim.id"],
                                name=op.f("fk_device_wait_victim_id_victim")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_wait")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_device_wait_kind", "device_wait", ["settled_at", "kind"])
    op.create_index("ix_device_wait_victim", "device_wait", ["victim_id", "settled_at"])
    op.create_index("uq_device_wait_reserved", "device_wait", ["device_id"], unique=True,
                    sqlite_where=sa.text("settled_at IS NULL"),
                    postgresql_where=sa.text("settled_at IS NULL"))
    op.create_table(
        "device_loan",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("device_id", db.Id, nullable=False),
        sa.Column("victim_id", db.Id, nullable=False),
        sa.Column("lent_at", db.Instant(), nullable=False),
        sa.Column("lent_by_id", db.Id, nullable=False),
        sa.Column("consent_by", sa.Enum("themselves", "attorney", "family", "carer",
                  "Court of Protection deputy", name="consentby", native_enum=False, length=40),
                  nullable=False),
        sa.Column("consent_name", sa.String(), nullable=False),
        sa.Column("relationship_to_them", sa.String(), nullable=False),
        sa.Column("consent_on", sa.Date(), nullable=False),
        sa.Column("agreement_signed", sa.Boolean(), nullable=False),
        sa.Column("line", sa.Enum("analogue", "digital voice", "SIM", name="line", native_enum=False,
                  length=40), nullable=True),
        sa.Column("caller_display", sa.Enum("yes", "no", "unknown", name="answer", native_enum=False,
                  length=40), nullable=False),
        sa.Column("pendant_alarm", sa.Enum("yes", "no", "unknown", name="answer", native_enum=False,
                  length=40), nullable=False),
        sa.Column("profile", sa.Enum("filter", "filter-international", "trusted only", "carer check",
                  name="profile", native_enum=False, length=40), nullable=True),
        sa.Column("installed_on", sa.Date(), nullable=True),
        sa.Column("installed_by", sa.String(), nullable=False),
        sa.Column("review_due_on", sa.Date(), nullable=False),
        sa.Column("follow_up_id", db.Id, nullable=True),
        sa.Column("asked_back_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by_id", db.Id, nullable=True),
        sa.Column("condition", sa.Enum("good", "faulty", "lost", name="condition", native_enum=False,
                  length=40), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"],
                                name=op.f("fk_device_loan_device_id_device")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["account.id"],
                                name=op.f("fk_device_loan_ended_by_id_account")),
        sa.ForeignKeyConstraint(["follow_up_id"], ["follow_up.id"],
                                name=op.f("fk_device_loan_follow_up_id_follow_up")),
        sa.ForeignKeyConstraint(["lent_by_id"], ["account.id"],
                                name=op.f("fk_device_loan_lent_by_id_account")),
        sa.ForeignKeyConstraint(["victim_id"], ["victim.id"],
                                name=op.f("fk_device_loan_victim_id_victim")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_loan")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_device_loan_device_id"), "device_loan", ["device_id"])
    op.create_index("ix_device_loan_review", "device_loan", ["ended_on", "review_due_on"])
    op.create_index("ix_device_loan_victim", "device_loan", ["victim_id", "ended_on"])
    op.create_index("uq_device_loan_open", "device_loan", ["device_id"], unique=True,
                    sqlite_where=sa.text("ended_on IS NULL"),
                    postgresql_where=sa.text("ended_on IS NULL"))
    op.create_table(
        "call_stats",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("loan_id", db.Id, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("received", db.Id, nullable=False),
        sa.Column("nuisance", db.Id, nullable=False),
        sa.Column("blocked", db.Id, nullable=False),
        sa.Column("entered_at", db.Instant(), nullable=False),
        sa.Column("by_id", db.Id, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_call_stats_by_id_account")),
        sa.ForeignKeyConstraint(["loan_id"], ["device_loan.id"],
                                name=op.f("fk_call_stats_loan_id_device_loan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_stats")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_call_stats_loan", "call_stats", ["loan_id", "from_on"])
    op.create_table(
        "control_panel_contact",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("loan_id", db.Id, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("relationship_to_them", sa.String(), nullable=False),
        sa.Column("consent_on", sa.Date(), nullable=False),
        sa.Column("removed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["loan_id"], ["device_loan.id"],
                                name=op.f("fk_control_panel_contact_loan_id_device_loan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_panel_contact")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_control_panel_contact_loan_id"), "control_panel_contact", ["loan_id"])
    op.create_table(
        "device_answers",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("loan_id", db.Id, nullable=False),
        sa.Column("moment", sa.Enum("before", "after", name="moment", native_enum=False, length=40),
                  nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("by_id", db.Id, nullable=False),
        sa.Column("worried", db.Id, nullable=True),
        sa.Column("safe", db.Id, nullable=True),
        sa.Column("lost", db.Pounds(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_device_answers_by_id_account")),
        sa.ForeignKeyConstraint(["loan_id"], ["device_loan.id"],
                                name=op.f("fk_device_answers_loan_id_device_loan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_answers")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_device_answers_loan_id"), "device_answers", ["loan_id"])
    op.create_table(
        "device_chaser",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("loan_id", db.Id, nullable=False),
        sa.Column("at", db.Instant(), nullable=False),
        sa.Column("by_id", db.Id, nullable=False),
        sa.Column("channel", sa.Enum("phone", "letter", "email", "text", "visit", name="channel",
                  native_enum=False, length=40), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_device_chaser_by_id_account")),
        sa.ForeignKeyConstraint(["loan_id"], ["device_loan.id"],
                                name=op.f("fk_device_chaser_loan_id_device_loan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_chaser")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_device_chaser_loan_id"), "device_chaser", ["loan_id"])
    op.create_table(
        "trusted_caller",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("loan_id", db.Id, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("relationship_to_them", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["loan_id"], ["device_loan.id"],
                                name=op.f("fk_trusted_caller_loan_id_device_loan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trusted_caller")),
        sa.UniqueConstraint("loan_id", "number", name=op.f("uq_trusted_caller_loan_id_number")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    for name in ("trusted_caller", "device_chaser", "device_answers", "control_panel_contact", "call_stats",
                 "device_loan", "device_wait", "device"):
        op.drop_table(name)
