"""Who takes a call that comes in."""

import uuid
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from control_plane.domain.errors import Invalid
from control_plane.domain.routing import Route, Routing, check, route

OWN, OTHER, CALLED_BY = (uuid.UUID(int=n) for n in (1, 2, 3))
OFFICE = {"weekly": [{"days": ["mon", "tue", "wed", "thu", "fri"], "start": "09:00", "end": "17:00"}], "holidays": ["US"]}
MONDAY_NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
"""12:00 in New York, 18:00 in Berlin."""


def routing(**plain: Any) -> Routing:
    made = msgspec.convert(plain, Routing)
    check(made)
    return made


@pytest.mark.parametrize(
    ("now", "zone", "is_open"),
    [
        (MONDAY_NOON, "America/New_York", True),
        (MONDAY_NOON, "Europe/Berlin", False),
        (datetime(2026, 11, 22, 17, 0, tzinfo=UTC), "America/New_York", False),
        (datetime(2026, 11, 26, 17, 0, tzinfo=UTC), "America/New_York", False),
        (datetime(2026, 11, 23, 14, 0, tzinfo=UTC), "America/New_York", True),
        (datetime(2026, 11, 23, 13, 59, tzinfo=UTC), "America/New_York", False),
    ],
    ids=["noon", "evening elsewhere", "Sunday", "Thanksgiving", "the first minute", "a minute before"],
)
def test_hours_are_those_of_the_numbers_zone(now: datetime, zone: str, is_open: bool) -> None:
    assert route(routing(hours=OFFICE, time_zone=zone), OWN, now, "UTC").is_open is is_open


def test_without_a_zone_of_its_own_a_number_keeps_the_workspaces_hours() -> None:
    assert route(routing(hours=OFFICE), OWN, MONDAY_NOON, "America/New_York") == Route(OWN)


def test_outside_of_the_hours_another_assistant_takes_the_call_or_a_message_is_said() -> None:
    outside = routing(hours=OFFICE, outside={"assistant_id": str(OTHER)}, menu={"prompt": "Press 1.", "keys": {"1": str(OTHER)}})
    assert route(outside, OWN, MONDAY_NOON, "Europe/Berlin") == Route(OTHER, is_open=False)
    message = routing(hours=OFFICE, outside={"message": "We are back tomorrow."})
    assert route(message, OWN, MONDAY_NOON, "Europe/Berlin") == Route(OWN, is_open=False, only_says="We are back tomorrow.")


def test_who_was_called_lately_reaches_who_called_them_where_that_is_wanted() -> None:
    assert route(routing(returns_to_caller=True), OWN, MONDAY_NOON, "UTC", CALLED_BY) == Route(CALLED_BY)
    assert route(routing(returns_to_caller=True), OWN, MONDAY_NOON, "UTC") == Route(OWN)
    assert route(routing(), OWN, MONDAY_NOON, "UTC", CALLED_BY) == Route(OWN)


@pytest.mark.parametrize(
    ("plain", "field"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"hours": {}}, "hours.weekly"),
        ({"hours": {**OFFICE, "time_zone_policy": "workspace"}}, "hours.time_zone_policy"),
        ({"greeting": "Hello {name}."}, "greeting"),
    ],
)
def test_what_is_wrong_with_a_routing_is_said_by_field(plain: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        routing(**plain)
    assert [error.field for error in refused.value.errors] == [field]


def test_nine_is_no_choice_because_it_ends_all_calls() -> None:
    with pytest.raises(msgspec.ValidationError):
        routing(menu={"prompt": "Press 9.", "keys": {"9": str(OTHER)}})
