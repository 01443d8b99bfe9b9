"""Recordings of running calls lie in a private folder, and what killed jobs left there is cleared away."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_worker import clock, scratch


@pytest.fixture
def restored() -> Iterator[None]:
    before = tempfile.tempdir
    yield
    tempfile.tempdir = before


def test_temporary_files_go_to_the_private_folder(tmp_path: Path, restored: None) -> None:
    scratch.use(tmp_path / "calls")
    assert Path(tempfile.mkdtemp()).parent == tmp_path / "calls"
    assert (tmp_path / "calls").stat().st_mode & 0o777 == 0o700


def test_a_path_that_is_too_long_for_a_socket_is_left_alone(tmp_path: Path, restored: None) -> None:
    before = tempfile.tempdir
    scratch.use_for_sockets(tmp_path / ("long" * 30))
    assert tempfile.tempdir == before
    scratch.use_for_sockets(Path(tempfile.mkdtemp()) / "calls")
    assert tempfile.tempdir != before


def test_only_what_no_call_can_still_use_is_cleared(tmp_path: Path) -> None:
    old, fresh = tmp_path / "old", tmp_path / "fresh"
    old.mkdir()
    fresh.mkdir()
    os.utime(old, (clock.seconds() - scratch.LONGEST_CALL_S - 60,) * 2)
    scratch.clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["fresh"]
    scratch.clear(tmp_path / "never made")
