"""`python -m tests.chaos --seed 7 --contacts 1000 --minutes 5`: one run, its report under docs/, exit code 1 when a promise was broken."""

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from tests.chaos.plan import QUICK, long
from tests.chaos.report import words_of
from tests.chaos.run import Run

REPORT = Path(__file__).parents[2] / "docs" / "chaos-report.md"
PATIENCE_S = 900.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--contacts", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=5, help="of faults; the peace afterwards takes as long as it takes")
    parser.add_argument("--quick", action="store_true", help="the form that runs in the tests")
    parser.add_argument("--wait", action="store_true", help="wait for the reservations of lost calls instead of ending them early")
    parser.add_argument("--report", type=Path, default=REPORT)
    given = parser.parse_args()
    # Whoever stops this run stops everything that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    shape = QUICK if given.quick else long(given.contacts, given.minutes)
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    result = Run(given.seed, shape, folder, PATIENCE_S, shortens=not given.wait).go()
    size = "--quick" if given.quick else f"--contacts {given.contacts} --minutes {given.minutes:g}"
    page = words_of(result, f'make chaos ARGS="--seed {given.seed} {size}{" --wait" if given.wait else ""}"')
    given.report.write_text(page)
    print(page, f"Ledger and logs: {folder}", sep="\n")
    return 1 if result.broken else 0


if __name__ == "__main__":
    sys.exit(main())
