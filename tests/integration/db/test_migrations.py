"""The migrations and the models describe the same tables, and every step can be taken back."""

from urllib.parse import urlsplit

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from psycopg import sql
from structlog.testing import capture_logs

from control_plane.db.migrate import alembic_config, migrate
from control_plane.db.vectors import TABLE, is_new_enough


def test_the_migrated_schema_is_what_the_models_say(empty_database: str) -> None:
    migrate(empty_database)
    command.check(alembic_config(empty_database))


def test_there_is_one_newest_migration_and_all_of_them_can_be_taken_back(empty_database: str) -> None:
    config = alembic_config(empty_database)
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1
    migrate(empty_database)
    command.downgrade(config, "base")
    migrate(empty_database)


def test_whoever_may_make_no_extension_migrates_all_the_same_and_later_has_room_for_vectors(empty_database: str) -> None:
    plain = empty_database.replace("+psycopg", "", 1)
    name = urlsplit(plain).path.strip("/")
    with psycopg.connect(plain, autocommit=True) as owner:
        owner.execute("create role somebody login password 'pw'")
        try:
            owner.execute(sql.SQL("alter database {} owner to somebody").format(sql.Identifier(name)))
            theirs = empty_database.replace(urlsplit(empty_database).netloc.rpartition("@")[0], "somebody:pw", 1)
            migrate(theirs)
            assert _is_there(owner) is False
            owner.execute("create extension vector")
            migrate(theirs)
            assert _is_there(owner) is True
        finally:
            owner.execute("reassign owned by somebody to current_user")
            owner.execute("drop owned by somebody")
            owner.execute("drop role somebody")


@pytest.mark.parametrize(
    ("there", "words"),
    [
        ("create extension vector; update pg_extension set extversion = '0.5.1' where extname = 'vector'", "pgvector is 0.5.1"),
        ("create schema elsewhere; create extension vector schema elsewhere", "in the schema 'elsewhere'"),
    ],
)
def test_a_pgvector_that_cannot_be_used_keeps_nobody_from_migrating(empty_database: str, there: str, words: str) -> None:
    with psycopg.connect(empty_database.replace("+psycopg", "", 1), autocommit=True) as owner:
        for statement in there.split("; "):
            owner.execute(statement.encode())
        with capture_logs() as logs:
            migrate(empty_database)
        assert _is_there(owner) is False
    (why,) = [line["why"] for line in logs if line["event"] == "no_room_for_vectors"]
    assert words in why


def test_only_a_pgvector_that_goes_on_looking_will_do() -> None:
    assert [is_new_enough(version) for version in (None, "0.7.4", "0.8.0", "0.10.1", "1.0", "unknown")] == [
        *(False, False),
        *(True, True, True),
        False,
    ]


def _is_there(connection: psycopg.Connection) -> bool:
    row = connection.execute("select to_regclass(%s) is not null", (TABLE,)).fetchone()
    return bool(row and row[0])
