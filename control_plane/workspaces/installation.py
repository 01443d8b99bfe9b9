"""The kill switch over all workspaces, for whoever looks after the installation."""

from control_plane.audit.service import record
from control_plane.db.unit import Unit
from control_plane.workspaces.repository import WorkspaceRepository


class Installations:
    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._repository = WorkspaceRepository(unit.session)

    async def switch(self, *, is_halted: bool, reason: str) -> None:
        """Halt the dialling of all workspaces, or let it go on; every workspace finds it in its audit trail."""
        await self._repository.switch_installation(is_halted=is_halted, reason=reason if is_halted else "")
        action = "installation.halted" if is_halted else "installation.resumed"
        for workspace_id in await self._repository.ids():
            record(self._unit, workspace_id, action, "installation", None, None, {"reason": reason})
