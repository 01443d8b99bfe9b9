"""Whole answers as examples in `/openapi.json`, kept as JSON beside the feature whose answers they are."""

from pathlib import Path
from typing import Any

import msgspec
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example


def also(status: int, of: type, words: str, media_type: str = "application/json") -> dict[int, ResponseSpec]:
    """Another good answer of a route than its usual one."""
    return {status: ResponseSpec(of, generate_examples=False, description=words, media_type=media_type)}


class Examples:
    """The file's examples by name."""

    def __init__(self, file: Path) -> None:
        self._by_name: dict[str, dict[str, Any]] = msgspec.json.decode(file.read_bytes())

    def answer(self, of: type, name: str, words: str) -> dict[int, ResponseSpec]:
        """The answer 200 of a route with one example. Raises `ValidationError` at start for an example that no such answer could be."""
        value = self._by_name[name]
        msgspec.convert(value, of)
        return {200: ResponseSpec(of, generate_examples=False, description=words, examples=[Example(summary=words, value=value)])}
