"""Check-ups: a regular call to a person, and calls to those whom they have named when they cannot be reached."""
