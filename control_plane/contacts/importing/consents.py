"""What the columns `consent_…` of a file say: a consent for the row's numbers, or a reason in words why they cannot be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from control_plane.db.models.consent import CALL_PURPOSES, CONSENT_BASES

CONSENT_TARGETS = ("consent_purpose", "consent_basis", "consent_text", "consent_source", "consent_at", "consent_evidence")
_MEANS_THERE_IS_ONE = ("consent_purpose", "consent_basis", "consent_at")
_LONGEST = {"consent_text": 4_000, "consent_source": 500, "consent_evidence": 4_000}


@dataclass(frozen=True, slots=True)
class SaidConsent:
    """A consent as a file states it."""

    purpose: str
    basis: str
    granted_at: datetime
    text: str = ""
    source: str = ""
    evidence: str = ""


def read_consent(cells: Mapping[str, str], latest: datetime | None) -> SaidConsent | str | None:
    """The consent in `cells` (by target); None when there is none, a sentence when it is incomplete, unknown or later than `latest`."""
    if not any(cells.get(target) for target in _MEANS_THERE_IS_ONE):
        return None
    purpose, basis = cells.get("consent_purpose", "").lower(), cells.get("consent_basis", "").lower().replace(" ", "_")
    if purpose not in CALL_PURPOSES:
        return f"The consent's purpose {purpose[:60]!r} is not known; use one of {', '.join(CALL_PURPOSES)}."
    if basis not in CONSENT_BASES:
        return f"The consent's basis {basis[:60]!r} is not known; use one of {', '.join(CONSENT_BASES)}."
    granted_at = _time(cells.get("consent_at", ""))
    if granted_at is None:
        return f"{cells.get('consent_at', '')[:60]!r} is not when the consent was given; write it like 2026-03-01 or 2026-03-01T09:30:00Z."
    if latest is not None and granted_at > latest:
        return f"The consent was given at {cells['consent_at'][:60]}, which lies in the future."
    words = {target.removeprefix("consent_"): cells.get(target, "")[:longest] for target, longest in _LONGEST.items()}
    return SaidConsent(purpose, basis, granted_at, **words)


def _time(text: str) -> datetime | None:
    """A date (its first moment in UTC) or a time; without a zone it is read as UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
