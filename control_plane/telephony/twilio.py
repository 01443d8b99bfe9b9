"""Twilio's account, SIP trunking and callbacks, through its own client. Everything here blocks: `in_thread` is the way in from asyncio.

The `ensure_…` functions find what is there before they make anything, so that a repeated run, or one after a crash whose last answer was
lost, makes nothing twice. Their names and domain carry our trunk's id.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator, get_signature_algorithm
from twilio.rest import Client
from urllib3.exceptions import NewConnectionError

from control_plane.kit.clock import monotonic

REQUEST_TIMEOUT_S = 10.0
MOST_LISTED = 1000
"""Numbers that one listing reads; Twilio pages by 1,000."""
_UNSENT = (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.ProxyError)
"""These happen while the connection is being made."""
_GONE, _UNAUTHORIZED, _TOO_MANY, _SERVER = 404, (401, 403), 429, 500
# The library's logger writes requests out, and with them the passwords of credentials.
_QUIET = logging.getLogger("callwright.twilio")
_QUIET.setLevel(logging.ERROR)

Result = TypeVar("Result")


class CarrierError(Exception):
    """Twilio refused or could not be reached; the text is a sentence. `is_passing`: the same request may succeed later. `may_be_done`:
    Twilio may have done, and may bill, what was asked, for only its answer may have been lost."""

    def __init__(self, sentence: str, *, is_passing: bool = False, may_be_done: bool = False) -> None:
        super().__init__(sentence)
        self.is_passing, self.may_be_done = is_passing, may_be_done


@dataclass(frozen=True, slots=True)
class TwilioAccess:
    """What opens an account, and what its callbacks are signed with."""

    account_sid: str
    auth_token: str = field(repr=False)
    signing_secret: str = field(default="", repr=False)
    """The shared key of SHA-256 signatures; empty: only signatures by the auth token are taken."""


@dataclass(frozen=True, slots=True)
class Ensured:
    """A thing at Twilio that is as wanted now. `change` is empty, `created` or `changed`."""

    sid: str
    change: str = ""


@dataclass(frozen=True, slots=True)
class OwnedNumber:
    sid: str
    e164: str
    name: str
    has_voice: bool
    trunk_sid: str


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """`is_trial`: calls are limited as Twilio documents for trials. Money in `currency`; `usage` by category of the present month."""

    name: str
    status: str
    is_trial: bool
    balance: Decimal | None
    currency: str
    usage: tuple[tuple[str, str, str, Decimal | None], ...]
    """(category, amount, unit, price)"""


@dataclass(frozen=True, slots=True)
class NumberAnswer:
    """What Lookup v2 said of a number. `line_type` is in our words and empty where it was not asked; `is_reassigned` is None where it was
    not asked or nothing is known; `unsaid` is why it said nothing of that beside a line type, as a sentence."""

    line_type: str = ""
    is_reassigned: bool | None = None
    unsaid: str = ""


Connect = Callable[[TwilioAccess], Client]


def connect(access: TwilioAccess) -> Client:
    return Client(access.account_sid, access.auth_token, http_client=TwilioHttpClient(timeout=REQUEST_TIMEOUT_S, logger=_QUIET))


async def in_thread(work: Callable[[], Result]) -> Result:
    """Run blocking work of this module. Raises `CarrierError`."""
    return await asyncio.to_thread(_told_plainly, work)


def _told_plainly(work: Callable[[], Result]) -> Result:
    try:
        return work()
    except TwilioRestException as error:
        raise _refusal(error.status, error.code, str(error.msg)) from error
    except TwilioException as error:
        # Listing raises the library's base class, with the answer beside the words.
        status = getattr(error.args[-1], "status_code", _SERVER) if error.args else _SERVER
        raise _refusal(status, None, str(error)) from error
    except (requests.RequestException, OSError) as error:
        name, was_sent = type(error).__name__, _was_sent(error)
        words = f"Twilio's answer was lost ({name})." if was_sent else f"Twilio cannot be reached ({name})."
        raise CarrierError(words, is_passing=True, may_be_done=was_sent) from error


def _was_sent(error: Exception) -> bool:
    """Whether Twilio may have heard the request: it may have wherever nothing says that no connection was made."""
    if isinstance(error, _UNSENT):
        return False
    # What requests was told of the connection is in urllib3's words, below the pool's.
    return not isinstance(getattr(error.args[0] if error.args else None, "reason", None), NewConnectionError)


def _refusal(status: int, code: int | None, words: str) -> CarrierError:
    if status in _UNAUTHORIZED:
        return CarrierError("Twilio does not accept the account SID and auth token.")
    if status == _TOO_MANY:
        return CarrierError("Twilio asks for fewer requests; it is tried again later.", is_passing=True)
    if status >= _SERVER:
        return CarrierError(f"Twilio cannot answer now (status {status}).", is_passing=True)
    named = f" (Twilio's error {code})" if code else ""
    return CarrierError(f"Twilio refused it: {words.removeprefix('Unable to create record: ').rstrip('.')}{named}.")


class TwilioSide:
    """One account's side of our trunks. Methods block and raise the library's errors; call them through `in_thread`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    # — the account —

    def facts(self) -> AccountFacts:
        account = self._client.api.v2010.accounts(self._client.account_sid or "").fetch()
        balance = self._client.balance.fetch()
        records = self._client.usage.records.this_month.list(limit=50, page_size=50)
        kept = [record for record in records if record.category in ("calls", "recordings", "phonenumbers", "trunking-origination")]
        kept += [record for record in records if record.category in ("trunking-termination", "totalprice")]
        usage = tuple((str(r.category), str(r.usage or "0"), str(r.usage_unit or ""), _money(r.price)) for r in kept)
        is_trial = str(account.type).casefold() == "trial"
        return AccountFacts(
            str(account.friendly_name), str(account.status), is_trial, _money(balance.balance), str(balance.currency or ""), usage
        )

    def check(self) -> None:
        """Raises what Twilio says to these credentials."""
        self._client.api.v2010.accounts(self._client.account_sid or "").fetch()

    def numbers(self) -> list[OwnedNumber]:
        return [_owned(found) for found in self._client.incoming_phone_numbers.list(limit=MOST_LISTED, page_size=MOST_LISTED)]

    def number(self, e164: str) -> OwnedNumber | None:
        found = self._client.incoming_phone_numbers.list(phone_number=e164, limit=20)
        return next((_owned(one) for one in found if one.phone_number == e164), None)

    def look_up(self, e164: str, *, line_type: bool, verified_on: date | None) -> NumberAnswer:
        """Ask Lookup v2 for what is wanted, in one request. Raises `CarrierError` where Twilio says nothing but that it will not say
        whether a number has changed hands (the package needs Twilio's approval); of a line whose kind it cannot tell the kind is
        `unknown`."""
        fields = (["line_type_intelligence"] if line_type else []) + (["reassigned_number"] if verified_on is not None else [])
        asked = {"fields": ",".join(fields)}
        if verified_on is not None:
            asked["last_verified_date"] = f"{verified_on:%Y%m%d}"
        found = self._client.lookups.v2.phone_numbers(e164).fetch(**asked)
        kind = _line_type(_said(found.line_type_intelligence)) if line_type else ""
        try:
            return NumberAnswer(kind, _is_reassigned(_said(found.reassigned_number)) if verified_on is not None else None)
        except CarrierError as error:
            if not kind:
                raise
            return NumberAnswer(kind, unsaid=str(error))

    # — what a trunk is made of —

    def ensure_trunk(self, name: str, domain: str, *, is_secure: bool) -> Ensured:
        """The Elastic SIP trunk. Its domain is ours alone, so it is found by that whatever a person has called it."""
        found = self._trunk(domain)
        if found is None:
            made = self._client.trunking.v1.trunks.create(friendly_name=name, domain_name=domain, secure=is_secure)
            return Ensured(str(made.sid), "created")
        if (found.friendly_name, bool(found.secure)) != (name, is_secure):
            found.update(friendly_name=name, secure=is_secure)
            return Ensured(str(found.sid), "changed")
        return Ensured(str(found.sid))

    def ensure_credential_list(self, name: str) -> Ensured:
        found = self._list(name)
        if found is not None:
            return Ensured(str(found.sid))
        return Ensured(str(self._client.sip.credential_lists.create(friendly_name=name).sid), "created")

    def ensure_credential(self, list_sid: str, username: str, password: str, *, is_known: bool) -> Ensured:
        """User and password of our INVITEs. Twilio never shows a password, so one that we do not know to be ours is set anew."""
        credentials = self._client.sip.credential_lists(list_sid).credentials
        found = next((each for each in credentials.stream(page_size=1000) if each.username == username), None)
        if found is None:
            return Ensured(str(credentials.create(username=username, password=password).sid), "created")
        if not is_known:
            found.update(password=password)
            return Ensured(str(found.sid), "changed")
        return Ensured(str(found.sid))

    def ensure_list_on_trunk(self, trunk_sid: str, list_sid: str) -> Ensured:
        lists = self._client.trunking.v1.trunks(trunk_sid).credentials_lists
        if any(each.sid == list_sid for each in lists.stream()):
            return Ensured(list_sid)
        lists.create(credential_list_sid=list_sid)
        return Ensured(list_sid, "created")

    def ensure_origination(self, trunk_sid: str, name: str, uri: str) -> Ensured:
        """Where Twilio sends inbound calls."""
        urls = self._client.trunking.v1.trunks(trunk_sid).origination_urls
        found = next((each for each in urls.stream() if each.friendly_name == name), None)
        if found is None:
            made = urls.create(weight=10, priority=10, enabled=True, friendly_name=name, sip_url=uri)
            return Ensured(str(made.sid), "created")
        if found.sip_url != uri or not found.enabled:
            found.update(sip_url=uri, enabled=True)
            return Ensured(str(found.sid), "changed")
        return Ensured(str(found.sid))

    def ensure_number(self, trunk_sid: str, e164: str) -> Ensured:
        """The number on the trunk. One on somebody else's trunk is left there, and `CarrierError` says so."""
        found = self.number(e164)
        if found is None:
            raise CarrierError(f"The Twilio account has no number {e164}.")
        if found.trunk_sid == trunk_sid:
            return Ensured(found.sid)
        if found.trunk_sid:
            raise CarrierError(f"At Twilio {e164} is on another trunk ({found.trunk_sid}); take it off there first.")
        self._client.trunking.v1.trunks(trunk_sid).phone_numbers.create(phone_number_sid=found.sid)
        return Ensured(found.sid, "created")

    # — taking it away: found by name, like above, so that what a crash left unrecorded goes too; what is gone already is no error —

    def remove_number(self, domain: str, e164: str) -> None:
        trunk, number = self._trunk(domain), self.number(e164)
        if trunk is not None and number is not None and number.trunk_sid == trunk.sid:
            _delete(self._client.trunking.v1.trunks(str(trunk.sid)).phone_numbers(number.sid))

    def remove_origination(self, domain: str, name: str) -> None:
        trunk = self._trunk(domain)
        for url in trunk.origination_urls.stream() if trunk is not None else ():
            if url.friendly_name == name:
                _delete(url)

    def remove_list_from_trunk(self, domain: str, name: str) -> None:
        trunk = self._trunk(domain)
        for each in trunk.credentials_lists.stream() if trunk is not None else ():
            if each.friendly_name == name:
                _delete(each)

    def remove_trunk(self, domain: str) -> None:
        trunk = self._trunk(domain)
        if trunk is not None:
            _delete(trunk)

    def remove_credential_list(self, name: str) -> None:
        """With the credentials in it."""
        found = self._list(name)
        if found is not None:
            _delete(found)

    def _trunk(self, domain: str) -> Any | None:
        trunks = self._client.trunking.v1.trunks.stream(page_size=100)
        return next((trunk for trunk in trunks if trunk.domain_name == domain), None)

    def _list(self, name: str) -> Any | None:
        lists = self._client.sip.credential_lists.stream(page_size=1000)
        return next((each for each in lists if each.friendly_name == name), None)

    def call(self, call_sid: str) -> tuple[str, str, datetime] | None:
        """Caller, callee and start of a call; None for one that Twilio does not know, or of which it does not say that."""
        try:
            found = self._client.calls(call_sid).fetch()
        except TwilioRestException as error:
            if error.status == _GONE:
                return None
            raise
        begun = found.start_time or found.date_created
        return None if begun is None else (digits_of(str(found._from)), digits_of(str(found.to)), begun)

    def recording(self, recording_sid: str, most: int, within_s: float) -> bytes | None:
        """The audio (WAV) of a recording; None when Twilio has none under this id. Raises `CarrierError` beyond `most` bytes or seconds.

        The address is put together here: what a callback names as address is asked of nobody. The library itself reads answers as text.
        """
        account, key = self._client.account_sid, (str(self._client.username), str(self._client.password))
        url = f"https://api.twilio.com/2010-04-01/Accounts/{account}/Recordings/{recording_sid}.wav"
        until = monotonic() + within_s
        session: requests.Session = self._client.http_client.session  # pyright: ignore[reportAttributeAccessIssue]
        with session.get(url, auth=key, timeout=REQUEST_TIMEOUT_S, stream=True) as answer:
            if answer.status_code == _GONE:
                return None
            if not answer.ok:
                raise TwilioRestException(answer.status_code, url)
            audio = bytearray()
            for chunk in answer.iter_content(256 * 1024):
                audio += chunk
                if len(audio) > most:
                    raise CarrierError(f"The recording has more than {most} bytes and is left at Twilio.")
                if monotonic() > until:
                    raise CarrierError(f"Twilio needs more than {within_s:.0f} s for the recording.", is_passing=True)
            return bytes(audio)


def _delete(thing: Any) -> None:
    try:
        thing.delete()
    except TwilioRestException as error:
        if error.status != _GONE:
            raise


_LINE_TYPES = {
    "landline": "landline",
    "mobile": "mobile",
    "fixedVoip": "fixed_voip",
    "nonFixedVoip": "non_fixed_voip",
    "tollFree": "toll_free",
    "premium": "premium",
    "sharedCost": "shared_cost",
    "personal": "personal",
    "uan": "universal_access",
    "voicemail": "voicemail",
    "pager": "pager",
}
"""Twilio's words for kinds of line, and ours (domain/rules.LINE_TYPES)."""
_REASSIGNED = {"yes": True, "no": False, "no_data_available": None}


def _said(package: object) -> Mapping[str, Any]:
    """One package of Lookup's answer, which the client passes on as it was decoded; empty where it was not asked or says nothing."""
    return package if isinstance(package, Mapping) else {}


def _line_type(said: Mapping[str, Any]) -> str:
    return _LINE_TYPES.get(str(said.get("type")), "unknown")


def _is_reassigned(said: Mapping[str, Any]) -> bool | None:
    word = said.get("is_number_reassigned")
    if said.get("error_code") or word not in _REASSIGNED:
        named = f" (Twilio's error {said['error_code']})" if said.get("error_code") else ""
        raise CarrierError(f"Twilio does not say whether the number has come to somebody else{named}.")
    return _REASSIGNED[word]


def _owned(found: Any) -> OwnedNumber:
    has_voice = bool((found.capabilities or {}).get("voice", True))
    return OwnedNumber(str(found.sid), str(found.phone_number), str(found.friendly_name or ""), has_voice, str(found.trunk_sid or ""))


def _money(text: Any) -> Decimal | None:
    """To the millionth; the library reads some amounts as binary fractions."""
    try:
        return None if text is None else Decimal(format(Decimal(str(text)).quantize(Decimal("0.000001")).normalize(), "f"))
    except InvalidOperation:
        return None


def digits_of(party: str) -> str:
    """The number in `+1…` or `sip:+1…@host`; empty when there is none."""
    found = re.fullmatch(r"(?:sips?:)?(\+[0-9]{7,15})(?:[@;].*)?", party)
    return found[1] if found else ""


def is_signed(access: TwilioAccess, url: str, form: Any, signature: str, settings_header: str) -> bool:
    """Whether this account signed exactly these fields for exactly this URL: by SHA-1 and the auth token, or, where the request names
    that algorithm, by SHA-256 and the shared key."""
    algorithm = get_signature_algorithm(settings_header)
    key = access.auth_token if algorithm.upper() == "HMAC_SHA1" else access.signing_secret
    return bool(key and signature) and RequestValidator(key).validate(url, form, signature, algorithm)
