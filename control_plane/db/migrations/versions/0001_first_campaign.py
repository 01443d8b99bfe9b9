"""The tables of the first campaign."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agent_worker",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("draining", sa.Boolean(), nullable=False),
        sa.Column("registered", sa.Boolean(), nullable=False),
        sa.Column("load", sa.Double(), nullable=False),
        sa.Column("calls", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_worker")),
    )
    op.create_table(
        "workspace",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), server_default="UTC", nullable=False),
        sa.Column("default_country", sa.Text(), server_default="US", nullable=False),
        sa.Column("max_concurrent_calls", sa.Integer(), nullable=True),
        sa.Column("is_halted", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace")),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("role in ('owner', 'manager', 'viewer', 'agent')", name=op.f("ck_api_key_role")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_api_key_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_key_key_hash")),
    )
    op.create_index(op.f("ix_api_key_workspace_id"), "api_key", ["workspace_id"], unique=False)
    op.create_table(
        "assistant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("config", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("published_version_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_assistant_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assistant")),
    )
    op.create_index(op.f("ix_assistant_workspace_id"), "assistant", ["workspace_id"], unique=False)
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_audit_entry_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_workspace_id"), "audit_entry", ["workspace_id"], unique=False)
    op.create_index(op.f("ix_audit_entry_workspace_id_at"), "audit_entry", ["workspace_id", "at"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("attributes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_contact_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(op.f("ix_contact_workspace_id"), "contact", ["workspace_id"], unique=False)
    op.create_table(
        "contact_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_contact_list_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_list")),
    )
    op.create_index(op.f("ix_contact_list_workspace_id"), "contact_list", ["workspace_id"], unique=False)
    op.create_table(
        "idempotency_record",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_idempotency_record_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_idempotency_record")),
    )
    op.create_index(op.f("ix_idempotency_record_created_at"), "idempotency_record", ["created_at"], unique=False)
    op.create_index(op.f("ix_idempotency_record_workspace_id"), "idempotency_record", ["workspace_id"], unique=False)
    op.create_table(
        "trunk",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("is_rehearsal", sa.Boolean(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("transport", sa.Text(), server_default="auto", nullable=False),
        sa.Column("auth_username", sa.Text(), server_default="", nullable=False),
        sa.Column("auth_password_sealed", sa.Text(), server_default="", nullable=False),
        sa.Column("media_encryption", sa.Text(), server_default="disable", nullable=False),
        sa.Column("calls_per_second", sa.Numeric(precision=8, scale=3), nullable=False),
        sa.Column("max_concurrent_calls", sa.Integer(), nullable=False),
        sa.Column("next_send_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("livekit_outbound_trunk_id", sa.Text(), nullable=True),
        sa.Column("livekit_inbound_trunk_id", sa.Text(), nullable=True),
        sa.Column("sync_state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("sync_error", sa.Text(), server_default="", nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("is_rehearsal = (provider = 'rehearsal')", name=op.f("ck_trunk_is_rehearsal")),
        sa.CheckConstraint("provider in ('twilio', 'generic', 'rehearsal')", name=op.f("ck_trunk_provider")),
        sa.CheckConstraint("calls_per_second > 0 and max_concurrent_calls > 0", name=op.f("ck_trunk_limits")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_trunk_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trunk")),
        sa.UniqueConstraint("id", "is_rehearsal", name=op.f("uq_trunk_id_is_rehearsal")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_trunk_workspace_id_name")),
    )
    op.create_index(op.f("ix_trunk_workspace_id"), "trunk", ["workspace_id"], unique=False)
    op.create_table(
        "assistant_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("assistant_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("config", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["assistant_id"], ["assistant.id"], name=op.f("fk_assistant_version_assistant_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_assistant_version_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assistant_version")),
        sa.UniqueConstraint("assistant_id", "number", name=op.f("uq_assistant_version_assistant_id_number")),
    )
    op.create_index(op.f("ix_assistant_version_workspace_id"), "assistant_version", ["workspace_id"], unique=False)
    op.create_table(
        "contact_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("contact_list_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("file_key", sa.Text(), nullable=False),
        sa.Column("default_country", sa.Text(), nullable=False),
        sa.Column("encoding", sa.Text(), server_default="", nullable=False),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created", sa.Integer(), server_default="0", nullable=False),
        sa.Column("updated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("duplicates", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rejected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_list_id"], ["contact_list.id"], name=op.f("fk_contact_import_contact_list_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_contact_import_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_import")),
    )
    op.create_index(op.f("ix_contact_import_workspace_id"), "contact_import", ["workspace_id"], unique=False)
    op.create_table(
        "contact_list_entry",
        sa.Column("contact_list_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_contact_list_entry_contact_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["contact_list_id"], ["contact_list.id"], name=op.f("fk_contact_list_entry_contact_list_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_list_id", "contact_id", name=op.f("pk_contact_list_entry")),
    )
    op.create_index(op.f("ix_contact_list_entry_contact_id"), "contact_list_entry", ["contact_id"], unique=False)
    op.create_table(
        "contact_phone",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("e164", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column("time_zones", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_contact_phone_contact_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_contact_phone_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_phone")),
        sa.UniqueConstraint("contact_id", "e164", name=op.f("uq_contact_phone_contact_id_e164")),
    )
    op.create_index(op.f("ix_contact_phone_workspace_id"), "contact_phone", ["workspace_id"], unique=False)
    op.create_index(op.f("ix_contact_phone_workspace_id_e164"), "contact_phone", ["workspace_id", "e164"], unique=False)
    op.create_table(
        "number",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("trunk_id", sa.Uuid(), nullable=False),
        sa.Column("is_rehearsal", sa.Boolean(), nullable=False),
        sa.Column("e164", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("assistant_id", sa.Uuid(), nullable=True),
        sa.Column("daily_cap", sa.Integer(), nullable=True),
        sa.Column("livekit_dispatch_rule_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("is_rehearsal = (e164 ~ '^\\+1[2-9][0-9]{2}55501[0-9]{2}$')", name=op.f("ck_number_fictional_range")),
        sa.ForeignKeyConstraint(["assistant_id"], ["assistant.id"], name=op.f("fk_number_assistant_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["trunk_id", "is_rehearsal"],
            ["trunk.id", "trunk.is_rehearsal"],
            name=op.f("fk_number_trunk_id_is_rehearsal"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_number_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number")),
        sa.UniqueConstraint("workspace_id", "e164", name=op.f("uq_number_workspace_id_e164")),
    )
    op.create_index(op.f("ix_number_workspace_id"), "number", ["workspace_id"], unique=False)
    op.create_table(
        "campaign",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), server_default="informational", nullable=False),
        sa.Column("assistant_id", sa.Uuid(), nullable=False),
        sa.Column("assistant_version_id", sa.Uuid(), nullable=True),
        sa.Column("prompt", sa.Text(), server_default="", nullable=False),
        sa.Column("window", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("attempts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("daily_cap", sa.Integer(), nullable=True),
        sa.Column("max_concurrent_calls", sa.Integer(), nullable=True),
        sa.Column("calls_per_minute", sa.Integer(), nullable=True),
        sa.Column("ring_timeout_s", sa.Integer(), server_default="28", nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("weight", sa.Integer(), server_default="1", nullable=False),
        sa.Column("rule_pack", sa.Text(), server_default="default", nullable=False),
        sa.Column("execution_status", sa.Text(), server_default="idle", nullable=False),
        sa.Column("status_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("ring_timeout_s between 15 and 75", name=op.f("ck_campaign_ring_timeout")),
        sa.ForeignKeyConstraint(["assistant_id"], ["assistant.id"], name=op.f("fk_campaign_assistant_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["assistant_version_id"], ["assistant_version.id"], name=op.f("fk_campaign_assistant_version_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_campaign_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
    )
    op.create_index(op.f("ix_campaign_execution_status"), "campaign", ["execution_status"], unique=False)
    op.create_index(op.f("ix_campaign_workspace_id"), "campaign", ["workspace_id"], unique=False)
    op.create_table(
        "contact_import_error",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("row_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["contact_import.id"], name=op.f("fk_contact_import_error_import_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_import_error")),
    )
    op.create_index(op.f("ix_contact_import_error_import_id"), "contact_import_error", ["import_id"], unique=False)
    op.create_table(
        "campaign_list",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("contact_list_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_list_campaign_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["contact_list_id"], ["contact_list.id"], name=op.f("fk_campaign_list_contact_list_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("campaign_id", "contact_list_id", name=op.f("pk_campaign_list")),
    )
    op.create_table(
        "campaign_number",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_number_campaign_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["number_id"], ["number.id"], name=op.f("fk_campaign_number_number_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("campaign_id", "number_id", name=op.f("pk_campaign_number")),
    )
    op.create_table(
        "enrollment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("priority", sa.Integer(), server_default="30", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts_by_result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("closed_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("waiting_reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(state = 'waiting') = (due_at is not null)", name=op.f("ck_enrollment_due")),
        sa.CheckConstraint(
            "state in ('waiting', 'claimed', 'done', 'exhausted', 'suppressed', 'skipped')", name=op.f("ck_enrollment_state")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_enrollment_campaign_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_enrollment_contact_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_enrollment_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollment")),
        sa.UniqueConstraint("campaign_id", "contact_id", name=op.f("uq_enrollment_campaign_id_contact_id")),
    )
    op.create_index(op.f("ix_enrollment_contact_id"), "enrollment", ["contact_id"], unique=False)
    op.create_index(
        "ix_enrollment_due",
        "enrollment",
        ["campaign_id", "priority", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(op.f("ix_enrollment_workspace_id"), "enrollment", ["workspace_id"], unique=False)
    op.create_table(
        "suppression",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("e164", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), server_default="workspace", nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), server_default="", nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(scope = 'campaign') = (campaign_id is not null)", name=op.f("ck_suppression_scope")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_suppression_campaign_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_suppression_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
    )
    op.create_index(op.f("ix_suppression_workspace_id"), "suppression", ["workspace_id"], unique=False)
    op.create_index(
        "uq_suppression_campaign", "suppression", ["campaign_id", "e164"], unique=True, postgresql_where=sa.text("campaign_id is not null")
    )
    op.create_index(
        "uq_suppression_workspace", "suppression", ["workspace_id", "e164"], unique=True, postgresql_where=sa.text("campaign_id is null")
    )
    op.create_table(
        "gate_verdict",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("pack", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["enrollment_id"], ["enrollment.id"], name=op.f("fk_gate_verdict_enrollment_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_gate_verdict_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_verdict")),
    )
    op.create_index(op.f("ix_gate_verdict_enrollment_id"), "gate_verdict", ["enrollment_id"], unique=False)
    op.create_index(op.f("ix_gate_verdict_workspace_id"), "gate_verdict", ["workspace_id"], unique=False)
    op.create_table(
        "call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("enrollment_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("assistant_id", sa.Uuid(), nullable=False),
        sa.Column("assistant_version_id", sa.Uuid(), nullable=False),
        sa.Column("trunk_id", sa.Uuid(), nullable=False),
        sa.Column("is_rehearsal", sa.Boolean(), nullable=False),
        sa.Column("from_number_id", sa.Uuid(), nullable=True),
        sa.Column("from_e164", sa.Text(), nullable=False),
        sa.Column("to_e164", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("request", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_epoch", sa.Integer(), server_default="0", nullable=False),
        sa.Column("agent_generation", sa.Integer(), server_default="0", nullable=False),
        sa.Column("call_token_hash", sa.Text(), nullable=True),
        sa.Column("holds_number", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("holds_slot", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("reserved_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict_id", sa.Uuid(), nullable=True),
        sa.Column("network_result", sa.Text(), nullable=True),
        sa.Column("sip_status_code", sa.Integer(), nullable=True),
        sa.Column("sip_status", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("outcome_label", sa.Text(), nullable=True),
        sa.Column("outcome_source", sa.Text(), nullable=True),
        sa.Column("end_cause", sa.Text(), nullable=True),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.Column("counts_as_attempt", sa.Boolean(), nullable=True),
        sa.Column("ended_by_request", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("dialing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ringing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ringing_timeout_s", sa.Integer(), nullable=False),
        sa.Column("max_duration_s", sa.Integer(), nullable=False),
        sa.Column("first_audio_after_due_s", sa.Double(), nullable=True),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("recording_key", sa.Text(), nullable=True),
        sa.Column("recording_note", sa.Text(), server_default="", nullable=False),
        sa.Column("usage", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cost", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("is_rehearsal = (to_e164 ~ '^\\+1[2-9][0-9]{2}55501[0-9]{2}$')", name=op.f("ck_call_fictional_range")),
        sa.ForeignKeyConstraint(["assistant_id"], ["assistant.id"], name=op.f("fk_call_assistant_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["assistant_version_id"], ["assistant_version.id"], name=op.f("fk_call_assistant_version_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_call_campaign_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_call_contact_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["enrollment_id"], ["enrollment.id"], name=op.f("fk_call_enrollment_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["from_number_id"], ["number.id"], name=op.f("fk_call_from_number_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["trunk_id", "is_rehearsal"], ["trunk.id", "trunk.is_rehearsal"], name=op.f("fk_call_trunk_id_is_rehearsal")
        ),
        sa.ForeignKeyConstraint(["verdict_id"], ["gate_verdict.id"], name=op.f("fk_call_verdict_id")),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_call_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
    )
    op.create_index(op.f("ix_call_campaign_id_created_at"), "call", ["campaign_id", "created_at"], unique=False)
    op.create_index(op.f("ix_call_contact_id_created_at"), "call", ["contact_id", "created_at"], unique=False)
    op.create_index("ix_call_due", "call", ["due_at"], unique=False, postgresql_where=sa.text("state = 'queued' and claimed_at is null"))
    op.create_index(op.f("ix_call_enrollment_id"), "call", ["enrollment_id"], unique=False)
    op.create_index("ix_call_lease", "call", ["lease_until"], unique=False, postgresql_where=sa.text("lease_until is not null"))
    op.create_index("ix_call_slot", "call", ["id"], unique=False, postgresql_where=sa.text("holds_slot"))
    op.create_index(op.f("ix_call_workspace_id"), "call", ["workspace_id"], unique=False)
    op.create_index(op.f("ix_call_workspace_id_created_at"), "call", ["workspace_id", "created_at"], unique=False)
    op.create_index(
        "uq_call_live_contact", "call", ["contact_id"], unique=True, postgresql_where=sa.text("holds_number and contact_id is not null")
    )
    op.create_index(
        "uq_call_live_enrollment",
        "call",
        ["enrollment_id"],
        unique=True,
        postgresql_where=sa.text("holds_number and enrollment_id is not null"),
    )
    op.create_index("uq_call_live_number", "call", ["workspace_id", "to_e164"], unique=True, postgresql_where=sa.text("holds_number"))
    op.create_table(
        "call_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_event_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("effect", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_event_call_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_call_event_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_event")),
        sa.UniqueConstraint("call_id", "source", "source_event_id", name=op.f("uq_call_event_call_id_source_source_event_id")),
    )
    op.create_index(op.f("ix_call_event_call_id_recorded_at"), "call_event", ["call_id", "recorded_at"], unique=False)
    op.create_index(op.f("ix_call_event_workspace_id"), "call_event", ["workspace_id"], unique=False)
    op.create_table(
        "call_turn",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("speaker", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("started_at_s", sa.Double(), nullable=False),
        sa.Column("ended_at_s", sa.Double(), nullable=True),
        sa.Column("interrupted", sa.Boolean(), nullable=False),
        sa.Column("latency", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_turn_call_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f("fk_call_turn_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("call_id", "seq", name=op.f("pk_call_turn")),
    )
    op.create_index(op.f("ix_call_turn_workspace_id"), "call_turn", ["workspace_id"], unique=False)
    # An assistant points at its published version and a version at its assistant: the second key comes last.
    op.create_foreign_key(
        "fk_assistant_published_version_id", "assistant", "assistant_version", ["published_version_id"], ["id"], ondelete="SET NULL"
    )


def downgrade() -> None:
    op.drop_constraint("fk_assistant_published_version_id", "assistant")
    op.drop_index(op.f("ix_call_turn_workspace_id"), table_name="call_turn")
    op.drop_table("call_turn")
    op.drop_index(op.f("ix_call_event_workspace_id"), table_name="call_event")
    op.drop_index(op.f("ix_call_event_call_id_recorded_at"), table_name="call_event")
    op.drop_table("call_event")
    op.drop_index("uq_call_live_number", table_name="call", postgresql_where=sa.text("holds_number"))
    op.drop_index("uq_call_live_enrollment", table_name="call", postgresql_where=sa.text("holds_number and enrollment_id is not null"))
    op.drop_index("uq_call_live_contact", table_name="call", postgresql_where=sa.text("holds_number and contact_id is not null"))
    op.drop_index(op.f("ix_call_workspace_id_created_at"), table_name="call")
    op.drop_index(op.f("ix_call_workspace_id"), table_name="call")
    op.drop_index("ix_call_slot", table_name="call", postgresql_where=sa.text("holds_slot"))
    op.drop_index("ix_call_lease", table_name="call", postgresql_where=sa.text("lease_until is not null"))
    op.drop_index(op.f("ix_call_enrollment_id"), table_name="call")
    op.drop_index("ix_call_due", table_name="call", postgresql_where=sa.text("state = 'queued' and claimed_at is null"))
    op.drop_index(op.f("ix_call_contact_id_created_at"), table_name="call")
    op.drop_index(op.f("ix_call_campaign_id_created_at"), table_name="call")
    op.drop_table("call")
    op.drop_index(op.f("ix_gate_verdict_workspace_id"), table_name="gate_verdict")
    op.drop_index(op.f("ix_gate_verdict_enrollment_id"), table_name="gate_verdict")
    op.drop_table("gate_verdict")
    op.drop_index("uq_suppression_workspace", table_name="suppression", postgresql_where=sa.text("campaign_id is null"))
    op.drop_index("uq_suppression_campaign", table_name="suppression", postgresql_where=sa.text("campaign_id is not null"))
    op.drop_index(op.f("ix_suppression_workspace_id"), table_name="suppression")
    op.drop_table("suppression")
    op.drop_index(op.f("ix_enrollment_workspace_id"), table_name="enrollment")
    op.drop_index("ix_enrollment_due", table_name="enrollment", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index(op.f("ix_enrollment_contact_id"), table_name="enrollment")
    op.drop_table("enrollment")
    op.drop_table("campaign_number")
    op.drop_table("campaign_list")
    op.drop_index(op.f("ix_contact_import_error_import_id"), table_name="contact_import_error")
    op.drop_table("contact_import_error")
    op.drop_index(op.f("ix_campaign_workspace_id"), table_name="campaign")
    op.drop_index(op.f("ix_campaign_execution_status"), table_name="campaign")
    op.drop_table("campaign")
    op.drop_index(op.f("ix_number_workspace_id"), table_name="number")
    op.drop_table("number")
    op.drop_index(op.f("ix_contact_phone_workspace_id_e164"), table_name="contact_phone")
    op.drop_index(op.f("ix_contact_phone_workspace_id"), table_name="contact_phone")
    op.drop_table("contact_phone")
    op.drop_index(op.f("ix_contact_list_entry_contact_id"), table_name="contact_list_entry")
    op.drop_table("contact_list_entry")
    op.drop_index(op.f("ix_contact_import_workspace_id"), table_name="contact_import")
    op.drop_table("contact_import")
    op.drop_index(op.f("ix_assistant_version_workspace_id"), table_name="assistant_version")
    op.drop_table("assistant_version")
    op.drop_index(op.f("ix_trunk_workspace_id"), table_name="trunk")
    op.drop_table("trunk")
    op.drop_index(op.f("ix_idempotency_record_workspace_id"), table_name="idempotency_record")
    op.drop_index(op.f("ix_idempotency_record_created_at"), table_name="idempotency_record")
    op.drop_table("idempotency_record")
    op.drop_index(op.f("ix_contact_list_workspace_id"), table_name="contact_list")
    op.drop_table("contact_list")
    op.drop_index(op.f("ix_contact_workspace_id"), table_name="contact")
    op.drop_table("contact")
    op.drop_index(op.f("ix_audit_entry_workspace_id_at"), table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_workspace_id"), table_name="audit_entry")
    op.drop_table("audit_entry")
    op.drop_index(op.f("ix_assistant_workspace_id"), table_name="assistant")
    op.drop_table("assistant")
    op.drop_index(op.f("ix_api_key_workspace_id"), table_name="api_key")
    op.drop_table("api_key")
    op.drop_table("workspace")
    op.drop_table("agent_worker")
