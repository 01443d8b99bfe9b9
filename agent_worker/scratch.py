"""Where a running call's recording lies until it is stored: a private folder of ours instead of the machine's /tmp.

livekit-agents asks `tempfile` for a folder per job and removes it at the job's end; a job that was killed leaves it behind, so a worker
that starts clears away what no call can still be using.
"""

import shutil
import tempfile
from pathlib import Path

from agent_worker import clock

LONGEST_SOCKET_PATH = 107
"""`sockaddr_un.sun_path` on Linux, without its closing zero."""
LONGEST_SOCKET_NAME = len("/pymp-12345678/listener-12345678")
"""What Python's multiprocessing puts below the folder."""

LONGEST_CALL_S = 24 * 3600.0
"""LiveKit's own limit of a call (facts: livekit §1.4): anything older belongs to nobody."""


def use(folder: Path) -> None:
    """From now on this process makes its temporary files in `folder`. Not by TMPDIR: forkserver's sockets need a short path."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    tempfile.tempdir = str(folder)


def use_for_sockets(folder: Path) -> None:
    """The same for the worker itself, whose forkserver listens on a socket there; a path too long for a socket stays with /tmp."""
    if len(str(folder)) + LONGEST_SOCKET_NAME <= LONGEST_SOCKET_PATH:
        use(folder)


def clear(folder: Path) -> None:
    """Remove what calls of killed jobs left behind."""
    if not folder.is_dir():
        return
    for left in folder.iterdir():
        if clock.seconds() - left.stat().st_mtime > LONGEST_CALL_S:
            shutil.rmtree(left, ignore_errors=True)
