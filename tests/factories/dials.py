"""Dials that may leave, for tests of whoever sends them."""

from control_plane.kit.ids import new_id
from control_plane.telephony.door import Door
from control_plane.telephony.port import Dial, PermittedDial, StoredVerdict, permit


def permitted(order: Dial, door: Door | None = None) -> PermittedDial:
    """As the last look before an INVITE makes it from the stored verdict."""
    return permit(order, StoredVerdict(new_id(), "dial", "last_gate", order.to), door)
