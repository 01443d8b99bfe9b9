"""Transcribing stored recordings anew: a job without a phone, beside the calls."""
