"""One table per thing, a few small satellites beside their owner. Importing this package registers them all."""

from control_plane.db.models.activity import Activity
from control_plane.db.models.agent_worker import AgentWorker
from control_plane.db.models.analysis import CallAnalysis
from control_plane.db.models.analytics import CallBreakdown, CallChange, CallTally
from control_plane.db.models.api_key import ApiKey
from control_plane.db.models.appointment import Appointment, AppointmentFeed, AppointmentReminder
from control_plane.db.models.assistant import Assistant, AssistantVersion
from control_plane.db.models.audit import AuditEntry
from control_plane.db.models.booking import Booking, Calendar, CalendarBusy
from control_plane.db.models.call import Call, CallEventRecord, CallTurn, GateVerdict
from control_plane.db.models.campaign import Campaign, CampaignList, CampaignNumber, Enrollment
from control_plane.db.models.carrier import CarrierAccount, CarrierStep
from control_plane.db.models.checkup import CheckUp, CheckUpContact, CheckUpEscalation
from control_plane.db.models.consent import Consent
from control_plane.db.models.contact import Contact, ContactList, ContactListEntry, ContactPhone
from control_plane.db.models.contact_import import ContactImport, ContactImportError, ContactImportFound
from control_plane.db.models.follow_up import FollowUp, FollowUpStep, RiskFlag
from control_plane.db.models.idempotency import IdempotencyRecord
from control_plane.db.models.installation import Installation
from control_plane.db.models.knowledge import KnowledgeBase, KnowledgeChunk, KnowledgeDocument, KnowledgeEmbedding, KnowledgeUsage
from control_plane.db.models.memory import ContactFact
from control_plane.db.models.number_import import NumberImport, NumberImportError
from control_plane.db.models.number_lookup import NumberLookup, NumberLookupMonth
from control_plane.db.models.operator import Operator
from control_plane.db.models.promise import Promise
from control_plane.db.models.records import Erasure, LegalHold
from control_plane.db.models.schedule import Schedule, ScheduleRun
from control_plane.db.models.secret import Secret
from control_plane.db.models.suppression import Suppression
from control_plane.db.models.tool import Tool
from control_plane.db.models.transcription import CallTranscription
from control_plane.db.models.trunk import Number, Trunk
from control_plane.db.models.usage import (
    CampaignSpend,
    DestinationMeter,
    OwnPriceList,
    UsageAccount,
    UsageCredit,
    UsageDay,
    UsageNotice,
    UsageRecord,
)
from control_plane.db.models.webhook import WebhookDelivery, WebhookEndpoint, WebhookEvent
from control_plane.db.models.workspace import Workspace

__all__ = [
    "Activity",
    "AgentWorker",
    "ApiKey",
    "Appointment",
    "AppointmentFeed",
    "AppointmentReminder",
    "Assistant",
    "AssistantVersion",
    "AuditEntry",
    "Booking",
    "Calendar",
    "CalendarBusy",
    "Call",
    "CallAnalysis",
    "CallBreakdown",
    "CallChange",
    "CallEventRecord",
    "CallTally",
    "CallTranscription",
    "CallTurn",
    "Campaign",
    "CampaignList",
    "CampaignNumber",
    "CampaignSpend",
    "CarrierAccount",
    "CarrierStep",
    "CheckUp",
    "CheckUpContact",
    "CheckUpEscalation",
    "Consent",
    "Contact",
    "ContactFact",
    "ContactImport",
    "ContactImportError",
    "ContactImportFound",
    "ContactList",
    "ContactListEntry",
    "ContactPhone",
    "DestinationMeter",
    "Enrollment",
    "Erasure",
    "FollowUp",
    "FollowUpStep",
    "GateVerdict",
    "IdempotencyRecord",
    "Installation",
    "KnowledgeBase",
    "KnowledgeChunk",
    "KnowledgeDocument",
    "KnowledgeEmbedding",
    "KnowledgeUsage",
    "LegalHold",
    "Number",
    "NumberImport",
    "NumberImportError",
    "NumberLookup",
    "NumberLookupMonth",
    "Operator",
    "OwnPriceList",
    "Promise",
    "RiskFlag",
    "Schedule",
    "ScheduleRun",
    "Secret",
    "Suppression",
    "Tool",
    "Trunk",
    "UsageAccount",
    "UsageCredit",
    "UsageDay",
    "UsageNotice",
    "UsageRecord",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
    "Workspace",
]
