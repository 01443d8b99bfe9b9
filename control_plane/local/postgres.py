"""PostgreSQL 18 for one machine: nothing to install, no account, ready in about a second.

For trials, tests and single machines; any PostgreSQL from 15 on is used instead when CALLWRIGHT_DATABASE_URL is set.
"""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from control_plane.local import postgres_files
from control_plane.local.processes import Command, LocalError, free_port, launch, stop, tail
from control_plane.local.secrets_file import kept_secret, random_password

USER = "callwright"
DATABASE = "callwright"
POSTGRES = "postgres"
"""The child's name."""
# sockaddr_un.sun_path on Linux, without its closing zero.
_LONGEST_SOCKET_PATH = 107
_SOCKET_PORT = 5432
# A cluster that was killed replays its log first; a full default log (1 GB) took under 20 s on two slow cores.
_START_LIMIT_S = 60.0
_STOP_GRACE_S = 20.0
# After its parent was killed a server is on its way out (PDEATHSIG); a start right behind it waits this long.
_PREDECESSOR_LIMIT_S = 10.0


class EmbeddedPostgres:
    """One cluster for one data folder. `durable=False` trades crash safety for speed: for tests only."""

    def __init__(self, folder: Path, *, durable: bool = True, runtime: Path = postgres_files.RUNTIME_FOLDER) -> None:
        self.folder = folder.resolve()
        self._durable = durable
        self._runtime = runtime
        self._process: subprocess.Popen[bytes] | None = None
        self._port = _SOCKET_PORT

    def prepare(self) -> Command:
        """Make the cluster when there is none, and say how to run it. Raises `LocalError` when another run holds it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._files = postgres_files.locate(self.folder, self._runtime)
        if not (self.folder / "password").exists():
            self._set_aside()
        self._password = kept_secret(self.folder / "password", random_password)
        self._files.make_folder(self._files.sockets)
        if not (self._files.data / "PG_VERSION").exists():
            self._initdb()
        _clear_stale_pid(self._files.data)
        return self._command()

    def start(self) -> str:
        """Start and wait until the database `callwright` takes connections; returns its URL."""
        self._running = self.prepare()
        self._process = launch(self._running)
        self.wait_ready(self._process)
        return self.url()

    def wait_ready(self, process: subprocess.Popen[bytes] | None = None) -> None:
        """Wait for the server's own word in its pid file, then make sure that our database exists."""
        deadline = time.monotonic() + _START_LIMIT_S
        while not self.is_ready():
            if process is not None and process.poll() is not None:
                raise LocalError(f"PostgreSQL did not start: {tail(self.log)}")
            if time.monotonic() > deadline:
                raise LocalError(f"PostgreSQL was not ready within {_START_LIMIT_S:.0f} s: {tail(self.log)}")
            time.sleep(0.02)
        self.create_database(DATABASE)

    def is_ready(self) -> bool:
        """Whether a live server says in its pid file that it takes connections; a crashed one leaves its last word behind."""
        lines = _pid_file_lines(self._files.data)
        return len(lines) >= 8 and lines[7].strip() == "ready" and _is_server_of(int(lines[0]), self._files.data)

    def stop(self) -> None:
        """Fast shutdown: open connections are closed, nothing is lost."""
        if self._process is not None:
            stop(self._process, self._running)
            self._process = None

    def destroy(self) -> None:
        """Remove a stopped cluster with all its data."""
        files = postgres_files.locate(self.folder, self._runtime)
        shutil.rmtree(files.home, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    def url(self, database: str = DATABASE) -> str:
        """SQLAlchemy URL of `database`; sessions are in UTC because the server is."""
        if self._uses_socket():
            return f"postgresql+psycopg://{USER}:{self._password}@/{database}?host={quote(str(self._files.sockets))}&port={self._port}"
        return f"postgresql+psycopg://{USER}:{self._password}@127.0.0.1:{self._port}/{database}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make database `name` when missing, as a copy of `template` when given; returns its URL."""
        # Copied as files, our tables are there in half the time that going through buffers and log takes.
        source = sql.SQL(" TEMPLATE {} STRATEGY file_copy").format(sql.Identifier(template)) if template else sql.SQL("")
        with self._connect() as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}{}").format(sql.Identifier(name), source))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove database `name`, closing the connections it still has."""
        with self._connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(self.url("postgres").replace("+psycopg", "", 1), autocommit=True)

    def _uses_socket(self) -> bool:
        return len(os.fsencode(self._files.sockets / f".s.PGSQL.{_SOCKET_PORT}.lock")) <= _LONGEST_SOCKET_PATH

    def _set_aside(self) -> None:
        """A cluster whose data folder was deleted: nobody has its password. One such is kept, for the case that it was a mistake."""
        if self._files.data.exists():
            aside = self._files.data.with_name("data-without-password")
            shutil.rmtree(aside, ignore_errors=True)
            self._files.data.rename(aside)

    def _initdb(self) -> None:
        pwfile = self._files.home / "pwfile"
        self._files.write(pwfile, self._password + "\n")
        argv = (
            *(str(self._files.bin / "initdb"), "-D", str(self._files.data), "-U", USER, "--auth=scram-sha-256", f"--pwfile={pwfile}"),
            *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions", "--no-sync"),
        )
        command = self._run("initdb", argv)
        try:
            process = launch(command)
            if process.wait() != 0:
                shutil.rmtree(self._files.data, ignore_errors=True)
                raise LocalError(f"PostgreSQL could not make its data folder: {tail(command.log)}")
        finally:
            pwfile.unlink()

    def _command(self) -> Command:
        if self._uses_socket():
            listen = ("-k", str(self._files.sockets), "-h", "", "-p", str(self._port))
        else:
            self._port = free_port()
            listen = ("-k", "", "-h", "127.0.0.1", "-p", str(self._port))
        # By its name `callwright doctor` knows it.
        options = ["cluster_name=callwright-embedded"]
        options += ["timezone=UTC", "log_timezone=UTC", "max_connections=200", "io_method=sync", "log_min_messages=warning"]
        if not self._durable:
            options += ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off"]
        settings = (part for option in options for part in ("-c", option))
        return self._run(POSTGRES, (str(self._files.bin / "postgres"), "-D", str(self._files.data), *listen, *settings))

    def _run(self, name: str, argv: tuple[str, ...]) -> Command:
        # Neither the caller's PG* variables nor its locale may reach the server.
        env = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        # SIGINT is the fast shutdown; SIGTERM would wait for every open connection.
        fast = signal.SIGINT
        return Command(
            name, argv, env, self._files.home, self.log, self._files.uid, stop_signal=fast, death_signal=fast, grace_s=_STOP_GRACE_S
        )


def _pid_file_lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _clear_stale_pid(data: Path) -> None:
    """Wait out a server that is ending; remove the pid file of one that was killed, whose pid may be somebody else's by now."""
    deadline = time.monotonic() + _PREDECESSOR_LIMIT_S
    while lines := _pid_file_lines(data):
        if not _is_server_of(int(lines[0]), data):
            (data / "postmaster.pid").unlink(missing_ok=True)
        elif time.monotonic() > deadline:
            raise LocalError(f"The database in {data} is in use by another run (process {lines[0]}); stop that one first.")
        time.sleep(0.05)


def _is_server_of(pid: int, data: Path) -> bool:
    try:
        argv = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return os.fsencode(data) in argv
