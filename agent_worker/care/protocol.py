"""What one call knows of danger: what has been raised, whether somebody may be in danger, and what is still to be said for it. Pure."""

from agent_worker.care.screen import Finding, screen
from agent_worker.care.words import first_words, for_language
from sip_config.contract import RiskLevel

STILL_HERE_AFTER_S = 20.0
"""Silence, while somebody may be in danger, after which they are told that nobody has hung up."""
_CARRIED_WORDS = 12
"""Of what was said right before: a pause for breath may fall into the middle of it."""


class Care:
    """One call's. From the first crisis on `stays_on` holds: the agent does not end the call, whatever else would. `replies_itself` holds
    while the callee's last words are answered with the first words of the protocol, and not by the model."""

    def __init__(self, language: str, country: str) -> None:
        self.language, self._country = language, country
        self._levels: dict[str, RiskLevel] = {}
        self._said_before = ""
        self.replies_itself = False
        self.stays_on = False

    def heard(self, text: str) -> tuple[Finding, ...]:
        """What is grave in the callee's words and was not known, or not as grave, before."""
        carried, self._said_before = self._said_before, " ".join(text.split()[-_CARRIED_WORDS:])
        found = screen(text) or screen(f"{carried} {text}".strip())
        news = tuple(finding for finding in found if self._is_news(finding.kind, finding.level))
        self.replies_itself |= not self.stays_on and any(finding.level is RiskLevel.CRISIS for finding in news)
        return news

    def raised(self, kind: str, level: RiskLevel) -> bool:
        """Remember it; whether it is news."""
        is_news = self._is_news(kind, level)
        if is_news:
            self._levels[kind] = level
        return is_news

    def begins(self, level: RiskLevel) -> bool:
        """True once: with the first crisis."""
        begins, self.stays_on = level is RiskLevel.CRISIS and not self.stays_on, self.stays_on or level is RiskLevel.CRISIS
        return begins

    def first_words(self, kind: str) -> str:
        """All that is said when it begins."""
        return first_words(self.language, self._country, kind)

    def replies(self) -> bool:
        """Whether the turn that has just ended is answered without the model."""
        replies, self.replies_itself = self.replies_itself, False
        return replies

    @property
    def still_here(self) -> str:
        return for_language(self.language).still_here

    def _is_news(self, kind: str, level: RiskLevel) -> bool:
        return self._levels.get(kind) not in (RiskLevel.CRISIS, level)
