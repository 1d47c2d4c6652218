"""Doors for agencies, plans and their workbooks, chronologies, and the terms of every recommendation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dardr.storage.types import Json, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "column_match",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("headings_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("columns", Json, nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["user_account.id"], name=op.f("fk_column_match_by_user_account")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_column_match_partnership_id_partnership")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_match")),
        sa.UniqueConstraint(
            "partnership_id", "headings_hash", name=op.f("uq_column_match_partnership_id_headings_hash")
        ),
    )
    with op.batch_alter_table("column_match", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_column_match_partnership_id"), ["partnership_id"], unique=False)

    op.create_table(
        "recommendation_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("themes", Json, nullable=False),
        sa.Column("bodies", Json, nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_recommendation_text_partnership_id_partnership")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_recommendation_text_record_id_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation_text")),
        sa.UniqueConstraint("record_id", "entry", name=op.f("uq_recommendation_text_record_id_entry")),
    )
    with op.batch_alter_table("recommendation_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recommendation_text_partnership_id"), ["partnership_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_recommendation_text_year"), ["year"], unique=False)

    op.create_table(
        "sheet_out",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=True),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("rows", Json, nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_sheet_out_body_id_body")),
        sa.ForeignKeyConstraint(["made_by"], ["user_account.id"], name=op.f("fk_sheet_out_made_by_user_account")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_sheet_out_partnership_id_partnership")
        ),
        sa.ForeignKeyConstraint(["review_id"], ["record.id"], name=op.f("fk_sheet_out_review_id_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_out")),
        sa.UniqueConstraint("key", name=op.f("uq_sheet_out_key")),
    )
    with op.batch_alter_table("sheet_out", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sheet_out_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sheet_out_review_id"), ["review_id"], unique=False)

    op.create_table(
        "chronology_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_by_event", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("when_given", sa.Text(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("exactness", sa.String(length=20), nullable=False),
        sa.Column("at_time", sa.String(length=40), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_record", sa.Text(), nullable=False),
        sa.Column("people", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("significant", sa.Boolean(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"], name=op.f("fk_chronology_line_event_id_audit_event")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_chronology_line_record_id_record")),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_event"], ["audit_event.id"], name=op.f("fk_chronology_line_withdrawn_by_event_audit_event")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chronology_line")),
    )
    with op.batch_alter_table("chronology_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chronology_line_record_id"), ["record_id"], unique=False)

    op.create_table(
        "for_sign_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_for_sign_off_body_id_body")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name=op.f("fk_for_sign_off_decided_by_user_account")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"], name=op.f("fk_for_sign_off_event_id_audit_event")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_for_sign_off_record_id_record")),
        sa.ForeignKeyConstraint(
            ["written_by"], ["user_account.id"], name=op.f("fk_for_sign_off_written_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_for_sign_off")),
    )
    with op.batch_alter_table("for_sign_off", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_for_sign_off_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_for_sign_off_record_id"), ["record_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_for_sign_off_state"), ["state"], unique=False)

    op.create_table(
        "contact_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_contact_change_body_id_body")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name=op.f("fk_contact_change_decided_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["user_account.id"], name=op.f("fk_contact_change_proposed_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_change")),
    )
    with op.batch_alter_table("contact_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_change_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_change_state"), ["state"], unique=False)

    op.create_table(
        "passed_on",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("passed_by", sa.Integer(), nullable=False),
        sa.Column("passed_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_passed_on_body_id_body")),
        sa.ForeignKeyConstraint(["decided_by"], ["user_account.id"], name=op.f("fk_passed_on_decided_by_user_account")),
        sa.ForeignKeyConstraint(["passed_by"], ["user_account.id"], name=op.f("fk_passed_on_passed_by_user_account")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_passed_on_record_id_record")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_passed_on_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passed_on")),
    )
    with op.batch_alter_table("passed_on", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passed_on_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_passed_on_record_id"), ["record_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_passed_on_user_id"), ["user_id"], unique=False)

    op.create_table(
        "plan_copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(length=40), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"], name=op.f("fk_plan_copy_event_id_audit_event")),
        sa.ForeignKeyConstraint(["review_id"], ["record.id"], name=op.f("fk_plan_copy_review_id_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_copy")),
    )
    with op.batch_alter_table("plan_copy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_copy_review_id"), ["review_id"], unique=False)

    op.create_table(
        "recommendation_term",
        sa.Column("term", sa.String(length=40), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["text_id"], ["recommendation_text.id"], name=op.f("fk_recommendation_term_text_id_recommendation_text")
        ),
        sa.PrimaryKeyConstraint("term", "text_id", name=op.f("pk_recommendation_term")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("recommendation_term", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recommendation_term_text_id"), ["text_id"], unique=False)

    op.create_table(
        "recommendation_word",
        sa.Column("term", sa.String(length=40), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("term", name=op.f("pk_recommendation_word")),
    )

    op.create_table(
        "chronology_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("decided", sa.String(length=20), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["user_account.id"], name=op.f("fk_chronology_mark_by_user_account")),
        sa.ForeignKeyConstraint(
            ["first_id"], ["chronology_line.id"], name=op.f("fk_chronology_mark_first_id_chronology_line")
        ),
        sa.ForeignKeyConstraint(["review_id"], ["record.id"], name=op.f("fk_chronology_mark_review_id_record")),
        sa.ForeignKeyConstraint(
            ["second_id"], ["chronology_line.id"], name=op.f("fk_chronology_mark_second_id_chronology_line")
        ),
        sa.ForeignKeyConstraint(
            ["undone_by"], ["user_account.id"], name=op.f("fk_chronology_mark_undone_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chronology_mark")),
    )
    with op.batch_alter_table("chronology_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chronology_mark_review_id"), ["review_id"], unique=False)

    op.create_table(
        "chronology_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("key_lines", Json, nullable=False),
        sa.Column("in_report", sa.Boolean(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["user_account.id"], name=op.f("fk_chronology_note_by_user_account")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["chronology_line.id"], name=op.f("fk_chronology_note_line_id_chronology_line")
        ),
        sa.ForeignKeyConstraint(["review_id"], ["record.id"], name=op.f("fk_chronology_note_review_id_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chronology_note")),
    )
    with op.batch_alter_table("chronology_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chronology_note_line_id"), ["line_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_chronology_note_review_id"), ["review_id"], unique=False)

    op.create_table(
        "sheet_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("out_id", sa.Integer(), nullable=True),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("preview", Json, nullable=True),
        sa.Column("applied_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["user_account.id"], name=op.f("fk_sheet_in_by_user_account")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_sheet_in_file_id_stored_file")),
        sa.ForeignKeyConstraint(["out_id"], ["sheet_out.id"], name=op.f("fk_sheet_in_out_id_sheet_out")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_sheet_in_partnership_id_partnership")
        ),
        sa.ForeignKeyConstraint(["review_id"], ["record.id"], name=op.f("fk_sheet_in_review_id_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_in")),
    )
    with op.batch_alter_table("sheet_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sheet_in_by"), ["by"], unique=False)
        batch_op.create_index(batch_op.f("ix_sheet_in_out_id"), ["out_id"], unique=False)

    op.create_table(
        "door_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("body_id", sa.Integer(), nullable=True),
        sa.Column("needs_code", sa.Boolean(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("code_sent_at", UtcDateTime(), nullable=True),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_by", sa.Integer(), nullable=True),
        sa.Column("revoked_because", sa.String(length=40), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("with_code", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_door_link_body_id_body")),
        sa.ForeignKeyConstraint(["made_by"], ["user_account.id"], name=op.f("fk_door_link_made_by_user_account")),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox_message.id"], name=op.f("fk_door_link_outbox_id_outbox_message")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_door_link_record_id_record")),
        sa.ForeignKeyConstraint(["revoked_by"], ["user_account.id"], name=op.f("fk_door_link_revoked_by_user_account")),
        sa.ForeignKeyConstraint(["session_id"], ["web_session.id"], name=op.f("fk_door_link_session_id_web_session")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_door_link_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_link")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_door_link_key_hash")),
    )
    with op.batch_alter_table("door_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_door_link_record_id"), ["record_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_door_link_session_id"), ["session_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_door_link_user_id"), ["user_id"], unique=False)
