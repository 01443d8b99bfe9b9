"""The first workspace and its keys, made from the environment at start, so that a fresh installation can be used at once."""

from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import AuditEntry, Workspace
from control_plane.db.session import Sessions
from control_plane.kit.ids import new_id
from control_plane.kit.secrets import digest, new_api_key
from control_plane.workspaces.principal import Role
from control_plane.workspaces.repository import WorkspaceRepository

BOOTSTRAP_LOCK = 0x62_6F_6F_74  # "boot": several processes may start at once
FIRST_WORKSPACE = "Default"
PREFIX_LENGTH = 8
"""Characters of a key that are shown: `cw_` and five more, of 46."""


async def bootstrap(sessions: Sessions, *, owner_key: str = "", agent_key: str = "") -> None:
    """Register the given keys in the first workspace, which is made if there is none. Keys that are known stay as they are."""
    if not owner_key and not agent_key:
        return
    async with sessions.begin() as session:
        repository = WorkspaceRepository(session)
        await repository.lock_bootstrap(BOOTSTRAP_LOCK)
        workspace = await _first_workspace(repository, session)
        if owner_key:
            await repository.add_key_unless_known(key_values(workspace, owner_key, "owner", "Bootstrap"))
        if agent_key:
            await repository.add_key_unless_known(key_values(workspace, agent_key, "agent", "Agent workers"))


async def create_key(sessions: Sessions, role: Role, name: str) -> str:
    """A new key of the first workspace, which is made if there is none: for whoever looks after the installation."""
    async with sessions.begin() as session:
        repository = WorkspaceRepository(session)
        await repository.lock_bootstrap(BOOTSTRAP_LOCK)
        workspace = await _first_workspace(repository, session)
        key = new_api_key()
        await repository.add_key_unless_known(key_values(workspace, key, role, name))
        session.add(
            AuditEntry(workspace_id=workspace.id, actor="system", action="api_key.create", subject_kind="api_key", after={"role": role})
        )
        return key


async def _first_workspace(repository: WorkspaceRepository, session: AsyncSession) -> Workspace:
    workspace = await repository.first_workspace()
    if workspace is None:
        workspace = Workspace(id=new_id(), name=FIRST_WORKSPACE)
        session.add(workspace)
        await session.flush()
    return workspace


def key_values(workspace: Workspace, key: str, role: Role, name: str) -> dict[str, object]:
    """A row of `api_key` for `key`."""
    row = {"id": new_id(), "workspace_id": workspace.id, "name": name, "role": role}
    return {**row, "key_hash": digest(key), "prefix": key[:PREFIX_LENGTH]}
