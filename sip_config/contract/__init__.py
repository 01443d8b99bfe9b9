"""What the control plane and the agent say to each other about one call.

The control plane hands the agent one complete `CallOrder`; the agent answers with `CallEvent`s while the call lives and one
`CallReport` at its end. Both directions are idempotent: an event carries its own id, a report replaces nothing once stored.
Plain standard-library dataclasses, so that neither side drags in the other's framework; `sip_config.codec` turns them into JSON.
A change that an older peer cannot read raises `CONTRACT_VERSION`.
"""

from sip_config.contract.bookings import BookableCalendar
from sip_config.contract.inbound import InboundArrival, InboundOrder, InboundTicket
from sip_config.contract.knowledge import LONGEST_QUESTION, LOOK_UP_KNOWLEDGE, KnowledgeOrder
from sip_config.contract.memory import Memory, PlannedCalls
from sip_config.contract.order import (
    CallOrder,
    DispatchTicket,
    MenuMode,
    MenuOrder,
    ModelCredential,
    ModelsOrder,
    RecordingPolicy,
    ScreeningMode,
    ScreeningOrder,
    TurnsOrder,
    VoicemailMode,
    VoicemailOrder,
    VoiceOrder,
)
from sip_config.contract.report import (
    Activity,
    CallEvent,
    CallReport,
    Disclosure,
    ModelUsage,
    Promise,
    RecordingConsent,
    Remembered,
    RiskFlag,
    Turn,
    WorkerHeartbeat,
)
from sip_config.contract.tools import ConfiguredTool
from sip_config.contract.version import CONTRACT_VERSION
from sip_config.contract.words import (
    ACKNOWLEDGED,
    ActivityKind,
    AnsweredBy,
    CallPurpose,
    ConsentDecision,
    EndCause,
    EventKind,
    NetworkResult,
    Outcome,
    PromiseOwner,
    RiskLevel,
    Speaker,
    plain_label,
)

__all__ = [
    "ACKNOWLEDGED",
    "CONTRACT_VERSION",
    "LONGEST_QUESTION",
    "LOOK_UP_KNOWLEDGE",
    "Activity",
    "ActivityKind",
    "AnsweredBy",
    "BookableCalendar",
    "CallEvent",
    "CallOrder",
    "CallPurpose",
    "CallReport",
    "ConfiguredTool",
    "ConsentDecision",
    "Disclosure",
    "DispatchTicket",
    "EndCause",
    "EventKind",
    "InboundArrival",
    "InboundOrder",
    "InboundTicket",
    "KnowledgeOrder",
    "Memory",
    "MenuMode",
    "MenuOrder",
    "ModelCredential",
    "ModelUsage",
    "ModelsOrder",
    "NetworkResult",
    "Outcome",
    "PlannedCalls",
    "Promise",
    "PromiseOwner",
    "RecordingConsent",
    "RecordingPolicy",
    "Remembered",
    "RiskFlag",
    "RiskLevel",
    "ScreeningMode",
    "ScreeningOrder",
    "Speaker",
    "Turn",
    "TurnsOrder",
    "VoiceOrder",
    "VoicemailMode",
    "VoicemailOrder",
    "WorkerHeartbeat",
    "plain_label",
]
