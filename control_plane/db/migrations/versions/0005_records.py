"""Do-not-call lists, numbers of erased people as hashes, legal holds, erasures, retention, and the audit log's chain."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_FICTIONAL = "is_rehearsal = (to_e164 ~ '^\\+1[2-9][0-9]{2}55501[0-9]{2}$')"

_AUDIT_FUNCTIONS = (
    """
    create function audit_entry_content_hash(salt text, before jsonb, after jsonb) returns text language sql immutable as $$
        select encode(sha256(convert_to(jsonb_build_array(salt, before, after)::text, 'UTF8')), 'hex')
    $$
    """,
    """
    create function audit_entry_hash(e audit_entry) returns text language sql stable as $$
        select encode(sha256(convert_to(jsonb_build_array(
            e.seq, e.previous_hash, e.id, e.workspace_id, extract(epoch from e.at), e.actor, e.action, e.subject_kind, e.subject_id,
            e.content_hash)::text, 'UTF8')), 'hex')
    $$
    """,
    # Runs when the transaction commits, so that its lock is the last one taken: no two transactions can wait for each other.
    """
    create function audit_entry_link() returns trigger language plpgsql as $$
    declare
        entry audit_entry;
        last audit_entry;
    begin
        perform pg_advisory_xact_lock(hashtextextended('audit_entry:' || new.workspace_id, 0));
        select * into entry from audit_entry where id = new.id;
        select * into last from audit_entry where workspace_id = new.workspace_id and seq is not null order by seq desc limit 1;
        entry.seq := coalesce(last.seq, 0) + 1;
        entry.previous_hash := coalesce(last.hash, '');
        entry.salt := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
        entry.content_hash := audit_entry_content_hash(entry.salt, entry.before, entry.after);
        entry.hash := audit_entry_hash(entry);
        update audit_entry set seq = entry.seq, previous_hash = entry.previous_hash, salt = entry.salt,
            content_hash = entry.content_hash, hash = entry.hash where id = entry.id;
        return null;
    end $$
    """,
    # Two changes are allowed: the link at commit, and taking personal content out. Everything else needs somebody who drops the trigger.
    """
    create function audit_entry_refuse() returns trigger language plpgsql as $$
    begin
        if tg_op = 'UPDATE' then
            if (new.id, new.workspace_id, new.at, new.actor, new.action, new.subject_kind)
                    = (old.id, old.workspace_id, old.at, old.actor, old.action, old.subject_kind)
                and new.subject_id is not distinct from old.subject_id
            then
                if old.seq is null and (new.before, new.after) is not distinct from (old.before, old.after) then
                    return new;
                end if;
                if (new.seq, new.previous_hash, new.content_hash, new.hash) = (old.seq, old.previous_hash, old.content_hash, old.hash)
                    and new.before is null and new.after is null and new.salt is null and new.redacted_at is not null
                then
                    return new;
                end if;
            end if;
        end if;
        raise exception 'audit_entry is append-only' using errcode = 'restrict_violation';
    end $$
    """,
)
_AUDIT_TRIGGERS = (
    """
    create constraint trigger audit_entry_link after insert on audit_entry deferrable initially deferred
    for each row execute function audit_entry_link()
    """,
    "create trigger audit_entry_refuse before update or delete on audit_entry for each row execute function audit_entry_refuse()",
    "create trigger audit_entry_keep before truncate on audit_entry for each statement execute function audit_entry_refuse()",
)
_LINK_OLD_ENTRIES = """
do $$
declare
    entry audit_entry;
    last_workspace uuid;
    last_hash text := '';
    place bigint := 0;
begin
    for entry in select * from audit_entry order by workspace_id, at, id loop
        if entry.workspace_id is distinct from last_workspace then
            last_workspace := entry.workspace_id; last_hash := ''; place := 0;
        end if;
        place := place + 1;
        entry.seq := place;
        entry.previous_hash := last_hash;
        entry.salt := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
        entry.content_hash := audit_entry_content_hash(entry.salt, entry.before, entry.after);
        entry.hash := audit_entry_hash(entry);
        update audit_entry set seq = entry.seq, previous_hash = entry.previous_hash, salt = entry.salt,
            content_hash = entry.content_hash, hash = entry.hash where id = entry.id;
        last_hash := entry.hash;
    end loop;
end $$
"""


def upgrade() -> None:
    _create_tables()
    _widen_suppressions()
    op.add_column("workspace", sa.Column("retention", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False))
    op.add_column("call", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f("ck_call_fictional_range"), "call", type_="check")
    erasable = f"case when erased_at is null then {_FICTIONAL} else to_e164 = '' end"
    op.create_check_constraint(op.f("ck_call_fictional_range"), "call", erasable)
    for name, kind in (("salt", sa.Text()), ("content_hash", sa.Text()), ("previous_hash", sa.Text()), ("hash", sa.Text())):
        op.add_column("audit_entry", sa.Column(name, kind, nullable=True))
    op.add_column("audit_entry", sa.Column("seq", sa.BigInteger(), nullable=True))
    op.add_column("audit_entry", sa.Column("redacted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_unique_constraint("uq_audit_entry_seq", "audit_entry", ["workspace_id", "seq"])
    for statement in (*_AUDIT_FUNCTIONS, _LINK_OLD_ENTRIES, *_AUDIT_TRIGGERS):
        op.execute(statement)


def _create_tables() -> None:
    op.create_table(
        "number_import",
        *_common(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("list_date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("file_key", sa.Text(), nullable=False),
        sa.Column("default_country", sa.Text(), nullable=False),
        sa.Column("encoding", sa.Text(), server_default="", nullable=False),
        *(
            sa.Column(name, sa.Integer(), server_default="0", nullable=False)
            for name in ("rows", "added", "duplicates", "rejected", "removed")
        ),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('suppressions', 'consents')", name=op.f("ck_number_import_kind")),
        *_owned("number_import"),
    )
    op.create_index(op.f("ix_number_import_workspace_id"), "number_import", ["workspace_id"])
    op.create_index(op.f("ix_number_import_workspace_id_source_list_date"), "number_import", ["workspace_id", "source", "list_date"])
    op.create_table(
        "number_import_error",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("row_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["number_import.id"], name=op.f("fk_number_import_error_import_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_import_error")),
    )
    op.create_index(op.f("ix_number_import_error_import_id"), "number_import_error", ["import_id"])
    op.create_table(
        "legal_hold",
        *_common(),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("e164", sa.Text(), nullable=True),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("num_nonnulls(contact_id, e164, call_id) = 1", name=op.f("ck_legal_hold_subject")),
        *_owned("legal_hold"),
    )
    op.create_index(op.f("ix_legal_hold_workspace_id"), "legal_hold", ["workspace_id"])
    op.create_table(
        "erasure",
        *_common(),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("number_hashes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("file_keys", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        *_owned("erasure"),
    )
    op.create_index(op.f("ix_erasure_workspace_id"), "erasure", ["workspace_id"])


def _common() -> tuple[sa.Column, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    )


def _owned(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"], name=op.f(f"fk_{table}_workspace_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _widen_suppressions() -> None:
    op.alter_column("suppression", "e164", nullable=True)
    op.add_column("suppression", sa.Column("number_hash", sa.Text(), nullable=True))
    op.add_column("suppression", sa.Column("list_source", sa.Text(), server_default="", nullable=False))
    op.add_column("suppression", sa.Column("import_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_suppression_import_id"), "suppression", "number_import", ["import_id"], ["id"], ondelete="SET NULL")
    op.create_check_constraint(op.f("ck_suppression_number"), "suppression", "num_nonnulls(e164, number_hash) = 1")
    op.drop_index("uq_suppression_workspace", table_name="suppression", postgresql_where=sa.text("campaign_id is null"))
    columns = ["workspace_id", "e164", "list_source"]
    op.create_index("uq_suppression_workspace", "suppression", columns, unique=True, postgresql_where=sa.text("campaign_id is null"))
    hashed = sa.text("number_hash is not null")
    op.create_index("uq_suppression_hash", "suppression", ["workspace_id", "number_hash"], unique=True, postgresql_where=hashed)
    op.create_index("ix_suppression_import_id", "suppression", ["import_id"], postgresql_where=sa.text("import_id is not null"))


def downgrade() -> None:
    for name in ("link", "refuse", "keep"):
        op.execute(f"drop trigger audit_entry_{name} on audit_entry")
    for signature in ("link()", "refuse()", "hash(audit_entry)", "content_hash(text, jsonb, jsonb)"):
        op.execute(f"drop function audit_entry_{signature}")
    op.drop_constraint("uq_audit_entry_seq", "audit_entry", type_="unique")
    for name in ("seq", "salt", "content_hash", "previous_hash", "hash", "redacted_at"):
        op.drop_column("audit_entry", name)
    op.drop_constraint(op.f("ck_call_fictional_range"), "call", type_="check")
    op.drop_column("call", "erased_at")
    # Calls of erased people have no number that the old rule would take; they keep none.
    op.create_check_constraint(op.f("ck_call_fictional_range"), "call", f"to_e164 = '' or {_FICTIONAL}")
    op.drop_column("workspace", "retention")
    _narrow_suppressions()
    for table in ("erasure", "legal_hold", "number_import_error", "number_import"):
        op.drop_table(table)


def _narrow_suppressions() -> None:
    op.drop_index("ix_suppression_import_id", table_name="suppression", postgresql_where=sa.text("import_id is not null"))
    op.drop_index("uq_suppression_hash", table_name="suppression", postgresql_where=sa.text("number_hash is not null"))
    op.drop_index("uq_suppression_workspace", table_name="suppression", postgresql_where=sa.text("campaign_id is null"))
    op.drop_constraint(op.f("ck_suppression_number"), "suppression", type_="check")
    # The old schema knows neither hashes nor two rows for one number.
    op.execute("delete from suppression where e164 is null or list_source <> ''")
    op.drop_constraint(op.f("fk_suppression_import_id"), "suppression", type_="foreignkey")
    for name in ("number_hash", "list_source", "import_id"):
        op.drop_column("suppression", name)
    op.alter_column("suppression", "e164", nullable=False)
    where = sa.text("campaign_id is null")
    op.create_index("uq_suppression_workspace", "suppression", ["workspace_id", "e164"], unique=True, postgresql_where=where)
