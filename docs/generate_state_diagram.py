"""Draws the life of a call from its table into docs/architecture.md, so that the picture cannot be older than the code.

Run `python -m docs.generate_state_diagram` after a change of control_plane/domain/call_state.py; a test says when that was forgotten.
"""

import sys
from pathlib import Path

from control_plane.domain.call_state import FINAL, CallState, Fact, Move, step

DOCUMENT = Path(__file__).with_name("architecture.md")
BEGIN, END = "<!-- call-state diagram: generated, see docs/generate_state_diagram.py -->", "<!-- end of call-state diagram -->"


def moves() -> dict[tuple[CallState, CallState], list[Fact]]:
    """Every step of the table that changes the state, with the facts that cause it."""
    found: dict[tuple[CallState, CallState], list[Fact]] = {}
    for state in CallState:
        for fact in Fact:
            outcome = step(state, fact)
            if isinstance(outcome, Move):
                found.setdefault((state, outcome.to), []).append(fact)
    return found


def diagram() -> str:
    """The picture as a Mermaid state diagram, followed by the same as a table for readers without one."""
    arrows = [f"    {source} --> {target}: {', '.join(facts)}" for (source, target), facts in moves().items()]
    picture = ["```mermaid", "stateDiagram-v2", f"    [*] --> {CallState.QUEUED}", *arrows]
    picture += [*(f"    {state} --> [*]" for state in CallState if state in FINAL), "```"]
    rows = [f"| {source} | {', '.join(facts)} | {target} |" for (source, target), facts in moves().items()]
    return "\n".join([*picture, "", "| from | fact | to |", "|---|---|---|", *rows])


def with_diagram(text: str) -> str:
    """`text` with its diagram redrawn. Raises `ValueError` when the two marks are not there."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{diagram()}\n{END}{after}"


def main() -> int:
    DOCUMENT.write_text(with_diagram(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
