"""Secrets at rest and tokens: what is stored is either a hash or a ciphertext that names its key."""

import hashlib
import secrets

from cryptography.fernet import Fernet, InvalidToken

KEY_PREFIX = "cw_"


class SecretBox:
    """Encrypts small secrets with the installation's key. The stored form is `<key id>:<token>`, ready for rotation."""

    def __init__(self, key: str) -> None:
        self._fernet = Fernet(key)
        self._key_id = hashlib.sha256(key.encode()).hexdigest()[:8]

    def seal(self, plain: str) -> str:
        return f"{self._key_id}:{self._fernet.encrypt(plain.encode()).decode()}"

    def open(self, sealed: str) -> str:
        """The plain secret. Raises `ValueError` when it was sealed with a key that this process does not hold."""
        key_id, _, token = sealed.partition(":")
        try:
            return self._fernet.decrypt(token.encode()).decode()
        except InvalidToken as error:
            raise ValueError(f"sealed with key {key_id}, but this process holds {self._key_id}") from error


def new_api_key() -> str:
    """A key that a person can recognise in a log or a leak: `cw_` and 256 random bits."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


def new_token() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """SHA-256 in hex. Enough for random 256-bit tokens, which cannot be guessed from it; unfit for passwords."""
    return hashlib.sha256(token.encode()).hexdigest()
