"""People's second factors and sessions, what they read and saved, trackers, own questions, drafts, search."""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa
from alembic import op

from dardr.storage.types import Json, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "former_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("of_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_name")),
    )
    with op.batch_alter_table("former_name", schema=None) as batch_op:
        batch_op.create_index("ix_former_name_of", ["kind", "of_id"], unique=False)

    op.create_table(
        "own_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("help", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("choices", Json, nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("from_at", UtcDateTime(), nullable=False),
        sa.Column("retired_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_own_question_partnership_id_partnership")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_question")),
        sa.UniqueConstraint(
            "partnership_id", "key", "version", name=op.f("uq_own_question_partnership_id_key_version")
        ),
    )
    with op.batch_alter_table("own_question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_own_question_partnership_id"), ["partnership_id"], unique=False)

    op.create_table(
        "tracker_layout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sheet", sa.String(length=120), nullable=False),
        sa.Column("heading_row", sa.Integer(), nullable=False),
        sa.Column("columns", Json, nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_tracker_layout_partnership_id_partnership")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracker_layout")),
        sa.UniqueConstraint("partnership_id", "name", name=op.f("uq_tracker_layout_partnership_id_name")),
    )
    with op.batch_alter_table("tracker_layout", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tracker_layout_partnership_id"), ["partnership_id"], unique=False)

    op.create_table(
        "admin_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("details", Json, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user_account.id"], name=op.f("fk_admin_event_actor_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_event")),
    )
    with op.batch_alter_table("admin_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_admin_event_at"), ["at"], unique=False)

    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("until_at", UtcDateTime(), nullable=True),
        sa.Column("submitted_ref", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_draft_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_draft_token_hash")),
    )
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_user_id"), ["user_id"], unique=False)

    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("transports", Json, nullable=True),
        sa.Column("extensions", sa.String(length=255), nullable=True),
        sa.Column("backup_state", sa.Boolean(), nullable=False),
        sa.Column("device_type", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("usage", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_passkey_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    with op.batch_alter_table("passkey", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkey_user_id"), ["user_id"], unique=False)

    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_saved_view_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_view_user_id"), ["user_id"], unique=False)

    op.create_table(
        "web_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_because", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_web_session_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_web_session_key_hash")),
    )
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "conflict_of_interest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ended_by"], ["user_account.id"], name=op.f("fk_conflict_of_interest_ended_by_user_account")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_conflict_of_interest_record_id_record")),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["user_account.id"], name=op.f("fk_conflict_of_interest_recorded_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_conflict_of_interest_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_of_interest")),
    )
    with op.batch_alter_table("conflict_of_interest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conflict_of_interest_record_id"), ["record_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conflict_of_interest_user_id"), ["user_id"], unique=False)

    op.create_table(
        "opened_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("until_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_opened_case_record_id_record")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_opened_case_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opened_case")),
    )
    with op.batch_alter_table("opened_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opened_case_record_id"), ["record_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_opened_case_user_id"), ["user_id"], unique=False)

    op.create_table(
        "read_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("user_name", sa.String(length=200), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_read_event_record_id_record")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_read_event_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_event")),
    )
    with op.batch_alter_table("read_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_read_event_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_read_event_record_id"), ["record_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_read_event_user_id"), ["user_id"], unique=False)

    op.create_table(
        "tracker_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("layout_id", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(length=200), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("given", Json, nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["layout_id"], ["tracker_layout.id"], name=op.f("fk_tracker_row_layout_id_tracker_layout")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_tracker_row_record_id_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracker_row")),
        sa.UniqueConstraint("layout_id", "row_key", name=op.f("uq_tracker_row_layout_id_row_key")),
    )
    with op.batch_alter_table("tracker_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tracker_row_layout_id"), ["layout_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tracker_row_record_id"), ["record_id"], unique=False)

    op.create_table(
        "search_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"], name=op.f("fk_search_entry_event_id_audit_event")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_search_entry_file_id_stored_file")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_search_entry_record_id_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
    )
    with op.batch_alter_table("search_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_entry_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_search_entry_record_id"), ["record_id"], unique=False)

    with op.batch_alter_table("csp", schema=None) as batch_op:
        batch_op.add_column(sa.Column("areas", Json, nullable=True))

    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("field", sa.String(length=60), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("source_id", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("text_read_at", UtcDateTime(), nullable=True))
        batch_op.create_index(batch_op.f("ix_stored_file_source_id"), ["source_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stored_file_text_read_at"), ["text_read_at"], unique=False)

    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tf_primary_method", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("tf_totp_secret", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("recovery_codes", Json, nullable=True))
        batch_op.add_column(sa.Column("passkey_handle", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("sso_subject", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("left_at", UtcDateTime(), nullable=True))
        batch_op.create_index(batch_op.f("ix_user_account_passkey_handle"), ["passkey_handle"], unique=True)
        batch_op.create_index(batch_op.f("ix_user_account_sso_subject"), ["sso_subject"], unique=True)

    op.create_index(op.f("ix_record_case_manager_id"), "record", ["case_manager_id"])
    op.create_index("ix_record_final", "record", ["final", "case_manager_id"])
    op.create_index(
        "ix_deadline_running",
        "deadline",
        ["record_id", "stopped_by_event", "withdrawn_by_event", "clock", "due_on", "held"],
    )
    op.create_index(op.f("ix_user_role_body_id"), "user_role", ["body_id"])
    op.create_index(op.f("ix_user_role_record_id"), "user_role", ["record_id"])
    op.create_index(
        "ix_outbox_message_undelivered",
        "outbox_message",
        ["record_id", "status"],
        sqlite_where=sa.text("status IN ('failed', 'no_address')"),
        postgresql_where=sa.text("status IN ('failed', 'no_address')"),
    )

    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search_words USING fts5("
            "label, text, content='search_entry', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2')"
        )
        taken_out = (
            "INSERT INTO search_words(search_words, rowid, label, text) VALUES ('delete', old.id, old.label, old.text);"
        )
        put_in = "INSERT INTO search_words(rowid, label, text) VALUES (new.id, new.label, new.text);"
        for what, does in (("INSERT", put_in), ("DELETE", taken_out), ("UPDATE", taken_out + put_in)):
            op.execute(f"CREATE TRIGGER search_words_{what.lower()} AFTER {what} ON search_entry BEGIN {does} END")
    else:
        # The parser of PostgreSQL takes "risk/harm" for a file, "2026-001" for a number below zero, and keeps accents.
        apart = "-/@._:&?=+#~%''|\\’‘“”–—…"
        accents = {c: unicodedata.normalize("NFKD", c)[0] for c in map(chr, range(0xC0, 0x180))}
        accents = {c: plain for c, plain in accents.items() if plain != c and plain.isascii()}
        op.execute(
            "CREATE FUNCTION dardr_words(words text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS "
            f"$$ SELECT to_tsvector('english'::regconfig, translate(words, '{apart}{''.join(accents)}', "
            f"'{' ' * (len(apart) - 1)}{''.join(accents.values())}')) $$"
        )
        op.execute("CREATE INDEX search_words ON search_entry USING gin (dardr_words(text))")
