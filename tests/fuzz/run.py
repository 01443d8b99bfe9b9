"""Runs schemathesis with all its checks against an address, in a process of its own, as anybody outside would."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOOKS = Path(__file__).with_name("hooks.py")
OFTEN = 0.8
"""How often a parameter is the id of something that is there."""


@dataclass(frozen=True)
class Shape:
    """How much is tried. `phases` as schemathesis names them."""

    examples: int
    phases: Sequence[str]
    seed: int = 1
    options: Sequence[str] = ()


async def fuzz(url: str, key: str, ids: Mapping[str, str], folder: Path, shape: Shape) -> tuple[int, str]:
    """Exit code, 0 when nothing was found, and what schemathesis said."""
    config = _configured(folder, key, ids)
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", f"{url}/openapi.json"]
    command += ["--checks", "all", "--phases", ",".join(shape.phases), "--max-examples", str(shape.examples), "--seed", str(shape.seed)]
    command += ["--generation-database", "none", "--suppress-health-check", "all", "--no-color", *shape.options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, said.decode()


def _configured(folder: Path, key: str, ids: Mapping[str, str]) -> Path:
    """Ids are offered, not forced: what is not there has to be answered too."""
    lines = [f"hooks = {json.dumps(str(HOOKS))}", "warnings = false"]
    lines += ["[cache]", "enabled = false"]
    # Chains of requests follow the links of the description; guessed ones, a few thousand, lead nowhere most of the time.
    lines += ["[phases.stateful.inference]", "algorithms = []"]
    lines += ["[auth.openapi.bearer]", f"bearer = {json.dumps(key)}"]
    for name, value in ids.items():
        lines += [f"[dictionaries.{name}]", f"values = [{json.dumps(value)}]"]
    lines += ["[parameters]"]
    lines += [f'"path.{name}" = {{ dictionary = "{name}", probability = {OFTEN} }}' for name in ids]
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "schemathesis.toml"
    config.write_text("\n".join(lines) + "\n")
    return config
