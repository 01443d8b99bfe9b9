"""Where large things lie: recordings and uploaded files, under keys such as `recordings/<id>.ogg`."""

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

from control_plane.domain.errors import NotFound
from control_plane.kit.ids import new_id

CHUNK = 256 * 1024
"""Bytes read at once; large enough that switching threads costs little beside the disk."""
# Lower-case names and folders only: a key can never climb out of the folder.
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_.-]*)*")


class Storage(Protocol):
    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> int:
        """Store everything under `key`, all or nothing, replacing what was there. Returns the number of bytes."""
        ...

    def open(self, key: str, start: int = 0) -> AsyncGenerator[bytes, None]:
        """The bytes from offset `start`. Raises `NotFound` when there is nothing under `key`."""
        ...

    async def size(self, key: str) -> int:
        """Bytes under `key`. Raises `NotFound`."""
        ...

    async def delete(self, key: str) -> None:
        """Forget `key`; nothing there is no error."""
        ...


class FolderStorage:
    """Files in one folder. A write appears complete or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> int:
        path = self._path(key)
        partial = path.with_name(f".{new_id().hex}.partial")
        file = await asyncio.to_thread(_create, partial)
        try:
            written = 0
            async for chunk in chunks:
                written += await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(file.close)
            await asyncio.to_thread(partial.replace, path)
            return written
        finally:
            file.close()
            partial.unlink(missing_ok=True)

    async def open(self, key: str, start: int = 0) -> AsyncGenerator[bytes, None]:
        with contextlib.closing(await self._existing(key)) as file:
            file.seek(start)
            while chunk := await asyncio.to_thread(file.read, CHUNK):
                yield chunk

    async def size(self, key: str) -> int:
        path = self._path(key)
        try:
            return (await asyncio.to_thread(path.stat)).st_size
        except FileNotFoundError as error:
            raise NotFound.of("file") from error

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    async def _existing(self, key: str) -> BinaryIO:
        try:
            return await asyncio.to_thread(self._path(key).open, "rb")
        except FileNotFoundError as error:
            raise NotFound.of("file") from error

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a storage key: {key!r}")
        return self._folder / key


def open_storage(url: str) -> Storage:
    """The storage behind `CALLWRIGHT_STORAGE_URL`; settings have checked that it is `file://`."""
    parts = urlsplit(url)
    return FolderStorage(Path(unquote(parts.netloc + parts.path)))


def _create(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("xb")
