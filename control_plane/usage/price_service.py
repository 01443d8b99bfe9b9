"""A workspace's own prices: shown, replaced, and kept from mixing currencies."""

import uuid
from decimal import Decimal

import msgspec

from control_plane.audit.service import record
from control_plane.db.models import UsageAccount
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict, Invalid
from control_plane.usage.accounts import USUAL_COST_PER_HOUR, currency_of
from control_plane.usage.own_prices import OwnPrices, merged, shown
from control_plane.usage.price_lists import prices_of
from control_plane.usage.prices import prices_in_use
from control_plane.usage.repository import UsageRepository
from control_plane.usage.schemas import PricesOut

NONE = OwnPrices()


class PriceService:
    def __init__(self, unit: Unit, workspace_id: uuid.UUID) -> None:
        self._unit = unit
        self._workspace_id = workspace_id
        self._rows = UsageRepository(unit.session)

    async def show(self) -> PricesOut:
        row = await self._rows.own_prices(self._workspace_id)
        prices = await prices_of(self._unit.session, self._workspace_id)
        own = msgspec.convert(row.prices, OwnPrices) if row is not None else NONE
        return PricesOut(price_list=prices.label, currency=prices.currency, own=own, in_use=msgspec.convert(shown(prices), OwnPrices))

    async def replace(self, wanted: OwnPrices) -> PricesOut:
        """Bill calls that end from now on by these; an empty body goes back to the installation's list. Raises `Invalid` for prices that
        are no list, `Conflict` for another currency while amounts of the present one are kept."""
        is_own = wanted != NONE
        # Said, so that a change of the installation's currency does not give these prices another meaning.
        own = msgspec.structs.replace(wanted, currency=wanted.currency or prices_in_use().currency) if is_own else NONE
        _check(own)
        account = await self._rows.locked_account(self._workspace_id)
        await self._settle_currency(account, own.currency)
        before = await self._rows.own_prices(self._workspace_id)
        earlier = before.prices if before is not None else {}
        prices = {name: value for name, value in msgspec.to_builtins(own).items() if value} if is_own else {}
        await self._rows.put_own_prices(self._workspace_id, prices, self._unit.now)
        record(self._unit, self._workspace_id, "usage.prices_changed", "workspace", self._workspace_id, earlier, prices)
        return await self.show()

    async def _settle_currency(self, account: UsageAccount, own: str | None) -> None:
        """Another currency begins the month's sum anew; refused while limits, credits or budgets are amounts of the present one."""
        present, wanted = currency_of(account), own or prices_in_use().currency
        if wanted != present:
            kept = [("a monthly cost limit", account.max_cost is not None), ("credits", bool(account.credits))]
            kept.append(("an hourly cost limit of destinations", account.cost_per_hour not in (None, USUAL_COST_PER_HOUR)))
            kept.append(("a campaign's budget", await self._rows.has_budgets(self._workspace_id)))
            reasons = [words for words, is_kept in kept if is_kept]
            if reasons:
                sentence = f"The workspace has {', '.join(reasons)} in {present}; take that away first, then change the currency."
                raise Conflict(sentence, code="currency_in_use")
            account.currency, account.cost = wanted, Decimal(0)
            await self._rows.forget_meters(self._workspace_id)
        account.prices_currency, account.updated_at = own, self._unit.now
        await self._unit.session.flush()


def _check(own: OwnPrices) -> None:
    """Raises `Invalid` for what is no list together with the installation's."""
    try:
        merged(prices_in_use(), own, 1)
    except msgspec.ValidationError as error:
        raise Invalid(f"These are no prices: {error}.") from error
