"""What may happen to a campaign, as one table; everything that changes `execution_status` asks here first."""

from enum import StrEnum

from control_plane.domain.errors import Conflict


class ExecutionStatus(StrEnum):
    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    STOPPED = "stopped"
    ERROR = "error"
    ARCHIVED = "archived"


class Action(StrEnum):
    """What people ask for, and the two things that only the system does."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    ARCHIVE = "archive"
    COMPLETE = "complete"
    FAIL = "fail"


S, A = ExecutionStatus, Action

TRANSITIONS: dict[tuple[ExecutionStatus, Action], ExecutionStatus] = {
    (S.IDLE, A.START): S.RUNNING,
    (S.RUNNING, A.START): S.RUNNING,  # a repeated request, for instance after a lost answer
    (S.RUNNING, A.PAUSE): S.PAUSED,
    (S.PAUSED, A.PAUSE): S.PAUSED,  # repeated request
    (S.PAUSED, A.RESUME): S.RUNNING,
    (S.ERROR, A.RESUME): S.RUNNING,
    (S.RUNNING, A.RESUME): S.RUNNING,  # repeated request
    (S.RUNNING, A.STOP): S.STOPPED,
    (S.PAUSED, A.STOP): S.STOPPED,
    (S.ERROR, A.STOP): S.STOPPED,  # nothing is dialled in error, so giving up must be possible without resuming first
    (S.STOPPED, A.STOP): S.STOPPED,  # repeated request
    (S.RUNNING, A.COMPLETE): S.COMPLETED,
    (S.COMPLETED, A.COMPLETE): S.COMPLETED,  # two last calls may settle at once
    (S.RUNNING, A.FAIL): S.ERROR,
    (S.ERROR, A.FAIL): S.ERROR,  # several calls may report the same trouble
    (S.IDLE, A.ARCHIVE): S.ARCHIVED,
    (S.COMPLETED, A.ARCHIVE): S.ARCHIVED,
    (S.STOPPED, A.ARCHIVE): S.ARCHIVED,
    (S.ERROR, A.ARCHIVE): S.ARCHIVED,
    (S.ARCHIVED, A.ARCHIVE): S.ARCHIVED,  # repeated request
}

AT_REST = frozenset({S.IDLE, S.COMPLETED, S.STOPPED, S.ERROR, S.ARCHIVED})
"""Nothing is dialled, and nothing will be until somebody asks."""

_SYSTEM_ONLY = frozenset({A.COMPLETE, A.FAIL})


def possible(status: ExecutionStatus) -> tuple[Action, ...]:
    """What a person can ask for now that would change something, in the order of the table."""
    steps = ((action, after) for (before, action), after in TRANSITIONS.items() if before is status)
    return tuple(action for action, after in steps if after is not status and action not in _SYSTEM_ONLY)


def advance(status: ExecutionStatus, action: Action) -> ExecutionStatus:
    """The status after `action`; the same one for a repeat. Raises `Conflict` with a sentence that says what is possible."""
    after = TRANSITIONS.get((status, action))
    if after is None:
        raise Conflict(f"The campaign is {status}, so it cannot {action}; {_options(status)}", code="campaign_transition")
    return after


def _options(status: ExecutionStatus) -> str:
    actions = possible(status)
    return f"now you can {' or '.join(actions)} it." if actions else "nothing can be done with it any more."
