"""`/contacts/{id}/memory`."""

from litestar import Controller, delete, get, put
from litestar.params import JSONBody

from control_plane.memory.schemas import MemoryIn, MemoryOut
from control_plane.memory.service import MemoryService
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Given, Id, over_unit


class MemoryController(Controller):
    path = "/contacts/{contact_id:uuid}/memory"
    tags = ["contacts"]
    guards = [requires("viewer")]
    dependencies = {"memory": over_unit(MemoryService)}

    @get(summary="What is remembered of a contact, with where each fact comes from")
    async def read(self, memory: Given[MemoryService], contact_id: Id) -> MemoryOut:
        return await memory.get(contact_id)

    @put(guards=[requires("manager")], summary="Change what is remembered; what is left out is forgotten")
    async def replace(self, memory: Given[MemoryService], contact_id: Id, data: JSONBody[MemoryIn]) -> MemoryOut:
        return await memory.replace(contact_id, data)

    @delete(guards=[requires("manager")], summary="Forget all that is remembered of a contact")
    async def forget(self, memory: Given[MemoryService], contact_id: Id) -> None:
        await memory.forget(contact_id)
