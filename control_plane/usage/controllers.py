"""HTTP for usage, limits and credits."""

from typing import Annotated

from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter, SkipValidation
from litestar.response import Stream

from control_plane.db.unit import Unit
from control_plane.kit.csv_text import csv_download
from control_plane.kit.pagination import DEFAULT_LIMIT, Cursor, Limit, Page
from control_plane.usage.own_prices import OwnPrices
from control_plane.usage.price_service import PriceService
from control_plane.usage.schemas import CreditAdded, CreditIn, CreditOut, LimitsIn, LimitsOut, PricesOut, ResumeIn, UsageOut
from control_plane.usage.service import UsageService
from control_plane.workspaces.guards import requires
from control_plane.workspaces.principal import Principal

Month = Annotated[
    str | None, QueryParameter(name="month", pattern="^[0-9]{4}-[0-9]{2}$", description="Like 2026-11; by default the current month.")
]


async def provide_usage(unit: NamedDependency[SkipValidation[Unit]], principal: NamedDependency[SkipValidation[Principal]]) -> UsageService:
    return UsageService(unit, principal.workspace_id)


async def provide_prices(
    unit: NamedDependency[SkipValidation[Unit]], principal: NamedDependency[SkipValidation[Principal]]
) -> PriceService:
    return PriceService(unit, principal.workspace_id)


Prices = NamedDependency[SkipValidation[PriceService]]
Usage = NamedDependency[SkipValidation[UsageService]]


class UsageController(Controller):
    path = "/usage"
    tags = ("usage",)
    dependencies = {"usage": provide_usage, "prices": provide_prices}

    @get(guards=[requires("viewer")], summary="What a month's calls used and cost, by day, campaign, assistant and destination")
    async def show(self, usage: Usage, month: Month = None) -> UsageOut:
        return await usage.month(month)

    @get(
        "/records.csv",
        guards=[requires("viewer")],
        media_type="text/csv",
        summary="What each call of a month was billed for, as CSV, oldest first",
    )
    async def records(self, usage: Usage, month: Month = None) -> Stream:
        return csv_download(await usage.records(month), "usage-records.csv")

    @get("/limits", guards=[requires("viewer")], summary="Monthly limits, alert thresholds, allowed countries, paused destinations")
    async def limits(self, usage: Usage) -> LimitsOut:
        return await usage.limits()

    @put("/limits", guards=[requires("owner")], summary="Replace the limits")
    async def set_limits(self, data: JSONBody[LimitsIn], usage: Usage) -> LimitsOut:
        return await usage.set_limits(data)

    @get("/credits", guards=[requires("viewer")], summary="Payments in advance, newest first")
    async def credits(self, usage: Usage, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Page[CreditOut]:
        return await usage.credits(limit=limit, cursor=cursor)

    @post("/credits", guards=[requires("owner")], summary="Add to the balance that calls are paid from")
    async def add_credits(self, data: JSONBody[CreditIn], usage: Usage) -> CreditAdded:
        return await usage.add_credits(data)

    @get("/prices", guards=[requires("viewer")], summary="The workspace's own prices, and the whole list by which its calls are billed")
    async def prices(self, prices: Prices) -> PricesOut:
        return await prices.show()

    @put("/prices", guards=[requires("owner")], summary="Replace the workspace's own prices; {} goes back to the installation's list")
    async def set_prices(self, data: JSONBody[OwnPrices], prices: Prices) -> PricesOut:
        return await prices.replace(data)

    @post(
        "/destinations/resume",
        guards=[requires("owner")],
        status_code=200,
        summary="Call a destination again that was paused for too many calls or too much money",
    )
    async def resume(self, data: JSONBody[ResumeIn], usage: Usage) -> LimitsOut:
        return await usage.resume_destination(data.prefix)
