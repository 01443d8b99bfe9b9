"""Secrets that are made once and kept in the data folder, readable by nobody else."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path


def kept_secret(path: Path, make: Callable[[], str]) -> str:
    """The secret in `path`; made by `make` and written with mode 0600 the first time."""
    if not path.exists():
        write_private(path, make() + "\n")
    return path.read_text().strip()


def write_private(path: Path, text: str) -> None:
    """Write `text` so that the file appears complete and with mode 0600, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    partial.replace(path)


def random_password() -> str:
    """32 hex-safe characters: fits URLs, configuration files and LiveKit's floor of 32 for API secrets without quoting."""
    return secrets.token_hex(24)


def random_api_key() -> str:
    """An API key in the product's own form."""
    return "cw_" + secrets.token_urlsafe(32)


def random_encryption_key() -> str:
    """A Fernet key: 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
