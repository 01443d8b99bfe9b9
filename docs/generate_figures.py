"""Writes what each figure means into docs/figures.md, from the definitions themselves.

Run `python -m docs.generate_figures` after a change of control_plane/analytics/figures.py; a test says when that was forgotten.
"""

import inspect
import sys
from pathlib import Path

from control_plane.analytics import figures

DOCUMENT = Path(__file__).with_name("figures.md")


def page() -> str:
    """The page as it should be."""
    about = inspect.cleandoc(figures.__doc__ or "").partition("\n\n")[2].replace("\n", " ")
    counters = [f"| `{name}` | {words} |" for name, words in figures.COUNTERS.items()]
    told = [f"| `{each.__name__}` | {inspect.cleandoc(each.__doc__ or '')} |" for each in figures.FIGURES]
    lines = ["# What the figures mean", "", about, "", "| counted | what |", "|---|---|", *counters]
    return "\n".join([*lines, "", "| figure | what |", "|---|---|", *told, ""])


def main() -> int:
    DOCUMENT.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
