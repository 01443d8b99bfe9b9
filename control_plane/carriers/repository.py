"""SQL of carrier accounts and of what was built in them."""

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from control_plane.db.models import CarrierAccount, CarrierStep, Number, Secret, Trunk

TWILIO = "twilio"
_SIGNING = aliased(Secret)

AccountRow = tuple[CarrierAccount, Secret, Secret | None]
"""An account with the secret of its auth token and, where there is one, that of its signatures."""


class AccountRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of_workspace(self, workspace_id: uuid.UUID) -> AccountRow | None:
        row = (await self._session.execute(_accounts().where(CarrierAccount.workspace_id == workspace_id))).first()
        return None if row is None else (row[0], row[1], row[2])

    async def with_sid(self, account_sid: str) -> list[AccountRow]:
        """Of all workspaces: an account may serve several."""
        return [
            (row[0], row[1], row[2]) for row in await self._session.execute(_accounts().where(CarrierAccount.account_sid == account_sid))
        ]

    async def locked(self, workspace_id: uuid.UUID) -> CarrierAccount | None:
        query = select(CarrierAccount).where(CarrierAccount.workspace_id == workspace_id, CarrierAccount.provider == TWILIO)
        return await self._session.scalar(query.with_for_update())

    async def add(self, row: CarrierAccount) -> None:
        self._session.add(row)
        await self._session.flush()

    async def remove(self, row: CarrierAccount) -> None:
        await self._session.delete(row)
        await self._session.flush()

    async def secret(self, workspace_id: uuid.UUID, name: str) -> Secret | None:
        """Kept from being deleted until the transaction ends."""
        query = select(Secret).where(Secret.workspace_id == workspace_id, Secret.name == name)
        return await self._session.scalar(query.with_for_update(read=True, key_share=True))

    async def is_built_in(self, workspace_id: uuid.UUID) -> bool:
        """Whether anything of ours is in an account of the workspace, or shall be."""
        steps = select(CarrierStep.id).where(CarrierStep.workspace_id == workspace_id).limit(1)
        trunks = select(Trunk.id).where(Trunk.workspace_id == workspace_id, Trunk.is_managed).limit(1)
        return await self._session.scalar(steps) is not None or await self._session.scalar(trunks) is not None

    async def ours(self, workspace_id: uuid.UUID, numbers: Iterable[str]) -> dict[str, uuid.UUID]:
        """Our ids of those of the numbers that the workspace has."""
        query = select(Number.e164, Number.id).where(Number.workspace_id == workspace_id, Number.e164.in_(list(numbers)))
        return {row[0]: row[1] for row in await self._session.execute(query)}

    async def trunk_sids(self, workspace_id: uuid.UUID) -> set[str]:
        """Twilio's ids of the trunks that were built for the workspace."""
        query = select(CarrierStep.remote_id).where(CarrierStep.workspace_id == workspace_id, CarrierStep.kind == "trunk")
        return {str(sid) for sid in await self._session.scalars(query)}


class StepRepository:
    """What was built for one trunk."""

    def __init__(self, session: AsyncSession, trunk_id: uuid.UUID) -> None:
        self._session = session
        self._trunk_id = trunk_id

    async def all(self) -> Sequence[CarrierStep]:
        query = select(CarrierStep).where(CarrierStep.trunk_id == self._trunk_id)
        return (await self._session.scalars(query.order_by(CarrierStep.created_at, CarrierStep.id))).all()

    async def get(self, kind: str, subject: str) -> CarrierStep | None:
        query = select(CarrierStep).where(CarrierStep.trunk_id == self._trunk_id, CarrierStep.kind == kind)
        return await self._session.scalar(query.where(CarrierStep.subject == subject))

    def add(self, row: CarrierStep) -> None:
        self._session.add(row)

    async def remove(self, row: CarrierStep) -> None:
        await self._session.delete(row)


def _accounts() -> Select[CarrierAccount, Secret, Secret]:
    query = select(CarrierAccount, Secret, _SIGNING).join(Secret, Secret.id == CarrierAccount.auth_token_secret_id)
    return query.outerjoin(_SIGNING, _SIGNING.id == CarrierAccount.signing_secret_id).where(CarrierAccount.provider == TWILIO)


class PathRepository:
    """What the synchronisation reads of a trunk; over all workspaces."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def trunk(self, trunk_id: uuid.UUID) -> tuple[Trunk, Sequence[Number], bool] | None:
        """The trunk, its numbers, and whether anything was built for it."""
        trunk = await self._session.get(Trunk, trunk_id)
        if trunk is None:
            return None
        numbers = await self._session.scalars(select(Number).where(Number.trunk_id == trunk_id).order_by(Number.e164))
        return trunk, numbers.all(), await self.workspace_of_steps(trunk_id) is not None

    async def workspace_of_steps(self, trunk_id: uuid.UUID) -> uuid.UUID | None:
        return await self._session.scalar(select(CarrierStep.workspace_id).where(CarrierStep.trunk_id == trunk_id).limit(1))
