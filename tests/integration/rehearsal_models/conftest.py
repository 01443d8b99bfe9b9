"""The stand-in models as a process of their own, as they run in a rehearsal: eSpeak NG is loaded there and nowhere else."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import pytest


@dataclass(frozen=True, slots=True)
class ModelsServer:
    url: str

    @property
    def base_url(self) -> str:
        """What every plugin of livekit-plugins-openai takes; any API key will do."""
        return f"{self.url}/v1"


@pytest.fixture(scope="session")
def models() -> Iterator[ModelsServer]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "rehearsal.models", "--port", str(port)])
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_healthy(url, process)
        yield ModelsServer(url)
    finally:
        process.terminate()
        process.wait(10)


def _wait_until_healthy(url: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None, "the stand-in models ended at once"
            assert time.monotonic() < deadline, "the stand-in models did not listen in 30 s"
            time.sleep(0.05)
