"""Looks numbers up at Twilio for calls that wait for it.

The cost is counted before Twilio is asked and given back where Twilio has given no answer. It stays counted where one may have been lost on
its way, since Twilio may bill it, and where our process dies in between; the number is then asked about again.
"""

import asyncio
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from structlog import get_logger

from control_plane.carriers.accounts import Accounts
from control_plane.carriers.lookup_repository import DueLookupRepository, LookupRepository, Spent
from control_plane.carriers.lookups import month_of
from control_plane.carriers.tasks import CarrierSide
from control_plane.db.models import NumberLookup
from control_plane.domain.number_lookup import Known, Lack, LookupSettings
from control_plane.telephony.twilio import CarrierError, NumberAnswer, TwilioAccess, TwilioSide, in_thread

log = get_logger(__name__)

AT_ONCE = 8
"""Requests to Twilio side by side."""
ROUNDS = 25
LEASE = timedelta(minutes=2)
"""A look-up takes ten seconds at most (telephony.twilio.REQUEST_TIMEOUT_S); one that was cut off is begun anew after this."""
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""Between tries when Twilio cannot answer now; where it refuses, the longest."""
WISHED_WITHIN = timedelta(hours=1)
"""A call that waits is asked about every minute (domain/number_lookup.AGAIN): what was not wished for so long is bought for nobody."""
_NO_ACCOUNT = "The workspace has no Twilio account any more, or its secret cannot be opened."


@dataclass(frozen=True, slots=True)
class Order:
    lookup_id: uuid.UUID
    workspace_id: uuid.UUID
    e164: str
    lack: Lack
    price: Decimal
    of_owner: Decimal
    """The part of the price for whether the number has changed hands."""
    currency: str
    month: date


async def look_up_numbers(ctx: dict[str, Any]) -> None:
    """Cron: ask what calls wait for."""
    side = CarrierSide.of(ctx)
    for _ in range(ROUNDS):
        orders, is_all = await _orders(side)
        await asyncio.gather(*(_carry_out(side, order) for order in orders))
        if is_all:
            return


async def _orders(side: CarrierSide) -> tuple[list[Order], bool]:
    """What is to be asked now, paid for and leased; and whether that is all there is."""
    now = side.clock.now()
    async with side.sessions.begin() as session:
        rows = await DueLookupRepository(session).due(now, AT_ONCE)
        orders = [await _order(LookupRepository(session, row.workspace_id), row, now) for row in rows]
    return [order for order in orders if order is not None], len(rows) < AT_ONCE


async def _order(rows: LookupRepository, row: NumberLookup, now: datetime) -> Order | None:
    plain = (await rows.workspace()).number_lookups
    settings = LookupSettings.from_plain(plain or {}) if plain else LookupSettings()
    lack = Lack(row.wants_line_type and settings.line_type, row.verified_on if settings.reassigned_number else None)
    if not lack or row.wanted_at is None or row.wanted_at <= now - WISHED_WITHIN:
        _rest(row)
        return None
    price, month = settings.price(lack), month_of(now)
    if not await rows.spend(month, price, settings.currency, settings.monthly_limit):
        row.trouble = _why_not_paid(await rows.spent(month), settings)
        row.try_at, row.tries = now + PAUSES[-1], row.tries + 1
        return None
    row.try_at, row.tries = now + LEASE, row.tries + 1
    of_owner = settings.price(Lack(verified_on=lack.verified_on))
    return Order(row.id, row.workspace_id, row.e164, lack, price, of_owner, settings.currency, month)


def _why_not_paid(spent: Spent, settings: LookupSettings) -> str:
    if spent.is_in_other(settings.currency):
        return f"Look-ups of this month have cost {spent.cost} {spent.currency}, and {settings.currency} cannot be added before the next."
    return f"Look-ups of this month have cost what they may ({settings.monthly_limit} {settings.currency})."


async def _carry_out(side: CarrierSide, order: Order) -> None:
    try:
        answer = await _ask(side, order)
    except CarrierError as error:
        await _put_off(side, order, error)
        return
    now = side.clock.now()
    async with side.sessions.begin() as session:
        row = await DueLookupRepository(session).locked(order.lookup_id)
        if answer.unsaid:
            await LookupRepository(session, order.workspace_id).give_back(order.month, order.of_owner, lookups=0)
        if row is not None:
            _learn(row, order, answer, now)


async def _ask(side: CarrierSide, order: Order) -> NumberAnswer:
    async with side.sessions() as session:
        access: TwilioAccess | None = await Accounts(session, side.box, side.settings).of_workspace(order.workspace_id)
    if access is None:
        raise CarrierError(_NO_ACCOUNT)
    twilio, lack = TwilioSide(side.connect(access)), order.lack
    return await in_thread(lambda: twilio.look_up(order.e164, line_type=lack.line_type, verified_on=lack.verified_on))


def _learn(row: NumberLookup, order: Order, answer: NumberAnswer, now: datetime) -> None:
    if order.lack.line_type:
        row.line_type, row.line_type_at = answer.line_type, now
    if order.lack.verified_on is not None and not answer.unsaid:
        known = Known(reassigned_since=row.reassigned_since, unchanged_since=row.unchanged_since, reassigned_at=row.reassigned_at)
        told = known.after_owner(order.lack.verified_on, now, is_reassigned=answer.is_reassigned is True)
        row.reassigned_since, row.unchanged_since, row.reassigned_at = told
    row.lookups += 1
    # Amounts of another currency are not added up.
    row.cost = order.price - (order.of_owner if answer.unsaid else 0) + (row.cost if row.currency == order.currency else 0)
    row.currency = order.currency
    wanted_at = row.wanted_at
    _rest(row)
    if answer.unsaid:
        row.wanted_at, row.verified_on, row.trouble = wanted_at, order.lack.verified_on, answer.unsaid
        row.try_at, row.tries = now + PAUSES[-1], 1


def _rest(row: NumberLookup) -> None:
    row.wanted_at, row.try_at, row.wants_line_type, row.verified_on, row.trouble, row.tries = None, None, False, None, "", 0


async def _put_off(side: CarrierSide, order: Order, error: CarrierError) -> None:
    log.warning("number_lookup_failed", workspace_id=str(order.workspace_id), is_passing=error.is_passing)
    now = side.clock.now()
    async with side.sessions.begin() as session:
        row = await DueLookupRepository(session).locked(order.lookup_id)
        if not error.may_be_done:
            await LookupRepository(session, order.workspace_id).give_back(order.month, order.price)
        if row is not None:
            row.trouble = str(error)
            row.try_at = now + (PAUSES[min(row.tries, len(PAUSES)) - 1] if error.is_passing else PAUSES[-1])
