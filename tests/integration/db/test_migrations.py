"""The migrations and the models describe the same tables, and every step can be taken back."""

from alembic import command
from alembic.script import ScriptDirectory

from control_plane.db.migrate import alembic_config, migrate


def test_the_migrated_schema_is_what_the_models_say(empty_database: str) -> None:
    migrate(empty_database)
    command.check(alembic_config(empty_database))


def test_there_is_one_newest_migration_and_all_of_them_can_be_taken_back(empty_database: str) -> None:
    config = alembic_config(empty_database)
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1
    migrate(empty_database)
    command.downgrade(config, "base")
    migrate(empty_database)
