"""The fixed words of calls: what happened, who answered, what was achieved, and what an agent reports."""

import enum
import re

ACKNOWLEDGED = "acknowledged"
"""The outcome label by which somebody who is called about another person says that they will see to them; by voice, or by pressing 1."""
_OF_ONE = re.compile(r"(confirmed|reschedule|cancel)_[1-9]")


def plain_label(label: str) -> str:
    """Of a call that reminds of several appointments, without the place of the one that is meant: `cancel_2` is a `cancel`."""
    of_one = _OF_ONE.fullmatch(label)
    return of_one[1] if of_one else label


class NetworkResult(enum.StrEnum):
    """What the phone network said about one attempt (facts/dialer §7.3)."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    UNWANTED = "unwanted"
    UNREACHABLE = "unreachable"
    INVALID_NUMBER = "invalid_number"
    NUMBER_CHANGED = "number_changed"
    BLOCKED_ANALYTICS = "blocked_analytics"
    BLOCKED_PROVIDER = "blocked_provider"
    THROTTLED = "throttled"
    CONGESTION = "congestion"
    NETWORK_ERROR = "network_error"
    MEDIA_ERROR = "media_error"
    CONFIG_ERROR = "config_error"
    CANCELED = "canceled"
    UNKNOWN = "unknown"


class AnsweredBy(enum.StrEnum):
    """Who or what picked up."""

    HUMAN = "human"
    VOICEMAIL = "voicemail"
    MAILBOX_UNAVAILABLE = "mailbox_unavailable"
    IVR = "ivr"
    CALL_SCREEN = "call_screen"
    FAX = "fax"
    NETWORK_ANNOUNCEMENT = "network_announcement"
    SILENCE = "silence"
    UNCERTAIN = "uncertain"
    NONE = "none"


class Outcome(enum.StrEnum):
    """What was achieved, as a fixed category; a campaign's own labels map onto these."""

    SUCCESS = "success"
    PARTIAL = "partial"
    CALLBACK = "callback"
    NOT_INTERESTED = "not_interested"
    DO_NOT_CALL = "do_not_call"
    WRONG_PERSON = "wrong_person"
    WRONG_NUMBER = "wrong_number"
    LANGUAGE_BARRIER = "language_barrier"
    DECEASED_OR_VULNERABLE = "deceased_or_vulnerable"
    TRANSFERRED = "transferred"
    HUNG_UP_EARLY = "hung_up_early"
    NO_CONVERSATION = "no_conversation"
    AGENT_FAILURE = "agent_failure"
    UNKNOWN = "unknown"


class EndCause(enum.StrEnum):
    """Who or what ended the call."""

    CALLEE_HANGUP = "callee_hangup"
    AGENT_HANGUP = "agent_hangup"
    OPT_OUT = "opt_out"
    TRANSFER_DONE = "transfer_done"
    MAX_DURATION = "max_duration"
    MEDIA_TIMEOUT = "media_timeout"
    SYSTEM_ERROR = "system_error"
    OPERATOR_STOP = "operator_stop"
    NONE = "none"


class CallPurpose(enum.StrEnum):
    """Why a call row exists; every INVITE has one."""

    CAMPAIGN = "campaign"
    SINGLE = "single"
    SCHEDULE = "schedule"
    ESCALATION = "escalation"
    OPERATOR = "operator"
    TRANSFER = "transfer"
    INBOUND = "inbound"


class EventKind(enum.StrEnum):
    """What an agent reports while the call lives."""

    READY = "ready"  # session up, opening line synthesised: the phone may ring
    RINGING = "ringing"  # the callee's leg said sip.callStatus=ringing
    ANSWERED = "answered"  # the callee's leg said sip.callStatus=active
    FIRST_AUDIO = "first_audio"  # the agent's first frame was handed to the room
    SCREENED = "screened"  # data: answered_by, confidence (0 to 1), reason
    TURN = "turn"  # data: one Turn
    TOOL_CALLED = "tool_called"  # data: name, arguments, result
    OUTCOME_SET = "outcome_set"  # data: label, note; and callback_at with quote, the agent's words, when a time was promised
    CALLEE_LEFT = "callee_left"  # data: last_status, disconnect_reason
    HANGING_UP = "hanging_up"  # data: end_cause
    DISCLOSED = "disclosed"  # data: one Disclosure; its last word has been played
    RECORDING = "recording"  # data: one RecordingConsent, as it stands now
    RISK_FLAGGED = "risk_flagged"  # data: one RiskFlag
    PROMISED = "promised"  # data: one Promise
    REMEMBERED = "remembered"  # data: one Remembered
    STOP_SAID = "stop_said"  # data: quote; they are being asked whether this schedule's calls or all are meant, and no answer means all
    ACTIVITY = "activity"  # data: one Activity
    HEARTBEAT = "heartbeat"  # the agent is alive and in this call; data: callee_status, the leg's `sip.callStatus`, while it is there
    FAILED = "failed"  # data: error; the agent cannot go on


class Speaker(enum.StrEnum):
    AGENT = "agent"
    CALLEE = "callee"


class ConsentDecision(enum.StrEnum):
    """What became of the recording policy in one call."""

    NONE = "none"  # the notice was not spoken, or the question not answered with a yes
    NOTIFIED = "notified"
    AFFIRMED = "affirmed"
    REFUSED = "refused"


class RiskLevel(enum.StrEnum):
    CONCERN = "concern"  # worth a person's look
    CRISIS = "crisis"  # somebody may be in danger: they are followed up


class ActivityKind(enum.StrEnum):
    NOTE = "note"  # a line for the person's timeline
    LEAD_SCORE = "lead_score"  # how well the offer fits the person


class PromiseOwner(enum.StrEnum):
    ASSISTANT = "assistant"
    TEAM = "team"  # the people it calls for
