"""Where livekit-server comes from. The release is stood in for by a folder served on loopback: nothing is fetched from outside."""

import functools
import hashlib
import http.server
import io
import os
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from control_plane.local.livekit_binary import VERSION, Finder, checksum_in, release_name
from control_plane.local.processes import LocalError

_PROGRAM = f"#!/bin/sh\necho livekit-server version {VERSION}\n".encode()
_NAME = f"livekit_{VERSION}_linux_amd64.tar.gz"


@pytest.fixture
def release(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder with a release in it, and the URL that serves it."""
    folder = tmp_path / "release"
    folder.mkdir()
    with tarfile.open(folder / _NAME, "w:gz") as tar:
        for name, content in (("LICENSE", b"text"), ("livekit-server", _PROGRAM)):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o755
            tar.addfile(entry, io.BytesIO(content))
    digest = hashlib.sha256((folder / _NAME).read_bytes()).hexdigest()
    (folder / "checksums.txt").write_text(f"{'0' * 64}  other.tar.gz\n{digest}  {_NAME}\n")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Requests are nobody's concern."""


def _finder(tmp_path: Path, url: str = "http://127.0.0.1:9") -> Finder:
    # A PATH with neither livekit-server nor Go on it.
    return Finder({"PATH": str(tmp_path / "bin"), "XDG_CACHE_HOME": str(tmp_path / "cache")}, print, url)


@pytest.fixture(autouse=True)
def _on_linux_x86(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")


def test_without_go_the_release_is_fetched_once_and_kept(tmp_path: Path, release: tuple[Path, str]) -> None:
    folder, url = release
    program = _finder(tmp_path, url).find()
    assert program == tmp_path / "cache" / "callwright" / "bin" / f"livekit-server-{VERSION}"
    assert program.read_bytes() == _PROGRAM
    assert os.access(program, os.X_OK)
    (folder / _NAME).unlink()
    assert _finder(tmp_path, url).find() == program


def test_a_download_with_another_checksum_is_refused_and_leaves_nothing(tmp_path: Path, release: tuple[Path, str]) -> None:
    folder, url = release
    (folder / "checksums.txt").write_text(f"{'0' * 64}  {_NAME}\n")
    with pytest.raises(LocalError, match="does not have the checksum that its release states"):
        _finder(tmp_path, url).find()
    assert list((tmp_path / "cache" / "callwright" / "bin").iterdir()) == []


def test_without_go_and_without_a_network_the_sentence_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="Install Go, or put livekit-server on PATH"):
        _finder(tmp_path).find()


def test_a_go_that_fails_gives_way_to_the_release(tmp_path: Path, release: tuple[Path, str]) -> None:
    _script(tmp_path / "bin" / "go", "#!/bin/sh\necho 'no such module' >&2\nexit 1\n")
    said: list[str] = []
    finder = Finder({"PATH": str(tmp_path / "bin"), "XDG_CACHE_HOME": str(tmp_path / "cache")}, said.append, release[1])
    assert finder.find().read_bytes() == _PROGRAM
    assert any("Building livekit-server with Go failed: no such module" in line for line in said)


def test_one_on_path_is_used_and_another_version_is_said(tmp_path: Path) -> None:
    _script(tmp_path / "bin" / "livekit-server", "#!/bin/sh\necho livekit-server version 1.0.0\n")
    said: list[str] = []
    program = Finder({"PATH": str(tmp_path / "bin")}, said.append).find()
    assert program == tmp_path / "bin" / "livekit-server"
    assert f"is not livekit-server {VERSION}" in said[0]


def test_platforms_without_a_release_are_named() -> None:
    assert release_name("Linux", "aarch64").endswith("_linux_arm64.tar.gz")
    with pytest.raises(LocalError, match="no livekit-server release for Plan9 vax"):
        release_name("Plan9", "vax")
    with pytest.raises(LocalError, match="does not name"):
        checksum_in("", _NAME)


def _script(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
