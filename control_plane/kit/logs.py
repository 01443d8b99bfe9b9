"""Structured logs as JSON lines, without anything that belongs to a person.

Phone numbers, names, transcripts and prompts may only travel under the keys that are masked here; a value that looks like a phone number
is masked under any key, in exceptions too.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

MASK = "[masked]"
PRIVATE_KEYS = frozenset(
    {
        *("e164", "to", "from", "to_e164", "from_e164", "phone", "phones", "phone_number", "number"),
        *("name", "first_name", "last_name", "email", "attributes", "variables"),
        *("text", "transcript", "prompt", "system_prompt", "first_message", "quote", "summary", "body"),
        *("authorization", "key", "api_key", "token", "secret", "password", "auth_password"),
    }
)
# E.164 within any text: a plus, then 7 to 15 digits. Identifiers and times hold no plus before that many digits.
_NUMBER = re.compile(r"\+[1-9]\d{6,14}(?!\d)")


def mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog processor: hides private keys and phone numbers, however deep they lie."""
    for key in list(event):
        event[key] = _masked(key, event[key])
    return event


def configure(level: str = "info") -> None:
    """Send every log of this process, ours and the libraries', to standard error as one JSON object per line."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        mask,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    render = structlog.processors.JSONRenderer()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=render, foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for chatty in ("httpx", "httpcore", "arq", "sqlalchemy.engine"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _masked(key: Any, value: Any) -> Any:
    if isinstance(key, str) and key.lower() in PRIVATE_KEYS:
        return MASK if value not in (None, "") else value
    if isinstance(value, str):
        return _NUMBER.sub(MASK, value)
    if isinstance(value, Mapping):
        return {k: _masked(k, v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(None, item) for item in value]
    return value
