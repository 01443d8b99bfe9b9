"""Structured logs of the agent worker: one JSON object per line on stderr, never a phone number, a name or a transcript."""

import logging
import sys
from collections.abc import Iterable

import structlog

HIDDEN = ("text", "transcript", "prompt", "quote", "to", "number", "name")
"""Keys whose values are personal data; masked whatever a caller passes."""
_SECRETS: set[str] = set()


def keep_secret(values: Iterable[str]) -> None:
    """Mask these values from now on in whatever this process logs or reports, for example in the words of a vendor who repeats a key."""
    _SECRETS.update(value for value in values if value)


def without_secrets(text: str) -> str:
    for value in _SECRETS:
        text = text.replace(value, "***")
    return text


def configure(level: str) -> None:
    """Send this process's events to stderr at `level`, those of libraries too, as one JSON object per line.

    Libraries hand over their message only: what they attach may quote people.
    """
    number = logging.getLevelNamesMapping()[level]
    shared = [structlog.contextvars.merge_contextvars, structlog.processors.add_log_level]
    shared += [structlog.processors.TimeStamper(fmt="iso", utc=True), structlog.processors.format_exc_info, _mask]
    render = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    remove_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[remove_meta, render], foreign_pre_chain=shared))
    logging.basicConfig(level=number, handlers=[handler])
    for talkative in ("httpx", "httpx2", "livekit", "livekit.agents"):
        logging.getLogger(talkative).setLevel(max(number, logging.WARNING) if number > logging.DEBUG else number)


def _mask(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    masked = {key: "***" if key in HIDDEN else value for key, value in event.items()}
    return {key: without_secrets(value) if isinstance(value, str) else value for key, value in masked.items()} if _SECRETS else masked
