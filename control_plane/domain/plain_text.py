"""Text that people typed or said, for a terminal: what a terminal would obey instead of showing is replaced.

Otherwise a contact's name could move the cursor of whoever reads a list, or name their window.
"""

_SHOWN = frozenset("\n\t")
_REPLACED = {code: "\ufffd" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in _SHOWN}
_ESCAPED = {code: f"\\u{code:04x}" for code in range(0x7F, 0xA0)}


def visible(text: str) -> str:
    """The text with U+FFFD for every control character but line feed and tab."""
    return text.translate(_REPLACED)


def visible_json(text: str) -> str:
    """JSON escapes most control characters by itself; this is for the others, and changes no value."""
    return text.translate(_ESCAPED)
