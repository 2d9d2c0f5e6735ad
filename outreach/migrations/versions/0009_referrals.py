"""Referrals to partners, and the letterbox they answer through"""

import csv
from typing import Any

import sqlalchemy as sa
from alembic import op

from outreach.foundation import db
from outreach.foundation.clock import now
from outreach.foundation.force import CONTENT
from outreach.migrations import append_only

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _agencies()
    _letterbox()
    _referrals()


_COLUMNS = ("name", "kind", "email", "postal_address", "telephone", "method", "answer_days", "version")


def downgrade() -> None:
    for table in (
        "referral_step",
        "referral",
        "letterbox_seed",
        "letterbox_answer",
        "letterbox_link",
        "agency",
    ):
        op.drop_table(table)


def _agencies() -> None:
    op.create_table(
        "agency",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "kind",
            _word(
                "agencykind",
                "council",
                "Victim Support",
                "Trading Standards",
                "bank",
                "health",
                "charity",
                "police",
                "housing",
                "other",
            ),
            nullable=False,
        ),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("postal_address", sa.String(), nullable=False),
        sa.Column("telephone", sa.String(), nullable=False),
        sa.Column("method", _word("method", "mail", "letter"), nullable=False),
        sa.Column("answer_days", db.Id, nullable=False),
        sa.Column("retired_at", db.Instant(), nullable=True),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.Column("version", db.Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("name", name=op.f("uq_agency_name")),
        sqlite_autoincrement=True,
    )
    op.bulk_insert(
        sa.table("agency", *map(sa.column, _COLUMNS), sa.column("created_at", db.Instant())),
        _first_agencies(),
    )


def _letterbox() -> None:
    op.create_table(
        "letterbox_link",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("purpose", _word("purpose", "referral"), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("shown", db.Json, nullable=False),
        sa.Column("subject_type", sa.String(), nullable=False),
        sa.Column("subject_id", db.Id, nullable=False),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.Column("expires_at", db.Instant(), nullable=False),
        sa.Column("closed_at", db.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letterbox_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_letterbox_link_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_letterbox_link_subject", "letterbox_link", ["subject_type", "subject_id"])
    op.create_table(
        "letterbox_answer",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("link_id", db.Id, nullable=False),
        sa.Column("at", db.Instant(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("is_ours", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["letterbox_link.id"], name=op.f("fk_letterbox_answer_link_id_letterbox_link")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letterbox_answer")),
        sa.UniqueConstraint("link_id", "slot", name=op.f("uq_letterbox_answer_link_id_slot")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "letterbox_seed",
        sa.Column("link_id", db.Id, autoincrement=False, nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["letterbox_link.id"], name=op.f("fk_letterbox_seed_link_id_letterbox_link")
        ),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_letterbox_seed")),
        sqlite_autoincrement=True,
    )
    append_only.guard("letterbox_answer")


def _referrals() -> None:
    op.create_table(
        "referral",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("victim_id", db.Id, nullable=False),
        sa.Column("agency_id", db.Id, nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column(
            "basis", _word("basis", "consent", "vital interests", "public task", "s.42"), nullable=True
        ),
        sa.Column(
            "consent", _word("consent", "given", "refused", "lacks capacity", "not sought"), nullable=True
        ),
        sa.Column("consent_reason", sa.String(), nullable=False),
        sa.Column("wishes", sa.String(), nullable=False),
        sa.Column("shares", db.Json, nullable=False),
        sa.Column("happened", sa.String(), nullable=False),
        sa.Column("asks", sa.String(), nullable=False),
        sa.Column("method", _word("method", "mail", "letter"), nullable=False),
        sa.Column(
            "status",
            _word("status", "draft", "sent", "accepted", "declined", "reported", "closed", "withdrawn"),
            nullable=False,
        ),
        sa.Column("sent_at", db.Instant(), nullable=True),
        sa.Column("sent_by_id", db.Id, nullable=True),
        sa.Column("answer_due_on", sa.Date(), nullable=True),
        sa.Column("acknowledged_at", db.Instant(), nullable=True),
        sa.Column("question_at", db.Instant(), nullable=True),
        sa.Column("chase_id", db.Id, nullable=True),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("closed_at", db.Instant(), nullable=True),
        sa.Column("drafted_by_id", db.Id, nullable=False),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.Column("version", db.Id, nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_referral_agency_id_agency")),
        sa.ForeignKeyConstraint(["chase_id"], ["follow_up.id"], name=op.f("fk_referral_chase_id_follow_up")),
        sa.ForeignKeyConstraint(
            ["drafted_by_id"], ["account.id"], name=op.f("fk_referral_drafted_by_id_account")
        ),
        sa.ForeignKeyConstraint(["sent_by_id"], ["account.id"], name=op.f("fk_referral_sent_by_id_account")),
        sa.ForeignKeyConstraint(["victim_id"], ["victim.id"], name=op.f("fk_referral_victim_id_victim")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_referral_agency_id"), "referral", ["agency_id"])
    op.create_index(op.f("ix_referral_sent_at"), "referral", ["sent_at"])
    op.create_index("ix_referral_status_due", "referral", ["status", "answer_due_on"])
    op.create_index(op.f("ix_referral_victim_id"), "referral", ["victim_id"])
    op.create_table(
        "referral_step",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("referral_id", db.Id, nullable=False),
        sa.Column("at", db.Instant(), nullable=False),
        sa.Column(
            "kind",
            _word(
                "stepkind",
                "sent",
                "sent again",
                "posted",
                "accepted",
                "declined",
                "question",
                "reported",
                "reply",
                "withdrawn",
                "closed",
            ),
            nullable=False,
        ),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("came_by", _word("cameby", "link", "phone", "post", "mail"), nullable=True),
        sa.Column("by_id", db.Id, nullable=False),
        sa.Column("letterbox_answer_id", db.Id, nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_referral_step_by_id_account")),
        sa.ForeignKeyConstraint(
            ["letterbox_answer_id"],
            ["letterbox_answer.id"],
            name=op.f("fk_referral_step_letterbox_answer_id_letterbox_answer"),
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("fk_referral_step_referral_id_referral")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_step")),
        sa.UniqueConstraint("letterbox_answer_id", name=op.f("uq_referral_step_letterbox_answer_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_referral_step_referral_id"), "referral_step", ["referral_id"])


def _first_agencies() -> list[dict[str, Any]]:
    """The list a force begins with; its addresses are invented, and the force puts in its own."""
    with (CONTENT / "agencies.csv").open(encoding="utf-8", newline="") as file:
        return [
            {
                **row,
                "answer_days": int(row["answer_days"]),
                "created_at": now(),
                "version": 1,
                "postal_address": row["postal_address"].replace("; ", "\n"),
            }
            for row in csv.DictReader(file)
        ]


def _word(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, length=40)
