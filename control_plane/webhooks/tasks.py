"""Background work of webhooks. Both tasks look at the rows first and may run twice or never."""

from datetime import timedelta
from typing import Any

from control_plane.webhooks.courier import Courier
from control_plane.webhooks.outbox_repository import OutboxRepository

KEPT = timedelta(days=30)
"""How long events and the log of their deliveries can be looked at and replayed."""


async def deliver_webhooks(ctx: dict[str, Any]) -> None:
    """Deliver what is due. Every second, and after each commit that wrote something into the outbox."""
    courier: Courier = ctx["courier"]
    await courier.run()


async def forget_old_webhooks(ctx: dict[str, Any]) -> None:
    """Cancel what has nobody to be told to, and drop what is over for long. Once an hour is plenty."""
    now = ctx["clock"].now()
    async with ctx["sessions"].begin() as session:
        outbox = OutboxRepository(session)
        await outbox.cancel_orphans(now - KEPT, now)
        await outbox.forget_before(now - KEPT)
