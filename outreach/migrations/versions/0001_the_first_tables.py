"""The first tables"""

import sqlalchemy as sa
from alembic import op

from outreach.foundation import db
from outreach.foundation.clock import now
from outreach.migrations import append_only

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "officer",
                "ambassador",
                "volunteer",
                "communicator",
                "supervisor",
                "administrator",
                "system",
                name="role",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "person_type",
            sa.Enum(
                "officer",
                "PCSO",
                "staff",
                "volunteer",
                "partner",
                "system",
                name="persontype",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("deactivated_at", db.Instant(), nullable=True),
        sa.Column("signed_out_at", db.Instant(), nullable=True),
        sa.Column("last_signed_in_at", db.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("at", db.Instant(), nullable=False),
        sa.Column("actor_id", db.Id, nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("record_id", db.Id, nullable=True),
        sa.Column("details", db.Json, nullable=False),
        sa.Column("recipient", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_at"), ["at"], unique=False)
        batch_op.create_index("ix_audit_entry_record", ["record_type", "record_id"], unique=False)

    op.create_table(
        "household",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("address_key", sa.String(), nullable=False),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
        sa.UniqueConstraint("address_key", name=op.f("uq_household_address_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "outbox",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("subject_type", sa.String(), nullable=False),
        sa.Column("subject_id", db.Id, nullable=False),
        sa.Column("payload", db.Json, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ready",
                "claimed",
                "data",
                "done",
                "retry",
                "failed",
                "unknown",
                "suppressed",
                "cancelled",
                name="state",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("priority", db.Id, nullable=False),
        sa.Column("run_after", db.Instant(), nullable=False),
        sa.Column("attempts", db.Id, nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("token", sa.String(), nullable=True),
        sa.Column("lease_until", db.Instant(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.Column("done_at", db.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_dedupe_key")),
        sa.UniqueConstraint("uuid", name=op.f("uq_outbox_uuid")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_state_due", ["state", "run_after", "priority", "id"], unique=False)
        batch_op.create_index("ix_outbox_state_lease", ["state", "lease_until"], unique=False)
        batch_op.create_index("ix_outbox_subject", ["subject_type", "subject_id"], unique=False)

    op.create_table(
        "schedule_fire",
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("due_at", db.Instant(), nullable=False),
        sa.Column("fired_at", db.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("task", "due_at", name=op.f("pk_schedule_fire")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sign_in_try",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("at", db.Instant(), nullable=False),
        sa.Column("email_hash", sa.String(), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_try")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("sign_in_try", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_try_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_try_email_hash"), ["email_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_try_network"), ["network"], unique=False)

    op.create_table(
        "source_mapping",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("mapping", db.Json, nullable=False),
        sa.Column("remembered_at", db.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_mapping")),
        sa.UniqueConstraint("source", "signature", name=op.f("uq_source_mapping_source_signature")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "submission",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("account_id", db.Id, nullable=False),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("at", db.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_submission")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submission_at"), ["at"], unique=False)

    op.create_table(
        "draft",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("account_id", db.Id, nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("typed", db.Json, nullable=False),
        sa.Column("kept_at", db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_draft_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("account_id", "form", name=op.f("uq_draft_account_id_form")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "outbox_attempt",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("outbox_id", db.Id, nullable=False),
        sa.Column("at", db.Instant(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("reply", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name=op.f("fk_outbox_attempt_outbox_id_outbox")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_attempt")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("outbox_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_attempt_outbox_id"), ["outbox_id"], unique=False)

    op.create_table(
        "sign_in",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("account_id", db.Id, nullable=False),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.Column("last_seen_at", db.Instant(), nullable=False),
        sa.Column("ended_at", db.Instant(), nullable=True),
        sa.Column("flash", db.Json, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_account_id"), ["account_id"], unique=False)

    op.create_table(
        "victim_import",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file_hash", sa.String(), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "uploaded",
                "checking",
                "checked",
                "committing",
                "committed",
                "undoing",
                "undone",
                "refused",
                name="state",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("columns", db.Json, nullable=False),
        sa.Column("mapping", db.Json, nullable=False),
        sa.Column("refusal", sa.String(), nullable=False),
        sa.Column("notes", db.Json, nullable=False),
        sa.Column("position", db.Id, nullable=False),
        sa.Column("total", db.Id, nullable=False),
        sa.Column("counts", db.Json, nullable=False),
        sa.Column("uploaded_by_id", db.Id, nullable=False),
        sa.Column("uploaded_at", db.Instant(), nullable=False),
        sa.Column("committed_at", db.Instant(), nullable=True),
        sa.Column("undone_at", db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["account.id"], name=op.f("fk_victim_import_uploaded_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_victim_import")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("victim_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_victim_import_file_hash"), ["file_hash"], unique=False)

    op.create_table(
        "import_row",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("import_id", db.Id, nullable=False),
        sa.Column("number", db.Id, nullable=False),
        sa.Column("cells", db.Json, nullable=False),
        sa.Column("values", db.Json, nullable=False),
        sa.Column("errors", db.Json, nullable=False),
        sa.Column("warnings", db.Json, nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("new", "update", "review", "error", "skip", name="verdict", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("matches", db.Json, nullable=False),
        sa.Column("decision", db.Json, nullable=False),
        sa.Column("joins_victim_id", db.Id, nullable=True),
        sa.Column("joins_row", db.Id, nullable=True),
        sa.Column("victim_id", db.Id, nullable=True),
        sa.Column("report_id", db.Id, nullable=True),
        sa.Column("before", db.Json, nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["victim_import.id"], name=op.f("fk_import_row_import_id_victim_import")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_row")),
        sa.UniqueConstraint("import_id", "number", name=op.f("uq_import_row_import_id_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.create_index("ix_import_row_verdict", ["import_id", "verdict", "number"], unique=False)

    op.create_table(
        "victim",
        sa.Column("id", db.Id, nullable=False),
        sa.Column(
            "kind",
            sa.Enum("individual", "business", "charity", name="kind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("named_business_contact", sa.String(), nullable=False),
        sa.Column("gender", sa.String(), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("age_estimate", db.Id, nullable=True),
        sa.Column("address_line_1", sa.String(), nullable=False),
        sa.Column("address_line_2", sa.String(), nullable=False),
        sa.Column("town", sa.String(), nullable=False),
        sa.Column("postcode", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column(
            "preferred_channel",
            sa.Enum(
                "phone", "letter", "email", "text", "visit", name="channel", native_enum=False, length=40
            ),
            nullable=True,
        ),
        sa.Column(
            "may_leave_message",
            sa.Enum("yes", "no", "unknown", name="answer", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "may_post",
            sa.Enum("yes", "no", "unknown", name="answer", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "may_text",
            sa.Enum("yes", "no", "unknown", name="answer", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "may_email",
            sa.Enum("yes", "no", "unknown", name="answer", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "may_visit",
            sa.Enum("yes", "no", "unknown", name="answer", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("safe_from", sa.Time(), nullable=True),
        sa.Column("safe_until", sa.Time(), nullable=True),
        sa.Column("who_may_answer", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("interpreter", sa.Boolean(), nullable=False),
        sa.Column(
            "format",
            sa.Enum(
                "standard",
                "large print",
                "easy read",
                "Braille",
                "audio",
                name="format",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "lives_alone",
            sa.Enum("yes", "no", "unknown", name="answer", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("vulnerability", db.Json, nullable=False),
        sa.Column("supporter_name", sa.String(), nullable=False),
        sa.Column("supporter_phone", sa.String(), nullable=False),
        sa.Column("supporter_relationship", sa.String(), nullable=False),
        sa.Column(
            "supporter_consent",
            sa.Enum("yes", "no", "unknown", name="answer", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("power_of_attorney", sa.String(), nullable=False),
        sa.Column("enhanced_rights", sa.Boolean(), nullable=False),
        sa.Column("enhanced_rights_basis", sa.String(), nullable=False),
        sa.Column("deceased_on", sa.Date(), nullable=True),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("first_reached_at", db.Instant(), nullable=True),
        sa.Column("need_score", db.Id, nullable=False),
        sa.Column(
            "band",
            sa.Enum("standard", "medium", "high", name="band", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("need_reasons", db.Json, nullable=False),
        sa.Column("assigned_to_id", db.Id, nullable=True),
        sa.Column("household_id", db.Id, nullable=True),
        sa.Column("merged_into_id", db.Id, nullable=True),
        sa.Column("import_id", db.Id, nullable=True),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.Column("changed_at", db.Instant(), nullable=False),
        sa.Column("version", db.Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["assigned_to_id"], ["account.id"], name=op.f("fk_victim_assigned_to_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_victim_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["victim_import.id"], name=op.f("fk_victim_import_id_victim_import")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["victim.id"], name=op.f("fk_victim_merged_into_id_victim")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_victim")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("victim", schema=None) as batch_op:
        batch_op.create_index("ix_victim_assigned_need", ["assigned_to_id", "need_score", "id"], unique=False)
        batch_op.create_index("ix_victim_band_need", ["band", "need_score", "id"], unique=False)
        batch_op.create_index("ix_victim_district_need", ["district", "need_score", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_victim_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_victim_household_id"), ["household_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_victim_merged_into_id"), ["merged_into_id"], unique=False)
        batch_op.create_index("ix_victim_name", ["last_name", "first_name", "id"], unique=False)
        batch_op.create_index("ix_victim_need", ["need_score", "id"], unique=False)

    op.create_table(
        "contact",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("victim_id", db.Id, nullable=False),
        sa.Column("at", db.Instant(), nullable=False),
        sa.Column("by_id", db.Id, nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "call",
                "visit",
                "letter",
                "email",
                "joint visit",
                name="contactchannel",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("attempt_no", db.Id, nullable=False),
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
                name="outcome",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("verified_identity", sa.Boolean(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("minutes", db.Id, nullable=True),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_contact_by_id_account")),
        sa.ForeignKeyConstraint(["victim_id"], ["victim.id"], name=op.f("fk_contact_victim_id_victim")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index("ix_contact_victim_at", ["victim_id", "at"], unique=False)

    op.create_table(
        "fraud_report",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("victim_id", db.Id, nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "victim list",
                "call for service",
                "Banking Protocol",
                "partner",
                "family",
                "self",
                name="source",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("national_reference", sa.String(), nullable=False),
        sa.Column("force_occurrence", sa.String(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("nfib_code", sa.String(), nullable=False),
        sa.Column("fraud_type", sa.String(), nullable=False),
        sa.Column(
            "first_contact",
            sa.Enum(
                "phone",
                "post",
                "door",
                "email",
                "text",
                "social media",
                "dating site",
                "web",
                "in person",
                name="firstcontact",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("lost", db.Pounds(), nullable=True),
        sa.Column("recovered", db.Pounds(), nullable=True),
        sa.Column(
            "payment",
            sa.Enum(
                "cash",
                "card",
                "transfer",
                "gift card",
                "crypto",
                "cheque",
                "goods",
                name="payment",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("suspect_known", sa.Boolean(), nullable=False),
        sa.Column("under_investigation", sa.Boolean(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("import_id", db.Id, nullable=True),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.Column("version", db.Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["victim_import.id"], name=op.f("fk_fraud_report_import_id_victim_import")
        ),
        sa.ForeignKeyConstraint(["victim_id"], ["victim.id"], name=op.f("fk_fraud_report_victim_id_victim")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fraud_report")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("fraud_report", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_fraud_report_force_occurrence"), ["force_occurrence"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_fraud_report_national_reference"), ["national_reference"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_fraud_report_victim_id"), ["victim_id"], unique=False)

    op.create_table(
        "match_key",
        sa.Column("key", db.Id, autoincrement=False, nullable=False),
        sa.Column("victim_id", db.Id, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["victim_id"], ["victim.id"], name=op.f("fk_match_key_victim_id_victim"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "victim_id", name=op.f("pk_match_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("match_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_match_key_victim_id"), ["victim_id"], unique=False)

    op.create_table(
        "victim_phone",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("victim_id", db.Id, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["victim_id"], ["victim.id"], name=op.f("fk_victim_phone_victim_id_victim")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_victim_phone")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("victim_phone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_victim_phone_victim_id"), ["victim_id"], unique=False)

    op.create_table(
        "follow_up",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("victim_id", db.Id, nullable=False),
        sa.Column("due_at", db.Instant(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("assignee_id", db.Id, nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "planned", "due", "done", "cancelled", "failed", name="status", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "remind_by",
            sa.Enum(
                "phone", "letter", "email", "text", "visit", name="channel", native_enum=False, length=40
            ),
            nullable=True,
        ),
        sa.Column("remind_at", db.Instant(), nullable=True),
        sa.Column("escalated_at", db.Instant(), nullable=True),
        sa.Column("settled_at", db.Instant(), nullable=True),
        sa.Column("settled_by_id", db.Id, nullable=True),
        sa.Column("contact_id", db.Id, nullable=True),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.Column("version", db.Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["account.id"], name=op.f("fk_follow_up_assignee_id_account")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_follow_up_contact_id_contact")),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["account.id"], name=op.f("fk_follow_up_settled_by_id_account")
        ),
        sa.ForeignKeyConstraint(["victim_id"], ["victim.id"], name=op.f("fk_follow_up_victim_id_victim")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.create_index(
            "ix_follow_up_assignee_status_due", ["assignee_id", "status", "due_at"], unique=False
        )
        batch_op.create_index("ix_follow_up_status_due", ["status", "due_at"], unique=False)
        batch_op.create_index("ix_follow_up_victim_status", ["victim_id", "status"], unique=False)
    for table in ("audit_entry", "outbox_attempt"):
        append_only.guard(table)
    _name_the_system()


def _name_the_system() -> None:
    """The accounts in whose name the worker and the command line act; nobody can sign in as either."""
    account = sa.table(
        "account",
        sa.column("id"),
        sa.column("name"),
        sa.column("role"),
        sa.column("person_type"),
        sa.column("district"),
        sa.column("created_at", db.Instant()),
    )
    op.bulk_insert(
        account,
        [
            {
                "id": number,
                "name": name,
                "role": "system",
                "person_type": "system",
                "district": "",
                "created_at": now(),
            }
            for number, name in ((1, "The worker"), (2, "The command line"))
        ],
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT setval(pg_get_serial_sequence('account', 'id'), 2)")


def downgrade() -> None:
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.drop_index("ix_follow_up_victim_status")
        batch_op.drop_index("ix_follow_up_status_due")
        batch_op.drop_index("ix_follow_up_assignee_status_due")

    op.drop_table("follow_up")
    with op.batch_alter_table("victim_phone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_victim_phone_victim_id"))

    op.drop_table("victim_phone")
    with op.batch_alter_table("match_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_match_key_victim_id"))

    op.drop_table("match_key")
    with op.batch_alter_table("fraud_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fraud_report_victim_id"))
        batch_op.drop_index(batch_op.f("ix_fraud_report_national_reference"))
        batch_op.drop_index(batch_op.f("ix_fraud_report_force_occurrence"))

    op.drop_table("fraud_report")
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_victim_at")

    op.drop_table("contact")
    with op.batch_alter_table("victim", schema=None) as batch_op:
        batch_op.drop_index("ix_victim_need")
        batch_op.drop_index("ix_victim_name")
        batch_op.drop_index(batch_op.f("ix_victim_merged_into_id"))
        batch_op.drop_index(batch_op.f("ix_victim_household_id"))
        batch_op.drop_index(batch_op.f("ix_victim_email"))
        batch_op.drop_index("ix_victim_district_need")
        batch_op.drop_index("ix_victim_band_need")
        batch_op.drop_index("ix_victim_assigned_need")

    op.drop_table("victim")
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.drop_index("ix_import_row_verdict")

    op.drop_table("import_row")
    with op.batch_alter_table("victim_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_victim_import_file_hash"))

    op.drop_table("victim_import")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_account_id"))

    op.drop_table("sign_in")
    with op.batch_alter_table("outbox_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_attempt_outbox_id"))

    op.drop_table("outbox_attempt")
    op.drop_table("draft")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submission_at"))

    op.drop_table("submission")
    op.drop_table("source_mapping")
    with op.batch_alter_table("sign_in_try", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_try_network"))
        batch_op.drop_index(batch_op.f("ix_sign_in_try_email_hash"))
        batch_op.drop_index(batch_op.f("ix_sign_in_try_at"))

    op.drop_table("sign_in_try")
    op.drop_table("schedule_fire")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_subject")
        batch_op.drop_index("ix_outbox_state_lease")
        batch_op.drop_index("ix_outbox_state_due")

    op.drop_table("outbox")
    op.drop_table("household")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_record")
        batch_op.drop_index(batch_op.f("ix_audit_entry_at"))

    op.drop_table("audit_entry")
    op.drop_table("account")
