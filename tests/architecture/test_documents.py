"""Documents that can be wrong about the code are compared with it."""

import re
from urllib.parse import unquote

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute

from docs.generate_state_diagram import DOCUMENT, with_diagram
from tests.architecture.source import ROOT, tracked_files

COVERAGE = ROOT / "docs" / "coverage.md"
ROWS = [
    *(f"N{n}" for n in range(1, 10)),
    *(f"R{n}" for n in range(1, 15)),
    *(f"O{n}" for n in range(1, 11)),
    *(f"V{n}" for n in range(1, 18)),
    *(f"L{n}" for n in range(1, 20)),
    *(f"C{n}" for n in range(1, 11)),
]
TEST_FILE = r"`((?:unit|integration|contract|architecture|e2e|chaos)/[\w/]+\.py)`"
METHODS = "GET|POST|PUT|PATCH|DELETE"
FILED_LATER = {"L13": "/calls/{id}/join", "C8": "/rehearsals"}
"""Rows that a later piece of work brings, and what lacks until then."""
DOCUMENTS = [path for path in tracked_files() if path.endswith(".md")]


def _rows() -> list[list[str]]:
    lines = COVERAGE.read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| [A-Z]\d", line)]


def test_the_diagram_of_call_states_is_fresh():
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text == with_diagram(text), "run: python -m docs.generate_state_diagram"


def test_no_row_of_what_was_asked_for_is_dropped():
    assert [row[0] for row in _rows()] == ROWS


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row[0])
def test_a_row_that_is_done_names_what_does_it_and_the_test_that_shows_it(row):
    _, _, state, by, shown = row
    assert state in ("done", "partly", "not yet")
    if state == "done":
        assert "`" in by
        assert "test_" in shown
    if state == "not yet":
        assert not by
        assert shown


def test_what_is_filed_for_later_is_marked_so_and_nothing_else_is():
    marked = {row[0]: row[4] for row in _rows() if "filed for later" in row[4]}
    assert marked.keys() == FILED_LATER.keys()
    assert [row for row, lacks in FILED_LATER.items() if lacks not in marked[row]] == []


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row[0])
def test_a_row_of_which_something_can_be_used_names_a_test_that_stands_in_one_of_its_files(row):
    _, _, state, _, shown = row
    files = "\n".join((ROOT / "tests" / path).read_text(encoding="utf-8") for path in re.findall(TEST_FILE, shown))
    named = set(re.findall(r"\btest_\w+", re.sub(r"`[^`]*`", "", shown)))
    assert named - set(re.findall(r"^(?:async )?def (test_\w+)", files, re.MULTILINE)) == set()
    assert named or state == "not yet"


def test_the_tests_and_modules_that_coverage_names_exist():
    named = re.findall(TEST_FILE, COVERAGE.read_text(encoding="utf-8"))
    modules = re.findall(r"`((?:agent_worker|control_plane|rehearsal)/[\w/.]+)`", COVERAGE.read_text(encoding="utf-8"))
    assert [path for path in (*(f"tests/{name}" for name in named), *modules) if not (ROOT / path).exists()] == []


def test_the_endpoints_that_coverage_names_exist(app: Litestar):
    known = {
        f"{method} {route.path_format.removeprefix('/api/v1')}"
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods
    }
    named = set(re.findall(rf"`((?:{METHODS}) /[^` ]*)`", COVERAGE.read_text(encoding="utf-8")))
    assert sorted(named - known) == []


@pytest.mark.parametrize("path", DOCUMENTS)
def test_links_between_documents_lead_somewhere(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", text)
    assert [target for target in targets if not ((ROOT / path).parent / unquote(target)).exists()] == []


def test_every_decision_is_listed():
    folder = ROOT / "docs" / "adr"
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))
