"""What one call knows of danger: what has been raised, whether somebody may be in danger, and what is still to be said for it. Pure."""

import math
from collections.abc import Sequence

from agent_worker.care.screen import Finding, screen
from agent_worker.care.words import first_words, for_language
from agent_worker.consent_words import says_yes
from sip_config.contract import RiskLevel

STILL_HERE_AFTER_S = 20.0
"""Silence, while somebody may be in danger, after which they are told that nobody has hung up."""
_CARRIED_WORDS = 12
"""Of what was said right before: a pause for breath may fall into the middle of it."""


class Care:
    """One call's. From the first crisis on `stays_on` holds: the agent does not end the call, whatever else would. `replies_itself` holds
    while the callee's last words are answered with words of the protocol, and not by the model. `destinations`: the humans to whom the
    call can be put through."""

    def __init__(self, language: str, country: str, destinations: Sequence[str] = ()) -> None:
        self.language, self._begun, self._country = language, language, country
        self._destinations, self._offered_at = destinations, math.inf
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
        words = first_words(self.language, self._country, kind)
        return f"{words} {for_language(self.language).offers}" if self._destinations else words

    def said_first(self, at: float) -> None:
        """The first words have been said to their end; `at` and `began` are seconds of the same clock."""
        self._offered_at = at

    def accepts(self, text: str, began: float) -> str:
        """Who is to be fetched, because these words say yes to that: only the next ones after the offer do. "" where the model finds out,
        as among several."""
        if began < self._offered_at or self._offered_at == math.inf:
            return ""
        self._offered_at = math.inf
        is_wished = len(self._destinations) == 1 and says_yes(text) is True
        self.replies_itself |= is_wished
        return self._destinations[0] if is_wished else ""

    def replies(self) -> bool:
        """Whether the turn that has just ended is answered without the model."""
        replies, self.replies_itself = self.replies_itself, False
        return replies

    @property
    def puts_through(self) -> str:
        return for_language(self.language).puts_through

    @property
    def about(self) -> str:
        """To the human who is told first, in the language in which the call began."""
        return for_language(self._begun).about

    @property
    def still_here(self) -> str:
        return for_language(self.language).still_here

    def _is_news(self, kind: str, level: RiskLevel) -> bool:
        return self._levels.get(kind) not in (RiskLevel.CRISIS, level)
