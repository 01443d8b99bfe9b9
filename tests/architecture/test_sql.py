"""SQL is written in repositories, beside the tables, and in migrations; nowhere else.

Loading a row by its key, adding and deleting one are the session's own verbs and no SQL; services may use them.
"""

from tests.architecture.source import Module, modules

STATEMENTS = {"select", "insert", "update", "delete", "text", "union", "exists", "values", "func", "literal", "tuple_", "cast", "case"}
CURSORS = {"execute", "scalar", "scalars", "stream", "stream_scalars"}

EXCEPTIONS = {
    # A page is a query that its slice has built, with an order and a limit added; every list would repeat these three lines.
    "control_plane/kit/pagination.py",
    # Asks `select 1` whether the database is there, before a process starts; it is about no table.
    "control_plane/health/database.py",
    # Makes the databases and users of the embedded server, before there is anything that a repository could stand on.
    "control_plane/local/postgres.py",
}


def _may(module: Module) -> bool:
    return module.path.endswith("repository.py") or module.path.startswith("control_plane/db/") or module.path in EXCEPTIONS


def test_statements_are_built_in_repositories_only():
    found = []
    for module in modules():
        for line, name in module.imports():
            if not _may(module) and name.startswith("sqlalchemy") and name.rpartition(".")[2] in STATEMENTS:
                found.append(f"{module.at(line)} imports {name}")
    assert found == []


def test_statements_are_carried_out_in_repositories_only():
    found = []
    for module in modules():
        for line, name in module.attributes():
            if not _may(module) and name.rpartition(".")[2] in CURSORS and "session" in name:
                found.append(f"{module.at(line)} calls {name}")
    assert found == []


def test_no_exception_has_outlived_its_reason():
    paths = {module.path for module in modules()}
    assert paths >= EXCEPTIONS
