"""Files in a folder: all or nothing, and never outside."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from control_plane.domain.errors import NotFound
from control_plane.kit.storage import FolderStorage, open_storage


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def broken() -> AsyncIterator[bytes]:
    yield b"half"
    raise ConnectionError("gone")


async def read(storage: FolderStorage, key: str, start: int = 0) -> bytes:
    return b"".join([chunk async for chunk in storage.open(key, start)])


async def test_what_was_put_can_be_read_measured_replaced_and_forgotten(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    assert await storage.put("recordings/a.ogg", chunks(b"abc", b"def")) == 6
    assert (await read(storage, "recordings/a.ogg"), await read(storage, "recordings/a.ogg", 4)) == (b"abcdef", b"ef")
    assert await storage.size("recordings/a.ogg") == 6
    await storage.put("recordings/a.ogg", chunks(b"x"))
    assert await read(storage, "recordings/a.ogg") == b"x"
    await storage.delete("recordings/a.ogg")
    await storage.delete("recordings/a.ogg")
    with pytest.raises(NotFound):
        await storage.size("recordings/a.ogg")
    with pytest.raises(NotFound):
        await read(storage, "recordings/a.ogg")


async def test_an_upload_that_breaks_off_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    await storage.put("a/b", chunks(b"first"))
    with pytest.raises(ConnectionError):
        await storage.put("a/b", broken())
    assert await read(storage, "a/b") == b"first"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


@pytest.mark.parametrize("key", ["../x", "/etc/passwd", "a/../b", "", "a//b", ".hidden", "a/.b", "A b"])
async def test_a_key_never_climbs_out_of_the_folder(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="not a storage key"):
        await FolderStorage(tmp_path).put(key, chunks(b"x"))


async def test_a_folder_is_named_by_a_file_url_with_escapes(tmp_path: Path) -> None:
    folder = tmp_path / "with space"
    await open_storage(folder.as_uri()).put("a", chunks(b"x"))
    assert (folder / "a").read_bytes() == b"x"
