"""Seals every secret of the installation anew with the present encryption key, so that a former one can be thrown away.

In small transactions, each secret only if it is still the one that was read: nothing waits for it, it may be broken off at any moment,
and it may run while the platform does.
"""

from dataclasses import dataclass, field

from control_plane.audit.service import record
from control_plane.db.session import Sessions
from control_plane.db.unit import Unit
from control_plane.domain.errors import Conflict
from control_plane.kit.clock import Clock
from control_plane.kit.number_hash import fingerprint
from control_plane.kit.secrets import SecretBox
from control_plane.workspaces.repository import WorkspaceRepository
from control_plane.workspaces.sealed_repository import Place, SealedRepository, places

BATCH = 200


@dataclass(slots=True)
class Rotated:
    """What became of the secrets."""

    resealed: dict[str, int] = field(default_factory=dict)
    """How many, by place; places without any are named too."""
    unreadable: list[str] = field(default_factory=list)
    """Place and id of what no key that was given opens."""


async def rotate(sessions: Sessions, box: SecretBox, number_secret: str, clock: Clock) -> Rotated:
    """Seal all anew. Run twice it finds nothing to do. Raises `Conflict` when erased people's numbers were hashed with another key."""
    done = Rotated()
    async with sessions.begin() as session:
        known = await SealedRepository(session).number_key()
        if known not in ("", fingerprint(number_secret)):
            raise Conflict("The numbers of erased people were hashed with another key; set CALLWRIGHT_NUMBER_HASH_KEY to it.")
    for place in places():
        done.resealed[place.name] = await _place(sessions, box, place, done)
    async with sessions.begin() as session:
        await SealedRepository(session).note_number_key(fingerprint(number_secret))
        unit = Unit(session, clock.now(), "command line")
        for workspace_id in await WorkspaceRepository(session).ids():
            after = {"key_id": box.key_id, "resealed": sum(done.resealed.values())}
            record(unit, workspace_id, "installation.secrets_rotated", "installation", None, None, after)
    return done


async def _place(sessions: Sessions, box: SecretBox, place: Place, done: Rotated) -> int:
    count, last = 0, None
    while True:
        async with sessions.begin() as session:
            rows = SealedRepository(session)
            batch = await rows.others(place, box.key_id, last, BATCH)
            for row_id, sealed in batch:
                last = row_id
                try:
                    plain = box.open(sealed)
                except ValueError:
                    done.unreadable.append(f"{place.name} {row_id}")
                else:
                    count += await rows.replace(place, row_id, sealed, box.seal(plain))
        if len(batch) < BATCH:
            return count
