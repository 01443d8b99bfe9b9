"""The typed client of Callwright's public API. Made by `make generate` from its description; needs Python 3.11 and httpx.

    with Callwright("https://calls.example.com", "cw_…") as api:
        for campaign in api.pages(api.get_campaigns):
            print(campaign["name"])

A method is called as its route is: `POST /campaigns/{campaign_id}/start` is `post_campaign_start`. Refusals are `CallwrightError`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, NotRequired, TypedDict

import httpx


class CallwrightError(Exception):
    """The API refused; the text is its sentence. `problem` has all of the answer: `code`, `errors` by field."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("detail") or f"The API answered {status}.")
        self.status = status
        self.code: str = problem.get("code", "")
        self.problem = problem


class ActiveCalls(TypedDict):
    items: list["CallView"]


class Added(TypedDict):
    enrolled: int
    already_enrolled: int


class AnalysisOut(TypedDict):
    id: str
    call_id: str
    version: int
    state: str
    is_current: bool
    cause: str
    engine: str
    model: str
    note: str
    assistant_version_id: str | None
    created_at: str
    finished_at: str | None
    summary: "Finding"
    outcome: "Finding"
    opt_out: "Finding"
    sentiment: "Finding"
    topics: list["Finding"]
    mood_course: list["ControlPlaneAnalysisFindingsMoodAt"]
    talk: "Talk"
    extraction: dict[str, "Finding"]
    facts: list["Finding"]
    lead_score: int | None
    lead_reasons: list["Reason"]
    lead_status: str


class AnalyzeAgainIn(TypedDict):
    since: str
    until: str
    campaign_id: NotRequired[str | None]
    assistant_id: NotRequired[str | None]
    after: NotRequired[str | None]


class AnswerRateOut(TypedDict):
    time_zone: str
    total: "Rate"
    days: list["DayOut"]


AnsweredBy = Literal['human', 'voicemail', 'mailbox_unavailable', 'ivr', 'call_screen', 'fax', 'network_announcement', 'silence', 'uncertain', 'none']


class ApiKeyIn(TypedDict):
    name: str
    role: Literal['agent', 'manager', 'owner', 'viewer']
    expires_at: NotRequired[str | None]


class ApiKeyOut(TypedDict):
    id: str
    name: str
    role: str
    prefix: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None
    created_at: str


class AppointmentFeedIn(TypedDict):
    name: str
    url: str
    assistant_id: str
    time_zone: NotRequired[str | None]
    reminder_offsets_s: NotRequired[list[int]]
    refresh_every_s: NotRequired[int]


class AppointmentFeedOut(TypedDict):
    id: str
    name: str
    url_host: str
    assistant_id: str
    time_zone: str
    reminder_offsets_s: list[int]
    refresh_every_s: int
    state: str
    next_refresh_at: str
    refreshed_at: str | None
    failures: int
    error: str
    counts: "FeedCounts"
    problems: list["FeedProblem"]
    created_at: str
    updated_at: str


class AppointmentFeedPatch(TypedDict):
    name: NotRequired[str]
    url: NotRequired[str]
    assistant_id: NotRequired[str]
    time_zone: NotRequired[str]
    reminder_offsets_s: NotRequired[list[int]]
    refresh_every_s: NotRequired[int]
    state: NotRequired[Literal['active', 'paused']]


class AppointmentImportOut(TypedDict):
    created: int
    updated: int
    rejected: list["RejectedRow"]


class AppointmentIn(TypedDict):
    contact_id: str
    assistant_id: str
    starts_at: str
    place: NotRequired[str]
    title: NotRequired[str]
    time_zone: NotRequired[str | None]
    external_id: NotRequired[str | None]
    reminder_offsets_s: NotRequired[list[int]]


class AppointmentOut(TypedDict):
    id: str
    contact_id: str
    assistant_id: str
    external_id: str | None
    title: str
    place: str
    starts_at: str
    time_zone: str
    reminder_offsets_s: list[int]
    status: str
    status_call_id: str | None
    evidence: str
    reminders: list["ReminderOut"]
    created_at: str
    updated_at: str


class AppointmentPatch(TypedDict):
    assistant_id: NotRequired[str]
    starts_at: NotRequired[str]
    place: NotRequired[str]
    title: NotRequired[str]
    time_zone: NotRequired[str]
    external_id: NotRequired[str | None]
    reminder_offsets_s: NotRequired[list[int]]
    status: NotRequired[Literal['canceled', 'confirmed', 'reschedule_requested', 'scheduled', 'wrong_person']]


class AskedAgain(TypedDict):
    calls: int
    next: str | None


class AssistantIn(TypedDict):
    system_prompt: str
    first_message: NotRequired[str]
    calls_for: NotRequired[str]
    language: NotRequired[str]
    voice: NotRequired["Voice"]
    models: NotRequired["Models"]
    tools: NotRequired[list[str]]
    knowledge_ids: NotRequired[list[str]]
    answers_only_from_knowledge: NotRequired[bool]
    voicemail: NotRequired["Voicemail"]
    menu: NotRequired["Menu"]
    call_screening: NotRequired["CallScreening"]
    turns: NotRequired["Turns"]
    calendar_ids: NotRequired[list[str]]
    transfer: NotRequired["Transfer"]
    outcome_labels: NotRequired[list[str]]
    extraction_schema: NotRequired[dict[str, Any]]
    max_duration_s: NotRequired[int]
    compliance: NotRequired["Compliance"]
    name: str
    is_active: NotRequired[bool]


class AssistantOut(TypedDict):
    system_prompt: str
    first_message: NotRequired[str]
    calls_for: NotRequired[str]
    language: NotRequired[str]
    voice: NotRequired["Voice"]
    models: NotRequired["Models"]
    tools: NotRequired[list[str]]
    knowledge_ids: NotRequired[list[str]]
    answers_only_from_knowledge: NotRequired[bool]
    voicemail: NotRequired["Voicemail"]
    menu: NotRequired["Menu"]
    call_screening: NotRequired["CallScreening"]
    turns: NotRequired["Turns"]
    calendar_ids: NotRequired[list[str]]
    transfer: NotRequired["Transfer"]
    outcome_labels: NotRequired[list[str]]
    extraction_schema: NotRequired[dict[str, Any]]
    max_duration_s: NotRequired[int]
    compliance: NotRequired["Compliance"]
    id: str
    name: str
    is_active: bool
    published_version_id: str | None
    published_version: int | None
    has_unpublished_changes: bool
    last_probe: "Probe | None"
    created_at: str
    updated_at: str


class AssistantPatch(TypedDict):
    name: NotRequired[str]
    is_active: NotRequired[bool]
    system_prompt: NotRequired[str]
    first_message: NotRequired[str]
    calls_for: NotRequired[str]
    language: NotRequired[str]
    voice: NotRequired["Voice"]
    models: NotRequired["Models"]
    tools: NotRequired[list[str]]
    knowledge_ids: NotRequired[list[str]]
    answers_only_from_knowledge: NotRequired[bool]
    voicemail: NotRequired["Voicemail"]
    menu: NotRequired["Menu"]
    call_screening: NotRequired["CallScreening"]
    turns: NotRequired["Turns"]
    calendar_ids: NotRequired[list[str]]
    transfer: NotRequired["Transfer"]
    outcome_labels: NotRequired[list[str]]
    extraction_schema: NotRequired[dict[str, Any]]
    max_duration_s: NotRequired[int]
    compliance: NotRequired["Compliance"]


class AssistantUsage(TypedDict):
    currency: str
    calls: int
    failed_calls: int
    simulated_calls: int
    talk_s: int
    minutes: str
    network_cost: str
    model_cost: str
    cost: str
    assistant_id: str


class AssistantVersionOut(TypedDict):
    system_prompt: str
    first_message: NotRequired[str]
    calls_for: NotRequired[str]
    language: NotRequired[str]
    voice: NotRequired["Voice"]
    models: NotRequired["Models"]
    tools: NotRequired[list[str]]
    knowledge_ids: NotRequired[list[str]]
    answers_only_from_knowledge: NotRequired[bool]
    voicemail: NotRequired["Voicemail"]
    menu: NotRequired["Menu"]
    call_screening: NotRequired["CallScreening"]
    turns: NotRequired["Turns"]
    calendar_ids: NotRequired[list[str]]
    transfer: NotRequired["Transfer"]
    outcome_labels: NotRequired[list[str]]
    extraction_schema: NotRequired[dict[str, Any]]
    max_duration_s: NotRequired[int]
    compliance: NotRequired["Compliance"]
    id: str
    assistant_id: str
    number: int
    name: str
    created_at: str
    last_probe: NotRequired["Probe | None"]


class Attempts(TypedDict):
    used: int
    allowed: int | None
    today: int
    allowed_today: int | None
    last_24h: int
    allowed_24h: int | None


class AuditOut(TypedDict):
    id: str
    at: str
    actor: str
    action: str
    subject_kind: str
    subject_id: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    seq: int | None
    hash: str | None
    redacted_at: str | None


class Availability(TypedDict):
    time_zone: str
    slots: list["FreeSlot"]


class BookingIn(TypedDict):
    calendar_id: str
    starts_at: str
    contact_id: NotRequired[str | None]
    name: NotRequired[str]
    e164: NotRequired[str | None]
    note: NotRequired[str]


class BookingOut(TypedDict):
    id: str
    calendar_id: str
    contact_id: str | None
    name: str
    e164: str | None
    note: str
    starts_at: str
    ends_at: str
    seat: int
    status: str
    appointment_id: str | None
    call_id: str | None
    created_at: str
    updated_at: str


class BookingPatch(TypedDict):
    starts_at: NotRequired[str]
    name: NotRequired[str]
    note: NotRequired[str]
    status: NotRequired[Literal['booked', 'canceled']]


class Breaker(TypedDict):
    share: NotRequired[float]
    dials: NotRequired[int]
    least_dials: NotRequired[int]
    window_s: NotRequired[int]


class CalendarIn(TypedDict):
    name: str
    weekly: list["Hours"]
    title: NotRequired[str]
    place: NotRequired[str]
    time_zone: NotRequired[str | None]
    slot_s: NotRequired[int]
    buffer_s: NotRequired[int]
    capacity: NotRequired[int]
    min_notice_s: NotRequired[int]
    days_ahead: NotRequired[int]
    blocked_dates: NotRequired[list[str]]
    assistant_id: NotRequired[str | None]
    reminder_offsets_s: NotRequired[list[int]]
    busy_url: NotRequired[str | None]


class CalendarOut(TypedDict):
    id: str
    name: str
    title: str
    place: str
    time_zone: str
    weekly: list["Hours"]
    slot_s: int
    buffer_s: int
    capacity: int
    min_notice_s: int
    days_ahead: int
    blocked_dates: list[str]
    assistant_id: str | None
    reminder_offsets_s: list[int]
    busy_url_host: str
    refreshed_at: str | None
    error: str
    created_at: str
    updated_at: str


class CalendarPatch(TypedDict):
    name: NotRequired[str]
    weekly: NotRequired[list["Hours"]]
    title: NotRequired[str]
    place: NotRequired[str]
    time_zone: NotRequired[str]
    slot_s: NotRequired[int]
    buffer_s: NotRequired[int]
    capacity: NotRequired[int]
    min_notice_s: NotRequired[int]
    days_ahead: NotRequired[int]
    blocked_dates: NotRequired[list[str]]
    assistant_id: NotRequired[str | None]
    reminder_offsets_s: NotRequired[list[int]]
    busy_url: NotRequired[str | None]


class CallAnalyticsOut(TypedDict):
    call_id: str
    state: str
    outcome: str | None
    outcome_label: str | None
    answered_by: str | None
    dialed_at: str | None
    ring_s: float | None
    duration_s: float | None
    agent_turns: int
    callee_turns: int
    interrupted_turns: int
    agent_talk_s: float
    callee_talk_s: float
    talk_ratio: "Rate"
    mood: "CallMood"
    risk: "CallRisk"
    latency: "CallLatency"
    cost: str | None
    currency: str | None


class CallExplained(TypedDict):
    may_dial: bool
    decision: str
    summary: str
    reasons: list["ReasonView"]
    next_possible_at: str | None
    decided_at: str
    rule_pack: str
    attempts: "Attempts | None"
    zones: list["ZoneView"]
    hours: list["HoursView"]
    packs: list["PackView"]
    consent: "ConsentView | None"
    caller: "CallerView | None"
    call_id: str
    state: str
    owed: list["OwedView"]
    verdicts: list["VerdictView"]
    what_happened: str
    what_follows: str


class CallLatency(TypedDict):
    first_audio_s: float | None
    measured_turns: int
    response_p50_s: float | None
    response_max_s: float | None
    turns: list["TurnLatency"]


class CallMood(TypedDict):
    turns_with_mood: int
    turns: list["ControlPlaneAnalyticsSchemasMoodAt"]
    first: str | None
    last: str | None
    change: str | None


class CallRisk(TypedDict):
    level: str | None
    flags: list["RiskAt"]
    follow_up: "CareOut | None"


class CallScreening(TypedDict):
    mode: NotRequired[Literal['hang_up', 'introduce']]
    reason: NotRequired[str]


CallState = Literal['queued', 'dispatched', 'ready', 'dialing', 'ringing', 'in_progress', 'wrapping', 'ended', 'released', 'lost']


class CallView(TypedDict):
    id: str
    status: str
    state: str
    purpose: str
    direction: Literal['inbound', 'outbound']
    to: str
    from_number: str
    assistant_id: str
    assistant_version_id: str
    campaign_id: str | None
    enrollment_id: str | None
    contact_id: str | None
    schedule_run_id: str | None
    attempt: int
    consent_id: str | None
    carrier: str
    network_result: str | None
    sip_status_code: int | None
    sip_status: str | None
    answered_by: str | None
    outcome: str | None
    outcome_label: str | None
    end_cause: str | None
    callback_at: str | None
    failure: str
    due_at: str
    started_at: str | None
    answered_at: str | None
    ended_at: str | None
    duration_s: float | None
    first_audio_after_due_s: float | None
    cost: str | None
    currency: str | None
    summary: str
    recording_url: str | None
    recording_note: str
    disclosure: "DisclosureView | None"
    recording_consent: "RecordingConsentView | None"
    user_id: str | None
    metadata: dict[str, Any]
    created_at: str
    caller_choice: dict[str, Any]


class CallerView(TypedDict):
    number_id: str | None
    from_number: str | None
    sentence: str
    passed_over: list[dict[str, Any]]


class CampaignIn(TypedDict):
    name: str
    assistant_id: str
    contact_list_ids: list[str]
    number_ids: list[str]
    purpose: NotRequired[Literal['care', 'charity', 'debt', 'informational', 'political', 'survey', 'telemarketing']]
    prompt: NotRequired[str]
    window: NotRequired[dict[str, Any] | None]
    attempts: NotRequired[dict[str, Any]]
    daily_cap: NotRequired[int | None]
    budget: NotRequired[str | None]
    max_concurrent_calls: NotRequired[int | None]
    calls_per_minute: NotRequired[int | None]
    ring_timeout_s: NotRequired[int]
    starts_at: NotRequired[str | None]
    ends_at: NotRequired[str | None]
    weight: NotRequired[int]
    breaker: NotRequired["Breaker"]


class CampaignOut(TypedDict):
    id: str
    name: str
    purpose: str
    assistant_id: str
    assistant_version_id: str | None
    contact_list_ids: list[str]
    number_ids: list[str]
    prompt: str
    window: dict[str, Any] | None
    attempts: dict[str, Any]
    daily_cap: int | None
    budget: str | None
    max_concurrent_calls: int | None
    calls_per_minute: int | None
    ring_timeout_s: int
    starts_at: str | None
    ends_at: str | None
    weight: int
    breaker: "Breaker"
    rule_pack: str
    execution_status: str
    status_reason: str
    started_at: str | None
    completed_at: str | None
    created_at: str
    updated_at: str


class CampaignPatch(TypedDict):
    name: NotRequired[str]
    assistant_id: NotRequired[str]
    contact_list_ids: NotRequired[list[str]]
    number_ids: NotRequired[list[str]]
    purpose: NotRequired[Literal['care', 'charity', 'debt', 'informational', 'political', 'survey', 'telemarketing']]
    prompt: NotRequired[str]
    window: NotRequired[dict[str, Any] | None]
    attempts: NotRequired[dict[str, Any]]
    daily_cap: NotRequired[int | None]
    budget: NotRequired[str | None]
    max_concurrent_calls: NotRequired[int | None]
    calls_per_minute: NotRequired[int | None]
    ring_timeout_s: NotRequired[int]
    starts_at: NotRequired[str | None]
    ends_at: NotRequired[str | None]
    weight: NotRequired[int]
    breaker: NotRequired["Breaker"]


class CampaignStatsOut(TypedDict):
    calls: int
    answered: int
    humans: int
    successes: int
    opt_outs: int
    short_calls: int
    lost: int
    answer_seizure_ratio: "Rate"
    contact_rate: "Rate"
    human_rate: "Rate"
    success_rate: "Rate"
    opt_out_rate: "Rate"
    short_call_share: "Rate"
    talk_time_s: float
    average_talk_time: "Seconds"
    cost: str | None
    currency: str | None
    costs: list["ControlPlaneAnalyticsSchemasCostOut"]
    priced_calls: int
    cost_per_success: "Money"
    answer_rate: float | None
    average_duration_s: float | None
    by_network_result: dict[str, int]
    by_answered_by: dict[str, int]
    by_outcome: dict[str, int]
    by_outcome_label: dict[str, int]


class CampaignUsage(TypedDict):
    currency: str
    calls: int
    failed_calls: int
    simulated_calls: int
    talk_s: int
    minutes: str
    network_cost: str
    model_cost: str
    cost: str
    campaign_id: str | None


CareOut = TypedDict(
    "CareOut",
    {
        "follow_up_id": str,
        "for": str,
        "handed_over_because": str,
        "state": str,
        "closed_by": str | None,
        "closed_at": str | None,
    },
)


class CarrierPathOut(TypedDict):
    trunk_id: str
    is_managed: bool
    steps: list["CarrierStepOut"]


class CarrierStepOut(TypedDict):
    kind: str
    subject: str
    state: str
    remote_id: str | None
    repairs: int
    done_at: str | None


CatchUp = Literal['run_once', 'skip']


class CheckUpIn(TypedDict):
    contact_id: str
    assistant_id: str
    safety_contacts: NotRequired[list["SafetyContact"]]
    checkup_type: NotRequired[Literal['appointment', 'crisis_follow_up', 'medication', 'other', 'safety', 'wellness']]
    method: NotRequired[Literal['call']]
    frequency: NotRequired[Literal['biweekly', 'daily', 'monthly', 'weekly']]
    day: NotRequired[Literal['fri', 'mon', 'sat', 'sun', 'thu', 'tue', 'wed'] | None]
    time_of_day: NotRequired[Literal['afternoon', 'evening', 'morning']]
    agenda: NotRequired[str]
    tries: NotRequired[int]
    try_every_s: NotRequired[int]
    escalation: NotRequired["Escalation"]


class CheckUpOut(TypedDict):
    id: str
    contact_id: str
    assistant_id: str
    schedule_id: str
    safety_contacts: list["SafetyContact"]
    checkup_type: str
    method: str
    frequency: str
    day: str | None
    time_of_day: str
    agenda: str
    tries: int
    try_every_s: int
    escalation: "Escalation"
    state: str
    time_zone: str
    in_words: str
    next_at: str | None
    kept: int
    missed: int
    adherence: float | None
    last_escalation: "EscalationOut | None"
    created_at: str
    updated_at: str


class CheckUpPatch(TypedDict):
    assistant_id: NotRequired[str]
    safety_contacts: NotRequired[list["SafetyContact"]]
    checkup_type: NotRequired[Literal['appointment', 'crisis_follow_up', 'medication', 'other', 'safety', 'wellness']]
    frequency: NotRequired[Literal['biweekly', 'daily', 'monthly', 'weekly']]
    day: NotRequired[Literal['fri', 'mon', 'sat', 'sun', 'thu', 'tue', 'wed'] | None]
    time_of_day: NotRequired[Literal['afternoon', 'evening', 'morning']]
    agenda: NotRequired[str]
    tries: NotRequired[int]
    try_every_s: NotRequired[int]
    escalation: NotRequired["Escalation"]
    state: NotRequired[Literal['active', 'paused']]


class Citation(TypedDict):
    text: str
    certainty: str


class CitationView(TypedDict):
    text: str
    certainty: str


class ClosingIn(TypedDict):
    reason: NotRequired[str]


class ColumnOut(TypedDict):
    header: str
    target: str
    values: list[str]


class ComparisonOut(TypedDict):
    rows: int
    added: int
    changed: int
    kept: int
    duplicates: int
    rejected: int
    removed: int
    consents: int
    newcomers: list["PersonInFile"]
    changes: list["PersonInFile"]
    leavers: list["Member"]
    rejections: list["RejectionOut"]


class Compliance(TypedDict):
    duties: NotRequired[list[Literal['ask_before_going_on', 'give_call_back_number', 'name_caller', 'offer_opt_out', 'say_ai', 'say_purpose']]]
    recording: NotRequired[Literal['notify', 'notify_and_affirm', 'off'] | None]


class ConfirmedZone(TypedDict):
    time_zone: str | None
    evidence: str | None
    confirmed_by: str | None
    confirmed_at: str | None


class ConfirmedZoneIn(TypedDict):
    time_zone: str
    evidence: str


ConsentDecision = Literal['affirmed', 'none', 'notified', 'refused']


class ConsentIn(TypedDict):
    purpose: Literal['care', 'charity', 'debt', 'informational', 'political', 'survey', 'telemarketing']
    basis: Literal['existing_customer', 'implied', 'oral', 'written']
    granted_at: str
    text: NotRequired[str]
    source: NotRequired[str]
    evidence: NotRequired[str]
    e164: str


class ConsentOut(TypedDict):
    id: str
    e164: str | None
    purpose: str
    basis: str
    text: str
    source: str
    granted_at: str
    evidence: str
    recorded_by: str
    contact_list_id: str | None
    revoked_at: str | None
    revoked_reason: str
    created_at: str


class ConsentView(TypedDict):
    id: str
    purpose: str
    basis: str
    granted_at: str
    source: str
    revoked_at: str | None


class ContactIn(TypedDict):
    phones: list["PhoneIn"]
    name: NotRequired[str]
    email: NotRequired[str | None]
    language: NotRequired[str | None]
    time_zone: NotRequired[str | None]
    score: NotRequired[int | None]
    attributes: NotRequired[dict[str, Any]]
    contact_list_ids: NotRequired[list[str]]


class ContactOut(TypedDict):
    id: str
    name: str
    phones: list["PhoneOut"]
    email: str | None
    language: str | None
    time_zone: str | None
    confirmed_zone: str | None
    score: int | None
    lead_status: str
    lead_score: int | None
    attributes: dict[str, Any]
    created_at: str
    updated_at: str


class ContactPatch(TypedDict):
    phones: NotRequired[list["PhoneIn"]]
    name: NotRequired[str]
    email: NotRequired[str | None]
    language: NotRequired[str | None]
    time_zone: NotRequired[str | None]
    score: NotRequired[int | None]
    lead_status: NotRequired[Literal['contacted', 'converted', 'do_not_call', 'engaged', 'lost', 'new', 'qualified']]
    attributes: NotRequired[dict[str, Any]]


class ContactsIn(TypedDict):
    contact_ids: list[str]


class CreditAdded(TypedDict):
    id: str
    amount: str
    balance: str
    currency: str
    note: str
    added_by: str
    created_at: str
    paused_campaigns: list["PausedCampaign"]


class CreditIn(TypedDict):
    amount: str
    note: NotRequired[str]


class CreditOut(TypedDict):
    id: str
    amount: str
    balance: str
    currency: str
    note: str
    added_by: str
    created_at: str


class DayOut(TypedDict):
    day: str
    calls: int
    answered: int
    humans: int
    answer_seizure_ratio: "Rate"
    contact_rate: "Rate"


class DayUsage(TypedDict):
    currency: str
    calls: int
    failed_calls: int
    simulated_calls: int
    talk_s: int
    minutes: str
    network_cost: str
    model_cost: str
    cost: str
    day: str


class DeclarationIn(TypedDict):
    purpose: Literal['care', 'charity', 'debt', 'informational', 'political', 'survey', 'telemarketing']
    basis: Literal['existing_customer', 'implied', 'oral', 'written']
    granted_at: str
    text: NotRequired[str]
    source: NotRequired[str]
    evidence: NotRequired[str]


class DeclarationOut(TypedDict):
    recorded: int
    already_known: int


class DestinationBreaker(TypedDict):
    calls_per_hour: NotRequired[int | None]
    cost_per_hour: NotRequired[str | None]
    includes_home: NotRequired[bool]


class DestinationCostOut(TypedDict):
    prefix: str
    contacts: int
    calls: int
    per_minute: str
    cost: str


class DestinationUsage(TypedDict):
    currency: str
    calls: int
    failed_calls: int
    simulated_calls: int
    talk_s: int
    minutes: str
    network_cost: str
    model_cost: str
    cost: str
    prefix: str


class DisclosureView(TypedDict):
    text: str
    offset_s: float
    quote: str


class DocumentCounts(TypedDict):
    queued: NotRequired[int]
    ready: NotRequired[int]
    failed: NotRequired[int]


class DocumentOut(TypedDict):
    id: str
    knowledge_id: str
    name: str
    kind: Literal['html', 'markdown', 'pdf', 'text']
    state: Literal['failed', 'queued', 'ready']
    error: str
    size: int
    sha256: str
    title: str
    pages: int | None
    chunks: int
    read_at: str | None
    created_at: str
    updated_at: str


class DutyHours(TypedDict):
    days: list[Literal['fri', 'mon', 'sat', 'sun', 'thu', 'tue', 'wed']]
    start: str
    end: str


class EarChoice(TypedDict):
    model: NotRequired[str | None]
    credential: NotRequired[str | None]
    provider: NotRequired[Literal['cartesia', 'deepgram', 'openai']]


class EmbeddingChoice(TypedDict):
    model: str
    credential: NotRequired[str | None]


class EnrollmentExplained(TypedDict):
    may_dial: bool
    decision: str
    summary: str
    reasons: list["ReasonView"]
    next_possible_at: str | None
    decided_at: str
    rule_pack: str
    attempts: "Attempts | None"
    zones: list["ZoneView"]
    hours: list["HoursView"]
    packs: list["PackView"]
    consent: "ConsentView | None"
    caller: "CallerView | None"
    enrollment_id: str
    state: str
    due_at: str | None
    numbers: list["NumberView"]


class EnrollmentOut(TypedDict):
    id: str
    campaign_id: str
    contact_id: str
    contact_name: str
    contact_number: str
    state: str
    attempts: int
    due_at: str | None
    closed_reason: str
    waiting_reasons: list[str]
    last_call: "LastCall | None"
    created_at: str
    updated_at: str


class ErasureIn(TypedDict):
    e164: str


class ErasureOut(TypedDict):
    id: str
    contact_id: str | None
    requested_by: str
    counts: dict[str, Any]
    created_at: str
    finished_at: str | None


class Escalation(TypedDict):
    assistant_id: NotRequired[str | None]
    script: NotRequired[str]
    welcome_message: NotRequired[str]


class EscalationOut(TypedDict):
    id: str
    run_id: str | None
    state: str
    place: int
    call_id: str | None
    acknowledged_by: str | None
    notes: list[str]
    closed_at: str | None
    created_at: str


class EventList(TypedDict):
    items: list["EventView"]


class EventView(TypedDict):
    id: str
    source: str
    kind: str
    at: str
    recorded_at: str
    effect: str
    data: dict[str, Any]


class ExampleOut(TypedDict):
    contact_id: str
    name: str
    sentence: str
    next_possible_at: str | None


class ExportedCall(TypedDict):
    call: "CallView"
    transcript: list["TurnView"]
    transcriptions: list["TranscriptionOut"]


class FactIn(TypedDict):
    text: str
    id: NotRequired[str | None]


class FactOut(TypedDict):
    id: str
    text: str
    source: str
    call_id: str | None
    quote: str
    offset_s: float | None
    created_at: str
    updated_at: str


class FeedCounts(TypedDict):
    events: NotRequired[int]
    upcoming: NotRequired[int]
    created: NotRequired[int]
    changed: NotRequired[int]
    canceled: NotRequired[int]
    unmatched: NotRequired[int]


class FeedProblem(TypedDict):
    message: str
    starts_at: NotRequired[str | None]


class FieldProblem(TypedDict):
    field: str
    message: str


class Finding(TypedDict):
    value: NotRequired[Any]
    confidence: NotRequired[float]
    quote: NotRequired[str]
    offset_s: NotRequired[float | None]


FollowUpIn = TypedDict(
    "FollowUpIn",
    {
        "contact_id": str,
        "reason": str,
        "assistant_id": NotRequired[str | None],
        "agenda": NotRequired[str],
        "steps": NotRequired[list["FollowUpStepIn"]],
        "priority": NotRequired[Literal['crisis', 'normal']],
        "for": NotRequired[Literal['call', 'operator']],
    },
)


FollowUpOut = TypedDict(
    "FollowUpOut",
    {
        "id": str,
        "contact_id": str | None,
        "call_id": str | None,
        "assistant_id": str | None,
        "reason": str,
        "agenda": str,
        "priority": str,
        "for": str,
        "handed_over_because": str,
        "state": str,
        "closed_at": str | None,
        "closed_by": str | None,
        "closed_reason": str,
        "steps": list["FollowUpStepOut"],
        "created_at": str,
        "updated_at": str,
    },
)


class FollowUpStepIn(TypedDict):
    after_s: int


class FollowUpStepOut(TypedDict):
    place: int
    after_s: int
    due_at: str
    state: str
    call_id: str | None
    note: str


class ForecastOut(TypedDict):
    calls: int
    hours: float
    days: int | None
    limited_by: str
    calls_per_minute: float
    slots: int
    average_call_s: float
    expected_attempts: float
    calls_per_day: int | None


class FreeSlot(TypedDict):
    starts_at: str
    ends_at: str
    free: int


class Halt(TypedDict):
    reason: str
    end_live_calls: NotRequired[bool]


class HeardTurnOut(TypedDict):
    speaker: str
    text: str
    started_at_s: float
    ended_at_s: float


class Hit(TypedDict):
    document_id: str
    document: str
    heading: str
    page: int | None
    text: str
    snippet: str


class HoldIn(TypedDict):
    reason: str
    contact_id: NotRequired[str | None]
    e164: NotRequired[str | None]
    call_id: NotRequired[str | None]


class HoldOut(TypedDict):
    id: str
    contact_id: str | None
    e164: str | None
    call_id: str | None
    reason: str
    placed_by: str
    created_at: str
    released_at: str | None
    released_by: str


class HourOut(TypedDict):
    weekday: int
    starts_at: str
    calls: int
    answered: int
    humans: int
    answer_seizure_ratio: "Rate"
    contact_rate: "Rate"


class Hours(TypedDict):
    days: list[Literal['fri', 'mon', 'sat', 'sun', 'thu', 'tue', 'wed']]
    start: str
    end: str


class HoursOut(TypedDict):
    time_zone: str
    hours: list["HourOut"]


class HoursView(TypedDict):
    source: str
    weekly: list[str]
    counted_in: str


class ImportOut(TypedDict):
    id: str
    contact_list_id: str
    state: str
    rows: int
    created: int
    updated: int
    duplicates: int
    rejected: int
    mapping: dict[str, Any]
    default_country: str
    encoding: str
    error: str
    created_at: str
    finished_at: str | None


class ImportPreview(TypedDict):
    encoding: str
    delimiter: str
    default_country: str
    has_header: bool
    columns: list["ColumnOut"]
    accepted: int
    rejected: int
    rejections: list["RejectionOut"]


class InboundOut(TypedDict):
    calls: int
    answered: int
    gave_up: int
    recognised: int
    successes: int
    opt_outs: int
    answer_rate: "Rate"
    talk_time_s: float
    average_talk_time: "Seconds"


class KeyMenu(TypedDict):
    prompt: str
    keys: dict[str, str]


class KnowledgeIn(TypedDict):
    name: str
    description: NotRequired[str]
    language: NotRequired[str]
    searches_by: NotRequired[Literal['meaning', 'words']]
    embedding: NotRequired["EmbeddingChoice | None"]
    least_similarity: NotRequired[float]


class KnowledgeOut(TypedDict):
    id: str
    name: str
    description: str
    language: str
    searches_by: Literal['meaning', 'words']
    embedding: "EmbeddingChoice | None"
    least_similarity: float
    meaning: "Meaning"
    documents: "DocumentCounts"
    used_by: list[str]
    created_at: str
    updated_at: str


class KnowledgePatch(TypedDict):
    name: NotRequired[str]
    description: NotRequired[str]
    searches_by: NotRequired[Literal['meaning', 'words']]
    embedding: NotRequired["EmbeddingChoice | None"]
    least_similarity: NotRequired[float]


class KnowledgeUsage(TypedDict):
    knowledge_id: str
    model: str
    tokens: int
    currency: str
    cost: str | None


class LackingOut(TypedDict):
    contact_id: str
    name: str
    missing: list[str]


class LanguageModelChoice(TypedDict):
    model: NotRequired[str | None]
    credential: NotRequired[str | None]
    provider: NotRequired[Literal['anthropic', 'google', 'openai']]


class LastCall(TypedDict):
    id: str
    state: str
    network_result: str | None
    answered_by: str | None
    outcome: str | None
    outcome_label: str | None
    end_cause: str | None
    summary: str
    at: str


class LatenciesOut(TypedDict):
    first_audio: "LatencyOut"
    response: "LatencyOut"
    model: "LatencyOut"
    speech: "LatencyOut"


class LatencyOut(TypedDict):
    count: int
    p50_s: float | None
    p90_s: float | None
    p95_s: float | None
    p99_s: float | None


class Limits(TypedDict):
    max_concurrent_calls: NotRequired[int | None]


class LimitsIn(TypedDict):
    monthly: NotRequired["MonthlyLimits"]
    thresholds: NotRequired[list[int] | None]
    counts_rehearsals: NotRequired[bool]
    allowed_countries: NotRequired[list[str] | None]
    destination_breaker: NotRequired["DestinationBreaker"]


class LimitsOut(TypedDict):
    monthly: "MonthlyLimits"
    thresholds: list[int]
    counts_rehearsals: bool
    allowed_countries: list[str]
    destination_breaker: "DestinationBreaker"
    paused_destinations: list["PausedDestination"]
    credits: str | None
    currency: str
    paused_campaigns: list["PausedCampaign"]


class Line(TypedDict):
    name: str
    ok: bool
    detail: str


class ListAgeOut(TypedDict):
    source: str
    obtained_at: str
    age_days: int
    numbers: int


class ListAges(TypedDict):
    items: list["ListAgeOut"]


class ListIn(TypedDict):
    name: str


class ListOut(TypedDict):
    id: str
    name: str
    size: int
    created_at: str
    updated_at: str


class ListPatch(TypedDict):
    name: NotRequired[str]


class LogEntry(TypedDict):
    id: str
    at: str
    actor: str
    action: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class LookupMonth(TypedDict):
    month: str
    lookups: int
    cost: str
    currency: str


class LookupPrices(TypedDict):
    line_type: str
    reassigned_number: str
    currency: str


class LookupSettingsIn(TypedDict):
    line_type: NotRequired[bool]
    reassigned_number: NotRequired[bool]
    prices: NotRequired["LookupPrices | None"]
    monthly_limit: NotRequired[str | None]
    campaign_ids: NotRequired[list[str] | None]
    max_age_days: NotRequired[int]


class LookupSettingsOut(TypedDict):
    line_type: bool
    reassigned_number: bool
    prices: "LookupPrices | None"
    monthly_limit: str | None
    campaign_ids: list[str] | None
    max_age_days: int
    this_month: "LookupMonth"
    waiting: int
    trouble: str


class McpOfferedOut(TypedDict):
    server: str
    tools: list["McpToolOut"]
    why: str


class McpServerIn(TypedDict):
    url: str
    headers: NotRequired[dict[str, str]]


class McpToolOut(TypedDict):
    mcp_tool: str
    description: str
    parameters: dict[str, Any]
    why: str
    annotations: dict[str, bool]


class Meaning(TypedDict):
    state: Literal['building', 'failing', 'off', 'ready', 'unavailable', 'waiting']
    words: str
    model: str
    passages: int
    of: int


class Member(TypedDict):
    contact_id: str
    name: str
    e164: str | None


class MembersIn(TypedDict):
    contact_ids: list[str]


class MemoryIn(TypedDict):
    facts: list["FactIn"]


class MemoryOut(TypedDict):
    contact_id: str
    facts: list["FactOut"]


class Menu(TypedDict):
    mode: NotRequired[Literal['hang_up', 'navigate']]
    goal: NotRequired[str]


class ModelChoice(TypedDict):
    model: NotRequired[str | None]
    credential: NotRequired[str | None]


class Models(TypedDict):
    llm: NotRequired["str | LanguageModelChoice | None"]
    stt: NotRequired["str | EarChoice | None"]
    tts: NotRequired["str | ModelChoice | None"]


class Money(TypedDict):
    value: str | None
    of: int
    currency: NotRequired[str | None]


class MonthlyLimits(TypedDict):
    minutes: NotRequired[int | None]
    calls: NotRequired[int | None]
    cost: NotRequired[str | None]


class MoodOut(TypedDict):
    calls: int
    calls_with_mood: int
    turns_with_mood: int
    by_turn: list["ValueOut"]
    last_of_call: list["ValueOut"]
    change: list["ValueOut"]


NetworkResult = Literal['answered', 'busy', 'no_answer', 'rejected', 'unwanted', 'unreachable', 'invalid_number', 'number_changed', 'blocked_analytics', 'blocked_provider', 'throttled', 'congestion', 'network_error', 'media_error', 'config_error', 'canceled', 'unknown']


class NewApiKeyOut(TypedDict):
    id: str
    name: str
    role: str
    prefix: str
    expires_at: str | None
    created_at: str
    key: str


class NewCall(TypedDict):
    assistant_id: str
    to: NotRequired[str | None]
    contact_id: NotRequired[str | None]
    campaign_id: NotRequired[str | None]
    from_number_id: NotRequired[str | None]
    agenda: NotRequired[str | None]
    welcome_message: NotRequired[str | None]
    custom_prompt: NotRequired[str | None]
    initial_mood: NotRequired[str | None]
    user_id: NotRequired[str | None]
    variables: NotRequired[dict[str, str]]
    metadata: NotRequired[dict[str, Any]]
    schedule_at: NotRequired[str | None]


class NewOutcome(TypedDict):
    outcome: str
    note: NotRequired[str]
    callback_at: NotRequired[str | None]


class NewSchedule(TypedDict):
    name: str
    assistant_id: str
    contact_id: NotRequired[str | None]
    phone_number: NotRequired[str | None]
    from_number_id: NotRequired[str | None]
    cron: NotRequired[str | None]
    run_at: NotRequired[str | None]
    time_zone: NotRequired[str | None]
    starts_on: NotRequired[str | None]
    ends_on: NotRequired[str | None]
    max_runs: NotRequired[int | None]
    interval: NotRequired[int]
    interval_unit: NotRequired[Literal['days', 'months', 'weeks']]
    exceptions: NotRequired[list[str]]
    holidays: NotRequired[str | None]
    catch_up: NotRequired["CatchUp"]
    latest_start_s: NotRequired[int]
    attempts: NotRequired[dict[str, Any]]
    agenda: NotRequired[str | None]
    welcome_message: NotRequired[str | None]
    custom_prompt: NotRequired[str | None]
    initial_mood: NotRequired[str | None]
    user_id: NotRequired[str | None]
    variables: NotRequired[dict[str, str]]
    metadata: NotRequired[dict[str, Any]]


class NoticeOut(TypedDict):
    measure: str
    percent: int
    limit: str
    used: str
    at: str


class NumberAssistant(TypedDict):
    assistant_id: str


class NumberImportOut(TypedDict):
    id: str
    kind: str
    state: str
    source: str
    list_date: str | None
    options: dict[str, Any]
    default_country: str
    encoding: str
    rows: int
    added: int
    duplicates: int
    rejected: int
    removed: int
    error: str
    created_at: str
    finished_at: str | None


class NumberIn(TypedDict):
    e164: str
    trunk_id: str
    label: NotRequired[str]
    assistant_id: NotRequired[str | None]
    daily_cap: NotRequired[int | None]


class NumberLeft(TypedDict):
    e164: str
    reason: str


class NumberLookupOut(TypedDict):
    id: str
    e164: str
    line_type: str
    line_type_at: str | None
    reassigned_since: str | None
    unchanged_since: str | None
    reassigned_at: str | None
    lookups: int
    cost: str
    currency: str
    is_waiting: bool
    trouble: str


class NumberOut(TypedDict):
    id: str
    e164: str
    trunk_id: str
    label: str
    assistant_id: str | None
    daily_cap: int | None
    capabilities: list[str]
    health: str
    health_reason: str
    rests_until: str | None
    first_used_at: str | None
    created_at: str
    updated_at: str


class NumberPatch(TypedDict):
    label: NotRequired[str]
    daily_cap: NotRequired[int | None]
    health: NotRequired[Literal['active', 'quarantined']]


class NumberView(TypedDict):
    to: str
    decision: str
    reasons: list["ReasonView"]
    next_possible_at: str | None


class NumbersImported(TypedDict):
    imported: list["NumberOut"]
    left: list["NumberLeft"]


class NumbersWanted(TypedDict):
    trunk_id: str
    numbers: NotRequired[list[str] | None]


class OpeningOut(TypedDict):
    time_zone: str
    hour: str
    contacts: int


class OperatorIn(TypedDict):
    name: str
    e164: str
    mode: NotRequired[Literal['cold', 'warm']]
    time_zone: NotRequired[str | None]
    weekly: NotRequired[list["DutyHours"]]
    assistant_ids: NotRequired[list[str]]
    is_active: NotRequired[bool]


class OperatorOut(TypedDict):
    id: str
    name: str
    e164: str
    mode: Literal['cold', 'warm']
    time_zone: str
    weekly: list["DutyHours"]
    assistant_ids: list[str]
    is_active: bool
    created_at: str
    updated_at: str


class OperatorPatch(TypedDict):
    name: NotRequired[str]
    e164: NotRequired[str]
    mode: NotRequired[Literal['cold', 'warm']]
    time_zone: NotRequired[str]
    weekly: NotRequired[list["DutyHours"]]
    assistant_ids: NotRequired[list[str]]
    is_active: NotRequired[bool]


Outcome = Literal['success', 'partial', 'callback', 'not_interested', 'do_not_call', 'wrong_person', 'wrong_number', 'language_barrier', 'deceased_or_vulnerable', 'transferred', 'hung_up_early', 'no_conversation', 'agent_failure', 'unknown']


class OutcomesOut(TypedDict):
    calls: int
    by_network_result: list["ValueOut"]
    by_answered_by: list["ValueOut"]
    by_outcome: list["ValueOut"]
    by_outcome_label: list["ValueOut"]
    by_end_cause: list["ValueOut"]


class Outside(TypedDict):
    assistant_id: NotRequired[str | None]
    message: NotRequired[str]


class OwedView(TypedDict):
    what: str
    wanted_by: list[str]
    sentence: str


class OwnFailedCalls(TypedDict):
    billed: NotRequired[bool]
    per_call: NotRequired[str]


class OwnModelPrice(TypedDict):
    input: NotRequired[str]
    cached_input: NotRequired[str | None]
    output: NotRequired[str]
    characters: NotRequired[str]
    audio_minute: NotRequired[str]


class OwnPrices(TypedDict):
    currency: NotRequired[str | None]
    increment_s: NotRequired[int | None]
    minimum_s: NotRequired[int | None]
    per_call: NotRequired[str | None]
    failed_calls: NotRequired["OwnFailedCalls | None"]
    destinations: NotRequired[dict[str, str]]
    models: NotRequired[dict[str, "OwnModelPrice"]]


class OwnRulesIn(TypedDict):
    stricter: NotRequired[dict[str, Any] | None]
    waivers: NotRequired[list["WaiverIn"]]


class OwnRulesOut(TypedDict):
    stricter: dict[str, Any] | None
    waivers: list["WaiverOut"]
    version: int
    updated_at: str | None


class PackDetails(TypedDict):
    name: str
    title: str
    version: str
    jurisdictions: list[str]
    effective_from: str | None
    effective_until: str | None
    certainty: str
    is_closed: bool
    closed: str
    citations: list["Citation"]
    hours: list[dict[str, Any]]
    limits: list[dict[str, Any]]
    cool_downs: list[dict[str, Any]]
    consents: list[dict[str, Any]]
    lists: list[dict[str, Any]]
    line_types: list[dict[str, Any]]
    duties: list[str]
    recording: str | None
    min_ring_s: int


class PackList(TypedDict):
    items: list["PackOut"]
    next_cursor: NotRequired[str | None]


class PackOut(TypedDict):
    name: str
    title: str
    version: str
    jurisdictions: list[str]
    effective_from: str | None
    effective_until: str | None
    certainty: str
    is_closed: bool


class PackVersions(TypedDict):
    name: str
    title: str
    jurisdictions: list[str]
    versions: list["PackDetails"]


class PackView(TypedDict):
    name: str
    version: str
    title: str
    jurisdictions: list[str]
    certainty: str
    citations: list["CitationView"]


class AnalysisOutPage(TypedDict):
    items: list["AnalysisOut"]
    next_cursor: NotRequired[str | None]


class ApiKeyOutPage(TypedDict):
    items: list["ApiKeyOut"]
    next_cursor: NotRequired[str | None]


class AppointmentFeedOutPage(TypedDict):
    items: list["AppointmentFeedOut"]
    next_cursor: NotRequired[str | None]


class AppointmentOutPage(TypedDict):
    items: list["AppointmentOut"]
    next_cursor: NotRequired[str | None]


class AssistantOutPage(TypedDict):
    items: list["AssistantOut"]
    next_cursor: NotRequired[str | None]


class AssistantVersionOutPage(TypedDict):
    items: list["AssistantVersionOut"]
    next_cursor: NotRequired[str | None]


class AuditOutPage(TypedDict):
    items: list["AuditOut"]
    next_cursor: NotRequired[str | None]


class BookingOutPage(TypedDict):
    items: list["BookingOut"]
    next_cursor: NotRequired[str | None]


class CalendarOutPage(TypedDict):
    items: list["CalendarOut"]
    next_cursor: NotRequired[str | None]


class CallViewPage(TypedDict):
    items: list["CallView"]
    next_cursor: NotRequired[str | None]


class CampaignOutPage(TypedDict):
    items: list["CampaignOut"]
    next_cursor: NotRequired[str | None]


class CheckUpOutPage(TypedDict):
    items: list["CheckUpOut"]
    next_cursor: NotRequired[str | None]


class ConsentOutPage(TypedDict):
    items: list["ConsentOut"]
    next_cursor: NotRequired[str | None]


class ContactOutPage(TypedDict):
    items: list["ContactOut"]
    next_cursor: NotRequired[str | None]


class CreditOutPage(TypedDict):
    items: list["CreditOut"]
    next_cursor: NotRequired[str | None]


class DocumentOutPage(TypedDict):
    items: list["DocumentOut"]
    next_cursor: NotRequired[str | None]


class EnrollmentOutPage(TypedDict):
    items: list["EnrollmentOut"]
    next_cursor: NotRequired[str | None]


class ErasureOutPage(TypedDict):
    items: list["ErasureOut"]
    next_cursor: NotRequired[str | None]


class EscalationOutPage(TypedDict):
    items: list["EscalationOut"]
    next_cursor: NotRequired[str | None]


class FollowUpOutPage(TypedDict):
    items: list["FollowUpOut"]
    next_cursor: NotRequired[str | None]


class HoldOutPage(TypedDict):
    items: list["HoldOut"]
    next_cursor: NotRequired[str | None]


class KnowledgeOutPage(TypedDict):
    items: list["KnowledgeOut"]
    next_cursor: NotRequired[str | None]


class ListOutPage(TypedDict):
    items: list["ListOut"]
    next_cursor: NotRequired[str | None]


class LogEntryPage(TypedDict):
    items: list["LogEntry"]
    next_cursor: NotRequired[str | None]


class NumberLookupOutPage(TypedDict):
    items: list["NumberLookupOut"]
    next_cursor: NotRequired[str | None]


class NumberOutPage(TypedDict):
    items: list["NumberOut"]
    next_cursor: NotRequired[str | None]


class OperatorOutPage(TypedDict):
    items: list["OperatorOut"]
    next_cursor: NotRequired[str | None]


class PromiseOutPage(TypedDict):
    items: list["PromiseOut"]
    next_cursor: NotRequired[str | None]


class RunOutPage(TypedDict):
    items: list["RunOut"]
    next_cursor: NotRequired[str | None]


class ScheduleOutPage(TypedDict):
    items: list["ScheduleOut"]
    next_cursor: NotRequired[str | None]


class SecretOutPage(TypedDict):
    items: list["SecretOut"]
    next_cursor: NotRequired[str | None]


class SuppressionOutPage(TypedDict):
    items: list["SuppressionOut"]
    next_cursor: NotRequired[str | None]


class TimelineEntryPage(TypedDict):
    items: list["TimelineEntry"]
    next_cursor: NotRequired[str | None]


class ToolOutPage(TypedDict):
    items: list["ToolOut"]
    next_cursor: NotRequired[str | None]


class TranscriptionOutPage(TypedDict):
    items: list["TranscriptionOut"]
    next_cursor: NotRequired[str | None]


class TrunkOutPage(TypedDict):
    items: list["TrunkOut"]
    next_cursor: NotRequired[str | None]


class WebhookDeliveryOutPage(TypedDict):
    items: list["WebhookDeliveryOut"]
    next_cursor: NotRequired[str | None]


class WebhookEndpointOutPage(TypedDict):
    items: list["WebhookEndpointOut"]
    next_cursor: NotRequired[str | None]


class PausedCampaign(TypedDict):
    id: str
    name: str
    reason: str


class PausedDestination(TypedDict):
    prefix: str
    reason: str


class PersonExport(TypedDict):
    exported_at: str
    numbers: list[str]
    contacts: list["ContactOut"]
    consents: list["ConsentOut"]
    suppressions: list["SuppressionOut"]
    calls: list["ExportedCall"]
    calls_left_out: int
    number_lookups: list["NumberLookupOut"]
    confirmed_zones: list["ConfirmedZone"]
    quiet_times: list["QuietTimes"]
    timeline: list["TimelineEntry"]
    planned: dict[str, list[dict[str, Any]]]


class PersonInFile(TypedDict):
    contact_id: str | None
    name: str
    numbers: list[str]
    email: str
    language: str
    time_zone: str
    attributes: dict[str, str]


class PhoneIn(TypedDict):
    e164: str
    time_zones: NotRequired[list[str]]
    kind: NotRequired[Literal['home', 'landline', 'mobile', 'unknown', 'work']]
    priority: NotRequired[int]
    is_confirmed: NotRequired[bool]


class PhoneOut(TypedDict):
    e164: str
    time_zones: list[str]
    kind: str
    priority: int
    dead_reason: str


class PlannedCampaign(TypedDict):
    name: str
    assistant_id: NotRequired[str | None]
    contact_list_ids: NotRequired[list[str]]
    number_ids: list[str]
    purpose: NotRequired[Literal['care', 'charity', 'debt', 'informational', 'political', 'survey', 'telemarketing']]
    prompt: NotRequired[str]
    window: NotRequired[dict[str, Any] | None]
    attempts: NotRequired[dict[str, Any]]
    daily_cap: NotRequired[int | None]
    budget: NotRequired[str | None]
    max_concurrent_calls: NotRequired[int | None]
    calls_per_minute: NotRequired[int | None]
    ring_timeout_s: NotRequired[int]
    starts_at: NotRequired[str | None]
    ends_at: NotRequired[str | None]
    weight: NotRequired[int]
    breaker: NotRequired["Breaker"]


class PlannedContact(TypedDict):
    numbers: list[str]
    contact_id: NotRequired[str | None]
    name: NotRequired[str]
    email: NotRequired[str]
    language: NotRequired[str]
    time_zone: NotRequired[str]
    attributes: NotRequired[dict[str, str]]


class PlannedPreviewIn(TypedDict):
    calls_per_minute: NotRequired[float | None]
    slots: NotRequired[int | None]
    average_call_s: NotRequired[float | None]
    expected_attempts: NotRequired[float | None]
    answered_share: NotRequired[float | None]
    name_lacking: NotRequired[int]
    campaign: "PlannedCampaign"
    campaign_id: NotRequired[str | None]
    assistant: NotRequired["AssistantIn | None"]
    contacts: NotRequired[list["PlannedContact"]]
    without: NotRequired[list[str]]


class PreviewIn(TypedDict):
    calls_per_minute: NotRequired[float | None]
    slots: NotRequired[int | None]
    average_call_s: NotRequired[float | None]
    expected_attempts: NotRequired[float | None]
    answered_share: NotRequired[float | None]
    name_lacking: NotRequired[int]


class PreviewOut(TypedDict):
    campaign_id: str | None
    at: str
    contacts: int
    now: int
    later_today: int
    later: int
    never: int
    in_call: int
    reasons: list["ReasonOut"]
    variables: "VariablesOut"
    forecast: "ForecastOut"
    cost: "ControlPlaneExplanationsPreviewCostCostOut"
    openings: list["OpeningOut"]
    obstacles: list[str]


class PricesOut(TypedDict):
    price_list: str
    currency: str
    own: "OwnPrices"
    in_use: "OwnPrices"


class Probe(TypedDict):
    parts: list["ProbedPart"]
    works: bool
    tried_at: str


class ProbedPart(TypedDict):
    part: str
    works: bool
    took_s: float
    words: str


class Problem(TypedDict):
    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: NotRequired[list["FieldProblem"]]
    reasons: NotRequired[list[str]]


class PromiseOut(TypedDict):
    id: str
    call_id: str
    contact_id: str | None
    what: str
    owner: str
    due_at: str | None
    quote: str
    is_callback: bool
    state: str
    overdue_at: str | None
    closed_at: str | None
    closed_by: str
    kept_call_id: str | None
    note: str
    created_at: str


class QuietRange(TypedDict):
    days: list[Literal['fri', 'mon', 'sat', 'sun', 'thu', 'tue', 'wed']]
    start: str
    end: str


class QuietTimes(TypedDict):
    ranges: list["QuietRange"]


class Rate(TypedDict):
    value: float | None
    count: int
    of: int


class Readiness(TypedDict):
    ready: bool
    dependencies: list["Line"]


class Reason(TypedDict):
    points: int
    why: str
    quote: str
    offset_s: float | None


class ReasonOut(TypedDict):
    code: str
    decision: str
    contacts: int
    examples: list["ExampleOut"]


class ReasonView(TypedDict):
    code: str
    sentence: str


class RecordingConsentView(TypedDict):
    policy: "RecordingPolicy"
    decision: "ConsentDecision"
    notice_at_s: float | None
    kept_from_s: float | None
    quote: str


RecordingPolicy = Literal['notify', 'notify_and_affirm', 'off']


class RejectedRow(TypedDict):
    row: int
    message: str


class RejectionOut(TypedDict):
    row: int
    reason: str
    text: str


class RemarkIn(TypedDict):
    note: NotRequired[str]


class ReminderOut(TypedDict):
    offset_s: int
    starts_at: str
    due_at: str
    state: str
    call_id: str | None
    note: str


class Resume(TypedDict):
    reason: str


class ResumeIn(TypedDict):
    prefix: str


class RetentionIn(TypedDict):
    recordings: NotRequired[int | None]
    transcripts: NotRequired[int | None]
    calls: NotRequired[int | None]
    verdicts: NotRequired[int | None]
    runs: NotRequired[int | None]
    appointments: NotRequired[int | None]
    follow_ups: NotRequired[int | None]
    number_lookups: NotRequired[int | None]


class RetentionOut(TypedDict):
    recordings: int | None
    transcripts: int | None
    calls: int | None
    verdicts: int | None
    runs: int | None
    appointments: int | None
    follow_ups: int | None
    number_lookups: int | None


class RevocationIn(TypedDict):
    reason: NotRequired[str]


class RiskAt(TypedDict):
    kind: str
    level: str
    at_s: float | None
    quote: str
    flagged_at: str
    taken_up_at: str | None


class Routing(TypedDict):
    greeting: NotRequired[str]
    time_zone: NotRequired[str | None]
    hours: NotRequired[dict[str, Any] | None]
    outside: NotRequired["Outside"]
    menu: NotRequired["KeyMenu | None"]
    fallback: NotRequired[str]
    returns_to_caller: NotRequired[bool]
    most_at_once: NotRequired[int]


class RunCall(TypedDict):
    id: str
    attempt: int
    state: str
    status: str
    due_at: str
    network_result: str | None
    answered_by: str | None
    outcome: str | None
    failure: str


class RunOut(TypedDict):
    id: str
    schedule_id: str
    planned_at: str
    trigger: str
    state: str
    due_at: str | None
    start_by: str
    missed: int
    reasons: list[str]
    calls: list["RunCall"]
    merged_into: str | None
    closed_at: str | None
    created_at: str


class SafetyContact(TypedDict):
    contact_id: str
    consent: str


class ScheduleOut(TypedDict):
    id: str
    name: str
    assistant_id: str
    contact_id: str | None
    phone_number: str | None
    callee_contact_id: str | None
    from_number_id: str | None
    cron: str | None
    run_at: str | None
    time_zone: str
    starts_on: str | None
    ends_on: str | None
    max_runs: int | None
    interval: int
    interval_unit: str
    exceptions: list[str]
    holidays: str | None
    in_words: str
    catch_up: str
    latest_start_s: int
    attempts: dict[str, Any]
    agenda: str | None
    welcome_message: str | None
    custom_prompt: str | None
    initial_mood: str | None
    user_id: str | None
    variables: dict[str, str]
    metadata: dict[str, Any]
    state: str
    next_run_at: str | None
    next_runs: list[str]
    runs_made: int
    created_at: str
    updated_at: str


class SchedulePatch(TypedDict):
    name: NotRequired[str]
    assistant_id: NotRequired[str]
    contact_id: NotRequired[str | None]
    phone_number: NotRequired[str | None]
    from_number_id: NotRequired[str | None]
    cron: NotRequired[str | None]
    run_at: NotRequired[str | None]
    time_zone: NotRequired[str]
    starts_on: NotRequired[str | None]
    ends_on: NotRequired[str | None]
    max_runs: NotRequired[int | None]
    interval: NotRequired[int]
    interval_unit: NotRequired[Literal['days', 'months', 'weeks']]
    exceptions: NotRequired[list[str]]
    holidays: NotRequired[str | None]
    catch_up: NotRequired["CatchUp"]
    latest_start_s: NotRequired[int]
    attempts: NotRequired[dict[str, Any]]
    agenda: NotRequired[str | None]
    welcome_message: NotRequired[str | None]
    custom_prompt: NotRequired[str | None]
    initial_mood: NotRequired[str | None]
    user_id: NotRequired[str | None]
    variables: NotRequired[dict[str, str]]
    metadata: NotRequired[dict[str, Any]]


class SearchOut(TypedDict):
    items: list["Hit"]


class Seconds(TypedDict):
    value: float | None
    of: int


class SecretIn(TypedDict):
    name: str
    value: str
    base_url: NotRequired[str | None]
    description: NotRequired[str]


class SecretOut(TypedDict):
    id: str
    name: str
    description: str
    base_url: str | None
    used_by: list[str]
    created_at: str
    updated_at: str


class SecretPatch(TypedDict):
    value: NotRequired[str]
    base_url: NotRequired[str | None]
    description: NotRequired[str]


class StatusOut(TypedDict):
    id: str
    execution_status: str
    status_reason: str
    possible_actions: list[str]
    enrollments: dict[str, int]
    live_calls: int
    budget: str | None
    spent: str
    currency: str
    calls_today: int
    started_at: str | None
    completed_at: str | None


class Stop(TypedDict):
    end_live_calls: NotRequired[bool]


class SummaryOut(TypedDict):
    calls: int
    answered: int
    humans: int
    successes: int
    opt_outs: int
    short_calls: int
    lost: int
    answer_seizure_ratio: "Rate"
    contact_rate: "Rate"
    human_rate: "Rate"
    success_rate: "Rate"
    opt_out_rate: "Rate"
    short_call_share: "Rate"
    talk_time_s: float
    average_talk_time: "Seconds"
    cost: str | None
    currency: str | None
    costs: list["ControlPlaneAnalyticsSchemasCostOut"]
    priced_calls: int
    cost_per_success: "Money"


class SuppressionCheck(TypedDict):
    e164: str
    is_suppressed: bool
    suppressions: list["SuppressionOut"]


class SuppressionIn(TypedDict):
    e164: str
    scope: NotRequired[Literal['campaign', 'workspace']]
    campaign_id: NotRequired[str | None]
    reason: NotRequired[str]
    evidence: NotRequired[str]


class SuppressionOut(TypedDict):
    id: str
    e164: str | None
    scope: str
    campaign_id: str | None
    reason: str
    source: str
    list_source: str
    evidence: str
    call_id: str | None
    created_at: str


class Talk(TypedDict):
    agent_s: NotRequired[float]
    callee_s: NotRequired[float]
    ratio: NotRequired[float | None]
    agent_turns: NotRequired[int]
    callee_turns: NotRequired[int]


class TimelineEntry(TypedDict):
    id: str
    at: str
    kind: str
    state: str
    call_id: str | None
    campaign_id: str | None
    network_result: str | None
    answered_by: str | None
    outcome: str | None
    summary: str
    moods: list[str]
    details: dict[str, Any]


class TokenOut(TypedDict):
    access_token: str
    token_type: str
    expires_in_s: int
    role: str
    workspace_id: str


class ToolIn(TypedDict):
    name: str
    kind: NotRequired[Literal['https', 'mcp']]
    mcp_tool: NotRequired[str | None]
    description: str
    parameters: NotRequired[dict[str, Any]]
    url: str
    method: NotRequired[Literal['DELETE', 'GET', 'PATCH', 'POST', 'PUT']]
    headers: NotRequired[dict[str, str]]
    sends: NotRequired[dict[str, str]]
    timeout_s: NotRequired[float]
    idempotent: NotRequired[bool]


class ToolOut(TypedDict):
    id: str
    name: str
    kind: Literal['https', 'mcp']
    mcp_tool: str | None
    description: str
    parameters: dict[str, Any]
    url: str
    method: Literal['DELETE', 'GET', 'PATCH', 'POST', 'PUT']
    headers: dict[str, str]
    sends: dict[str, str]
    timeout_s: float
    idempotent: bool
    used_by: list[str]
    pinned_at: str | None
    drift: str
    created_at: str
    updated_at: str


class ToolPatch(TypedDict):
    description: NotRequired[str]
    parameters: NotRequired[dict[str, Any]]
    url: NotRequired[str]
    method: NotRequired[Literal['DELETE', 'GET', 'PATCH', 'POST', 'PUT']]
    headers: NotRequired[dict[str, str]]
    sends: NotRequired[dict[str, str]]
    timeout_s: NotRequired[float]
    idempotent: NotRequired[bool]


class ToolTrial(TypedDict):
    arguments: NotRequired[dict[str, Any]]
    sends: NotRequired[dict[str, str]]


class ToolTrialOut(TypedDict):
    is_done: bool
    status: int | None
    data: str
    why: str
    took_s: float
    attempts: int


class TopicsOut(TypedDict):
    calls: int
    calls_with_topics: int
    topics: list["ValueOut"]
    left_out: int


class Totals(TypedDict):
    currency: str
    calls: int
    failed_calls: int
    simulated_calls: int
    talk_s: int
    minutes: str
    network_cost: str
    model_cost: str
    cost: str


class TranscriptView(TypedDict):
    call_id: str
    turns: list["TurnView"]


class TranscriptionOut(TypedDict):
    id: str
    call_id: str
    version: int
    state: str
    is_current: bool
    provider: str
    model: str
    language: str
    from_s: float
    note: str
    created_at: str
    finished_at: str | None
    turns: list["HeardTurnOut"]


class Transfer(TypedDict):
    destinations: NotRequired[list["TransferDestination"]]


class TransferDestination(TypedDict):
    name: str
    e164: str
    mode: NotRequired[Literal['cold', 'warm']]


class TrunkBreaker(TypedDict):
    share: NotRequired[float]
    dials: NotRequired[int]
    least_dials: NotRequired[int]
    window_s: NotRequired[int]
    pause_s: NotRequired[int]


class TrunkFault(TypedDict):
    kind: Literal['dead_host', 'missing_codec', 'refused_number', 'wrong_password']
    detail: str
    calls: int


class TrunkFigures(TypedDict):
    trunk_id: str
    name: str | None
    calls: int
    answered: int
    short_calls: int
    answer_seizure_ratio: "Rate"
    average_talk_time: "Seconds"
    short_call_share: "Rate"
    by_network_result: list["ValueOut"]


class TrunkHealth(TypedDict):
    status: Literal['degraded', 'failing', 'ok']
    detail: str
    carrier: Literal['real', 'simulated']
    sync_state: str
    live_calls: int
    calls_last_hour: int
    results_last_hour: dict[str, int]
    faults: list["TrunkFault"]


class TrunkIn(TypedDict):
    name: str
    provider: Literal['generic', 'rehearsal', 'twilio']
    address: NotRequired[str]
    transport: NotRequired[Literal['auto', 'tcp', 'tls', 'udp']]
    auth_username: NotRequired[str]
    auth_password: NotRequired[str]
    calls_per_second: NotRequired[float]
    max_concurrent_calls: NotRequired[int]
    media_encryption: NotRequired[Literal['allow', 'disable', 'require']]
    breaker: NotRequired["TrunkBreaker"]


class TrunkOut(TypedDict):
    id: str
    name: str
    provider: str
    address: str
    transport: str
    auth_username: str
    has_auth_password: bool
    is_managed: bool
    calls_per_second: float
    calls_per_second_now: float
    full_pace_at: str | None
    max_concurrent_calls: int
    media_encryption: str
    breaker: "TrunkBreaker"
    paused_reason: str
    paused_at: str | None
    tries_again_at: str | None
    livekit_outbound_trunk_id: str | None
    livekit_inbound_trunk_id: str | None
    sync_state: str
    sync_error: str
    synced_at: str | None
    created_at: str
    updated_at: str


class TrunkPatch(TypedDict):
    name: NotRequired[str]
    address: NotRequired[str]
    transport: NotRequired[Literal['auto', 'tcp', 'tls', 'udp']]
    auth_username: NotRequired[str]
    auth_password: NotRequired[str]
    calls_per_second: NotRequired[float]
    max_concurrent_calls: NotRequired[int]
    media_encryption: NotRequired[Literal['allow', 'disable', 'require']]
    breaker: NotRequired["TrunkBreaker"]


class TrunksOut(TypedDict):
    items: list["TrunkFigures"]


class TryEvent(TypedDict):
    kind: str
    at: str
    data: dict[str, Any]


class TryIn(TypedDict):
    trial_id: NotRequired[str | None]
    steps: NotRequired[list["TryStep"]]
    after: NotRequired[int]
    wait_for: NotRequired[Literal['all', 'some']]
    to: NotRequired[str | None]
    contact_id: NotRequired[str | None]
    variables: NotRequired[dict[str, Any]]
    agenda: NotRequired[str]
    custom_prompt: NotRequired[str]
    first_words: NotRequired[str]
    tool_answers: NotRequired[dict[str, str]]


class TryOut(TypedDict):
    trial_id: str
    events: list["TryEvent"]
    next: int
    is_settled: bool
    is_over: bool
    result: "TryResult | None"
    error: str


class TryResult(TypedDict):
    answered_by: str
    outcome: str
    outcome_label: str
    outcome_note: str
    end_cause: str
    errors: list[str]


class TryStep(TypedDict):
    kind: Literal['beep', 'hang_up', 'press', 'say', 'silence']
    text: NotRequired[str]


class TurnLatency(TypedDict):
    seq: int
    at_s: float
    response_s: float | None
    model_s: float | None
    speech_s: float | None


class TurnView(TypedDict):
    seq: int
    speaker: str
    text: str
    started_at_s: float
    ended_at_s: float | None
    interrupted: bool
    latency: dict[str, Any]
    mood: str | None


class Turns(TypedDict):
    pause_s: NotRequired[float]
    answer_after_s: NotRequired[float]
    answer_within_s: NotRequired[float]
    interrupt_after_s: NotRequired[float]
    resume_after_s: NotRequired[float]


class TwilioAccountIn(TypedDict):
    account_sid: str
    auth_token_secret: str
    signing_secret: NotRequired[str | None]


class TwilioAccountOut(TypedDict):
    account_sid: str
    source: Literal['installation', 'workspace']
    auth_token_secret: str | None
    signing_secret: str | None
    status_callback_url: str
    recording_callback_url: str


class TwilioLimits(TypedDict):
    calls_per_second: float
    max_concurrent_calls: int | None
    source: str


class TwilioNumber(TypedDict):
    e164: str
    name: str
    has_voice: bool
    is_on_another_trunk: bool
    number_id: str | None


class TwilioNumbers(TypedDict):
    items: list["TwilioNumber"]


class TwilioStatus(TypedDict):
    account_name: str
    status: str
    is_trial: bool
    balance: str | None
    currency: str
    limits: "TwilioLimits"
    usage_this_month: list["UsageLine"]


class UsageLine(TypedDict):
    category: str
    amount: str
    unit: str
    price: str | None


class UsageOut(TypedDict):
    month: str
    currency: str
    price_list: str
    total: "Totals"
    other_currencies: list["Totals"]
    by_day: list["DayUsage"]
    by_campaign: list["CampaignUsage"]
    by_assistant: list["AssistantUsage"]
    by_destination: list["DestinationUsage"]
    knowledge: list["KnowledgeUsage"]
    limits: "MonthlyLimits"
    credits: str | None
    notices: list["NoticeOut"]


class ValueOut(TypedDict):
    value: str
    share: "Rate"


class VariablesOut(TypedDict):
    required: list[str]
    contacts_lacking: int
    not_named: int
    by_variable: dict[str, int]
    examples: list["LackingOut"]


class VerdictView(TypedDict):
    id: str
    stage: str
    decision: str
    reasons: list["ReasonView"]
    rule_pack: str
    decided_at: str


class Voice(TypedDict):
    provider: NotRequired[Literal['cartesia', 'elevenlabs', 'openai']]
    voice_id: NotRequired[str]
    speed: NotRequired[float]


class Voicemail(TypedDict):
    mode: NotRequired[Literal['hang_up', 'leave_message']]
    message: NotRequired[str]


class WaiverIn(TypedDict):
    pack: str
    rule: Literal['closed', 'consents', 'cool_downs', 'hours', 'limits', 'line_types', 'lists']
    reason: str
    purposes: NotRequired[list[Literal['care', 'charity', 'debt', 'informational', 'political', 'survey', 'telemarketing']] | None]


class WaiverOut(TypedDict):
    pack: str
    rule: str
    reason: str
    purposes: NotRequired[list[str] | None]


class WantedTransfer(TypedDict):
    destination: str


class WebhookDeliveryOut(TypedDict):
    id: str
    event_id: str
    endpoint_id: str
    event_type: str
    happened_at: str
    state: str
    attempts: int
    next_attempt_at: str | None
    last_attempt_at: str | None
    last_status: int | None
    last_error: str
    duration_ms: int | None
    delivered_at: str | None
    created_at: str
    data: dict[str, Any]


class WebhookEndpointIn(TypedDict):
    url: str
    events: NotRequired[list[Literal['appointment.updated', 'booking.updated', 'call.analyzed', 'call.answered', 'call.ended', 'call.function_called', 'call.queued', 'call.recording_ready', 'call.ringing', 'call.risk_flagged', 'call.started', 'call.transcript', 'call.transferred', 'callback.scheduled', 'campaign.completed', 'campaign.error', 'campaign.paused', 'campaign.started', 'campaign.stopped', 'checkup.missed', 'contact.created', 'contact.opted_out', 'contact.updated', 'followup.created', 'followup.handed_over', 'import.completed', 'promise.overdue', 'schedule.stopped', 'trunk.paused', 'trunk.resumed', 'usage.limit_reached', 'usage.threshold_reached', 'webhook_endpoint.disabled']]]
    assistant_id: NotRequired[str | None]
    description: NotRequired[str]


class WebhookEndpointOut(TypedDict):
    id: str
    url: str
    description: str
    events: list[str]
    scope: Literal['assistant', 'workspace']
    assistant_id: str | None
    state: str
    disabled_reason: str
    disabled_at: str | None
    failing_since: str | None
    rests_until: str | None
    former_secret_until: str | None
    created_at: str
    updated_at: str


class WebhookEndpointPatch(TypedDict):
    url: NotRequired[str]
    events: NotRequired[list[Literal['appointment.updated', 'booking.updated', 'call.analyzed', 'call.answered', 'call.ended', 'call.function_called', 'call.queued', 'call.recording_ready', 'call.ringing', 'call.risk_flagged', 'call.started', 'call.transcript', 'call.transferred', 'callback.scheduled', 'campaign.completed', 'campaign.error', 'campaign.paused', 'campaign.started', 'campaign.stopped', 'checkup.missed', 'contact.created', 'contact.opted_out', 'contact.updated', 'followup.created', 'followup.handed_over', 'import.completed', 'promise.overdue', 'schedule.stopped', 'trunk.paused', 'trunk.resumed', 'usage.limit_reached', 'usage.threshold_reached', 'webhook_endpoint.disabled']]]
    description: NotRequired[str]
    state: NotRequired[Literal['disabled', 'enabled']]


class WebhookEndpointWithSecret(TypedDict):
    id: str
    url: str
    description: str
    events: list[str]
    scope: Literal['assistant', 'workspace']
    assistant_id: str | None
    state: str
    disabled_reason: str
    disabled_at: str | None
    failing_since: str | None
    rests_until: str | None
    former_secret_until: str | None
    created_at: str
    updated_at: str
    secret: str


class WorkspaceOut(TypedDict):
    id: str
    name: str
    time_zone: str
    default_country: str
    limits: "Limits"
    is_halted: bool
    adds_callers: bool
    created_at: str
    updated_at: str


class WorkspacePatch(TypedDict):
    name: NotRequired[str]
    time_zone: NotRequired[str]
    default_country: NotRequired[str]
    limits: NotRequired["Limits"]
    is_halted: NotRequired[bool]
    adds_callers: NotRequired[bool]


class ZoneView(TypedDict):
    time_zone: str
    local_time: str
    is_open: bool
    opens_at: str | None
    is_confirmed: bool


class ControlPlaneAnalysisFindingsMoodAt(TypedDict):
    seq: int
    offset_s: float
    mood: str
    source: str
    quote: str


class ControlPlaneAnalyticsSchemasCostOut(TypedDict):
    currency: str | None
    cost: str


class ControlPlaneAnalyticsSchemasMoodAt(TypedDict):
    seq: int
    at_s: float
    mood: str


class ControlPlaneExplanationsPreviewCostCostOut(TypedDict):
    expected: str
    currency: str
    price_list: str
    calls: int
    answered_share: float
    how: str
    by_destination: list["DestinationCostOut"]


class Callwright:
    """The API at `url`, asked by an API key or a token. Close it, or use it in a `with`."""

    def __init__(self, url: str, key: str, *, timeout_s: float = 30.0) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._client = httpx.Client(base_url=url.rstrip("/"), headers=headers, timeout=timeout_s)

    def __enter__(self) -> Callwright:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def pages(self, listing: Callable[..., Any], *path: str, **query: Any) -> Iterator[Any]:
        """Every item of a list, page by page: `api.pages(api.get_contacts, q="Ada")`."""
        page = listing(*path, **query)
        yield from page["items"]
        while page["next_cursor"] is not None:
            page = listing(*path, **query, cursor=page["next_cursor"])
            yield from page["items"]

    def _ask(self, method: str, path: str, query: dict[str, Any], headers: dict[str, str | None], **body: Any) -> httpx.Response:
        asked = {name: value for name, value in query.items() if value is not None}
        told = {name: value for name, value in headers.items() if value is not None}
        return _checked(self._client.request(method, path, params=asked, headers=told, **body))

    def _lines(self, path: str, query: dict[str, Any], headers: dict[str, str | None]) -> Iterator[str]:
        asked = {name: value for name, value in query.items() if value is not None}
        told = {name: value for name, value in headers.items() if value is not None}
        with self._client.stream("GET", path, params=asked, headers=told, timeout=None) as answer:
            if answer.is_error:
                answer.read()
            yield from _checked(answer).iter_lines()

    def delete_api_key(self, key_id: str) -> None:
        """Revoke a key."""
        self._ask("DELETE", f"/api/v1/api-keys/{key_id}", {}, {})

    def delete_appointment(self, appointment_id: str) -> None:
        """Forget an appointment; nobody is reminded of it any more."""
        self._ask("DELETE", f"/api/v1/appointments/{appointment_id}", {}, {})

    def delete_appointment_feed(self, feed_id: str) -> None:
        """Read it no more; its appointments stay."""
        self._ask("DELETE", f"/api/v1/appointment-feeds/{feed_id}", {}, {})

    def delete_assistant(self, assistant_id: str) -> None:
        """Delete an assistant that nothing uses."""
        self._ask("DELETE", f"/api/v1/assistants/{assistant_id}", {}, {})

    def delete_booking(self, booking_id: str) -> None:
        """Forget a booking; its time is free again."""
        self._ask("DELETE", f"/api/v1/bookings/{booking_id}", {}, {})

    def delete_calendar(self, calendar_id: str) -> None:
        """Forget a calendar in which nothing is booked any more."""
        self._ask("DELETE", f"/api/v1/calendars/{calendar_id}", {}, {})

    def delete_campaign(self, campaign_id: str) -> None:
        """Delete a campaign at rest; its calls are kept."""
        self._ask("DELETE", f"/api/v1/campaigns/{campaign_id}", {}, {})

    def delete_carriers_twilio(self) -> None:
        """Forget the workspace's Twilio account, in which nothing of ours is left."""
        self._ask("DELETE", "/api/v1/carriers/twilio", {}, {})

    def delete_checkup(self, checkup_id: str) -> None:
        """Check no more; calls that were made are kept."""
        self._ask("DELETE", f"/api/v1/checkups/{checkup_id}", {}, {})

    def delete_contact(self, contact_id: str) -> None:
        """Delete a contact; its calls are kept."""
        self._ask("DELETE", f"/api/v1/contacts/{contact_id}", {}, {})

    def delete_contact_confirmed_zone(self, contact_id: str) -> None:
        """Go by number, address and list again."""
        self._ask("DELETE", f"/api/v1/contacts/{contact_id}/confirmed-zone", {}, {})

    def delete_contact_list(self, list_id: str) -> None:
        """Delete a list; its contacts are kept."""
        self._ask("DELETE", f"/api/v1/contact-lists/{list_id}", {}, {})

    def delete_contact_list_contact(self, list_id: str, contact_id: str) -> None:
        """Take a contact off the list."""
        self._ask("DELETE", f"/api/v1/contact-lists/{list_id}/contacts/{contact_id}", {}, {})

    def delete_contact_memory(self, contact_id: str) -> None:
        """Forget all that is remembered of a contact."""
        self._ask("DELETE", f"/api/v1/contacts/{contact_id}/memory", {}, {})

    def delete_number(self, number_id: str) -> None:
        """Delete a number that no campaign uses."""
        self._ask("DELETE", f"/api/v1/numbers/{number_id}", {}, {})

    def delete_number_assistant(self, number_id: str) -> None:
        """Let nobody take inbound calls."""
        self._ask("DELETE", f"/api/v1/numbers/{number_id}/assistant", {}, {})

    def delete_one_knowledge(self, knowledge_id: str) -> None:
        """Delete knowledge that no assistant uses, with its documents."""
        self._ask("DELETE", f"/api/v1/knowledge/{knowledge_id}", {}, {})

    def delete_one_knowledge_document(self, knowledge_id: str, document_id: str) -> None:
        """Delete a document at once."""
        self._ask("DELETE", f"/api/v1/knowledge/{knowledge_id}/documents/{document_id}", {}, {})

    def delete_operator(self, operator_id: str) -> None:
        """No call is put through to them any more."""
        self._ask("DELETE", f"/api/v1/operators/{operator_id}", {}, {})

    def delete_schedule(self, schedule_id: str) -> None:
        """Delete a schedule; its calls are kept."""
        self._ask("DELETE", f"/api/v1/schedules/{schedule_id}", {}, {})

    def delete_secret(self, secret_id: str) -> None:
        """Delete a secret that no assistant uses."""
        self._ask("DELETE", f"/api/v1/secrets/{secret_id}", {}, {})

    def delete_suppression(self, suppression_id: str) -> None:
        """Allow the number again; the audit log keeps what was lifted."""
        self._ask("DELETE", f"/api/v1/suppressions/{suppression_id}", {}, {})

    def delete_tool(self, tool_id: str) -> None:
        """Delete a tool that no assistant uses."""
        self._ask("DELETE", f"/api/v1/tools/{tool_id}", {}, {})

    def delete_trunk(self, trunk_id: str) -> None:
        """Delete a trunk that nothing uses, with its numbers."""
        self._ask("DELETE", f"/api/v1/trunks/{trunk_id}", {}, {})

    def delete_webhook_endpoint(self, endpoint_id: str) -> None:
        """Delete an endpoint; what it has not been told is canceled."""
        self._ask("DELETE", f"/api/v1/webhook-endpoints/{endpoint_id}", {}, {})

    def get_analytics_answer_rate(self, *, from_: str | None = None, to: str | None = None, campaign: str | None = None, assistant: str | None = None, number: str | None = None) -> AnswerRateOut:
        """How many calls were answered, day by day."""
        return self._ask("GET", "/api/v1/analytics/answer-rate", {"from": from_, "to": to, "campaign": campaign, "assistant": assistant, "number": number}, {}).json()

    def get_analytics_calls_csv(self, *, from_: str | None = None, to: str | None = None, campaign: str | None = None, assistant: str | None = None, number: str | None = None) -> bytes:
        """The calls that the figures count, as CSV."""
        return self._ask("GET", "/api/v1/analytics/calls.csv", {"from": from_, "to": to, "campaign": campaign, "assistant": assistant, "number": number}, {}).content

    def get_analytics_hours(self, *, from_: str | None = None, to: str | None = None, campaign: str | None = None, assistant: str | None = None, number: str | None = None) -> HoursOut:
        """At which hours of the week calls are answered."""
        return self._ask("GET", "/api/v1/analytics/hours", {"from": from_, "to": to, "campaign": campaign, "assistant": assistant, "number": number}, {}).json()

    def get_analytics_inbound(self, *, from_: str | None = None, to: str | None = None, campaign: str | None = None, assistant: str | None = None, number: str | None = None) -> InboundOut:
        """Calls that came in: how many, answered, recognised; the other figures know nothing of them."""
        return self._ask("GET", "/api/v1/analytics/inbound", {"from": from_, "to": to, "campaign": campaign, "assistant": assistant, "number": number}, {}).json()

    def get_analytics_latency(self, *, from_: str | None = None, to: str | None = None, campaign: str | None = None, assistant: str | None = None, number: str | None = None) -> LatenciesOut:
        """How quickly agents spoke and replied, from what they measured."""
        return self._ask("GET", "/api/v1/analytics/latency", {"from": from_, "to": to, "campaign": campaign, "assistant": assistant, "number": number}, {}).json()

    def get_analytics_mood(self, *, from_: str | None = None, to: str | None = None, campaign: str | None = None, assistant: str | None = None, number: str | None = None) -> MoodOut:
        """How callees sounded, from what agents reported."""
        return self._ask("GET", "/api/v1/analytics/mood", {"from": from_, "to": to, "campaign": campaign, "assistant": assistant, "number": number}, {}).json()

    def get_analytics_outcomes(self, *, from_: str | None = None, to: str | None = None, campaign: str | None = None, assistant: str | None = None, number: str | None = None) -> OutcomesOut:
        """What became of calls: network, who answered, outcome, label, who ended."""
        return self._ask("GET", "/api/v1/analytics/outcomes", {"from": from_, "to": to, "campaign": campaign, "assistant": assistant, "number": number}, {}).json()

    def get_analytics_summary(self, *, from_: str | None = None, to: str | None = None, campaign: str | None = None, assistant: str | None = None, number: str | None = None) -> SummaryOut:
        """The figures of all calls over, with the counts behind them."""
        return self._ask("GET", "/api/v1/analytics/summary", {"from": from_, "to": to, "campaign": campaign, "assistant": assistant, "number": number}, {}).json()

    def get_analytics_topics(self, *, from_: str | None = None, to: str | None = None, campaign: str | None = None, assistant: str | None = None, number: str | None = None) -> TopicsOut:
        """What calls were about, from their analyses."""
        return self._ask("GET", "/api/v1/analytics/topics", {"from": from_, "to": to, "campaign": campaign, "assistant": assistant, "number": number}, {}).json()

    def get_analytics_trunks(self, *, from_: str | None = None, to: str | None = None, campaign: str | None = None, assistant: str | None = None, number: str | None = None) -> TrunksOut:
        """How calls went over each trunk, the busiest first."""
        return self._ask("GET", "/api/v1/analytics/trunks", {"from": from_, "to": to, "campaign": campaign, "assistant": assistant, "number": number}, {}).json()

    def get_api_keys(self, *, limit: int | None = None, cursor: str | None = None) -> ApiKeyOutPage:
        """Keys, revoked ones too."""
        return self._ask("GET", "/api/v1/api-keys", {"limit": limit, "cursor": cursor}, {}).json()

    def get_appointment(self, appointment_id: str) -> AppointmentOut:
        """One appointment with its reminders."""
        return self._ask("GET", f"/api/v1/appointments/{appointment_id}", {}, {}).json()

    def get_appointment_feed(self, feed_id: str) -> AppointmentFeedOut:
        """One calendar, and how its last reading went."""
        return self._ask("GET", f"/api/v1/appointment-feeds/{feed_id}", {}, {}).json()

    def get_appointment_feeds(self, *, limit: int | None = None, cursor: str | None = None) -> AppointmentFeedOutPage:
        """Calendars that appointments are read from, newest first."""
        return self._ask("GET", "/api/v1/appointment-feeds", {"limit": limit, "cursor": cursor}, {}).json()

    def get_appointments(self, *, limit: int | None = None, cursor: str | None = None, contact_id: str | None = None, status: Literal['scheduled', 'confirmed', 'reschedule_requested', 'canceled', 'wrong_person'] | None = None, since: str | None = None, until: str | None = None) -> AppointmentOutPage:
        """Appointments, newest first."""
        return self._ask("GET", "/api/v1/appointments", {"limit": limit, "cursor": cursor, "contact_id": contact_id, "status": status, "since": since, "until": until}, {}).json()

    def get_assistant(self, assistant_id: str) -> AssistantOut:
        """An assistant: its draft."""
        return self._ask("GET", f"/api/v1/assistants/{assistant_id}", {}, {}).json()

    def get_assistant_versions(self, assistant_id: str, *, limit: int | None = None, cursor: str | None = None) -> AssistantVersionOutPage:
        """Published versions, newest first."""
        return self._ask("GET", f"/api/v1/assistants/{assistant_id}/versions", {"limit": limit, "cursor": cursor}, {}).json()

    def get_assistants(self, *, is_active: bool | None = None, limit: int | None = None, cursor: str | None = None) -> AssistantOutPage:
        """Assistants, newest first."""
        return self._ask("GET", "/api/v1/assistants", {"is_active": is_active, "limit": limit, "cursor": cursor}, {}).json()

    def get_audit(self, *, subject_kind: str | None = None, subject_id: str | None = None, limit: int | None = None, cursor: str | None = None) -> AuditOutPage:
        """Who changed what, when."""
        return self._ask("GET", "/api/v1/audit", {"subject_kind": subject_kind, "subject_id": subject_id, "limit": limit, "cursor": cursor}, {}).json()

    def get_booking(self, booking_id: str) -> BookingOut:
        """One booking."""
        return self._ask("GET", f"/api/v1/bookings/{booking_id}", {}, {}).json()

    def get_bookings(self, *, limit: int | None = None, cursor: str | None = None, calendar_id: str | None = None, contact_id: str | None = None, status: Literal['booked', 'canceled'] | None = None, since: str | None = None, until: str | None = None) -> BookingOutPage:
        """Bookings, newest first."""
        return self._ask("GET", "/api/v1/bookings", {"limit": limit, "cursor": cursor, "calendar_id": calendar_id, "contact_id": contact_id, "status": status, "since": since, "until": until}, {}).json()

    def get_calendar(self, calendar_id: str) -> CalendarOut:
        """One calendar."""
        return self._ask("GET", f"/api/v1/calendars/{calendar_id}", {}, {}).json()

    def get_calendar_availability(self, calendar_id: str, *, from_: str | None = None, to: str | None = None) -> Availability:
        """What of it is free."""
        return self._ask("GET", f"/api/v1/calendars/{calendar_id}/availability", {"from": from_, "to": to}, {}).json()

    def get_calendars(self, *, limit: int | None = None, cursor: str | None = None) -> CalendarOutPage:
        """Calendars in which people can be given a time, newest first."""
        return self._ask("GET", "/api/v1/calendars", {"limit": limit, "cursor": cursor}, {}).json()

    def get_call(self, call_id: str) -> CallView:
        """One call."""
        return self._ask("GET", f"/api/v1/calls/{call_id}", {}, {}).json()

    def get_call_analyses(self, call_id: str, *, limit: int | None = None, cursor: str | None = None) -> AnalysisOutPage:
        """Every analysis of a call, newest first."""
        return self._ask("GET", f"/api/v1/calls/{call_id}/analyses", {"limit": limit, "cursor": cursor}, {}).json()

    def get_call_analysis(self, call_id: str) -> AnalysisOut:
        """What was found in a call: summary, outcome, extraction, mood, topics, lead."""
        return self._ask("GET", f"/api/v1/calls/{call_id}/analysis", {}, {}).json()

    def get_call_analytics(self, call_id: str) -> CallAnalyticsOut:
        """One call in figures: talk, turns, mood, risk and latency."""
        return self._ask("GET", f"/api/v1/calls/{call_id}/analytics", {}, {}).json()

    def get_call_events(self, call_id: str) -> EventList:
        """What every witness said about a call."""
        return self._ask("GET", f"/api/v1/calls/{call_id}/events", {}, {}).json()

    def get_call_explain(self, call_id: str) -> CallExplained:
        """Why a call was allowed, what came of it, and what follows."""
        return self._ask("GET", f"/api/v1/calls/{call_id}/explain", {}, {}).json()

    def get_call_recording(self, call_id: str, *, range: str | None = None) -> bytes:
        """The recording, Ogg Opus."""
        return self._ask("GET", f"/api/v1/calls/{call_id}/recording", {}, {"Range": range}).content

    def get_call_stream(self, call_id: str, *, last_event_id: str | None = None) -> Iterator[str]:
        """What happens in a call, as Server-Sent Events."""
        return self._lines(f"/api/v1/calls/{call_id}/stream", {"last_event_id": last_event_id}, {})

    def get_call_transcript(self, call_id: str) -> TranscriptView:
        """What was said, turn by turn."""
        return self._ask("GET", f"/api/v1/calls/{call_id}/transcript", {}, {}).json()

    def get_call_transcriptions(self, call_id: str, *, limit: int | None = None, cursor: str | None = None) -> TranscriptionOutPage:
        """The recording as it was transcribed anew, newest version first."""
        return self._ask("GET", f"/api/v1/calls/{call_id}/transcriptions", {"limit": limit, "cursor": cursor}, {}).json()

    def get_calls(self, *, contact_id: str | None = None, enrollment_id: str | None = None, assistant_id: str | None = None, state: CallState | None = None, network_result: NetworkResult | None = None, answered_by: AnsweredBy | None = None, outcome: Outcome | None = None, to: str | None = None, direction: Literal['outbound', 'inbound'] | None = None, since: str | None = None, until: str | None = None, campaign_id: str | None = None, limit: int | None = None, cursor: str | None = None) -> CallViewPage:
        """Calls, newest first."""
        return self._ask("GET", "/api/v1/calls", {"contact_id": contact_id, "enrollment_id": enrollment_id, "assistant_id": assistant_id, "state": state, "network_result": network_result, "answered_by": answered_by, "outcome": outcome, "to": to, "direction": direction, "since": since, "until": until, "campaign_id": campaign_id, "limit": limit, "cursor": cursor}, {}).json()

    def get_calls_active(self) -> ActiveCalls:
        """Calls under way now."""
        return self._ask("GET", "/api/v1/calls/active", {}, {}).json()

    def get_calls_export_csv(self, *, since: str | None = None, until: str | None = None, campaign_id: str | None = None) -> bytes:
        """Call details with the columns that US telemarketing rules ask for, as CSV."""
        return self._ask("GET", "/api/v1/calls/export.csv", {"since": since, "until": until, "campaign_id": campaign_id}, {}).content

    def get_campaign(self, campaign_id: str) -> CampaignOut:
        """One campaign."""
        return self._ask("GET", f"/api/v1/campaigns/{campaign_id}", {}, {}).json()

    def get_campaign_calls(self, campaign_id: str, *, contact_id: str | None = None, enrollment_id: str | None = None, assistant_id: str | None = None, state: CallState | None = None, network_result: NetworkResult | None = None, answered_by: AnsweredBy | None = None, outcome: Outcome | None = None, to: str | None = None, direction: Literal['outbound', 'inbound'] | None = None, since: str | None = None, until: str | None = None, limit: int | None = None, cursor: str | None = None) -> CallViewPage:
        """Calls of a campaign, newest first."""
        return self._ask("GET", f"/api/v1/campaigns/{campaign_id}/calls", {"contact_id": contact_id, "enrollment_id": enrollment_id, "assistant_id": assistant_id, "state": state, "network_result": network_result, "answered_by": answered_by, "outcome": outcome, "to": to, "direction": direction, "since": since, "until": until, "limit": limit, "cursor": cursor}, {}).json()

    def get_campaign_enrollments(self, campaign_id: str, *, limit: int | None = None, cursor: str | None = None, state: Literal['waiting', 'claimed', 'done', 'exhausted', 'suppressed', 'skipped'] | None = None) -> EnrollmentOutPage:
        """Its contacts and how far each has come."""
        return self._ask("GET", f"/api/v1/campaigns/{campaign_id}/enrollments", {"limit": limit, "cursor": cursor, "state": state}, {}).json()

    def get_campaign_export_csv(self, campaign_id: str) -> bytes:
        """All contacts with their last call, as CSV."""
        return self._ask("GET", f"/api/v1/campaigns/{campaign_id}/export.csv", {}, {}).content

    def get_campaign_log(self, campaign_id: str, *, limit: int | None = None, cursor: str | None = None) -> LogEntryPage:
        """What was done to it, newest first."""
        return self._ask("GET", f"/api/v1/campaigns/{campaign_id}/log", {"limit": limit, "cursor": cursor}, {}).json()

    def get_campaign_stats(self, campaign_id: str) -> CampaignStatsOut:
        """Results so far."""
        return self._ask("GET", f"/api/v1/campaigns/{campaign_id}/stats", {}, {}).json()

    def get_campaign_status(self, campaign_id: str) -> StatusOut:
        """Where it stands."""
        return self._ask("GET", f"/api/v1/campaigns/{campaign_id}/status", {}, {}).json()

    def get_campaign_stream(self, campaign_id: str, *, last_event_id: str | None = None) -> Iterator[str]:
        """What happens in a campaign, as Server-Sent Events."""
        return self._lines(f"/api/v1/campaigns/{campaign_id}/stream", {"last_event_id": last_event_id}, {})

    def get_campaigns(self, *, limit: int | None = None, cursor: str | None = None, execution_status: Literal['idle', 'running', 'paused', 'completed', 'stopped', 'error', 'archived'] | None = None) -> CampaignOutPage:
        """Campaigns, newest first."""
        return self._ask("GET", "/api/v1/campaigns", {"limit": limit, "cursor": cursor, "execution_status": execution_status}, {}).json()

    def get_carriers_twilio(self) -> TwilioAccountOut:
        """Which Twilio account the workspace uses."""
        return self._ask("GET", "/api/v1/carriers/twilio", {}, {}).json()

    def get_carriers_twilio_numbers(self) -> TwilioNumbers:
        """The account's numbers, as Twilio says now."""
        return self._ask("GET", "/api/v1/carriers/twilio/numbers", {}, {}).json()

    def get_carriers_twilio_status(self) -> TwilioStatus:
        """Balance, usage and limits of the account, as Twilio says now."""
        return self._ask("GET", "/api/v1/carriers/twilio/status", {}, {}).json()

    def get_checkup(self, checkup_id: str) -> CheckUpOut:
        """One check-up."""
        return self._ask("GET", f"/api/v1/checkups/{checkup_id}", {}, {}).json()

    def get_checkup_escalations(self, checkup_id: str, *, limit: int | None = None, cursor: str | None = None) -> EscalationOutPage:
        """What followed when it was missed, newest first."""
        return self._ask("GET", f"/api/v1/checkups/{checkup_id}/escalations", {"limit": limit, "cursor": cursor}, {}).json()

    def get_checkups(self, *, limit: int | None = None, cursor: str | None = None, contact_id: str | None = None) -> CheckUpOutPage:
        """Check-ups, newest first."""
        return self._ask("GET", "/api/v1/checkups", {"limit": limit, "cursor": cursor, "contact_id": contact_id}, {}).json()

    def get_consent(self, consent_id: str) -> ConsentOut:
        """One consent."""
        return self._ask("GET", f"/api/v1/consents/{consent_id}", {}, {}).json()

    def get_consents(self, *, limit: int | None = None, cursor: str | None = None, e164: str | None = None, purpose: Literal['informational', 'telemarketing', 'care', 'survey', 'political', 'charity', 'debt'] | None = None, is_revoked: bool | None = None) -> ConsentOutPage:
        """Who agreed to be called, newest first."""
        return self._ask("GET", "/api/v1/consents", {"limit": limit, "cursor": cursor, "e164": e164, "purpose": purpose, "is_revoked": is_revoked}, {}).json()

    def get_consents_export_csv(self) -> bytes:
        """Who agreed to be called, as CSV, oldest first."""
        return self._ask("GET", "/api/v1/consents/export.csv", {}, {}).content

    def get_consents_import(self, number_import_id: str) -> NumberImportOut:
        """How far an import has come."""
        return self._ask("GET", f"/api/v1/consents/imports/{number_import_id}", {}, {}).json()

    def get_consents_import_errors_csv(self, number_import_id: str) -> bytes:
        """Rejected rows with the reason."""
        return self._ask("GET", f"/api/v1/consents/imports/{number_import_id}/errors.csv", {}, {}).content

    def get_contact(self, contact_id: str) -> ContactOut:
        """One contact."""
        return self._ask("GET", f"/api/v1/contacts/{contact_id}", {}, {}).json()

    def get_contact_confirmed_zone(self, contact_id: str) -> ConfirmedZone:
        """The time zone that somebody has confirmed the contact is in."""
        return self._ask("GET", f"/api/v1/contacts/{contact_id}/confirmed-zone", {}, {}).json()

    def get_contact_export(self, contact_id: str) -> PersonExport:
        """Everything that is kept about a contact."""
        return self._ask("GET", f"/api/v1/contacts/{contact_id}/export", {}, {}).json()

    def get_contact_list(self, list_id: str) -> ListOut:
        """One list."""
        return self._ask("GET", f"/api/v1/contact-lists/{list_id}", {}, {}).json()

    def get_contact_lists(self, *, limit: int | None = None, cursor: str | None = None) -> ListOutPage:
        """Contact lists, newest first."""
        return self._ask("GET", "/api/v1/contact-lists", {"limit": limit, "cursor": cursor}, {}).json()

    def get_contact_memory(self, contact_id: str) -> MemoryOut:
        """What is remembered of a contact, with where each fact comes from."""
        return self._ask("GET", f"/api/v1/contacts/{contact_id}/memory", {}, {}).json()

    def get_contact_quiet_times(self, contact_id: str) -> QuietTimes:
        """When the person wants no calls, in their own zone."""
        return self._ask("GET", f"/api/v1/contacts/{contact_id}/quiet-times", {}, {}).json()

    def get_contact_timeline(self, contact_id: str, *, limit: int | None = None, cursor: str | None = None) -> TimelineEntryPage:
        """What happened with the contact, newest first."""
        return self._ask("GET", f"/api/v1/contacts/{contact_id}/timeline", {"limit": limit, "cursor": cursor}, {}).json()

    def get_contacts(self, *, limit: int | None = None, cursor: str | None = None, q: str | None = None, e164: str | None = None, contact_list_id: str | None = None) -> ContactOutPage:
        """Contacts, newest first."""
        return self._ask("GET", "/api/v1/contacts", {"limit": limit, "cursor": cursor, "q": q, "e164": e164, "contact_list_id": contact_list_id}, {}).json()

    def get_contacts_export_csv(self, *, contact_list_id: str | None = None) -> bytes:
        """Contacts as CSV that can be imported again, oldest first."""
        return self._ask("GET", "/api/v1/contacts/export.csv", {"contact_list_id": contact_list_id}, {}).content

    def get_enrollment(self, enrollment_id: str) -> EnrollmentOut:
        """One contact within one campaign."""
        return self._ask("GET", f"/api/v1/enrollments/{enrollment_id}", {}, {}).json()

    def get_enrollment_explain(self, enrollment_id: str) -> EnrollmentExplained:
        """May this contact be called now, and if not, why and when?"""
        return self._ask("GET", f"/api/v1/enrollments/{enrollment_id}/explain", {}, {}).json()

    def get_erasure(self, erasure_id: str) -> ErasureOut:
        """One erasure."""
        return self._ask("GET", f"/api/v1/erasures/{erasure_id}", {}, {}).json()

    def get_erasures(self, *, limit: int | None = None, cursor: str | None = None) -> ErasureOutPage:
        """Who was forgotten, without names, newest first."""
        return self._ask("GET", "/api/v1/erasures", {"limit": limit, "cursor": cursor}, {}).json()

    def get_exports_person(self, *, e164: str) -> PersonExport:
        """Everything that is kept about a number."""
        return self._ask("GET", "/api/v1/exports/person", {"e164": e164}, {}).json()

    def get_follow_up(self, follow_up_id: str) -> FollowUpOut:
        """One follow-up with its steps."""
        return self._ask("GET", f"/api/v1/follow-ups/{follow_up_id}", {}, {}).json()

    def get_follow_ups(self, *, limit: int | None = None, cursor: str | None = None, contact_id: str | None = None, state: Literal['open', 'closed'] | None = None, for_: Literal['call', 'operator'] | None = None) -> FollowUpOutPage:
        """Follow-ups, newest first."""
        return self._ask("GET", "/api/v1/follow-ups", {"limit": limit, "cursor": cursor, "contact_id": contact_id, "state": state, "for": for_}, {}).json()

    def get_import(self, import_id: str) -> ImportOut:
        """How far an import has come."""
        return self._ask("GET", f"/api/v1/imports/{import_id}", {}, {}).json()

    def get_import_errors_csv(self, import_id: str) -> bytes:
        """Rejected rows with the reason and their own text."""
        return self._ask("GET", f"/api/v1/imports/{import_id}/errors.csv", {}, {}).content

    def get_import_stream(self, import_id: str) -> Iterator[str]:
        """How far an import comes, until its end, as Server-Sent Events."""
        return self._lines(f"/api/v1/imports/{import_id}/stream", {}, {})

    def get_knowledge(self, *, limit: int | None = None, cursor: str | None = None) -> KnowledgeOutPage:
        """Knowledge bases, newest first."""
        return self._ask("GET", "/api/v1/knowledge", {"limit": limit, "cursor": cursor}, {}).json()

    def get_legal_hold(self, hold_id: str) -> HoldOut:
        """One legal hold."""
        return self._ask("GET", f"/api/v1/legal-holds/{hold_id}", {}, {}).json()

    def get_legal_holds(self, *, limit: int | None = None, cursor: str | None = None, is_released: bool | None = None) -> HoldOutPage:
        """What must not be deleted, newest first."""
        return self._ask("GET", "/api/v1/legal-holds", {"limit": limit, "cursor": cursor, "is_released": is_released}, {}).json()

    def get_number(self, number_id: str) -> NumberOut:
        """A number."""
        return self._ask("GET", f"/api/v1/numbers/{number_id}", {}, {}).json()

    def get_number_lookups(self, *, limit: int | None = None, cursor: str | None = None, e164: str | None = None) -> NumberLookupOutPage:
        """What the carrier has said of numbers before they were called, newest first."""
        return self._ask("GET", "/api/v1/number-lookups", {"limit": limit, "cursor": cursor, "e164": e164}, {}).json()

    def get_number_lookups_settings(self) -> LookupSettingsOut:
        """What is looked up of numbers before they are called, and what it costs."""
        return self._ask("GET", "/api/v1/number-lookups/settings", {}, {}).json()

    def get_number_routing(self, number_id: str) -> Routing:
        """What is done with calls that come in."""
        return self._ask("GET", f"/api/v1/numbers/{number_id}/routing", {}, {}).json()

    def get_numbers(self, *, trunk_id: str | None = None, limit: int | None = None, cursor: str | None = None) -> NumberOutPage:
        """Numbers, newest first."""
        return self._ask("GET", "/api/v1/numbers", {"trunk_id": trunk_id, "limit": limit, "cursor": cursor}, {}).json()

    def get_one_knowledge(self, knowledge_id: str) -> KnowledgeOut:
        """A knowledge base."""
        return self._ask("GET", f"/api/v1/knowledge/{knowledge_id}", {}, {}).json()

    def get_one_knowledge_document(self, knowledge_id: str, document_id: str) -> DocumentOut:
        """A document, and what became of its last upload."""
        return self._ask("GET", f"/api/v1/knowledge/{knowledge_id}/documents/{document_id}", {}, {}).json()

    def get_one_knowledge_documents(self, knowledge_id: str, *, limit: int | None = None, cursor: str | None = None) -> DocumentOutPage:
        """Documents, newest first."""
        return self._ask("GET", f"/api/v1/knowledge/{knowledge_id}/documents", {"limit": limit, "cursor": cursor}, {}).json()

    def get_one_knowledge_search(self, knowledge_id: str, *, q: str, limit: int | None = None) -> SearchOut:
        """What an assistant would find, best first, each passage with where it stands."""
        return self._ask("GET", f"/api/v1/knowledge/{knowledge_id}/search", {"q": q, "limit": limit}, {}).json()

    def get_operator(self, operator_id: str) -> OperatorOut:
        """One operator."""
        return self._ask("GET", f"/api/v1/operators/{operator_id}", {}, {}).json()

    def get_operators(self, *, limit: int | None = None, cursor: str | None = None) -> OperatorOutPage:
        """People who take over calls, newest first."""
        return self._ask("GET", "/api/v1/operators", {"limit": limit, "cursor": cursor}, {}).json()

    def get_promise(self, promise_id: str) -> PromiseOut:
        """One promise."""
        return self._ask("GET", f"/api/v1/promises/{promise_id}", {}, {}).json()

    def get_promises(self, *, limit: int | None = None, cursor: str | None = None, state: Literal['open', 'kept', 'dropped'] | None = None, contact_id: str | None = None, call_id: str | None = None, is_overdue: bool | None = None) -> PromiseOutPage:
        """What was promised in calls, newest first."""
        return self._ask("GET", "/api/v1/promises", {"limit": limit, "cursor": cursor, "state": state, "contact_id": contact_id, "call_id": call_id, "is_overdue": is_overdue}, {}).json()

    def get_retention(self) -> RetentionOut:
        """How many days each kind of record is kept."""
        return self._ask("GET", "/api/v1/retention", {}, {}).json()

    def get_rule(self, pack: str) -> PackVersions:
        """One rule pack in all its versions, with citations and how certain they are."""
        return self._ask("GET", f"/api/v1/rules/{pack}", {}, {}).json()

    def get_rules(self, *, day: str | None = None) -> PackList:
        """Rule packs in force, with where and since when."""
        return self._ask("GET", "/api/v1/rules", {"day": day}, {}).json()

    def get_schedule(self, schedule_id: str) -> ScheduleOut:
        """One schedule with its next runs."""
        return self._ask("GET", f"/api/v1/schedules/{schedule_id}", {}, {}).json()

    def get_schedule_runs(self, schedule_id: str, *, state: Literal['due', 'calling', 'completed', 'failed', 'refused', 'missed', 'canceled'] | None = None, limit: int | None = None, cursor: str | None = None) -> RunOutPage:
        """Its runs, newest first, with their calls."""
        return self._ask("GET", f"/api/v1/schedules/{schedule_id}/runs", {"state": state, "limit": limit, "cursor": cursor}, {}).json()

    def get_schedules(self, *, contact_id: str | None = None, assistant_id: str | None = None, state: Literal['active', 'paused', 'finished'] | None = None, limit: int | None = None, cursor: str | None = None) -> ScheduleOutPage:
        """Schedules, newest first."""
        return self._ask("GET", "/api/v1/schedules", {"contact_id": contact_id, "assistant_id": assistant_id, "state": state, "limit": limit, "cursor": cursor}, {}).json()

    def get_secret(self, secret_id: str) -> SecretOut:
        """A secret, without its value."""
        return self._ask("GET", f"/api/v1/secrets/{secret_id}", {}, {}).json()

    def get_secrets(self, *, limit: int | None = None, cursor: str | None = None) -> SecretOutPage:
        """Secrets without their values, newest first."""
        return self._ask("GET", "/api/v1/secrets", {"limit": limit, "cursor": cursor}, {}).json()

    def get_stream(self, *, last_event_id: str | None = None) -> Iterator[str]:
        """What happens in the workspace, as Server-Sent Events."""
        return self._lines("/api/v1/stream", {"last_event_id": last_event_id}, {})

    def get_suppression(self, suppression_id: str) -> SuppressionOut:
        """One suppression."""
        return self._ask("GET", f"/api/v1/suppressions/{suppression_id}", {}, {}).json()

    def get_suppressions(self, *, limit: int | None = None, cursor: str | None = None, e164: str | None = None, scope: Literal['workspace', 'campaign'] | None = None) -> SuppressionOutPage:
        """Numbers never to be called, newest first."""
        return self._ask("GET", "/api/v1/suppressions", {"limit": limit, "cursor": cursor, "e164": e164, "scope": scope}, {}).json()

    def get_suppressions_check(self, *, e164: str, campaign_id: str | None = None) -> SuppressionCheck:
        """May this number be called at all?"""
        return self._ask("GET", "/api/v1/suppressions/check", {"e164": e164, "campaign_id": campaign_id}, {}).json()

    def get_suppressions_export_csv(self) -> bytes:
        """Numbers never to be called, as CSV, oldest first."""
        return self._ask("GET", "/api/v1/suppressions/export.csv", {}, {}).content

    def get_suppressions_import(self, number_import_id: str) -> NumberImportOut:
        """How far an import has come."""
        return self._ask("GET", f"/api/v1/suppressions/imports/{number_import_id}", {}, {}).json()

    def get_suppressions_import_errors_csv(self, number_import_id: str) -> bytes:
        """Rejected rows with the reason."""
        return self._ask("GET", f"/api/v1/suppressions/imports/{number_import_id}/errors.csv", {}, {}).content

    def get_suppressions_lists(self) -> ListAges:
        """How old each do-not-call list is; calls that need a list older than allowed are refused."""
        return self._ask("GET", "/api/v1/suppressions/lists", {}, {}).json()

    def get_tool(self, tool_id: str) -> ToolOut:
        """A tool by configuration."""
        return self._ask("GET", f"/api/v1/tools/{tool_id}", {}, {}).json()

    def get_tools(self, *, limit: int | None = None, cursor: str | None = None) -> ToolOutPage:
        """Tools by configuration, newest first."""
        return self._ask("GET", "/api/v1/tools", {"limit": limit, "cursor": cursor}, {}).json()

    def get_trunk(self, trunk_id: str) -> TrunkOut:
        """A trunk, without its password."""
        return self._ask("GET", f"/api/v1/trunks/{trunk_id}", {}, {}).json()

    def get_trunk_health(self, trunk_id: str) -> TrunkHealth:
        """How the trunk does."""
        return self._ask("GET", f"/api/v1/trunks/{trunk_id}/health", {}, {}).json()

    def get_trunk_path(self, trunk_id: str) -> CarrierPathOut:
        """What was built for the trunk at its carrier, step by step."""
        return self._ask("GET", f"/api/v1/trunks/{trunk_id}/path", {}, {}).json()

    def get_trunks(self, *, limit: int | None = None, cursor: str | None = None) -> TrunkOutPage:
        """Trunks, newest first."""
        return self._ask("GET", "/api/v1/trunks", {"limit": limit, "cursor": cursor}, {}).json()

    def get_usage(self, *, month: str | None = None) -> UsageOut:
        """What a month's calls used and cost, by day, campaign, assistant and destination."""
        return self._ask("GET", "/api/v1/usage", {"month": month}, {}).json()

    def get_usage_credits(self, *, limit: int | None = None, cursor: str | None = None) -> CreditOutPage:
        """Payments in advance, newest first."""
        return self._ask("GET", "/api/v1/usage/credits", {"limit": limit, "cursor": cursor}, {}).json()

    def get_usage_limits(self) -> LimitsOut:
        """Monthly limits, alert thresholds, allowed countries, paused destinations."""
        return self._ask("GET", "/api/v1/usage/limits", {}, {}).json()

    def get_usage_prices(self) -> PricesOut:
        """The workspace's own prices, and the whole list by which its calls are billed."""
        return self._ask("GET", "/api/v1/usage/prices", {}, {}).json()

    def get_usage_records_csv(self, *, month: str | None = None) -> bytes:
        """What each call of a month was billed for, as CSV, oldest first."""
        return self._ask("GET", "/api/v1/usage/records.csv", {"month": month}, {}).content

    def get_webhook_deliveries(self, *, endpoint_id: str | None = None, state: Literal['pending', 'delivered', 'failed', 'canceled'] | None = None, event_type: str | None = None, limit: int | None = None, cursor: str | None = None) -> WebhookDeliveryOutPage:
        """What was told to whom, newest first."""
        return self._ask("GET", "/api/v1/webhook-deliveries", {"endpoint_id": endpoint_id, "state": state, "event_type": event_type, "limit": limit, "cursor": cursor}, {}).json()

    def get_webhook_delivery(self, delivery_id: str) -> WebhookDeliveryOut:
        """A delivery."""
        return self._ask("GET", f"/api/v1/webhook-deliveries/{delivery_id}", {}, {}).json()

    def get_webhook_endpoint(self, endpoint_id: str) -> WebhookEndpointOut:
        """An endpoint, without its secret."""
        return self._ask("GET", f"/api/v1/webhook-endpoints/{endpoint_id}", {}, {}).json()

    def get_webhook_endpoints(self, *, limit: int | None = None, cursor: str | None = None) -> WebhookEndpointOutPage:
        """Webhook endpoints, newest first."""
        return self._ask("GET", "/api/v1/webhook-endpoints", {"limit": limit, "cursor": cursor}, {}).json()

    def get_workspace(self) -> WorkspaceOut:
        """The workspace of this key."""
        return self._ask("GET", "/api/v1/workspace", {}, {}).json()

    def get_workspace_rules(self) -> OwnRulesOut:
        """What the workspace adds to the rule packs and what it waives."""
        return self._ask("GET", "/api/v1/workspace/rules", {}, {}).json()

    def patch_appointment(self, appointment_id: str, body: AppointmentPatch, *, if_match: str | None = None) -> AppointmentOut:
        """Move it, cancel it, or change what is sent."""
        return self._ask("PATCH", f"/api/v1/appointments/{appointment_id}", {}, {"If-Match": if_match}, json=body).json()

    def patch_appointment_feed(self, feed_id: str, body: AppointmentFeedPatch, *, if_match: str | None = None) -> AppointmentFeedOut:
        """Change what is sent; the calendar is read again at once."""
        return self._ask("PATCH", f"/api/v1/appointment-feeds/{feed_id}", {}, {"If-Match": if_match}, json=body).json()

    def patch_assistant(self, assistant_id: str, body: AssistantPatch, *, if_match: str | None = None) -> AssistantOut:
        """Change the draft."""
        return self._ask("PATCH", f"/api/v1/assistants/{assistant_id}", {}, {"If-Match": if_match}, json=body).json()

    def patch_booking(self, booking_id: str, body: BookingPatch, *, if_match: str | None = None) -> BookingOut:
        """Move it, cancel it, or change what is noted."""
        return self._ask("PATCH", f"/api/v1/bookings/{booking_id}", {}, {"If-Match": if_match}, json=body).json()

    def patch_calendar(self, calendar_id: str, body: CalendarPatch, *, if_match: str | None = None) -> CalendarOut:
        """Change what can be booked from now on."""
        return self._ask("PATCH", f"/api/v1/calendars/{calendar_id}", {}, {"If-Match": if_match}, json=body).json()

    def patch_campaign(self, campaign_id: str, body: CampaignPatch, *, if_match: str | None = None) -> CampaignOut:
        """Change what is sent."""
        return self._ask("PATCH", f"/api/v1/campaigns/{campaign_id}", {}, {"If-Match": if_match}, json=body).json()

    def patch_checkup(self, checkup_id: str, body: CheckUpPatch, *, if_match: str | None = None) -> CheckUpOut:
        """Change what is sent, pause or go on."""
        return self._ask("PATCH", f"/api/v1/checkups/{checkup_id}", {}, {"If-Match": if_match}, json=body).json()

    def patch_contact(self, contact_id: str, body: ContactPatch, *, if_match: str | None = None) -> ContactOut:
        """Change what is sent."""
        return self._ask("PATCH", f"/api/v1/contacts/{contact_id}", {}, {"If-Match": if_match}, json=body).json()

    def patch_contact_list(self, list_id: str, body: ListPatch, *, if_match: str | None = None) -> ListOut:
        """Change what is sent."""
        return self._ask("PATCH", f"/api/v1/contact-lists/{list_id}", {}, {"If-Match": if_match}, json=body).json()

    def patch_number(self, number_id: str, body: NumberPatch, *, if_match: str | None = None) -> NumberOut:
        """Change label or daily cap, or put the number back to work."""
        return self._ask("PATCH", f"/api/v1/numbers/{number_id}", {}, {"If-Match": if_match}, json=body).json()

    def patch_one_knowledge(self, knowledge_id: str, body: KnowledgePatch, *, if_match: str | None = None) -> KnowledgeOut:
        """Change its name, what is said of it, or how it is searched."""
        return self._ask("PATCH", f"/api/v1/knowledge/{knowledge_id}", {}, {"If-Match": if_match}, json=body).json()

    def patch_operator(self, operator_id: str, body: OperatorPatch, *, if_match: str | None = None) -> OperatorOut:
        """Change when they are there, or whose calls they take."""
        return self._ask("PATCH", f"/api/v1/operators/{operator_id}", {}, {"If-Match": if_match}, json=body).json()

    def patch_schedule(self, schedule_id: str, body: SchedulePatch, *, if_match: str | None = None) -> ScheduleOut:
        """Change what is sent."""
        return self._ask("PATCH", f"/api/v1/schedules/{schedule_id}", {}, {"If-Match": if_match}, json=body).json()

    def patch_secret(self, secret_id: str, body: SecretPatch, *, if_match: str | None = None) -> SecretOut:
        """Replace a secret's value, endpoint or description."""
        return self._ask("PATCH", f"/api/v1/secrets/{secret_id}", {}, {"If-Match": if_match}, json=body).json()

    def patch_tool(self, tool_id: str, body: ToolPatch, *, if_match: str | None = None) -> ToolOut:
        """Change a tool, at once and also for calls under way."""
        return self._ask("PATCH", f"/api/v1/tools/{tool_id}", {}, {"If-Match": if_match}, json=body).json()

    def patch_trunk(self, trunk_id: str, body: TrunkPatch, *, if_match: str | None = None) -> TrunkOut:
        """Change a trunk."""
        return self._ask("PATCH", f"/api/v1/trunks/{trunk_id}", {}, {"If-Match": if_match}, json=body).json()

    def patch_webhook_endpoint(self, endpoint_id: str, body: WebhookEndpointPatch, *, if_match: str | None = None) -> WebhookEndpointOut:
        """Change an endpoint, switch it off or on."""
        return self._ask("PATCH", f"/api/v1/webhook-endpoints/{endpoint_id}", {}, {"If-Match": if_match}, json=body).json()

    def patch_workspace(self, body: WorkspacePatch, *, if_match: str | None = None) -> WorkspaceOut:
        """Change the workspace, or halt all its calls."""
        return self._ask("PATCH", "/api/v1/workspace", {}, {"If-Match": if_match}, json=body).json()

    def post_analyses(self, body: AnalyzeAgainIn, *, idempotency_key: str | None = None) -> AskedAgain:
        """Analyse the calls of a time span again."""
        return self._ask("POST", "/api/v1/analyses", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_api_keys(self, body: ApiKeyIn, *, idempotency_key: str | None = None) -> NewApiKeyOut:
        """Make a key; it is shown once."""
        return self._ask("POST", "/api/v1/api-keys", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_appointment_feed_refresh(self, feed_id: str, *, idempotency_key: str | None = None) -> AppointmentFeedOut:
        """Read the calendar now."""
        return self._ask("POST", f"/api/v1/appointment-feeds/{feed_id}/refresh", {}, {"Idempotency-Key": idempotency_key}).json()

    def post_appointment_feeds(self, body: AppointmentFeedIn, *, idempotency_key: str | None = None) -> AppointmentFeedOut:
        """Read appointments from a calendar's iCal address, now and again and again."""
        return self._ask("POST", "/api/v1/appointment-feeds", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_appointments(self, body: AppointmentIn, *, idempotency_key: str | None = None) -> AppointmentOut:
        """Make an appointment, of which the contact is reminded."""
        return self._ask("POST", "/api/v1/appointments", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_appointments_imports(self, content: bytes | Iterable[bytes], *, assistant_id: str) -> AppointmentImportOut:
        """Appointments from a CSV file of up to 2,000 rows."""
        return self._ask("POST", "/api/v1/appointments/imports", {"assistant_id": assistant_id}, {"Content-Type": "text/csv"}, content=content).json()

    def post_assistant_probe(self, assistant_id: str, *, idempotency_key: str | None = None) -> Probe:
        """Try whether an assistant's models, voice and tools answer."""
        return self._ask("POST", f"/api/v1/assistants/{assistant_id}/probe", {}, {"Idempotency-Key": idempotency_key}).json()

    def post_assistant_publish(self, assistant_id: str, *, idempotency_key: str | None = None) -> AssistantVersionOut:
        """Publish the draft as the next version."""
        return self._ask("POST", f"/api/v1/assistants/{assistant_id}/publish", {}, {"Idempotency-Key": idempotency_key}).json()

    def post_assistant_try(self, assistant_id: str, body: TryIn, *, idempotency_key: str | None = None) -> TryOut:
        """Talk to an assistant's draft in text."""
        return self._ask("POST", f"/api/v1/assistants/{assistant_id}/try", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_assistants(self, body: AssistantIn, *, idempotency_key: str | None = None) -> AssistantOut:
        """Make an assistant; it is published as version 1."""
        return self._ask("POST", "/api/v1/assistants", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_auth_token(self) -> TokenOut:
        """Exchange an API key for a short-lived token."""
        return self._ask("POST", "/api/v1/auth/token", {}, {}).json()

    def post_bookings(self, body: BookingIn, *, idempotency_key: str | None = None) -> BookingOut:
        """Book a free slot."""
        return self._ask("POST", "/api/v1/bookings", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_calendars(self, body: CalendarIn, *, idempotency_key: str | None = None) -> CalendarOut:
        """Make a calendar: hours, length of a slot, capacity."""
        return self._ask("POST", "/api/v1/calendars", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_call_analyses(self, call_id: str, *, idempotency_key: str | None = None) -> AnalysisOut:
        """Analyse a stored call again, by its assistant as it is published now."""
        return self._ask("POST", f"/api/v1/calls/{call_id}/analyses", {}, {"Idempotency-Key": idempotency_key}).json()

    def post_call_end(self, call_id: str, *, idempotency_key: str | None = None) -> CallView:
        """End a call, waiting, ringing or talking."""
        return self._ask("POST", f"/api/v1/calls/{call_id}/end", {}, {"Idempotency-Key": idempotency_key}).json()

    def post_call_transcriptions(self, call_id: str, *, idempotency_key: str | None = None) -> TranscriptionOut:
        """Transcribe a stored recording anew."""
        return self._ask("POST", f"/api/v1/calls/{call_id}/transcriptions", {}, {"Idempotency-Key": idempotency_key}).json()

    def post_call_transfer(self, call_id: str, body: WantedTransfer) -> CallView:
        """Put the person through to somebody else."""
        return self._ask("POST", f"/api/v1/calls/{call_id}/transfer", {}, {}, json=body).json()

    def post_calls(self, body: NewCall, *, idempotency_key: str | None = None) -> CallView:
        """Call one number."""
        return self._ask("POST", "/api/v1/calls", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_campaign_archive(self, campaign_id: str, *, idempotency_key: str | None = None) -> CampaignOut:
        """Put away a campaign at rest."""
        return self._ask("POST", f"/api/v1/campaigns/{campaign_id}/archive", {}, {"Idempotency-Key": idempotency_key}).json()

    def post_campaign_contacts(self, campaign_id: str, body: ContactsIn, *, idempotency_key: str | None = None) -> Added:
        """Add contacts while it runs."""
        return self._ask("POST", f"/api/v1/campaigns/{campaign_id}/contacts", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_campaign_pause(self, campaign_id: str, *, idempotency_key: str | None = None) -> CampaignOut:
        """Start no further call; those under way go on."""
        return self._ask("POST", f"/api/v1/campaigns/{campaign_id}/pause", {}, {"Idempotency-Key": idempotency_key}).json()

    def post_campaign_preview(self, campaign_id: str, body: PreviewIn, *, idempotency_key: str | None = None) -> PreviewOut:
        """What if the campaign were started now?"""
        return self._ask("POST", f"/api/v1/campaigns/{campaign_id}/preview", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_campaign_resume(self, campaign_id: str, *, idempotency_key: str | None = None) -> CampaignOut:
        """Go on calling."""
        return self._ask("POST", f"/api/v1/campaigns/{campaign_id}/resume", {}, {"Idempotency-Key": idempotency_key}).json()

    def post_campaign_start(self, campaign_id: str, *, idempotency_key: str | None = None) -> CampaignOut:
        """Begin to call."""
        return self._ask("POST", f"/api/v1/campaigns/{campaign_id}/start", {}, {"Idempotency-Key": idempotency_key}).json()

    def post_campaign_stop(self, campaign_id: str, body: Stop | None | None = None, *, idempotency_key: str | None = None) -> CampaignOut:
        """End it for good; calls under way go on, or are ended too."""
        return self._ask("POST", f"/api/v1/campaigns/{campaign_id}/stop", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_campaigns(self, body: CampaignIn, *, idempotency_key: str | None = None) -> CampaignOut:
        """Create a campaign, at rest."""
        return self._ask("POST", "/api/v1/campaigns", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_campaigns_preview(self, body: PlannedPreviewIn, *, idempotency_key: str | None = None) -> PreviewOut:
        """What if a campaign such as this were made, or changed so, and started now?"""
        return self._ask("POST", "/api/v1/campaigns/preview", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_checkups(self, body: CheckUpIn, *, idempotency_key: str | None = None) -> CheckUpOut:
        """Call a person regularly, and others when they cannot be reached."""
        return self._ask("POST", "/api/v1/checkups", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_consent_revoke(self, consent_id: str, body: RevocationIn | None | None = None, *, idempotency_key: str | None = None) -> ConsentOut:
        """No further call rests on this consent."""
        return self._ask("POST", f"/api/v1/consents/{consent_id}/revoke", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_consents(self, body: ConsentIn, *, idempotency_key: str | None = None) -> ConsentOut:
        """Record a consent; 200 when this very one is on record already."""
        return self._ask("POST", "/api/v1/consents", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_consents_imports(self, content: bytes | Iterable[bytes], *, purpose: Literal['informational', 'telemarketing', 'care', 'survey', 'political', 'charity', 'debt'] | None = None, basis: Literal['written', 'oral', 'implied', 'existing_customer'] | None = None, granted_at: str | None = None, text: str | None = None, source: str | None = None, default_country: str | None = None, encoding: str | None = None) -> NumberImportOut:
        """Import consents: phone, consent_purpose, consent_basis, consent_at …, in the background."""
        return self._ask("POST", "/api/v1/consents/imports", {"purpose": purpose, "basis": basis, "granted_at": granted_at, "text": text, "source": source, "default_country": default_country, "encoding": encoding}, {"Content-Type": "text/csv"}, content=content).json()

    def post_contact_erase(self, contact_id: str, *, idempotency_key: str | None = None) -> ErasureOut:
        """Forget a contact."""
        return self._ask("POST", f"/api/v1/contacts/{contact_id}/erase", {}, {"Idempotency-Key": idempotency_key}).json()

    def post_contact_list_consents(self, list_id: str, body: DeclarationIn, *, idempotency_key: str | None = None) -> DeclarationOut:
        """Declare a consent for everybody who stands on the list now."""
        return self._ask("POST", f"/api/v1/contact-lists/{list_id}/consents", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_contact_list_contacts(self, list_id: str, body: MembersIn, *, idempotency_key: str | None = None) -> ListOut:
        """Put contacts on the list."""
        return self._ask("POST", f"/api/v1/contact-lists/{list_id}/contacts", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_contact_list_imports(self, list_id: str, content: bytes | Iterable[bytes], *, default_country: str | None = None, mapping: str | None = None, encoding: str | None = None) -> ImportOut:
        """Import contacts from CSV, in the background."""
        return self._ask("POST", f"/api/v1/contact-lists/{list_id}/imports", {"default_country": default_country, "mapping": mapping, "encoding": encoding}, {"Content-Type": "text/csv"}, content=content).json()

    def post_contact_list_imports_preview(self, list_id: str, content: bytes | Iterable[bytes], *, default_country: str | None = None, mapping: str | None = None, encoding: str | None = None) -> ImportPreview:
        """What an import would make of the file, told from its first 64 kB: columns, their meaning, rows that are no contacts."""
        return self._ask("POST", f"/api/v1/contact-lists/{list_id}/imports/preview", {"default_country": default_country, "mapping": mapping, "encoding": encoding}, {"Content-Type": "text/csv"}, content=content).json()

    def post_contact_lists(self, body: ListIn, *, idempotency_key: str | None = None) -> ListOut:
        """Create an empty list."""
        return self._ask("POST", "/api/v1/contact-lists", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_contact_lists_imports_compare(self, content: bytes | Iterable[bytes], *, default_country: str | None = None, mapping: str | None = None, encoding: str | None = None, contact_list_id: str | None = None) -> ComparisonOut:
        """Who would be added, changed and kept if a list became what the file says, and who stands on it and not in the file."""
        return self._ask("POST", "/api/v1/contact-lists/imports/compare", {"default_country": default_country, "mapping": mapping, "encoding": encoding, "contact_list_id": contact_list_id}, {"Content-Type": "text/csv"}, content=content).json()

    def post_contacts(self, body: ContactIn, *, idempotency_key: str | None = None) -> ContactOut:
        """Create a contact."""
        return self._ask("POST", "/api/v1/contacts", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_enrollment_retry(self, enrollment_id: str, *, idempotency_key: str | None = None) -> EnrollmentOut:
        """Call this contact again."""
        return self._ask("POST", f"/api/v1/enrollments/{enrollment_id}/retry", {}, {"Idempotency-Key": idempotency_key}).json()

    def post_enrollment_skip(self, enrollment_id: str, *, idempotency_key: str | None = None) -> EnrollmentOut:
        """Do not call this contact in this campaign."""
        return self._ask("POST", f"/api/v1/enrollments/{enrollment_id}/skip", {}, {"Idempotency-Key": idempotency_key}).json()

    def post_erasures(self, body: ErasureIn, *, idempotency_key: str | None = None) -> ErasureOut:
        """Forget a number and whoever has no other."""
        return self._ask("POST", "/api/v1/erasures", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_follow_up_close(self, follow_up_id: str, body: ClosingIn | None | None = None, *, idempotency_key: str | None = None) -> FollowUpOut:
        """The person has been looked after."""
        return self._ask("POST", f"/api/v1/follow-ups/{follow_up_id}/close", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_follow_ups(self, body: FollowUpIn, *, idempotency_key: str | None = None) -> FollowUpOut:
        """Follow somebody up, by calls or by an operator."""
        return self._ask("POST", "/api/v1/follow-ups", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_knowledge(self, body: KnowledgeIn, *, idempotency_key: str | None = None) -> KnowledgeOut:
        """Make a knowledge base, for documents that assistants may look things up in."""
        return self._ask("POST", "/api/v1/knowledge", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_legal_hold_release(self, hold_id: str, *, idempotency_key: str | None = None) -> HoldOut:
        """Let retention and erasure apply again."""
        return self._ask("POST", f"/api/v1/legal-holds/{hold_id}/release", {}, {"Idempotency-Key": idempotency_key}).json()

    def post_legal_holds(self, body: HoldIn, *, idempotency_key: str | None = None) -> HoldOut:
        """Keep everything about a contact, a number or a call."""
        return self._ask("POST", "/api/v1/legal-holds", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_numbers(self, body: NumberIn, *, idempotency_key: str | None = None) -> NumberOut:
        """Add a number to a trunk."""
        return self._ask("POST", "/api/v1/numbers", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_numbers_import(self, body: NumbersWanted, *, idempotency_key: str | None = None) -> NumbersImported:
        """Take numbers of the Twilio account into the workspace."""
        return self._ask("POST", "/api/v1/numbers/import", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_one_knowledge_documents(self, knowledge_id: str, content: bytes | Iterable[bytes], *, name: str | None = None) -> DocumentOut:
        """Upload a document, or its next version by the same name; it is read in the background."""
        return self._ask("POST", f"/api/v1/knowledge/{knowledge_id}/documents", {"name": name}, {"Content-Type": "text/csv"}, content=content).json()

    def post_operators(self, body: OperatorIn, *, idempotency_key: str | None = None) -> OperatorOut:
        """Add somebody to whom calls can be put through."""
        return self._ask("POST", "/api/v1/operators", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_promise_drop(self, promise_id: str, body: RemarkIn | None | None = None, *, idempotency_key: str | None = None) -> PromiseOut:
        """It is not to be kept any more."""
        return self._ask("POST", f"/api/v1/promises/{promise_id}/drop", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_promise_keep(self, promise_id: str, body: RemarkIn | None | None = None, *, idempotency_key: str | None = None) -> PromiseOut:
        """It was kept."""
        return self._ask("POST", f"/api/v1/promises/{promise_id}/keep", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_schedule_pause(self, schedule_id: str, *, idempotency_key: str | None = None) -> ScheduleOut:
        """Begin no further call."""
        return self._ask("POST", f"/api/v1/schedules/{schedule_id}/pause", {}, {"Idempotency-Key": idempotency_key}).json()

    def post_schedule_resume(self, schedule_id: str, *, idempotency_key: str | None = None) -> ScheduleOut:
        """Go on with the next run from now on."""
        return self._ask("POST", f"/api/v1/schedules/{schedule_id}/resume", {}, {"Idempotency-Key": idempotency_key}).json()

    def post_schedule_run_now(self, schedule_id: str, *, idempotency_key: str | None = None) -> RunOut:
        """Call now, beside the plan."""
        return self._ask("POST", f"/api/v1/schedules/{schedule_id}/run-now", {}, {"Idempotency-Key": idempotency_key}).json()

    def post_schedules(self, body: NewSchedule, *, idempotency_key: str | None = None) -> ScheduleOut:
        """Create a schedule, active at once."""
        return self._ask("POST", "/api/v1/schedules", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_secrets(self, body: SecretIn, *, idempotency_key: str | None = None) -> SecretOut:
        """Entrust a secret; its value is never shown again."""
        return self._ask("POST", "/api/v1/secrets", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_suppressions(self, body: SuppressionIn, *, idempotency_key: str | None = None) -> SuppressionOut:
        """Never call this number; 200 when that is so already."""
        return self._ask("POST", "/api/v1/suppressions", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_suppressions_imports(self, content: bytes | Iterable[bytes], *, source: str, list_date: str, mode: Literal['add', 'replace'] | None = None, default_country: str | None = None, encoding: str | None = None) -> NumberImportOut:
        """Import a do-not-call list: numbers, one per row, in the background."""
        return self._ask("POST", "/api/v1/suppressions/imports", {"source": source, "list_date": list_date, "mode": mode, "default_country": default_country, "encoding": encoding}, {"Content-Type": "text/csv"}, content=content).json()

    def post_tool_pin(self, tool_id: str) -> ToolOut:
        """Keep what an MCP server says of a tool now, for assistants to use it so."""
        return self._ask("POST", f"/api/v1/tools/{tool_id}/pin", {}, {}).json()

    def post_tool_test(self, tool_id: str, body: ToolTrial) -> ToolTrialOut:
        """Use a tool once, as a call would."""
        return self._ask("POST", f"/api/v1/tools/{tool_id}/test", {}, {}, json=body).json()

    def post_tools(self, body: ToolIn, *, idempotency_key: str | None = None) -> ToolOut:
        """Describe an HTTPS endpoint, or a tool of an MCP server, as a tool for assistants."""
        return self._ask("POST", "/api/v1/tools", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_tools_offered(self, body: McpServerIn) -> McpOfferedOut:
        """What an MCP server offers, to choose tools from."""
        return self._ask("POST", "/api/v1/tools/offered", {}, {}, json=body).json()

    def post_trunk_sync(self, trunk_id: str, *, idempotency_key: str | None = None) -> TrunkOut:
        """Tell LiveKit again; contacts who wait for the trunk are due."""
        return self._ask("POST", f"/api/v1/trunks/{trunk_id}/sync", {}, {"Idempotency-Key": idempotency_key}).json()

    def post_trunks(self, body: TrunkIn, *, idempotency_key: str | None = None) -> TrunkOut:
        """Add a trunk; LiveKit is told in the background."""
        return self._ask("POST", "/api/v1/trunks", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_usage_credits(self, body: CreditIn, *, idempotency_key: str | None = None) -> CreditAdded:
        """Add to the balance that calls are paid from."""
        return self._ask("POST", "/api/v1/usage/credits", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_usage_destinations_resume(self, body: ResumeIn, *, idempotency_key: str | None = None) -> LimitsOut:
        """Call a destination again that was paused for too many calls or too much money."""
        return self._ask("POST", "/api/v1/usage/destinations/resume", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_webhook_delivery_replay(self, delivery_id: str, *, idempotency_key: str | None = None) -> WebhookDeliveryOut:
        """Send it again under the same id."""
        return self._ask("POST", f"/api/v1/webhook-deliveries/{delivery_id}/replay", {}, {"Idempotency-Key": idempotency_key}).json()

    def post_webhook_endpoint_rotate_secret(self, endpoint_id: str, *, idempotency_key: str | None = None) -> WebhookEndpointWithSecret:
        """A new secret, shown this once."""
        return self._ask("POST", f"/api/v1/webhook-endpoints/{endpoint_id}/rotate-secret", {}, {"Idempotency-Key": idempotency_key}).json()

    def post_webhook_endpoint_test(self, endpoint_id: str, *, idempotency_key: str | None = None) -> WebhookDeliveryOut:
        """Send a test event."""
        return self._ask("POST", f"/api/v1/webhook-endpoints/{endpoint_id}/test", {}, {"Idempotency-Key": idempotency_key}).json()

    def post_webhook_endpoints(self, body: WebhookEndpointIn, *, idempotency_key: str | None = None) -> WebhookEndpointWithSecret:
        """Add an endpoint; its secret is shown this once."""
        return self._ask("POST", "/api/v1/webhook-endpoints", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_workspace_halt(self, body: Halt, *, idempotency_key: str | None = None) -> WorkspaceOut:
        """Dial nothing more; calls under way go on, or are ended too."""
        return self._ask("POST", "/api/v1/workspace/halt", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def post_workspace_resume(self, body: Resume, *, idempotency_key: str | None = None) -> WorkspaceOut:
        """Dial again after a halt."""
        return self._ask("POST", "/api/v1/workspace/resume", {}, {"Idempotency-Key": idempotency_key}, json=body).json()

    def put_call_outcome(self, call_id: str, body: NewOutcome) -> CallView:
        """Say what came of a call."""
        return self._ask("PUT", f"/api/v1/calls/{call_id}/outcome", {}, {}, json=body).json()

    def put_carriers_twilio(self, body: TwilioAccountIn) -> TwilioAccountOut:
        """Give the workspace its own Twilio account; Twilio is asked whether the secret opens it."""
        return self._ask("PUT", "/api/v1/carriers/twilio", {}, {}, json=body).json()

    def put_contact_confirmed_zone(self, contact_id: str, body: ConfirmedZoneIn) -> ConfirmedZone:
        """Say with evidence in which time zone the contact is, whatever number, address and list say; audited."""
        return self._ask("PUT", f"/api/v1/contacts/{contact_id}/confirmed-zone", {}, {}, json=body).json()

    def put_contact_memory(self, contact_id: str, body: MemoryIn) -> MemoryOut:
        """Change what is remembered; what is left out is forgotten."""
        return self._ask("PUT", f"/api/v1/contacts/{contact_id}/memory", {}, {}, json=body).json()

    def put_contact_quiet_times(self, contact_id: str, body: QuietTimes) -> QuietTimes:
        """Say anew when the person wants no calls."""
        return self._ask("PUT", f"/api/v1/contacts/{contact_id}/quiet-times", {}, {}, json=body).json()

    def put_number_assistant(self, number_id: str, body: NumberAssistant) -> NumberOut:
        """Let an assistant take inbound calls."""
        return self._ask("PUT", f"/api/v1/numbers/{number_id}/assistant", {}, {}, json=body).json()

    def put_number_lookups_settings(self, body: LookupSettingsIn) -> LookupSettingsOut:
        """Switch look-ups on with their price said, or off."""
        return self._ask("PUT", "/api/v1/number-lookups/settings", {}, {}, json=body).json()

    def put_number_routing(self, number_id: str, body: Routing) -> Routing:
        """Say anew what is done with calls that come in."""
        return self._ask("PUT", f"/api/v1/numbers/{number_id}/routing", {}, {}, json=body).json()

    def put_retention(self, body: RetentionIn) -> RetentionOut:
        """Keep records longer or shorter; what is over its time is deleted within a day."""
        return self._ask("PUT", "/api/v1/retention", {}, {}, json=body).json()

    def put_usage_limits(self, body: LimitsIn) -> LimitsOut:
        """Replace the limits."""
        return self._ask("PUT", "/api/v1/usage/limits", {}, {}, json=body).json()

    def put_usage_prices(self, body: OwnPrices) -> PricesOut:
        """Replace the workspace's own prices; {} goes back to the installation's list."""
        return self._ask("PUT", "/api/v1/usage/prices", {}, {}, json=body).json()

    def put_workspace_rules(self, body: OwnRulesIn) -> OwnRulesOut:
        """Replace it: stricter rules freely, a waiver only with its reason, audited."""
        return self._ask("PUT", "/api/v1/workspace/rules", {}, {}, json=body).json()


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_error:
        try:
            problem = answer.json()
        except ValueError:
            problem = {}
        raise CallwrightError(answer.status_code, problem if isinstance(problem, dict) else {})
    return answer
