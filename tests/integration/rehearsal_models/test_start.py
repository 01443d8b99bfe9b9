"""How the stand-in models start, and how they refuse to."""

import subprocess
import sys
from pathlib import Path


def start(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "rehearsal.models", *arguments], capture_output=True, text=True, timeout=60, check=False)


def test_a_broken_catalogue_is_said_in_a_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "lines.yaml"
    broken.write_text("- {text: Hello., pitch: 3}\n")
    ended = start("--port", "1", "--catalogue", str(broken))
    assert ended.returncode == 78
    assert ended.stderr.startswith("The stand-in models cannot start: ")
    assert "pitch" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_taken_port_is_said_in_a_sentence(models, tmp_path: Path) -> None:
    lines = tmp_path / "lines.yaml"
    lines.write_text("- {text: Hello.}\n")
    port = models.url.rpartition(":")[2]
    ended = start("--port", port, "--catalogue", str(lines))
    assert ended.returncode == 78
    assert f"cannot listen on 127.0.0.1:{port}" in ended.stderr
    assert "Traceback" not in ended.stderr
