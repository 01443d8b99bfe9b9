"""Every route is guarded or is known to be public."""

import re

from litestar import Litestar
from litestar.routes import HTTPRoute

from tests.architecture.source import modules

PUBLIC = {
    r"/health/(live|ready)": "asked by load balancers, which have no key; says nothing of any workspace",
    r"/metrics": "asked by scrapers; says nothing of any workspace",
    r"/api/v1/auth/token": "the request brings the key that is exchanged",
    r"/webhooks/twilio/(status|recording)": "signed by the Twilio account that it names",
    r"/webhooks/livekit": "signed by LiveKit with our API secret",
    r"/internal/calls/\{call_id\}/.*": "opened by the one-call ticket of the agent's dispatch, which the service checks",
    r"/internal/trials/\{trial_id\}/.*": "opened by the ticket of the one trial, which the trial's room checks",
    r"/internal/transcriptions/\{transcription_id\}/.*": "opened by the ticket of the one transcription, whose hash its row keeps",
    r"/(docs|openapi\.json|schema)(/.*)?": "the description of the API and its page",
    r"/(\{path\})?": "Litestar's own answer that there is no such document of the description",
}


def _handlers(app: Litestar):
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                if handler.http_methods != {"OPTIONS"}:
                    yield route.path_format, handler


def test_every_route_has_a_guard_or_is_public_for_a_reason(app):
    open_ones = [
        path for path, handler in _handlers(app) if not handler.resolve_guards() and not any(re.fullmatch(known, path) for known in PUBLIC)
    ]
    assert sorted(set(open_ones)) == []


def test_what_is_public_by_its_options_is_on_the_list(app):
    public = {path for path, handler in _handlers(app) if handler.opt.get("public")}
    assert [path for path in sorted(public) if not any(re.fullmatch(known, path) for known in PUBLIC)] == []


def test_no_route_of_the_api_is_without_workspace_or_role(app):
    """The API proper is never public, except for the exchange of a key for a token."""
    public = {path for path, handler in _handlers(app) if path.startswith("/api/") and handler.opt.get("public")}
    assert public <= {"/api/v1/auth/token"}


def test_litestar_can_read_the_annotations_of_controllers():
    """It resolves them at run time; postponed ones would name what is not in scope."""
    doors = [m for m in modules("control_plane") if any(name.startswith("litestar.Controller") for _, name in m.imports())]
    assert doors
    assert [m.path for m in doors if "from __future__ import annotations" in m.text] == []
