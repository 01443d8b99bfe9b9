"""Who is asking: every request to the API has one."""

import uuid
from dataclasses import dataclass
from typing import Literal

Role = Literal["owner", "manager", "viewer", "agent"]


@dataclass(frozen=True, slots=True)
class Principal:
    """The workspace all of the request's work happens in, and what it may do there."""

    workspace_id: uuid.UUID
    role: str
    actor: str
    """`key:<id>` or `token:<subject>`: what the audit trail writes down."""
    by_key: bool = True
    """Whether the request carried the API key itself and not a token made from it."""
