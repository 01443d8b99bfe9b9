"""Finding livekit-server at the pinned version: on PATH, in our cache, built by Go, or downloaded from the official release.

The version is pinned because the carrier speaks the server's internal SIP interface, which may change between releases.
"""

import hashlib
import io
import os
import platform
import shutil
import ssl
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from control_plane.local.processes import LocalError

VERSION = "1.13.5"
_MODULE = f"github.com/livekit/livekit-server/cmd/server@v{VERSION}"
RELEASES = f"https://github.com/livekit/livekit/releases/download/v{VERSION}"
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64", "armv7l": "armv7"}
# The first build takes about two minutes on two cores; slow registries may need several times that.
_BUILD_LIMIT_S = 1800.0
_DOWNLOAD_LIMIT_S = 600.0


@dataclass(frozen=True, slots=True)
class Finder:
    """Looks in the given order. `releases` is the folder of the release files, over HTTPS unless a test serves it."""

    environ: Mapping[str, str]
    say: Callable[[str], None]
    releases: str = RELEASES

    def find(self) -> Path:
        """The program, obtained when it has to be. Raises `LocalError` that says what to install."""
        path = self.environ.get("PATH", os.defpath)
        on_path = shutil.which("livekit-server", path=path)
        if on_path:
            if f"version {VERSION}" not in _version_of(Path(on_path)):
                self.say(f"{on_path} is not livekit-server {VERSION}, which Callwright is tested with; using it because it is on PATH.")
            return Path(on_path)
        target = cache_folder(self.environ) / f"livekit-server-{VERSION}"
        if target.exists():
            return target
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="partial-", dir=target.parent) as scratch:
            self._obtain(Path(scratch), path).replace(target)
        return target

    def _obtain(self, scratch: Path, path: str) -> Path:
        go = shutil.which("go", path=path)
        if go is None:
            return self.download(scratch)
        try:
            return self.build(go, scratch)
        except LocalError as error:
            self.say(f"{error} Trying the official release instead.")
            return self.download(scratch)

    def build(self, go: str, scratch: Path) -> Path:
        """Build with Go into `scratch`; module and build caches stay where the user's Go keeps them."""
        self.say(f"Building livekit-server {VERSION} with Go (once, about two minutes) …")
        env = {**self.environ, "CGO_ENABLED": "0", "GOBIN": str(scratch), "GOTOOLCHAIN": self.environ.get("GOTOOLCHAIN", "auto")}
        # A workspace or vendor folder around us must not take part.
        env |= {"GOWORK": "off", "GOFLAGS": f"{self.environ.get('GOFLAGS', '')} -mod=mod".strip()}
        try:
            done = subprocess.run(
                [go, "install", _MODULE], env=env, cwd=scratch, capture_output=True, text=True, timeout=_BUILD_LIMIT_S, check=False
            )
        except subprocess.TimeoutExpired:
            raise LocalError(f"Building livekit-server took longer than {_BUILD_LIMIT_S:.0f} s.") from None
        if done.returncode != 0:
            raise LocalError(f"Building livekit-server with Go failed: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}.")
        return scratch / "server"

    def download(self, scratch: Path) -> Path:
        """Fetch the release for this platform into `scratch` and compare it with the release's own checksum list.

        The list comes from the same HTTPS host as the archive: this proves that the download is whole, and trusts the host for the rest.
        """
        name = release_name(platform.system(), platform.machine())
        self.say(f"Downloading {name} from the official release …")
        try:
            # The machine's own certificates, as every other downloader here.
            with httpx.Client(follow_redirects=True, timeout=_DOWNLOAD_LIMIT_S, verify=ssl.create_default_context()) as client:
                expected = checksum_in(client.get(f"{self.releases}/checksums.txt").raise_for_status().text, name)
                archive = client.get(f"{self.releases}/{name}").raise_for_status().content
        except httpx.HTTPError as error:
            raise LocalError(
                f"livekit-server {VERSION} is not here and could not be downloaded ({error}). Install Go, or put livekit-server on PATH."
            ) from error
        if hashlib.sha256(archive).hexdigest() != expected:
            raise LocalError(f"The download of {name} does not have the checksum that its release states; nothing was installed.")
        program = scratch / "livekit-server"
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            packed = tar.extractfile(program.name)
            assert packed is not None, "a release has the program as a plain file"
            program.write_bytes(packed.read())
        program.chmod(0o755)
        return program


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where obtained programs stay between runs, by the XDG rules."""
    base = environ.get("XDG_CACHE_HOME") or str(Path(environ.get("HOME", "~")).expanduser() / ".cache")
    return Path(base) / "callwright" / "bin"


def release_name(system: str, machine: str) -> str:
    """File name of the release archive for a platform."""
    if system != "Linux" or machine.lower() not in _MACHINES:
        raise LocalError(
            f"There is no livekit-server release for {system} {machine}: install livekit-server {VERSION} so that it is on PATH."
        )
    return f"livekit_{VERSION}_linux_{_MACHINES[machine.lower()]}.tar.gz"


def checksum_in(listing: str, name: str) -> str:
    """The SHA-256 (hex) of file `name` in a `sha256sum` listing."""
    for line in listing.splitlines():
        digest, _, file = line.strip().partition(" ")
        if file.strip().lstrip("*") == name and len(digest) == 64:
            return digest.lower()
    raise LocalError(f"The release's checksum list does not name {name}; nothing was installed.")


def _version_of(program: Path) -> str:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False)
    return done.stdout + done.stderr
