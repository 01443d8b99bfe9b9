"""What handlers are given, under one name each: who asks, the request's transaction, and services that work in it for that workspace."""

import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, SkipValidation

from control_plane.db.unit import Unit
from control_plane.workspaces.principal import Principal

Service = TypeVar("Service")

Id = FromPath[uuid.UUID]
Who = NamedDependency[SkipValidation[Principal]]
Work = NamedDependency[SkipValidation[Unit]]
Given = NamedDependency[SkipValidation[Service]]
"""`Given[CallService]`: a service that the controller's `dependencies` name."""


def over_unit(service: Callable[[Unit, uuid.UUID], Any]) -> Provide:
    """For a controller's `dependencies`: the service over the request's unit, in the workspace of whoever asks."""

    def provide(unit: Work, principal: Who) -> Any:
        return service(unit, principal.workspace_id)

    return Provide(provide, sync_to_thread=False)
