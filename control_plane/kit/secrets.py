"""Secrets at rest and tokens: what is stored is either a hash or a ciphertext that names its key."""

import hashlib
import secrets

from cryptography.fernet import Fernet, InvalidToken

KEY_PREFIX = "cw_"


class SecretBox:
    """Encrypts small secrets with the installation's key. The stored form is `<key id>:<token>`.

    What was sealed with a former key of the installation can still be opened; new secrets are sealed with the present one.
    """

    def __init__(self, key: str, *former: str) -> None:
        self._fernets = {_key_id(each): Fernet(each) for each in (*former, key)}
        self.key_id = _key_id(key)

    def seal(self, plain: str) -> str:
        return f"{self.key_id}:{self._fernets[self.key_id].encrypt(plain.encode()).decode()}"

    def open(self, sealed: str) -> str:
        """The plain secret. Raises `ValueError` when it was sealed with a key that this process does not hold."""
        key_id, _, token = sealed.partition(":")
        try:
            return self._fernets[key_id].decrypt(token.encode()).decode()
        except (KeyError, InvalidToken) as error:
            raise ValueError(f"sealed with key {key_id}, but this process holds {', '.join(self._fernets)}") from error


def _key_id(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:8]


def new_api_key() -> str:
    """A key that a person can recognise in a log or a leak: `cw_` and 256 random bits."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


def new_token() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """SHA-256 in hex. Enough for random 256-bit tokens, which cannot be guessed from it; unfit for passwords."""
    return hashlib.sha256(token.encode()).hexdigest()
