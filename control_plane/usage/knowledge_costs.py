"""What models that understand documents cost: added up for each base and day, and counted into the workspace's account.

A question costs less than the four places that money is kept in. So costs are added up unrounded, and the account is given what the sum
grows by in its four places.
"""

import uuid
from decimal import Decimal
from zoneinfo import ZoneInfo

from control_plane.db.models import Workspace
from control_plane.db.unit import Unit
from control_plane.domain.allowance import month_of
from control_plane.kit.ids import new_id
from control_plane.usage.charging import give_notice
from control_plane.usage.price_lists import prices_of
from control_plane.usage.prices import rounded
from control_plane.usage.repository import UsageRepository, Used

_NOTHING = Decimal(0)


async def charge_embedding(unit: Unit, workspace_id: uuid.UUID, base_id: uuid.UUID, model: str, tokens: int) -> None:
    """Last in a transaction: the account is where all of a workspace meet."""
    if tokens <= 0:
        return
    rows = UsageRepository(unit.session)
    workspace, prices = await unit.session.get_one(Workspace, workspace_id), await prices_of(unit.session, workspace_id)
    price = prices.models.get(model)
    cost = None if price is None else price.of({"input_tokens": tokens})
    day = unit.now.astimezone(ZoneInfo(workspace.time_zone)).date()
    key = {"workspace_id": workspace_id, "knowledge_base_id": base_id, "day": day, "model": model, "currency": prices.currency}
    total = await rows.add_knowledge(id=new_id(), **key, tokens=tokens, cost=cost)
    grown = rounded(total) - rounded(total - (cost or _NOTHING))
    if not grown:
        return
    account = await rows.add(Used(workspace_id, month_of(day), 0, 0, grown, prices.currency, is_rehearsal=False))
    if account is not None:
        await give_notice(unit, account, month_of(day))
