"""Has a file read in a process of its own, which is ended when it takes too long."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import control_plane

WITHIN_S = 120.0
"""By the clock; the process itself may use half of it of a processor."""
_HOME = Path(control_plane.__file__).parents[1]
_TOO_MUCH = "The file could not be read: it is damaged, or takes more time or memory than one file may."


@dataclass(frozen=True, slots=True)
class Reading:
    """What is in a file; or, in `error`, why it cannot be read."""

    title: str = ""
    pages: int | None = None
    chunks: Sequence[tuple[str, int | None, str]] = ()
    """Heading, page, text."""
    error: str = ""


async def read_file(kind: str, content: bytes, *, within_s: float = WITHIN_S) -> Reading:
    """`kind` is text, markdown, html or pdf. Nothing of our environment goes along."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "control_plane.knowledge.reading", kind),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=_HOME,
        env={},
    )
    try:
        async with asyncio.timeout(within_s):
            said, _ = await process.communicate(content)
    except TimeoutError:
        return Reading(error=_TOO_MUCH)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        return Reading(error=_TOO_MUCH)
    found = json.loads(said)
    return Reading(**found | {"chunks": [tuple(chunk) for chunk in found.get("chunks", ())]})
