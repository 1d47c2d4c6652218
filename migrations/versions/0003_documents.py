"""Documents kept to some readers; when a file was looked through by a virus scanner."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dardr.storage.types import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.add_column(sa.Column("readers", sa.String(length=20), nullable=False, server_default=""))
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("scanned_at", UtcDateTime(), nullable=True))
