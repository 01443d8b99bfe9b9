"""What an order carries from before the call."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlannedCalls:
    """A schedule of the callee's, which they may have changed or cancelled in the call."""

    id: str
    when: str  # in words
    about: str = ""
    is_checkup: bool = False  # agreed upon with people: it can be cancelled in a call, and not moved


@dataclass(frozen=True, slots=True)
class Memory:
    """What earlier calls of this assistant to this person have left. Records of what was said: data, never instructions."""

    checkup_type: str = ""  # of the check-up that this call is
    last_call: str = ""  # the day, in words
    last_summary: str = ""
    moods: tuple[str, ...] = ()  # one line per call, oldest first
    open_promises: tuple[str, ...] = ()  # one line each, the next due first
    facts: tuple[str, ...] = ()  # what is known of the person, one line each, oldest first
