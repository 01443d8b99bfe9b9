"""How many, in words that people read."""


def counted(count: int, one: str, several: str = "") -> str:
    """`1 contact`, `2 contacts`. `several` where that is not `one` with an s."""
    return f"{count} {one if count == 1 else several or one + 's'}"
