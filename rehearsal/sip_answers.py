"""How the real bridge reports a call that was not answered: psrpc code, text, and the reason it leaves with (facts/carrier §4)."""

from livekit.protocol.models import DisconnectReason
from livekit.protocol.sip import SIPStatus

_NAMED_CODES = {
    401: "permission_denied",
    402: "permission_denied",
    403: "permission_denied",
    404: "not_found",
    407: "unauthenticated",
    408: "deadline_exceeded",
    410: "not_found",
    480: "resource_exhausted",
    486: "resource_exhausted",
    487: "aborted",
    504: "deadline_exceeded",
    600: "resource_exhausted",
    603: "permission_denied",
    604: "not_found",
    607: "permission_denied",
    608: "permission_denied",
}
_INVITE_FAILED = {400, 404, 480, 486, 488}
_UNAVAILABLE = {404, 408, 480}
_CARRIER_LIMITS = ("cps limit exceeded", "concurrent call limit exceeded")


class RpcError(Exception):
    """An error answer: psrpc `code`, text, and details (type_url, bytes), of which the server makes `sip_status_code`."""

    def __init__(self, code: str, text: str, details: tuple[tuple[str, bytes], ...] = ()) -> None:
        super().__init__(text)
        self.code, self.details = code, details


def refused(code: int, reason: str) -> RpcError:
    """The answer for a final SIP response other than 200."""
    opening = "INVITE failed" if code in _INVITE_FAILED else "unexpected status from INVITE response"
    # A SIP code is the number of its enum value, but the enum does not list every code: protobuf keeps unknown numbers.
    status = SIPStatus(code=code, status=reason)  # pyright: ignore[reportArgumentType]
    detail = ("type.googleapis.com/livekit.SIPStatus", status.SerializeToString())
    return RpcError(_psrpc_code(code), f"{opening}: sip status: {code}: {reason}", (detail,))


def timed_out() -> RpcError:
    """The one answer for ringing out, removal of the participant and deletion of the room."""
    return RpcError("canceled", "sip request timed out")


def join_failed(why: str) -> RpcError:
    return RpcError("internal", f"update room failed: {why}")


def leave_reason(code: int, reason: str) -> DisconnectReason:
    """Reason to leave the room with; the server shows UNKNOWN_REASON to others as CLIENT_INITIATED."""
    if code in _UNAVAILABLE:
        return DisconnectReason.USER_UNAVAILABLE
    if code < 500 or code >= 600 or any(limit in reason.lower() for limit in _CARRIER_LIMITS):
        return DisconnectReason.USER_REJECTED
    return DisconnectReason.UNKNOWN_REASON


def _psrpc_code(code: int) -> str:
    return _NAMED_CODES.get(code, "failed_precondition" if 500 <= code < 600 else "invalid_argument")
