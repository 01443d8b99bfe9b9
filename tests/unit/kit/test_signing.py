"""Tokens that this installation signs."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from control_plane.kit.signing import TokenError, TokenSigner

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_claims_come_back_until_the_token_expires() -> None:
    signer = TokenSigner("k" * 44)
    token = signer.sign({"role": "viewer"}, NOW, HOUR)
    assert signer.verify(token, NOW + HOUR - timedelta(seconds=1))["role"] == "viewer"
    with pytest.raises(TokenError, match="expired"):
        signer.verify(token, NOW + HOUR)


def test_tokens_of_a_former_key_are_good_until_they_expire_and_new_ones_name_the_new_key() -> None:
    old, new = TokenSigner("k" * 44), TokenSigner("n" * 44, "k" * 44)
    token = old.sign({"role": "viewer"}, NOW, HOUR)
    assert new.verify(token, NOW)["role"] == "viewer"
    assert jwt.get_unverified_header(new.sign({}, NOW, HOUR))["kid"] != jwt.get_unverified_header(token)["kid"]
    with pytest.raises(TokenError):
        TokenSigner("n" * 44).verify(token, NOW)


def test_another_key_another_algorithm_and_another_issuer_are_refused() -> None:
    signer = TokenSigner("k" * 44)
    claims = {"iss": "callwright", "exp": NOW + HOUR}
    foreign = [
        TokenSigner("x" * 44).sign({}, NOW, HOUR),
        jwt.encode(claims, "", "none"),
        jwt.encode(claims, "k" * 44, "HS256"),
        jwt.encode({**claims, "iss": "else"}, signer._key, "HS256"),
        jwt.encode({"iss": "callwright"}, signer._key, "HS256"),
        "nonsense",
    ]
    for token in foreign:
        with pytest.raises(TokenError):
            signer.verify(token, NOW)
