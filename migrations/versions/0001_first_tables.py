"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dardr.storage.types import Json, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "bank_holiday",
        sa.Column("division", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("division", "day", name=op.f("pk_bank_holiday")),
    )
    op.create_table(
        "heartbeat",
        sa.Column("tick", sa.String(length=30), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tick", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rehearsal", sa.Boolean(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "partnership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("team_name", sa.String(length=200), nullable=False),
        sa.Column("team_email", sa.String(length=254), nullable=False),
        sa.Column("home", sa.Boolean(), nullable=False),
        sa.Column("settings", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership")),
        sa.UniqueConstraint("key", name=op.f("uq_partnership_key")),
        sa.UniqueConstraint("name", name=op.f("uq_partnership_name")),
    )
    op.create_table(
        "ref_counter",
        sa.Column("prefix", sa.String(length=40), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_ref_counter")),
    )
    op.create_table(
        "body",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("section9", sa.Boolean(), nullable=False),
        sa.Column("section15", sa.Boolean(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_body_partnership_id_partnership")
        ),
        sa.ForeignKeyConstraint(["successor_id"], ["body.id"], name=op.f("fk_body_successor_id_body")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body")),
        sa.UniqueConstraint("key", name=op.f("uq_body_key")),
    )
    with op.batch_alter_table("body", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_body_partnership_id"), ["partnership_id"], unique=False)

    op.create_table(
        "csp",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_csp_partnership_id_partnership")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_csp")),
        sa.UniqueConstraint("key", name=op.f("uq_csp_key")),
    )
    with op.batch_alter_table("csp", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_csp_partnership_id"), ["partnership_id"], unique=False)

    op.create_table(
        "body_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_body_contact_body_id_body")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body_contact")),
    )
    with op.batch_alter_table("body_contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_body_contact_body_id"), ["body_id"], unique=False)

    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("is_operator", sa.Boolean(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=True),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("failed_sign_ins", sa.Integer(), nullable=False),
        sa.Column("locked_until", UtcDateTime(), nullable=True),
        sa.Column("last_sign_in_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_user_account_body_id_body")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_user_account_partnership_id_partnership")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("email", name=op.f("uq_user_account_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_user_account_fs_uniquifier")),
    )
    op.create_table(
        "record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("process", sa.String(length=60), nullable=False),
        sa.Column("process_key", sa.String(length=50), nullable=False),
        sa.Column("stage", sa.String(length=60), nullable=False),
        sa.Column("phase", sa.String(length=60), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("case_manager_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_manager_id"], ["user_account.id"], name=op.f("fk_record_case_manager_id_user_account")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["record.id"], name=op.f("fk_record_parent_id_record")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_record_partnership_id_partnership")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
        sa.UniqueConstraint("ref", name=op.f("uq_record_ref")),
    )
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.create_index("ix_record_list", ["process_key", "final", "stage"], unique=False)
        batch_op.create_index("ix_record_parent", ["parent_id"], unique=False)
        batch_op.create_index("ix_record_partnership", ["partnership_id", "process_key"], unique=False)

    op.create_table(
        "regime_unlock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("regime", sa.String(length=20), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("commences_on", sa.Date(), nullable=False),
        sa.Column("guidance_url", sa.Text(), nullable=False),
        sa.Column("transitional_rule", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["user_account.id"], name=op.f("fk_regime_unlock_recorded_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regime_unlock")),
        sa.UniqueConstraint("regime", name=op.f("uq_regime_unlock_regime")),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("from_stage", sa.String(length=60), nullable=True),
        sa.Column("to_stage", sa.String(length=60), nullable=False),
        sa.Column("process", sa.String(length=60), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("values_hash", sa.String(length=64), nullable=False),
        sa.Column("identity_hash", sa.String(length=64), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_audit_event_actor_id_user_account")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_audit_event_record_id_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("record_id", "seq", name=op.f("uq_audit_event_record_id_seq")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index("ix_audit_event_recorded_at", ["recorded_at"], unique=False)

    op.create_table(
        "integrity_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_integrity_finding_record_id_record")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integrity_finding")),
    )
    op.create_table(
        "published_case",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_published_case_partnership_id_partnership")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_published_case_record_id_record")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_published_case")),
        sa.UniqueConstraint(
            "partnership_id", "source_id", name=op.f("uq_published_case_partnership_id_source_id")
        ),
    )
    op.create_table(
        "record_body",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_record_body_body_id_body")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_body_record_id_record")),
        sa.PrimaryKeyConstraint("record_id", "body_id", name=op.f("pk_record_body")),
    )
    with op.batch_alter_table("record_body", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_body_body_id"), ["body_id"], unique=False)

    op.create_table(
        "record_csp",
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("csp_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["csp_id"], ["csp.id"], name=op.f("fk_record_csp_csp_id_csp")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_csp_record_id_record")),
        sa.PrimaryKeyConstraint("record_id", "csp_id", name=op.f("pk_record_csp")),
    )
    with op.batch_alter_table("record_csp", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_csp_csp_id"), ["csp_id"], unique=False)

    op.create_table(
        "record_link",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["record.id"], name=op.f("fk_record_link_item_id_record")),
        sa.ForeignKeyConstraint(["review_id"], ["record.id"], name=op.f("fk_record_link_review_id_record")),
        sa.PrimaryKeyConstraint("review_id", "item_id", name=op.f("pk_record_link")),
    )
    with op.batch_alter_table("record_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_link_item_id"), ["item_id"], unique=False)

    op.create_table(
        "user_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("csp_id", sa.Integer(), nullable=True),
        sa.Column("body_id", sa.Integer(), nullable=True),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_user_role_body_id_body")),
        sa.ForeignKeyConstraint(["csp_id"], ["csp.id"], name=op.f("fk_user_role_csp_id_csp")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_user_role_record_id_record")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_user_role_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_role")),
    )
    with op.batch_alter_table("user_role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_role_user_id"), ["user_id"], unique=False)

    op.create_table(
        "deadline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("clock", sa.String(length=60), nullable=False),
        sa.Column("clock_id", sa.String(length=10), nullable=False),
        sa.Column("started_by_event", sa.Integer(), nullable=False),
        sa.Column("matches", Json, nullable=False),
        sa.Column("start_on", sa.Date(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=20), nullable=True),
        sa.Column("original_due_on", sa.Date(), nullable=True),
        sa.Column("agreed_due_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("receipt", Json, nullable=False),
        sa.Column("next_look_on", sa.Date(), nullable=True),
        sa.Column("stopped_on", sa.Date(), nullable=True),
        sa.Column("stopped_by_event", sa.Integer(), nullable=True),
        sa.Column("withdrawn_by_event", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_deadline_record_id_record")),
        sa.ForeignKeyConstraint(
            ["started_by_event"], ["audit_event.id"], name=op.f("fk_deadline_started_by_event_audit_event")
        ),
        sa.ForeignKeyConstraint(
            ["stopped_by_event"], ["audit_event.id"], name=op.f("fk_deadline_stopped_by_event_audit_event")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_event"],
            ["audit_event.id"],
            name=op.f("fk_deadline_withdrawn_by_event_audit_event"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
        sa.UniqueConstraint(
            "record_id",
            "clock",
            "started_by_event",
            name=op.f("uq_deadline_record_id_clock_started_by_event"),
        ),
    )
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.create_index("ix_deadline_next_look_on", ["next_look_on"], unique=False)

    op.create_table(
        "event_values",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=True),
        sa.Column("before", Json, nullable=True),
        sa.Column("after", Json, nullable=True),
        sa.Column("destroyed_under", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["audit_event.id"], name=op.f("fk_event_values_event_id_audit_event")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_values")),
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("clocks", Json, nullable=False),
        sa.Column("activities", Json, nullable=False),
        sa.Column("review_by", sa.Date(), nullable=True),
        sa.Column("next_look_on", sa.Date(), nullable=True),
        sa.Column("placed_by_event", sa.Integer(), nullable=False),
        sa.Column("ended_by_event", sa.Integer(), nullable=True),
        sa.Column("undone_by_event", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ended_by_event"], ["audit_event.id"], name=op.f("fk_hold_ended_by_event_audit_event")
        ),
        sa.ForeignKeyConstraint(
            ["placed_by_event"], ["audit_event.id"], name=op.f("fk_hold_placed_by_event_audit_event")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_hold_record_id_record")),
        sa.ForeignKeyConstraint(
            ["undone_by_event"], ["audit_event.id"], name=op.f("fk_hold_undone_by_event_audit_event")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.create_index("ix_hold_next_look_on", ["next_look_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_hold_record_id"), ["record_id"], unique=False)

    op.create_table(
        "identity_values",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=True),
        sa.Column("after", Json, nullable=True),
        sa.Column("destroyed_under", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["audit_event.id"], name=op.f("fk_identity_values_event_id_audit_event")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_identity_values_record_id_record")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_identity_values")),
    )
    with op.batch_alter_table("identity_values", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identity_values_record_id"), ["record_id"], unique=False)

    op.create_table(
        "stored_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["audit_event.id"], name=op.f("fk_stored_file_event_id_audit_event")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_stored_file_record_id_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
    )
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stored_file_record_id"), ["record_id"], unique=False)

    op.create_table(
        "agreed_date",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("deadline_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("agreed_by", sa.Text(), nullable=False),
        sa.Column("undone_by_event", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["deadline.id"], name=op.f("fk_agreed_date_deadline_id_deadline")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["audit_event.id"], name=op.f("fk_agreed_date_event_id_audit_event")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_agreed_date_record_id_record")),
        sa.ForeignKeyConstraint(
            ["undone_by_event"], ["audit_event.id"], name=op.f("fk_agreed_date_undone_by_event_audit_event")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreed_date")),
    )
    with op.batch_alter_table("agreed_date", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreed_date_deadline_id"), ["deadline_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreed_date_record_id"), ["record_id"], unique=False)

    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=300), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("deadline_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("rung", sa.String(length=30), nullable=False),
        sa.Column("message", sa.String(length=60), nullable=False),
        sa.Column("party", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("lease_owner", sa.String(length=80), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("message_id", sa.String(length=200), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["deadline.id"], name=op.f("fk_outbox_message_deadline_id_deadline")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["audit_event.id"], name=op.f("fk_outbox_message_event_id_audit_event")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_outbox_message_record_id_record")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_message_dedupe_key")),
    )
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_message_claim",
            ["not_before"],
            unique=False,
            sqlite_where=sa.text("status IN ('queued', 'waiting', 'in_flight')"),
            postgresql_where=sa.text("status IN ('queued', 'waiting', 'in_flight')"),
        )
        batch_op.create_index(batch_op.f("ix_outbox_message_deadline_id"), ["deadline_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_message_record_id"), ["record_id"], unique=False)

    op.create_table(
        "outbox_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox_message.id"], name=op.f("fk_outbox_attempt_outbox_id_outbox_message")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_attempt")),
    )
    with op.batch_alter_table("outbox_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_attempt_outbox_id"), ["outbox_id"], unique=False)

    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_event_no_{what.lower()} BEFORE {what} ON audit_event "
                "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION audit_event_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_event_append_only()"
        )
