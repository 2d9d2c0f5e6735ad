"""Vulnerability assessments, and the factors they add up"""

from datetime import date

import sqlalchemy as sa
from alembic import op

from outreach.foundation import db
from outreach.foundation.force import current
from outreach.migrations.append_only import guard_but

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
FROM = date(2020, 1, 1)     # before any assessment that somebody could enter late


def upgrade() -> None:
    band = sa.Enum("standard", "medium", "high", name="band", native_enum=False, length=40)
    tells = sa.Enum("yes", "no", "unsure", name="tells", native_enum=False, length=40)
    for name, kind in (("assessed_band", band), ("assessed_on", sa.Date()), ("review_on", sa.Date()),
                       ("review_asked_on", sa.Date())):
        op.add_column("victim", sa.Column(name, kind, nullable=True))
    op.add_column("victim", sa.Column("adult_at_risk", sa.Boolean(), nullable=False,
                                      server_default=sa.false()))
    op.create_index(op.f("ix_victim_review_on"), "victim", ["review_on"])
    factors = op.create_table(
        "vulnerability_factor",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("points", db.Id, nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("place", db.Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vulnerability_factor")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_vulnerability_factor_code", "vulnerability_factor", ["code", "effective_from"],
                    unique=True)
    bands = op.create_table(
        "vulnerability_band",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("medium_from", db.Id, nullable=False),
        sa.Column("high_from", db.Id, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vulnerability_band")),
        sa.UniqueConstraint("effective_from", name=op.f("uq_vulnerability_band_effective_from")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "assessment",
        sa.Column("id", db.Id, nullable=False),
        sa.Column("victim_id", db.Id, nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("by_id", db.Id, nullable=False),
        sa.Column("factors", db.Json, nullable=False),
        sa.Column("score", db.Id, nullable=False),
        sa.Column("scored_band", band, nullable=False),
        sa.Column("override", band, nullable=True),
        sa.Column("override_reason", sa.String(), nullable=False),
        sa.Column("needs_care", tells, nullable=True),
        sa.Column("faces_abuse", tells, nullable=True),
        sa.Column("cannot_protect", tells, nullable=True),
        sa.Column("adult_at_risk", tells, nullable=False),
        sa.Column("council", sa.String(), nullable=False),
        sa.Column("capacity_concern", sa.Boolean(), nullable=False),
        sa.Column("capacity_note", sa.String(), nullable=False),
        sa.Column("views", sa.String(), nullable=False),
        sa.Column("next_review_on", sa.Date(), nullable=False),
        sa.Column("supersedes_id", db.Id, nullable=True),
        sa.Column("superseding_reason", sa.String(), nullable=False),
        sa.Column("created_at", db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"],
                                name=op.f("fk_assessment_by_id_account")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["assessment.id"],
                                name=op.f("fk_assessment_supersedes_id_assessment")),
        sa.ForeignKeyConstraint(["victim_id"], ["victim.id"],
                                name=op.f("fk_assessment_victim_id_victim")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_assessment_victim", "assessment",
                    ["victim_id", "assessed_on"])
    guard_but("assessment", "victim_id")
    op.bulk_insert(factors, [
        {"code": code, "words": words, "points": points, "effective_from": FROM, "place": place}
        for place, (code, words, points) in enumerate(_first_list(), 1)])
    need = current().need
    op.bulk_insert(bands, [{"effective_from": FROM, "medium_from": need.medium_from,
                            "high_from": need.high_from}])


def _first_list() -> list[tuple[str, str, int]]:
    """The force's own list as its file has it today; from now on it is changed on the desk."""
    need = current().need
    listed = [(code, weight.words, weight.points) for code, weight in need.factors.items()]
    listed += [(f"age:{age}", f"aged {age} or over", points) for age, points in need.age.items()]
    listed += [(f"lost:{lost}", f"lost £{lost:,} or more", points) for lost, points in need.lost.items()]
    return listed + [(code, weight.words, weight.points) for code, weight in need.facts.items()
                     if code != "never_reached"]    # that says how soon to ring, not how vulnerable


def downgrade() -> None:
    op.drop_table("assessment")
    op.drop_table("vulnerability_band")
    op.drop_table("vulnerability_factor")
    op.drop_index(op.f("ix_victim_review_on"), "victim")
    with op.batch_alter_table("victim") as victim:
        for name in ("assessed_band", "assessed_on", "review_on", "review_asked_on", "adult_at_risk"):
            victim.drop_column(name)
