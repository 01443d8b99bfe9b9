"""What Twilio's endpoints do and answer, for `tests.fakes.twilio`, whose memory each handler is given as `self`."""

import re
from collections.abc import Callable
from typing import Any

ACCOUNT = "AC" + "a" * 32
_RFC2822, _ISO = "Wed, 11 Sep 2024 17:51:38 +0000", "2024-09-11T17:51:38Z"
_API, _TRUNKING, _LOOKUPS = "api.twilio.com", "trunking.twilio.com", "lookups.twilio.com"
Thing = dict[str, Any]


class Refusal(Exception):
    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.body = {"status": status, "code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}"}


ROUTES: dict[tuple[str, str, str], Callable[..., tuple[int, Any]]] = {}
_SID = "([A-Z]{2}[0-9a-f]{32})"
_ACCOUNT = f"/2010-04-01/Accounts/{ACCOUNT}"


def _route(method: str, host: str, pattern: str) -> Callable[[Any], Any]:
    def keep(handler: Any) -> Any:
        ROUTES[(method, host, pattern.replace("{}", _SID))] = handler
        return handler

    return keep


def _there(things: dict[str, Thing], sid: str) -> Thing:
    if sid not in things:
        raise Refusal(404, 20404, f"The requested resource {sid} was not found")
    return things[sid]


def _trunking_page(key: str, items: list[Thing]) -> tuple[int, Any]:
    url = f"https://{_TRUNKING}/v1/{key}?PageSize=50&Page=0"
    meta = {"first_page_url": url, "url": url, "page_size": 50, "key": key, "next_page_url": None, "page": 0, "previous_page_url": None}
    return 200, {"meta": meta, key: items}


def _api_page(key: str, items: list[Thing]) -> tuple[int, Any]:
    uri = f"{_ACCOUNT}/{key}.json?PageSize=50&Page=0"
    page = {"first_page_uri": uri, "uri": uri, "next_page_uri": None, "previous_page_uri": None, "page": 0, "page_size": 50}
    return 200, {**page, "start": 0, "end": max(0, len(items) - 1), key: items}


# — trunking —


def _trunk_out(sid: str, trunk: Thing) -> Thing:
    url = f"https://{_TRUNKING}/v1/Trunks/{sid}"
    plain = {
        "sid": sid,
        "account_sid": ACCOUNT,
        "url": url,
        "date_created": _ISO,
        "date_updated": _ISO,
        "auth_type": "",
        "auth_type_set": [],
    }
    plain |= {"disaster_recovery_method": None, "disaster_recovery_url": None, "cnam_lookup_enabled": False, "symmetric_rtp_enabled": False}
    plain |= {"recording": {"mode": "do-not-record", "trim": "do-not-trim"}, "transfer_mode": "disable-all"}
    names = ("origination_urls", "credential_lists", "ip_access_control_lists", "phone_numbers")
    return plain | {"transfer_caller_id": "from-transferee", "links": dict.fromkeys(names, url)} | trunk


@_route("GET", _TRUNKING, "/v1/Trunks")
def _list_trunks(self: Any, query: Thing) -> tuple[int, Any]:
    return _trunking_page("trunks", [_trunk_out(sid, trunk) for sid, trunk in self.trunks.items()])


@_route("POST", _TRUNKING, "/v1/Trunks")
def _make_trunk(self: Any, form: Thing) -> tuple[int, Any]:
    domain = form.get("DomainName", "")
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,62}\.pstn\.twilio\.com", domain):
        raise Refusal(400, 21245, "Domain names must end with pstn.twilio.com")
    if any(trunk["domain_name"] == domain for trunk in self.trunks.values()):
        raise Refusal(400, 21248, "Domain name is already in use")
    sid = self._sid("TK")
    secure = form.get("Secure") == "true"
    self.trunks[sid] = {"friendly_name": form.get("FriendlyName"), "domain_name": domain, "secure": secure}
    return 201, _trunk_out(sid, self.trunks[sid])


@_route("POST", _TRUNKING, "/v1/Trunks/{}")
def _change_trunk(self: Any, sid: str, form: Thing) -> tuple[int, Any]:
    trunk = _there(self.trunks, sid)
    trunk["friendly_name"] = form.get("FriendlyName", trunk["friendly_name"])
    trunk["secure"] = form.get("Secure", str(trunk["secure"]).lower()) == "true"
    return 200, _trunk_out(sid, trunk)


@_route("DELETE", _TRUNKING, "/v1/Trunks/{}")
def _drop_trunk(self: Any, sid: str) -> tuple[int, Any]:
    _there(self.trunks, sid)
    del self.trunks[sid]
    self.on_trunk = {pair for pair in self.on_trunk if pair[0] != sid}
    self.urls = {url: each for url, each in self.urls.items() if each["trunk_sid"] != sid}
    for number in self.numbers.values():
        number["trunk_sid"] = None if number["trunk_sid"] == sid else number["trunk_sid"]
    return 204, None


def _on_trunk_out(self: Any, trunk: str, sid: str) -> Thing:
    name = self.lists[sid]["friendly_name"]
    url = f"https://{_TRUNKING}/v1/Trunks/{trunk}/CredentialLists/{sid}"
    return {"sid": sid, "account_sid": ACCOUNT, "trunk_sid": trunk, "friendly_name": name, "url": url} | _dates(_ISO)


def _dates(day: str) -> Thing:
    return {"date_created": day, "date_updated": day}


@_route("GET", _TRUNKING, "/v1/Trunks/{}/CredentialLists")
def _lists_of_trunk(self: Any, trunk: str, query: Thing) -> tuple[int, Any]:
    _there(self.trunks, trunk)
    return _trunking_page("credential_lists", [_on_trunk_out(self, *pair) for pair in self.on_trunk if pair[0] == trunk])


@_route("POST", _TRUNKING, "/v1/Trunks/{}/CredentialLists")
def _put_list(self: Any, trunk: str, form: Thing) -> tuple[int, Any]:
    _there(self.trunks, trunk)
    _there(self.lists, form["CredentialListSid"])
    if (trunk, form["CredentialListSid"]) in self.on_trunk:
        raise Refusal(400, 21246, "The credential list is associated with the trunk already")
    self.on_trunk.add((trunk, form["CredentialListSid"]))
    return 201, _on_trunk_out(self, trunk, form["CredentialListSid"])


@_route("DELETE", _TRUNKING, "/v1/Trunks/{}/CredentialLists/{}")
def _take_list(self: Any, trunk: str, sid: str) -> tuple[int, Any]:
    if (trunk, sid) not in self.on_trunk:
        raise Refusal(404, 20404, "not found")
    self.on_trunk.remove((trunk, sid))
    return 204, None


def _url_out(sid: str, each: Thing) -> Thing:
    url = f"https://{_TRUNKING}/v1/Trunks/{each['trunk_sid']}/OriginationUrls/{sid}"
    return {"sid": sid, "account_sid": ACCOUNT, "url": url} | _dates(_ISO) | each


@_route("GET", _TRUNKING, "/v1/Trunks/{}/OriginationUrls")
def _list_urls(self: Any, trunk: str, query: Thing) -> tuple[int, Any]:
    _there(self.trunks, trunk)
    return _trunking_page("origination_urls", [_url_out(sid, each) for sid, each in self.urls.items() if each["trunk_sid"] == trunk])


@_route("POST", _TRUNKING, "/v1/Trunks/{}/OriginationUrls")
def _make_url(self: Any, trunk: str, form: Thing) -> tuple[int, Any]:
    _there(self.trunks, trunk)
    if not re.match(r"sips?:", form["SipUrl"]):
        raise Refusal(400, 21249, "Sip url must start with sip or sips")
    sid = self._sid("OU")
    numbers = {"weight": int(form["Weight"]), "priority": int(form["Priority"])}
    named = {"trunk_sid": trunk, "friendly_name": form["FriendlyName"], "sip_url": form["SipUrl"], "enabled": form["Enabled"] == "true"}
    self.urls[sid] = named | numbers
    return 201, _url_out(sid, self.urls[sid])


@_route("POST", _TRUNKING, "/v1/Trunks/{}/OriginationUrls/{}")
def _change_url(self: Any, trunk: str, sid: str, form: Thing) -> tuple[int, Any]:
    each = _there(self.urls, sid)
    each |= {"sip_url": form.get("SipUrl", each["sip_url"]), "enabled": form.get("Enabled", "true") == "true"}
    return 200, _url_out(sid, each)


@_route("DELETE", _TRUNKING, "/v1/Trunks/{}/OriginationUrls/{}")
def _drop_url(self: Any, trunk: str, sid: str) -> tuple[int, Any]:
    _there(self.urls, sid)
    del self.urls[sid]
    return 204, None


def _number_out(sid: str, number: Thing) -> Thing:
    plain: Thing = {"sid": sid, "account_sid": ACCOUNT, "address_requirements": "none", "api_version": "2010-04-01", "beta": False}
    able = {"voice": True, "sms": True, "mms": False, "fax": False}
    return plain | {"capabilities": able} | number


@_route("POST", _TRUNKING, "/v1/Trunks/{}/PhoneNumbers")
def _put_number(self: Any, trunk: str, form: Thing) -> tuple[int, Any]:
    _there(self.trunks, trunk)
    number = _there(self.numbers, form["PhoneNumberSid"])
    number["trunk_sid"] = trunk
    links: Thing = {"url": f"https://{_TRUNKING}/v1/Trunks/{trunk}/PhoneNumbers/{form['PhoneNumberSid']}", "links": {}}
    return 201, _number_out(form["PhoneNumberSid"], number) | links | _dates(_ISO)


@_route("DELETE", _TRUNKING, "/v1/Trunks/{}/PhoneNumbers/{}")
def _take_number(self: Any, trunk: str, sid: str) -> tuple[int, Any]:
    number = _there(self.numbers, sid)
    if number["trunk_sid"] != trunk:
        raise Refusal(404, 20404, "not found")
    number["trunk_sid"] = None
    return 204, None


# — the account —


@_route("GET", _API, f"{_ACCOUNT}.json")
def _account(self: Any, query: Thing) -> tuple[int, Any]:
    plain = {"sid": ACCOUNT, "owner_account_sid": ACCOUNT, "friendly_name": "Acme", "status": "active", "type": self.account_type}
    return 200, plain | {"auth_token": "", "subresource_uris": {}, "uri": f"{_ACCOUNT}.json"} | _dates(_RFC2822)


@_route("GET", _API, f"{_ACCOUNT}/Balance.json")
def _balance(self: Any, query: Thing) -> tuple[int, Any]:
    return 200, {"account_sid": ACCOUNT, "balance": "12.3456", "currency": "USD"}


@_route("GET", _API, f"{_ACCOUNT}/Usage/Records/ThisMonth.json")
def _usage(self: Any, query: Thing) -> tuple[int, Any]:
    line = {"account_sid": ACCOUNT, "api_version": "2010-04-01", "as_of": _ISO, "description": "Trunking Termination", "count": "40"}
    line |= {"count_unit": "calls", "usage": "61", "usage_unit": "minutes", "price_unit": "usd", "start_date": "2026-11-01"}
    line |= {"end_date": "2026-11-30", "subresource_uris": {}, "uri": f"{_ACCOUNT}/Usage/Records/ThisMonth.json"}
    return _api_page("usage_records", [line | {"category": "trunking-termination", "price": 0.45}, line | {"category": "sms", "price": 0}])


@_route("GET", _API, f"{_ACCOUNT}/IncomingPhoneNumbers.json")
def _list_numbers(self: Any, query: Thing) -> tuple[int, Any]:
    wanted = query.get("PhoneNumber")
    found = {sid: number for sid, number in self.numbers.items() if wanted in (None, number["phone_number"])}
    plain: Thing = _dates(_RFC2822) | {"origin": "twilio", "status": "in-use"}
    return _api_page("incoming_phone_numbers", [_number_out(sid, number) | plain for sid, number in found.items()])


def _list_out(sid: str, each: Thing) -> Thing:
    uri = f"{_ACCOUNT}/SIP/CredentialLists/{sid}.json"
    return {"sid": sid, "account_sid": ACCOUNT, "subresource_uris": {}, "uri": uri} | _dates(_RFC2822) | each


@_route("GET", _API, f"{_ACCOUNT}/SIP/CredentialLists.json")
def _list_lists(self: Any, query: Thing) -> tuple[int, Any]:
    return _api_page("credential_lists", [_list_out(sid, each) for sid, each in self.lists.items()])


@_route("POST", _API, f"{_ACCOUNT}/SIP/CredentialLists.json")
def _make_list(self: Any, form: Thing) -> tuple[int, Any]:
    sid = self._sid("CL")
    self.lists[sid] = {"friendly_name": form["FriendlyName"]}
    return 201, _list_out(sid, self.lists[sid])


@_route("DELETE", _API, _ACCOUNT + "/SIP/CredentialLists/{}.json")
def _drop_list(self: Any, sid: str) -> tuple[int, Any]:
    _there(self.lists, sid)
    if any(pair[1] == sid for pair in self.on_trunk):
        raise Refusal(409, 20409, "The credential list is in use by a trunk")
    del self.lists[sid]
    self.credentials = {key: each for key, each in self.credentials.items() if each["list"] != sid}
    return 204, None


def _credential_out(sid: str, each: Thing) -> Thing:
    uri = f"{_ACCOUNT}/SIP/CredentialLists/{each['list']}/Credentials/{sid}.json"
    shown = {"sid": sid, "account_sid": ACCOUNT, "credential_list_sid": each["list"], "username": each["username"], "uri": uri}
    return shown | _dates(_RFC2822)


@_route("GET", _API, _ACCOUNT + "/SIP/CredentialLists/{}/Credentials.json")
def _list_credentials(self: Any, of: str, query: Thing) -> tuple[int, Any]:
    _there(self.lists, of)
    return _api_page("credentials", [_credential_out(sid, each) for sid, each in self.credentials.items() if each["list"] == of])


@_route("POST", _API, _ACCOUNT + "/SIP/CredentialLists/{}/Credentials.json")
def _make_credential(self: Any, of: str, form: Thing) -> tuple[int, Any]:
    _there(self.lists, of)
    _check_password(form["Password"])
    if any((each["list"], each["username"]) == (of, form["Username"]) for each in self.credentials.values()):
        raise Refusal(400, 21240, "The user name is in the list already")
    sid = self._sid("CR")
    self.credentials[sid] = {"list": of, "username": form["Username"], "password": form["Password"]}
    return 201, _credential_out(sid, self.credentials[sid])


@_route("POST", _API, _ACCOUNT + "/SIP/CredentialLists/{}/Credentials/{}.json")
def _change_credential(self: Any, of: str, sid: str, form: Thing) -> tuple[int, Any]:
    _check_password(form["Password"])
    _there(self.credentials, sid)["password"] = form["Password"]
    return 200, _credential_out(sid, self.credentials[sid])


def _check_password(password: str) -> None:
    if len(password) < 12 or not all(re.search(kind, password) for kind in ("[a-z]", "[A-Z]", "[0-9]")):
        raise Refusal(400, 21241, "Password must be at least 12 characters with a digit and letters of both cases")


@_route("GET", _API, _ACCOUNT + "/Calls/{}.json")
def _call(self: Any, sid: str, query: Thing) -> tuple[int, Any]:
    plain: Thing = {"sid": sid, "account_sid": ACCOUNT, "status": "completed", "uri": f"{_ACCOUNT}/Calls/{sid}.json"}
    return 200, plain | _dates(_RFC2822) | _there(self.calls, sid)


@_route("GET", _API, _ACCOUNT + "/Recordings/{}.wav")
def _recording(self: Any, sid: str, query: Thing) -> tuple[int, Any]:
    if sid not in self.recordings:
        raise Refusal(404, 20404, "not found")
    return 200, self.recordings[sid]


@_route("GET", _LOOKUPS, r"/v2/PhoneNumbers/([+]\d+)")
def _look_up(self: Any, e164: str, query: Thing) -> tuple[int, Any]:
    """`lookups` knows of each number its line type and the day on which it came to somebody else; each package that is asked costs.

    Twilio answers null for packages that were not asked, which its description forbids: here they are left out.
    """
    known, fields = self.lookups.get(e164, {}), query.get("Fields", "").split(",")
    plain: Thing = {"calling_country_code": "1", "country_code": "US", "phone_number": e164, "national_format": e164}
    plain |= {"valid": True, "validation_errors": [], "url": f"https://{_LOOKUPS}/v2/PhoneNumbers/{e164}"}
    if "line_type_intelligence" in fields:
        plain["line_type_intelligence"] = {"carrier_name": "Carrier", "type": known.get("line_type", "landline")}
    if "reassigned_number" in fields:
        plain["reassigned_number"] = _reassigned(known, query.get("LastVerifiedDate", ""))
    self.looked_up.append((e164, *sorted(fields), query.get("LastVerifiedDate", "")))
    return 200, plain


def _reassigned(known: Thing, day: str) -> Thing:
    if not re.fullmatch(r"\d{8}", day):
        raise Refusal(400, 60600, "LastVerifiedDate is missing or not of the form YYYYMMDD")
    changed = known.get("reassigned_on")
    if changed == "refused":
        return {"last_verified_date": f"{day[:4]}-{day[4:6]}-{day[6:]}", "error_code": "60600"}
    word = "no_data_available" if changed == "unknown" else "yes" if changed is not None and day <= changed else "no"
    return {"last_verified_date": f"{day[:4]}-{day[4:6]}-{day[6:]}", "is_number_reassigned": word}
