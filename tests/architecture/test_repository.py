"""What a clone carries: nothing unfinished, nothing of one machine, no registry, and a lock that fits its project file."""

import re
import tomllib

import pytest

from sip_config.vendors import OPENAI, VENDORS
from tests.architecture.source import ROOT, modules, tracked_files

# Written in two halves, so that this file does not find itself.
UNFINISHED = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "Not" + "ImplementedError")))
OF_ONE_MACHINE = re.compile("|".join(("/ro" + "ot/", "/wo" + "rk/", "/ho" + r"me/\w")))
REGISTRIES = re.compile(
    "|".join(
        (r"py" + r"pi\.org", r"files\.python" + "hosted", r"proxy\.go" + r"lang\.org", r"registry\.np" + r"mjs", "index-" + "url http")
    )
)
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==(\S+)", re.MULTILINE)


def _texts():
    for path in tracked_files():
        content = (ROOT / path).read_bytes()
        if b"\0" not in content[:4096]:
            yield path, content.decode("utf-8", "replace")


def _found(pattern: re.Pattern[str]) -> list[str]:
    return [f"{path}: {match[0]}" for path, text in _texts() if (match := pattern.search(text))]


def test_nothing_is_left_unfinished():
    assert [m.at(0) for m in modules() if UNFINISHED.search(m.text)] == []


def test_no_file_names_a_path_of_one_machine():
    assert _found(OF_ONE_MACHINE) == []


def test_no_file_names_a_package_registry():
    assert _found(REGISTRIES) == []


def _normal(requirement: str) -> str:
    """The distribution's name in its one normal form (PEP 503)."""
    match = NAME.match(requirement)
    assert match is not None, requirement
    return re.sub(r"[-_.]+", "-", match[0]).lower()


@pytest.fixture(scope="module")
def declared() -> dict[str, list[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {"": project["dependencies"], **project["optional-dependencies"]}


def _locked(lock: str) -> dict[str, str]:
    return {_normal(name): version for name, version in PINNED.findall((ROOT / lock).read_text())}


@pytest.fixture(scope="module")
def locked() -> dict[str, str]:
    """Other vendors' models are extras that neither tests nor a plain installation need, and have a lock of their own."""
    return _locked("requirements-vendors.lock") | _locked("requirements-dev.lock")


def test_every_declared_requirement_is_locked(declared, locked):
    assert [r for requirements in declared.values() for r in requirements if _normal(r) not in locked] == []
    running = _locked("requirements.lock")
    wanted = [r for extra, requirements in declared.items() if extra not in ("dev", "mcp", *VENDORS) for r in requirements]
    assert [r for r in wanted if _normal(r) not in running] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-vendors.lock"])
def test_what_runs_is_what_is_tested(lock):
    tested, running = _locked("requirements-dev.lock"), _locked(lock)
    both = {name: version for name, version in running.items() if name in tested or lock == "requirements.lock"}
    assert {name: version for name, version in both.items() if tested.get(name) != version} == {}


def test_other_vendors_are_extras_by_their_names(declared):
    of_plugins = {extra: [_normal(requirement) for requirement in declared[extra]] for extra in VENDORS if extra != OPENAI}
    assert of_plugins == {vendor: [f"livekit-plugins-{vendor}"] for vendor in VENDORS if vendor != OPENAI}


def test_the_locked_version_is_one_that_the_project_accepts(declared, locked):
    wrong = []
    for requirement in (r for requirements in declared.values() for r in requirements):
        for operator, bound in re.findall(r"(>=|==|<)(\d[\d.]*)", requirement.partition(";")[0]):
            version, limit = _numbers(locked[_normal(requirement)]), _numbers(bound)
            fits = {">=": version >= limit, "<": version < limit, "==": version == limit}[operator]
            if not fits:
                wrong.append(f"{requirement}: the lock has {locked[_normal(requirement)]}")
    assert wrong == []


def _numbers(version: str) -> tuple[int, ...]:
    """The release part of a version without trailing zeros, so that 2 and 2.0 are equal."""
    parts = [int(part) for part in re.match(r"\d+(\.\d+)*", version)[0].split(".")]  # type: ignore[index]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-vendors.lock"])
def test_every_locked_file_has_a_hash(lock):
    text = (ROOT / lock).read_text()
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
