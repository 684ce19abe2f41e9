"""Letters are delivered, requesters appeal, and a review that is owed alerts once."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import op

from service.store.base import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step on."""
    with op.batch_alter_table("break_glass", schema=None) as batch_op:
        batch_op.add_column(sa.Column("overdue_at", Instant(), nullable=True))

    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.add_column(sa.Column("letter_id", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("delivered_at", Instant(), nullable=True))
    _name_letters()
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.alter_column("letter_id", existing_type=sa.String(length=64), nullable=False)
        batch_op.create_index("ix_letters_waiting", ["delivered_at", "at", "letter_id"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_letters_letter_id"), ["letter_id"])

    with op.batch_alter_table("review_appeals", schema=None) as batch_op:
        batch_op.add_column(sa.Column("by", sa.String(length=16), server_default="host", nullable=False))


def downgrade() -> None:
    """One step back."""
    with op.batch_alter_table("review_appeals", schema=None) as batch_op:
        batch_op.drop_column("by")

    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_letters_letter_id"), type_="unique")
        batch_op.drop_index("ix_letters_waiting")
        batch_op.drop_column("delivered_at")
        batch_op.drop_column("letter_id")

    with op.batch_alter_table("break_glass", schema=None) as batch_op:
        batch_op.drop_column("overdue_at")


def _name_letters() -> None:
    """Letters of before get the names that they would have got."""
    letters = sa.table("letters", sa.column("request_id"), sa.column("round"), sa.column("letter_id"))
    rows = op.get_bind().execute(sa.select(letters.c.request_id, letters.c.round)).all()
    for request_id, round_ in rows:
        name = "tdv-" + hashlib.sha256(request_id.encode("utf-8", "surrogatepass")).hexdigest()[:40]
        op.execute(
            letters.update()
            .where(letters.c.request_id == request_id, letters.c.round == round_)
            .values(letter_id=f"{name}-{round_}")
        )
