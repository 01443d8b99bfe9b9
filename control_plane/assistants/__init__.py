"""Assistants: the draft that people edit, and the immutable versions that calls use."""
