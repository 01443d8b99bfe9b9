"""Which secrets an assistant's models need, and their opened values for the agent of one live call."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from structlog import get_logger

from control_plane.domain.errors import Conflict
from control_plane.kit.secrets import SecretBox
from control_plane.secrets.repository import KINDS, SecretRepository, models_of_call
from sip_config.contract import ModelCredential

log = get_logger(__name__)


def credentials_named(models: Mapping[str, Any]) -> dict[str, str]:
    """Names of secrets by kind of model, from `models` of a configuration."""
    choices = {kind: models.get(kind) for kind in KINDS}
    return {kind: choice["credential"] for kind, choice in choices.items() if isinstance(choice, Mapping) and choice.get("credential")}


async def credentials_of_call(session: AsyncSession, box: SecretBox, call_id: uuid.UUID) -> dict[str, ModelCredential]:
    """By kind of model what the call's agent has to use; a kind that is missing is the worker's own. Raises `Conflict` when one is gone or
    cannot be opened: such a call is not made with somebody else's account."""
    found = await models_of_call(session, call_id)
    return {} if found is None else await opened(session, box, *found, str(call_id))


async def opened(
    session: AsyncSession, box: SecretBox, workspace_id: uuid.UUID, models: Mapping[str, Any], for_what: str
) -> dict[str, ModelCredential]:
    """The same by `models` of a configuration; `for_what` is an id for the log."""
    named = credentials_named(models)
    if not named:
        return {}
    rows = await SecretRepository(session, workspace_id).named(named.values())
    values = {}
    for kind, name in named.items():
        try:
            values[kind] = ModelCredential(box.open(rows[name].value_sealed), rows[name].base_url or "")
        except (KeyError, ValueError) as error:
            log.error("credential_unusable", of=for_what, kind=kind, is_there=name in rows)
            raise Conflict(f"The secret {name!r} of the assistant's {kind} cannot be used.", code="credential_unusable") from error
    return values
