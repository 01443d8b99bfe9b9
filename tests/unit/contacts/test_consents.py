"""What the consent columns of a file say."""

from datetime import UTC, datetime

import pytest

from control_plane.contacts.importing.consents import SaidConsent, read_consent

NOW = datetime(2026, 11, 23, tzinfo=UTC)
GOOD = {"consent_purpose": "Care", "consent_basis": "Existing Customer", "consent_at": "2026-03-01T10:30:00+02:00", "consent_text": "yes"}


def test_a_complete_consent_is_read() -> None:
    at = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
    assert read_consent(GOOD, NOW) == SaidConsent("care", "existing_customer", at, text="yes")


def test_a_row_without_one_has_none() -> None:
    assert read_consent({"consent_text": "yes", "consent_source": "form", "consent_purpose": ""}, NOW) is None


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"consent_purpose": "fun"}, "purpose 'fun' is not known"),
        ({"consent_purpose": ""}, "purpose '' is not known"),
        ({"consent_basis": "guess"}, "basis 'guess' is not known"),
        ({"consent_at": ""}, "'' is not when"),
        ({"consent_at": "03/01/2026"}, "'03/01/2026' is not when"),
        ({"consent_at": "2026-11-24"}, "lies in the future"),
    ],
)
def test_an_incomplete_one_is_a_reason_in_words(cells: dict[str, str], words: str) -> None:
    found = read_consent(GOOD | cells, NOW)
    assert isinstance(found, str)
    assert words in found
