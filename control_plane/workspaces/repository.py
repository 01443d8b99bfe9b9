"""SQL for workspaces and their keys."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, Select, bindparam, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from control_plane.db.models import ApiKey, Installation, Workspace

Opening = Row[uuid.UUID, uuid.UUID, str, datetime | None, datetime | None, datetime | None]
"""Of a key: id, workspace_id, role, expires_at, revoked_at, last_used_at."""
# Asked at every request, so they are put together once, and name what is needed.
_OPENS = select(ApiKey.id, ApiKey.workspace_id, ApiKey.role, ApiKey.expires_at, ApiKey.revoked_at, ApiKey.last_used_at)
_BY_HASH = _OPENS.where(ApiKey.key_hash == bindparam("key_hash"))
_BY_ID = _OPENS.where(ApiKey.workspace_id == bindparam("workspace_id"), ApiKey.id == bindparam("key_id"))


class WorkspaceRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, workspace_id: uuid.UUID, *, lock: bool = False) -> Workspace | None:
        # Rows that name the workspace are written all the time and must not wait.
        return await self._session.get(Workspace, workspace_id, with_for_update={"key_share": True} if lock else None)

    async def ids(self) -> Sequence[uuid.UUID]:
        return (await self._session.scalars(select(Workspace.id).order_by(Workspace.id))).all()

    async def switch_installation(self, *, is_halted: bool, reason: str) -> None:
        values = {"is_halted": is_halted, "halted_reason": reason}
        statement = insert(Installation).values(id=1, **values)
        await self._session.execute(statement.on_conflict_do_update(index_elements=[Installation.id], set_=values))

    async def opening_by_hash(self, key_hash: str) -> Opening | None:
        """What the key with this hash opens, and since and until when."""
        return (await self._session.execute(_BY_HASH, {"key_hash": key_hash})).one_or_none()

    async def opening(self, workspace_id: uuid.UUID, key_id: uuid.UUID) -> Opening | None:
        return (await self._session.execute(_BY_ID, {"workspace_id": workspace_id, "key_id": key_id})).one_or_none()

    async def key(self, workspace_id: uuid.UUID, key_id: uuid.UUID) -> ApiKey | None:
        return await self._session.scalar(select(ApiKey).where(ApiKey.workspace_id == workspace_id, ApiKey.id == key_id))

    def keys(self, workspace_id: uuid.UUID) -> Select[ApiKey]:
        return select(ApiKey).where(ApiKey.workspace_id == workspace_id)

    async def live_owner_keys(self, workspace_id: uuid.UUID, now: datetime) -> Sequence[ApiKey]:
        """Owner keys that open the workspace now, locked, so that two revocations cannot remove the last two."""
        live = (ApiKey.revoked_at.is_(None), or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now))
        query = select(ApiKey).where(ApiKey.workspace_id == workspace_id, ApiKey.role == "owner", *live)
        return (await self._session.scalars(query.order_by(ApiKey.id).with_for_update())).all()

    async def touch_key(self, key_id: uuid.UUID, now: datetime, at_most_every: timedelta) -> None:
        stale = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < now - at_most_every)
        await self._session.execute(update(ApiKey).where(ApiKey.id == key_id, stale).values(last_used_at=now, updated_at=ApiKey.updated_at))

    async def lock_bootstrap(self, lock: int) -> None:
        await self._session.execute(select(func.pg_advisory_xact_lock(lock)))

    async def first_workspace(self) -> Workspace | None:
        return await self._session.scalar(select(Workspace).order_by(Workspace.id).limit(1))

    async def add_key_unless_known(self, key: dict[str, object]) -> bool:
        """Whether the key was new."""
        statement = insert(ApiKey).values(**key).on_conflict_do_nothing(index_elements=[ApiKey.key_hash]).returning(ApiKey.id)
        return (await self._session.scalar(statement)) is not None
