"""`/enrollments/{id}/explain`, `/calls/{id}/explain` and `/campaigns/{id}/preview`."""

import uuid
from pathlib import Path

from litestar import Controller, get, post
from litestar.params import FromPath, JSONBody

from control_plane.explanations.calls import CallExplanations
from control_plane.explanations.enrollments import EnrollmentExplanations
from control_plane.explanations.planned import preview_planned
from control_plane.explanations.planned_schemas import PlannedPreviewIn
from control_plane.explanations.preview import PreviewService
from control_plane.explanations.preview_schemas import PreviewIn, PreviewOut
from control_plane.explanations.schemas import CallExplained, EnrollmentExplained
from control_plane.kit.api_examples import Examples
from control_plane.workspaces.guards import requires
from control_plane.workspaces.handling import Who, Work

LARGEST_PLAN = 10_000_000
"""Bytes."""

_EXAMPLES = Examples(Path(__file__).parent / "examples.json")
_CLOSED = _EXAMPLES.answer(EnrollmentExplained, "explain_enrollment", "It is too early in the morning where the contact is")
_CALLED = _EXAMPLES.answer(CallExplained, "explain_call", "Allowed at the claim, refused by the last look before the phone rang")
_PREVIEWED = _EXAMPLES.answer(PreviewOut, "preview", "Of three contacts one can be called now, one in an hour, one never")


class EnrollmentExplanationController(Controller):
    path = "/enrollments"
    tags = ["campaigns"]
    guards = [requires("viewer")]

    @get("/{enrollment_id:uuid}/explain", responses=_CLOSED, summary="May this contact be called now, and if not, why and when?")
    async def explain_enrollment(self, unit: Work, principal: Who, enrollment_id: FromPath[uuid.UUID]) -> EnrollmentExplained:
        """Asks the gate as a claim would at this moment. Nothing is stored."""
        return await EnrollmentExplanations(unit, principal.workspace_id).explain(enrollment_id)


class CallExplanationController(Controller):
    path = "/calls"
    tags = ["calls"]
    guards = [requires("viewer")]

    @get("/{call_id:uuid}/explain", responses=_CALLED, summary="Why a call was allowed, what came of it, and what follows")
    async def explain_call(self, unit: Work, principal: Who, call_id: FromPath[uuid.UUID]) -> CallExplained:
        """The gate's stored verdicts on this call, with the rules and facts that they rest on."""
        return await CallExplanations(unit, principal.workspace_id).explain(call_id)


class PreviewController(Controller):
    path = "/campaigns"
    tags = ["campaigns"]
    guards = [requires("manager")]

    @post("/{campaign_id:uuid}/preview", status_code=200, responses=_PREVIEWED, summary="What if the campaign were started now?")
    async def preview(self, unit: Work, principal: Who, campaign_id: FromPath[uuid.UUID], data: JSONBody[PreviewIn]) -> PreviewOut:
        """Asks the gate about every contact of the campaign, as if it ran. Nothing is stored, and nobody is called."""
        return await PreviewService(unit, principal.workspace_id).preview(campaign_id, data)

    @post(
        "/preview",
        status_code=200,
        request_max_body_size=LARGEST_PLAN,
        responses=_PREVIEWED,
        summary="What if a campaign such as this were made, or changed so, and started now?",
    )
    async def preview_of_a_plan(self, unit: Work, principal: Who, data: JSONBody[PlannedPreviewIn]) -> PreviewOut:
        """The same of what is only planned: a campaign, its assistant, and who comes to its lists or leaves them."""
        return await preview_planned(unit, principal.workspace_id, data)
