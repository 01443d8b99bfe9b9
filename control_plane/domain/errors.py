"""Five families of errors, told apart by what the caller can do about them (architecture §6)."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field of the input."""

    field: str
    message: str


class CallwrightError(Exception):
    """Base of all expected errors. `code` is stable for programs; `detail` is a sentence for a campaign manager."""

    code = "error"

    def __init__(self, detail: str, *, code: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code


class NotFound(CallwrightError):
    """It is not there, or not yours: the two are never told apart."""

    code = "not_found"

    @classmethod
    def of(cls, what: str) -> "NotFound":
        return cls(f"There is no such {what}.", code=f"{what.replace(' ', '_')}_not_found")


class Conflict(CallwrightError):
    """The thing's present state does not allow it; look again, then decide."""

    code = "conflict"


class Refused(CallwrightError):
    """Policy says no. Expected, explained, never a server error."""

    code = "refused"

    def __init__(self, detail: str, *, code: str | None = None, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(detail, code=code)
        self.reasons = reasons


class LimitReached(Refused):
    """Policy says no because something is used up: a month's limit, credits, a budget. Nothing is wrong with the request."""

    code = "usage_limit_reached"


class Invalid(CallwrightError):
    """The input is wrong; `errors` says where."""

    code = "invalid"

    def __init__(self, detail: str, *errors: FieldError, code: str | None = None) -> None:
        super().__init__(detail, code=code)
        self.errors = errors

    @classmethod
    def field(cls, field: str, message: str) -> "Invalid":
        return cls(message, FieldError(field, message))


class Unavailable(CallwrightError):
    """Something we depend on is down; try again after `retry_after`."""

    code = "unavailable"

    def __init__(self, detail: str, *, retry_after: timedelta = timedelta(seconds=5), code: str | None = None) -> None:
        super().__init__(detail, code=code)
        self.retry_after = retry_after
