"""By which price list a workspace is billed: the installation's, with the workspace's own prices over it."""

import uuid
from typing import Any

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
    return prices_over(workspace_id, row.prices, row.version) if row is not None else prices_in_use()


def prices_over(workspace_id: uuid.UUID, own: dict[str, Any] | None, version: int) -> PriceList:
    """The installation's list with the workspace's `own` prices over it, as `prices_of`."""
    if not own:
        return prices_in_use()
    try:
        return merged(prices_in_use(), msgspec.convert(own, OwnPrices), version)
    except (Invalid, msgspec.ValidationError):
        # The installation's list has another currency since, or the program another idea of own prices.
        log.warning("own_prices_left_out", workspace_id=str(workspace_id), version=version)
        return prices_in_use()
