"""Health and metrics over HTTP."""

from litestar import Controller, MediaType, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import Response
from litestar.status_codes import HTTP_200_OK, HTTP_503_SERVICE_UNAVAILABLE
from prometheus_client import CONTENT_TYPE_LATEST

from control_plane.health.metrics import metrics_page
from control_plane.health.readiness import Readiness, ReadinessCheck
from control_plane.kit.api_examples import also
from control_plane.kit.clock import Clock
from control_plane.settings import Settings
from control_plane.workspaces.authentication import PUBLIC


class HealthController(Controller):
    path = "/health"
    tags = ["health"]
    opt = PUBLIC

    @get("/live")
    async def live(self) -> dict[str, bool]:
        """The process serves requests."""
        return {"live": True}

    @get("/ready", responses=also(503, Readiness, "Something that everything needs is missing."))
    async def ready(
        self, state: State, settings: NamedDependency[SkipValidation[Settings]], clock: NamedDependency[SkipValidation[Clock]]
    ) -> Response[Readiness]:
        """A line per dependency; 503 when one of those that everything needs is missing."""
        found = await ReadinessCheck(settings, state.sessions, clock.now()).run()
        return Response(found, status_code=HTTP_200_OK if found.ready else HTTP_503_SERVICE_UNAVAILABLE)


class MetricsController(Controller):
    path = "/metrics"
    opt = PUBLIC
    include_in_schema = False

    @get(media_type=MediaType.TEXT)
    async def metrics(self, state: State, settings: NamedDependency[SkipValidation[Settings]]) -> Response[bytes]:
        """Figures for Prometheus. No names, no numbers, nothing of any workspace."""
        return Response(await metrics_page(state.sessions, settings.agent_slots, state.watch), media_type=CONTENT_TYPE_LATEST)
