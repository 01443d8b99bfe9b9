"""What a start is waiting for. On a busy machine it takes a minute, and nobody should have to guess at what."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_TELL_EVERY_S = 10.0
"""A quick start is over before the first word."""


class Waiting:
    """The names of what has begun to start and is not there yet, oldest first."""

    def __init__(self) -> None:
        self._names: list[str] = []

    @property
    def names(self) -> Sequence[str]:
        return tuple(self._names)

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        """For as long as it takes."""
        self._names.append(name)
        try:
            yield
        finally:
            self._names.remove(name)

    async def tell(self, say: Callable[[str], None], logs: Path, every_s: float = _TELL_EVERY_S) -> None:
        """Say it again and again, until cancelled. `logs`: the folder to look into."""
        begun = asyncio.get_running_loop().time()
        while True:
            await asyncio.sleep(every_s)
            if self._names:
                say(sentence(self._names, asyncio.get_running_loop().time() - begun, logs))


def sentence(names: Sequence[str], since_s: float, logs: Path) -> str:
    """`names` is not empty."""
    *first, last = dict.fromkeys(names)
    return f"Still waiting for {', '.join(first) + ' and ' if first else ''}{last} ({since_s:.0f} s; logs: {logs}) …"
