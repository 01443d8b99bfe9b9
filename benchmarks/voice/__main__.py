"""`python -m benchmarks.voice` writes the section "Voice" of docs/benchmarks.md.

It listens in real time: nothing else may run beside it.
"""

import argparse
import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.voice import alone, page, together

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.voice", description=__doc__)
    parser.add_argument("--turns", type=int, default=100, help="of each agent alone, at least")
    parser.add_argument("--most", type=int, default=together.MOST, help="calls at once that are tried")
    parser.add_argument("--rounds", type=int, default=together.ROUNDS, help="with as many calls at once as held")
    parser.add_argument("--only", choices=("alone", "together"), help="measure this part, and leave the other's lines as they are")
    parser.add_argument("--dry", action="store_true", help="print what is measured and leave the page as it is")
    wanted = parser.parse_args(arguments)
    if wanted.only != "together":
        began = time.monotonic()
        of_each = asyncio.run(alone.measure(wanted.turns))
        _tell(page.ALONE, page.alone(*of_each, time.monotonic() - began), is_dry=wanted.dry)
    if wanted.only != "alone":
        began = time.monotonic()
        found = asyncio.run(together.measure(wanted.most, wanted.rounds))
        _tell(page.TOGETHER, page.together(found, time.monotonic() - began), is_dry=wanted.dry)


def _tell(name: str, part: str, *, is_dry: bool) -> None:
    """Printed and written as soon as it is measured, so that what comes after it cannot lose it."""
    print(part)
    if not is_dry:
        page.write(PAGE, name, part)


if __name__ == "__main__":
    main()
