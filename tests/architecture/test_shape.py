"""Small modules, small functions: the numbers of docs/architecture.md."""

from statistics import median

from tests.architecture.source import length, modules

HARD_MODULE_LINES, MEDIAN_MODULE_LINES = 400, 90
HARD_FUNCTION_LINES, MEDIAN_FUNCTION_LINES = 50, 10
# Migrations are records of the past, written once by a tool and never changed.
RECORDS = "control_plane/db/migrations/versions/"

CODE = [module for module in modules() if not module.path.startswith(RECORDS)]
SIZED = [module for module in CODE if not module.path.endswith("__init__.py")]


def test_no_module_is_long():
    assert [f"{m.path} has {m.lines} lines" for m in CODE if m.lines > HARD_MODULE_LINES] == []


def test_no_function_is_long():
    found = [f"{m.at(f.lineno)} {f.name} has {length(f)} lines" for m in CODE for f in m.functions() if length(f) > HARD_FUNCTION_LINES]
    assert found == []


def test_a_typical_module_is_read_on_two_screens():
    assert median(m.lines for m in SIZED) <= MEDIAN_MODULE_LINES


def test_a_typical_function_is_read_at_a_glance():
    assert median(length(f) for m in CODE for f in m.functions()) <= MEDIAN_FUNCTION_LINES
