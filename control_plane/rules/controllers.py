"""HTTP for the rules that bind calls."""

from datetime import date
from pathlib import Path
from typing import Annotated

from litestar import Controller, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation

from control_plane.db.unit import Unit
from control_plane.kit.api_examples import Examples
from control_plane.rules.schemas import OwnRulesIn, OwnRulesOut, PackList, PackVersions
from control_plane.rules.service import RulesService
from control_plane.workspaces.guards import requires
from control_plane.workspaces.principal import Principal


async def provide_rules(unit: NamedDependency[SkipValidation[Unit]], principal: NamedDependency[SkipValidation[Principal]]) -> RulesService:
    return RulesService(unit, principal.workspace_id)


Rules = NamedDependency[SkipValidation[RulesService]]
_EXAMPLES = Examples(Path(__file__).parent / "examples.json")
_PACKS = _EXAMPLES.answer(PackList, "packs", "Three of the packs in force")
_PACK = _EXAMPLES.answer(PackVersions, "pack", "Florida")
_OWN = _EXAMPLES.answer(OwnRulesOut, "own_rules", "Shorter hours everywhere, and one waiver")
Day = Annotated[date | None, QueryParameter(description="In force on this day; default: today.")]


class RulesController(Controller):
    path = "/rules"
    tags = ("rules",)
    guards = (requires("viewer"),)
    dependencies = {"rules": provide_rules}

    @get(responses=_PACKS, summary="Rule packs in force, with where and since when")
    async def index(self, rules: Rules, day: Day = None) -> PackList:
        return rules.in_force(day)

    @get("/{pack:str}", responses=_PACK, summary="One rule pack in all its versions, with citations and how certain they are")
    async def show(self, rules: Rules, pack: FromPath[str]) -> PackVersions:
        return rules.pack(pack)


class WorkspaceRulesController(Controller):
    path = "/workspace/rules"
    tags = ("rules",)
    dependencies = {"rules": provide_rules}

    @get(guards=[requires("viewer")], responses=_OWN, summary="What the workspace adds to the rule packs and what it waives")
    async def show(self, rules: Rules) -> OwnRulesOut:
        return await rules.own()

    @put(
        guards=[requires("owner")],
        responses=_OWN,
        summary="Replace it: stricter rules freely, a waiver only with its reason, audited",
    )
    async def change(self, rules: Rules, data: JSONBody[OwnRulesIn]) -> OwnRulesOut:
        return await rules.change(data)
