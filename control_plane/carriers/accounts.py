"""Which account at Twilio a workspace uses: its own, else the installation's."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession
from structlog import get_logger

from control_plane.carriers.repository import AccountRepository, AccountRow
from control_plane.kit.secrets import SecretBox
from control_plane.settings import Settings
from control_plane.telephony.twilio import TwilioAccess

log = get_logger(__name__)


class Accounts:
    def __init__(self, session: AsyncSession, box: SecretBox, settings: Settings) -> None:
        self._rows = AccountRepository(session)
        self._box = box
        self._settings = settings

    async def of_workspace(self, workspace_id: uuid.UUID) -> TwilioAccess | None:
        """The workspace's own account, else that of TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN; None where there is neither."""
        row = await self._rows.of_workspace(workspace_id)
        return self._opened(row) if row is not None else self.of_installation()

    async def with_sid(self, account_sid: str) -> list[tuple[TwilioAccess, uuid.UUID | None]]:
        """Every access to this account, with the workspace whose own it is; None for the installation's."""
        known = [(access, row[0].workspace_id) for row in await self._rows.with_sid(account_sid) if (access := self._opened(row))]
        shared = self.of_installation()
        return [*known, *([(shared, None)] if shared is not None and shared.account_sid == account_sid else [])]

    def of_installation(self) -> TwilioAccess | None:
        sid, token = self._settings.twilio_account_sid, self._settings.twilio_auth_token
        return TwilioAccess(sid, token) if sid and token else None

    def _opened(self, row: AccountRow) -> TwilioAccess | None:
        account, token, signing = row
        try:
            opened = self._box.open(signing.value_sealed) if signing is not None else ""
            return TwilioAccess(account.account_sid, self._box.open(token.value_sealed), opened)
        except ValueError:
            log.error("carrier_account_unusable", workspace_id=str(account.workspace_id))
            return None
