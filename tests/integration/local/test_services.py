"""The services that `callwright up` brings along."""

import asyncio
import os
import pwd
import shutil
import stat
from pathlib import Path

import psycopg
import pytest
import redis

from control_plane.local.postgres import EmbeddedPostgres
from control_plane.local.redis import EmbeddedRedis
from control_plane.local.settings import LocalOptions
from control_plane.local.stack import LocalStack
from control_plane.settings import SettingsError


def _plain(url: str) -> str:
    return url.replace("+psycopg", "", 1)


def test_postgres_keeps_its_data_over_a_restart_and_over_a_kill(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "pg")
    try:
        with psycopg.connect(_plain(server.start())) as connection:
            connection.execute("CREATE EXTENSION vector")
            connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
        server.stop()
        with psycopg.connect(_plain(server.start())) as connection:
            connection.execute("INSERT INTO kept VALUES (2)")
        assert server._process is not None
        server._process.kill()
        server._process.wait()
        with psycopg.connect(_plain(server.start())) as connection:
            assert connection.execute("SELECT n FROM kept ORDER BY n").fetchall() == [(1,), (2,)]
            assert connection.execute("SHOW timezone").fetchone() == ("UTC",)
    finally:
        server.stop()
        server.destroy()


def test_a_pid_file_of_a_killed_server_whose_pid_is_somebody_elses_now_does_not_stop_the_start(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "pg", durable=False)
    try:
        server.start()
        server.stop()
        # Our own pid: alive, and no PostgreSQL server.
        (server._files.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server._files.data}\n0\n5432\n\n\n\nready\n")
        server.start()
    finally:
        server.stop()
        server.destroy()


def test_a_data_folder_that_was_deleted_starts_afresh(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "pg", durable=False)
    try:
        with psycopg.connect(_plain(server.start())) as connection:
            connection.execute("CREATE TABLE old AS SELECT 1 AS n")
        server.stop()
        shutil.rmtree(tmp_path / "pg")
        with psycopg.connect(_plain(server.start())) as connection:
            assert connection.execute("SELECT to_regclass('old')").fetchone() == (None,)
    finally:
        server.stop()
        server.destroy()


def test_a_data_folder_serves_one_platform_at_a_time(tmp_path: Path) -> None:
    first, second = (LocalStack(LocalOptions(data_dir=tmp_path, environ={})) for _ in range(2))
    first._lock_folder()
    with pytest.raises(SettingsError, match="is in use by another run"):
        second._lock_folder()
    asyncio.run(first._exit.aclose())
    second._lock_folder()
    asyncio.run(second._exit.aclose())


def test_a_socket_path_that_would_be_too_long_gives_way_to_a_loopback_port(tmp_path: Path) -> None:
    deep = tmp_path / ("long-" * 20)
    server = EmbeddedPostgres(deep, durable=False)
    try:
        url = server.start()
        assert ("@127.0.0.1:" in url) == (os.geteuid() != 0)
        with psycopg.connect(_plain(url)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        server.stop()
        server.destroy()


def test_nothing_changes_hands_outside_the_data_folder_except_that_root_gets_one_private_folder(tmp_path: Path) -> None:
    before, users = _owners(tmp_path), Path("/etc/passwd").read_bytes()
    server = EmbeddedPostgres(tmp_path / "pg", durable=False)
    try:
        server.start()
        if os.geteuid() == 0:
            runtime = Path("/var/lib/callwright").stat()
            assert (stat.S_IMODE(runtime.st_mode), runtime.st_uid) == (0o700, pwd.getpwnam("nobody").pw_uid)
    finally:
        server.stop()
        server.destroy()
    after = _owners(tmp_path)
    assert {path: after[path] for path in before} == before
    made_by_root = {Path("/var/lib/callwright")} if os.geteuid() == 0 else set()
    assert {path for path in after if path not in before} <= made_by_root
    assert Path("/etc/passwd").read_bytes() == users


def _owners(tmp_path: Path) -> dict[Path, tuple[int, int, int]]:
    """Owner, group and mode of every folder on the way to the data folder, and of what lies beside the runtime folder."""
    places = [*tmp_path.parents, tmp_path, Path.home(), Path("/var/lib"), *Path("/var/lib").iterdir(), *Path("/home").iterdir()]
    return {path: (s.st_uid, s.st_gid, s.st_mode) for path in places for s in [path.lstat()]}


def test_redis_needs_its_password_and_keeps_its_data_over_a_restart(tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path / "redis")
    try:
        with redis.Redis.from_url(server.start()) as client:
            client.set("kept", "1")
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        with redis.Redis(port=server.port) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.get("kept")
        server.stop()
        with redis.Redis.from_url(server.start()) as client:
            assert client.get("kept") == b"1"
    finally:
        server.stop()
