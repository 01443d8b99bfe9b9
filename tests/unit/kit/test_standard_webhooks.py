"""Signatures of Standard Webhooks: what opens, what does not, and when."""

from datetime import UTC, datetime, timedelta

import pytest

from control_plane.kit.standard_webhooks import NotSigned, new_secret, sign, verify

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECRET, OTHER = new_secret(), new_secret()


def test_the_specifications_own_example_is_signed_alike():
    body = b'{"test": 2432232314}'
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = sign(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, body)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_a_message_opens_within_five_minutes(seconds):
    headers = sign([OTHER, SECRET], "m1", NOW, b"{}")
    assert verify(SECRET, headers, b"{}", NOW + timedelta(seconds=seconds)) == "m1"


@pytest.mark.parametrize("seconds", [-301, 301])
def test_an_older_or_younger_one_is_a_replay(seconds):
    with pytest.raises(NotSigned, match="five minutes"):
        verify(SECRET, sign([SECRET], "m1", NOW, b"{}"), b"{}", NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "m2"},
        {"webhook-timestamp": str(int(NOW.timestamp()) + 1)},
        {"webhook-signature": "v1,"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,ä"},
        {"webhook-timestamp": "now"},
        {"webhook-timestamp": ""},
    ],
)
def test_nothing_may_be_changed(changed):
    with pytest.raises(NotSigned):
        verify(SECRET, sign([SECRET], "m1", NOW, b"{}") | changed, b"{}", NOW)


def test_another_body_another_secret_or_another_version_does_not_open():
    headers = sign([SECRET], "m1", NOW, b"{}")
    older = headers | {"webhook-signature": headers["webhook-signature"].replace("v1,", "v1a,")}
    for key, given, body in ((SECRET, headers, b"[]"), (OTHER, headers, b"{}"), (SECRET, older, b"{}"), (SECRET, {}, b"{}")):
        with pytest.raises(NotSigned):
            verify(key, given, body, NOW)
