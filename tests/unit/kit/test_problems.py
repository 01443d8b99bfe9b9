"""Every error is one kind of answer."""

from datetime import timedelta

import pytest
from litestar.exceptions import NotAuthorizedException, ValidationException
from psycopg.errors import AdminShutdown, IdleInTransactionSessionTimeout, InFailedSqlTransaction
from sqlalchemy.exc import InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree

from control_plane.domain.errors import CallwrightError, Conflict, Invalid, NotFound, Refused, Unavailable
from control_plane.kit.problems import problem_of


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotFound.of("API key"), 404, "API_key_not_found"),
        (Conflict("No.", code="last_owner_key"), 409, "last_owner_key"),
        (Refused("No."), 409, "refused"),
        (Invalid.field("name", "No."), 400, "invalid"),
        (Unavailable("Later."), 503, "unavailable"),
        (NotAuthorizedException("Who?"), 401, "unauthorized"),
        (RuntimeError("secret detail"), 500, "internal_error"),
        (OperationalError("secret", {}, AdminShutdown("secret")), 503, "database_unavailable"),
        (InternalError("secret", {}, IdleInTransactionSessionTimeout("secret")), 503, "database_unavailable"),
        (InternalError("secret", {}, InFailedSqlTransaction("secret")), 500, "internal_error"),
        (NoneFree("secret"), 503, "database_unavailable"),
    ],
)
def test_each_family_has_its_status_and_code(error: Exception, status: int, code: str) -> None:
    problem, _ = problem_of(error)
    assert (problem.status, problem.code) == (status, code)
    assert "secret" not in problem.detail


def test_every_family_is_known() -> None:
    for family in CallwrightError.__subclasses__():
        assert problem_of(family("x"))[0].status < 504


def test_a_refusal_carries_its_reasons_and_unavailability_its_patience() -> None:
    assert problem_of(Refused("No.", reasons=("Suppressed.",)))[0].reasons == ["Suppressed."]
    assert problem_of(Unavailable("Later.", retry_after=timedelta(seconds=30)))[1] == {"Retry-After": "30"}


@pytest.mark.parametrize(
    ("key", "message", "field", "words"),
    [
        ("name", "Expected `str`, got `int` - at `$.name`", "name", "must be text, not a whole number"),
        ("data", "Object contains unknown field `z`", "z", "is not a field that this takes"),
        ("voice", "Object missing required field `id`", "voice.id", "is missing"),
        ("limit", "Expected `int` <= 200", "limit", "must be a whole number <= 200"),
        ("role", "Invalid enum value 'x'", "role", "Invalid enum value 'x'"),
        ("mood", "Expected `str` matching regex '^(happy|sad)$' - at `$.mood`", "mood", "must be one of happy, sad"),
        ("price", r"Expected `str` matching regex '^[0-9]{1,10}(\\.[0-9]{1,4})?$'", "price", "must be an amount like 12.50"),
        ("value", "Expected `str` matching regex '^[!-~]{1,99}$'", "value", "must be letters, digits and signs without spaces, 99 at most"),
        ("other", "Expected `str` matching regex '^[A-Z]{3}$'", "other", "must be text matching regex '^[A-Z]{3}$'"),
    ],
)
def test_the_words_of_the_parser_become_words_for_people(key: str, message: str, field: str, words: str) -> None:
    problem, _ = problem_of(ValidationException("x", extra=[{"key": key, "message": message, "source": "body"}]))
    assert (problem.errors[0].field, problem.errors[0].message) == (field, words)
    assert problem.detail == f"{field} {words}."
