"""What a workspace has looked up of numbers: switched on with its price said, shown, switched off."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from control_plane.audit.service import record
from control_plane.carriers.accounts import Accounts
from control_plane.carriers.lookup_repository import LookupRepository
from control_plane.carriers.lookup_schemas import LookupMonth, LookupPrices, LookupSettingsIn, LookupSettingsOut, NumberLookupOut
from control_plane.db.models import NumberLookup, Workspace
from control_plane.db.unit import Unit
from control_plane.domain import phone
from control_plane.domain.errors import Conflict, Invalid, NotFound
from control_plane.kit.pagination import Page, page_of
from control_plane.kit.secrets import SecretBox
from control_plane.settings import Settings


class LookupService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID, box: SecretBox, settings: Settings) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = LookupRepository(unit.session, workspace_id)
        self._accounts = Accounts(unit.session, box, settings)

    async def settings(self) -> LookupSettingsOut:
        return await self._shown(await self._rows.workspace())

    async def change(self, wanted: LookupSettingsIn) -> LookupSettingsOut:
        """Raises `Invalid` where something is switched on without its price, `NotFound` for a campaign that is not there, `Conflict`
        without an account at Twilio, and for another currency than that of what this month has cost already."""
        plain = _plain(wanted)
        ids = list(dict.fromkeys(wanted.campaign_ids or ()))
        if await self._rows.owned_campaigns(ids) != set(ids):
            raise NotFound.of("campaign")
        if plain is not None and await self._accounts.of_workspace(self._workspace_id) is None:
            raise Conflict("Numbers are looked up at Twilio, and the workspace has no account there yet.", code="carrier_account_missing")
        workspace = await self._rows.workspace(lock=True)
        if plain is not None:
            await self._require_currency(plain["currency"])
        before, workspace.number_lookups, workspace.updated_at = workspace.number_lookups, plain, self._unit.now
        if plain is None:
            await self._rows.give_up_waiting()
        else:
            await self._rows.try_again(self._unit.now)
        record(self._unit, self._workspace_id, "number_lookups.change", "workspace", workspace.id, before or {}, plain or {})
        return await self._shown(workspace)

    async def _require_currency(self, currency: str) -> None:
        spent = await self._rows.spent(month_of(self._unit.now))
        if spent.is_in_other(currency):
            words = f"Look-ups of this month have cost {spent.cost} {spent.currency}, to which no {currency} can be added;"
            raise Conflict(f"{words} change the currency of the prices in the next month.", code="currency_in_use")

    async def listing(self, limit: int, cursor: str | None, e164: str | None) -> Page[NumberLookupOut]:
        query = self._rows.listing(phone.require(e164) if e164 is not None else None)
        return await page_of(self._unit.session, query, NumberLookup.id, NumberLookupOut.of, limit=limit, cursor=cursor)

    async def _shown(self, workspace: Workspace) -> LookupSettingsOut:
        plain, month = workspace.number_lookups, month_of(self._unit.now)
        spent, (waiting, trouble) = await self._rows.spent(month), await self._rows.waiting()
        prices = None
        if plain is not None:
            of_line, of_owner = plain["line_type_price"], plain["reassigned_number_price"]
            prices = LookupPrices(line_type=of_line, reassigned_number=of_owner, currency=plain["currency"])
        return LookupSettingsOut(
            line_type=plain is not None and plain["line_type"],
            reassigned_number=plain is not None and plain["reassigned_number"],
            prices=prices,
            monthly_limit=None if plain is None else plain["monthly_limit"],
            campaign_ids=None if plain is None or plain["campaign_ids"] is None else list(map(uuid.UUID, plain["campaign_ids"])),
            max_age_days=LookupSettingsIn().max_age_days if plain is None else plain["max_age_days"],
            this_month=LookupMonth(month=month, lookups=spent.lookups, cost=str(spent.cost), currency=spent.currency),
            waiting=waiting,
            trouble=trouble,
        )


def _plain(wanted: LookupSettingsIn) -> dict[str, Any] | None:
    """As it is kept; None for what is switched off."""
    if not (wanted.line_type or wanted.reassigned_number):
        return None
    if wanted.prices is None:
        raise Invalid.field("prices", "Look-ups cost money; say what one costs by your contract with Twilio.")
    if wanted.monthly_limit is None:
        raise Invalid.field("monthly_limit", "Look-ups cost money; say what those of a month may cost.")
    said = msgspec.to_builtins(wanted)
    of_line, of_owner = wanted.prices.line_type, wanted.prices.reassigned_number
    prices = {"line_type_price": of_line, "reassigned_number_price": of_owner, "currency": wanted.prices.currency}
    kept = ("line_type", "reassigned_number", "monthly_limit", "campaign_ids", "max_age_days")
    return {name: said[name] for name in kept} | prices


def month_of(now: datetime) -> date:
    return now.astimezone(UTC).date().replace(day=1)
