"""A letter is kept in every language that there is, for hosts whose own is not their meeting's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.store.documents import Document

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step on."""
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.add_column(sa.Column("others", Document(), server_default="{}", nullable=False))


def downgrade() -> None:
    """One step back."""
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.drop_column("others")
