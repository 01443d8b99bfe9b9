"""`python -m tests.chaos --seed 7 --contacts 1000 --minutes 5`: its parts one after the other, their report under docs/.

Exit code 1 when a promise was broken.
"""

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from tests.chaos.plan import QUICK, Shape, long, on_livekit
from tests.chaos.report import LIVEKIT, NETWORK, page_with, words_of
from tests.chaos.run import Run

REPORT = Path(__file__).parents[2] / "docs" / "chaos-report.md"
PATIENCE_S = 1800.0
LIVEKIT_CONTACTS, LIVEKIT_MINUTES = 30, 1.5


def main() -> int:
    given = _arguments()
    # Whoever stops this run stops everything that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    kept = [_go(given, title, shape, size) for title, shape, size in _parts(given)]
    return 0 if all(kept) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--contacts", type=int, help="default: 1000, and 30 on livekit-server")
    parser.add_argument("--minutes", type=float, help="of faults; the peace afterwards takes as long as it takes. Default: 5, and 1.5")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--quick", action="store_true", help="only the form that runs in the tests")
    which.add_argument("--network", action="store_true", help="only the part on the simulated telephone network")
    which.add_argument("--livekit", action="store_true", help="only the part on a real livekit-server")
    parser.add_argument("--wait", action="store_true", help="wait for the reservations of lost calls instead of ending them early")
    parser.add_argument("--report", type=Path, default=REPORT)
    return parser.parse_args()


def _parts(given: argparse.Namespace) -> list[tuple[str, Shape, str]]:
    """Title, shape, and the options that ask for just this part. Sizes given are of the one part that was asked for, else of the first."""
    if given.quick:
        return [(NETWORK, QUICK, "--quick")]
    contacts, minutes = given.contacts or 1000, given.minutes or 5.0
    network = (NETWORK, long(contacts, minutes), f"--network --contacts {contacts} --minutes {minutes:g}")
    few = (given.contacts if given.livekit else None) or LIVEKIT_CONTACTS
    short = (given.minutes if given.livekit else None) or LIVEKIT_MINUTES
    livekit = (LIVEKIT, on_livekit(few, short), f"--livekit --contacts {few} --minutes {short:g}")
    return [livekit] if given.livekit else [network] if given.network else [network, livekit]


def _go(given: argparse.Namespace, title: str, shape: Shape, size: str) -> bool:
    """Run one part and write it into the report. True when every promise held."""
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    result = Run(given.seed, shape, folder, PATIENCE_S, shortens=not given.wait).go()
    part = words_of(result, title, f'make chaos ARGS="--seed {given.seed} {size}{" --wait" if given.wait else ""}"')
    given.report.write_text(page_with(given.report.read_text() if given.report.exists() else "", title, part))
    print(part, f"Ledger and logs: {folder}", sep="\n")
    return not result.broken


if __name__ == "__main__":
    sys.exit(main())
