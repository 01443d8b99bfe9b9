"""Calendars as an agent is told of them. What is free in them, only the control plane knows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BookableCalendar:
    name: str
    """By which the agent names it."""
    time_zone: str
    """Whose clock its times are told by, as an IANA name."""
    title: str = ""  # what is booked in it
