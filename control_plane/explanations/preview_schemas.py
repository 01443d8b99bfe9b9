"""What the API takes and gives for previews."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from control_plane.explanations.forecast import Forecast, Pace
from control_plane.explanations.preview_cost import CostOut
from control_plane.explanations.preview_tally import OfReason, Tally

CallsPerMinute = Annotated[
    float, Meta(gt=0, le=60_000, examples=[30], description="Calls begun per minute; by default the campaign's or its trunks' pace")
]
Slots = Annotated[int, Meta(ge=1, le=100_000, examples=[10], description="Calls at once; by default what agents and trunks allow")]
Seconds = Annotated[
    float, Meta(gt=0, le=7200, examples=[75], description="Seconds a call keeps its slot; by default the campaign's average so far, or 60")
]
PerContact = Annotated[float, Meta(ge=1, le=20, examples=[1.8], description="Calls per contact; by default 2, at most the campaign's")]
Share = Annotated[
    float, Meta(ge=0, le=1, examples=[0.4], description="Share of the calls that are answered; by default the campaign's so far, or a half")
]


Named = Annotated[
    int, Meta(ge=0, le=10_000, examples=[1000], description="How many contacts that lack values are named; all of them are counted")
]


class PreviewIn(Struct, forbid_unknown_fields=True, kw_only=True):
    """The pace and the answers to reckon with. Everything may be left out."""

    calls_per_minute: CallsPerMinute | None = None
    slots: Slots | None = None
    average_call_s: Seconds | None = None
    expected_attempts: PerContact | None = None
    answered_share: Share | None = None
    name_lacking: Named = 100


class ExampleOut(Struct, kw_only=True):
    contact_id: uuid.UUID
    name: str
    sentence: str
    next_possible_at: datetime | None


class ReasonOut(Struct, kw_only=True):
    """One reason not to call now. A contact with several counts under each. `decision`: `wait` or `never`."""

    code: str
    decision: str
    contacts: int
    examples: list[ExampleOut]

    @classmethod
    def of(cls, reason: OfReason) -> "ReasonOut":
        examples = [
            ExampleOut(contact_id=e.contact_id, name=e.name, sentence=e.sentence, next_possible_at=e.next_possible_at)
            for e in reason.examples
        ]
        return cls(code=reason.code, decision="never" if reason.is_final else "wait", contacts=reason.contacts, examples=examples)


class LackingOut(Struct, kw_only=True):
    contact_id: uuid.UUID
    name: str
    missing: list[str]


class VariablesOut(Struct, kw_only=True):
    """Values that the prompts need. A campaign does not start while a contact lacks one."""

    required: list[str]
    contacts_lacking: int
    not_named: int
    """Of them those who are not among the examples; ask again with a higher `name_lacking`, at most 10,000."""
    by_variable: dict[str, int]
    examples: list[LackingOut]


class OpeningOut(Struct, kw_only=True):
    """How many contacts of a zone can first be called in the hour that begins at `hour`, in its local time."""

    time_zone: str
    hour: datetime
    contacts: int


class ForecastOut(Struct, kw_only=True):
    """`hours` of calling time in which the windows are open; `days` is null unless daily caps demand several."""

    calls: int
    hours: float
    days: int | None
    limited_by: str
    calls_per_minute: float
    slots: int
    average_call_s: float
    expected_attempts: float
    calls_per_day: int | None

    @classmethod
    def of(cls, forecast: Forecast, pace: Pace) -> "ForecastOut":
        return cls(
            calls=forecast.calls,
            hours=forecast.hours,
            days=forecast.days,
            limited_by=forecast.limited_by,
            calls_per_minute=pace.calls_per_minute,
            slots=pace.slots,
            average_call_s=pace.average_call_s,
            expected_attempts=pace.expected_attempts,
            calls_per_day=pace.calls_per_day,
        )


class PreviewOut(Struct, kw_only=True):
    """Each contact is counted once under `now`, `later_today` (the workspace's day), `later` or `never`; closed ones are left out."""

    campaign_id: uuid.UUID | None
    """Null for a campaign that is only planned."""
    at: datetime
    contacts: int
    now: int
    later_today: int
    later: int
    never: int
    in_call: int
    """Of them those who are being called at this moment; they count under `later`."""
    reasons: list[ReasonOut]
    variables: VariablesOut
    forecast: ForecastOut
    cost: CostOut
    """What calling them is expected to cost; contacts that can never be called are left out."""
    openings: list[OpeningOut]
    obstacles: list[str]
    """Sentences: what keeps the campaign as a whole from being started."""


def openings_of(tally: Tally) -> list[OpeningOut]:
    """By time, then zone."""
    ordered = sorted(tally.openings.items(), key=lambda item: (item[0][1], item[0][0]))
    return [OpeningOut(time_zone=zone, hour=hour.astimezone(ZoneInfo(zone or "UTC")), contacts=n) for (zone, hour), n in ordered]


def variables_of(tally: Tally, required: Sequence[str]) -> VariablesOut:
    return VariablesOut(
        required=list(required),
        contacts_lacking=tally.lacking_contacts,
        not_named=tally.lacking_contacts - len(tally.lacking_examples),
        by_variable=dict(sorted(tally.lacking.items())),
        examples=[LackingOut(contact_id=i, name=name, missing=list(missing)) for i, name, missing in tally.lacking_examples],
    )
