"""Connecting the callee with a human who is told first what it is about, while the callee hears music."""
