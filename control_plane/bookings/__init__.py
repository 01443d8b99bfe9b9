"""Calendars in which people can be given a time, and the bookings in them."""
