"""Signatures of the Standard Webhooks specification, version 1: HMAC-SHA256 over `<id>.<timestamp>.<body>`.

While a secret is being changed a message is signed with the new and the former one, so that whoever knows either can check it.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
TOLERANCE = timedelta(minutes=5)
"""How far the sender's clock and the receiver's may be apart; an older message is a replay."""
_PREFIX = "whsec_"
_BYTES = 32


class NotSigned(Exception):
    """The message does not come from whoever holds the secret, or is too old; the text says which."""


def new_secret() -> str:
    """`whsec_` and 256 random bits in base64."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def sign(keys: Sequence[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of one sending of a message; `at` is now, at every attempt."""
    timestamp = str(int(at.timestamp()))
    signatures = " ".join(f"v1,{_signature(key, message_id, timestamp, body)}" for key in keys)
    return {ID: message_id, TIMESTAMP: timestamp, SIGNATURE: signatures}


def verify(key: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The message's id, if the body is what was signed within the last five minutes. Raises `NotSigned`."""
    given = {name.lower(): value for name, value in headers.items()}
    try:
        message_id, timestamp, signatures = (given[name] for name in (ID, TIMESTAMP, SIGNATURE))
        age = now.timestamp() - int(timestamp)
    except (KeyError, ValueError) as error:
        raise NotSigned("A header of the signature is missing or is no number.") from error
    if abs(age) > TOLERANCE.total_seconds():
        raise NotSigned("The message was not signed within the last five minutes.")
    expected = _signature(key, message_id, timestamp, body).encode()
    candidates = [each.partition(",") for each in signatures.split(" ")]
    if not any(version == "v1" and hmac.compare_digest(expected, value.encode()) for version, _, value in candidates):
        raise NotSigned("The signature does not fit the message.")
    return message_id


def _signature(key: str, message_id: str, timestamp: str, body: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(_raw(key), signed, hashlib.sha256).digest()).decode()


def _raw(key: str) -> bytes:
    try:
        return base64.b64decode(key.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("not a secret of Standard Webhooks") from error
