"""By which price list a workspace is billed: the installation's, with the workspace's own prices over it."""

import uuid

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession
from structlog import get_logger

from control_plane.domain.errors import Invalid
from control_plane.usage.own_prices import OwnPrices, merged
from control_plane.usage.prices import PriceList, prices_in_use
from control_plane.usage.repository import UsageRepository

log = get_logger(__name__)


async def prices_of(session: AsyncSession, workspace_id: uuid.UUID) -> PriceList:
    """Never raises for what is stored: own prices that no longer stand without the installation's list are left out and logged."""
    row = await UsageRepository(session).own_prices(workspace_id)
    if row is None or not row.prices:
        return prices_in_use()
    try:
        return merged(prices_in_use(), msgspec.convert(row.prices, OwnPrices), row.version)
    except (Invalid, msgspec.ValidationError):
        # The installation's list has another currency since, or the program another idea of own prices.
        log.warning("own_prices_left_out", workspace_id=str(workspace_id), version=row.version)
        return prices_in_use()
