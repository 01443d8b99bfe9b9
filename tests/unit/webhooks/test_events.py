"""The message: its size, and that it is the same at every attempt."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from control_plane.webhooks.events import MOST_BODY, TYPES, body_of, bounded

ID = UUID("01a1fd7b-e956-71dd-b74a-bb272d0d4ed4")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OF_THE_API = {
    *("call.queued", "call.started", "call.ringing", "call.answered", "call.ended", "call.transcript", "call.recording_ready"),
    *(
        "call.analyzed",
        "call.function_called",
        "call.risk_flagged",
        "call.transferred",
        "contact.opted_out",
        "contact.updated",
        "contact.created",
    ),
    *("callback.scheduled", "campaign.started", "campaign.paused", "campaign.completed", "campaign.error", "import.completed"),
    *("usage.threshold_reached", "usage.limit_reached", "followup.created", "checkup.missed", "appointment.updated", "promise.overdue"),
    "booking.updated",
}


def test_every_event_of_the_public_api_can_be_subscribed_to():
    assert OF_THE_API <= TYPES


def test_values_become_plain_ones():
    assert bounded({"id": ID, "at": NOW, "cost": Decimal("0.10"), "none": None}) == {
        "id": str(ID),
        "at": "2026-11-23T12:00:00Z",
        "cost": "0.10",
        "none": None,
    }


def test_what_makes_a_message_too_long_is_left_out_by_name():
    data = {"id": ID, "metadata": {"words": "ä" * 30_000}, "note": "n" * 15_000, "url": "/x"}
    kept = bounded(data)
    assert kept == {"id": str(ID), "note": "n" * 15_000, "url": "/x", "left_out": ["metadata"]}
    assert len(body_of(ID, "call.recording_ready", NOW, ID, kept)) <= MOST_BODY
    many = bounded({f"field_{i}": "x" * 1000 for i in range(100)})
    assert len(body_of(ID, "call.recording_ready", NOW, ID, many)) <= MOST_BODY


def test_a_message_names_itself_and_its_time():
    body = json.loads(body_of(ID, "call.ended", NOW, ID, {"a": 1}))
    assert body == {"id": str(ID), "type": "call.ended", "timestamp": "2026-11-23T12:00:00Z", "workspace_id": str(ID), "data": {"a": 1}}
