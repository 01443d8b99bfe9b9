"""Who may know whom. The layers are import-linter's; what it cannot see is asked here."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, modules

DOORS = ("controllers", "tasks")
SERVICES = ("service",)
STORES = ("repository",)


def test_the_layers_hold():
    lint = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_control_plane_never_imports_the_agents_framework():
    """It costs 2.3 s and 145 MB in every process; import-linter sees `livekit` as one package."""
    found = [m.at(line) for m in modules("control_plane", "sip_config") for line, name in m.imports() if name.startswith("livekit.agents")]
    assert found == []


def _role(name: str) -> int | None:
    """0 for doors, 1 for services, 2 for stores, None for the helpers of a slice."""
    for rank, endings in enumerate((DOORS, SERVICES, STORES)):
        if name.endswith(endings):
            return rank
    return None


def test_within_a_slice_doors_know_services_and_services_know_stores_never_the_other_way():
    found = []
    for module in modules("control_plane"):
        slice_, _, own = module.name.rpartition(".")
        for line, name in module.imports():
            # `from slice.module import thing` names the module in the middle; a helper has no rank.
            other = name.rpartition(".")[0]
            own_role, other_role = _role(own), _role(other.rpartition(".")[2])
            if other.startswith(f"{slice_}.") and own_role is not None and other_role is not None and own_role > other_role:
                found.append(f"{module.at(line)} knows {other}")
    assert found == []


def test_nothing_is_imported_inside_a_function():
    """A local import hides a dependency that points the wrong way."""
    found = []
    for module in modules():
        for function in module.functions():
            found += [module.at(line) for line, _ in type(module)(module.path, "", function).imports()]  # type: ignore[arg-type]
    assert found == []


@pytest.mark.parametrize("package", ["control_plane", "agent_worker", "rehearsal", "sip_config"])
def test_every_module_says_why_it_exists(package):
    silent = [m.path for m in modules(package) if m.tree.body and not (m.text.lstrip().startswith(('"""', "#!")))]
    assert silent == []
