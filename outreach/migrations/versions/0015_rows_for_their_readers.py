"""Rows that only their readers see"""

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled in with the walls around volunteers."""


def downgrade() -> None:
    """Nothing to take back yet."""
