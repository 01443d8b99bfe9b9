"""What takes long is done before a call, in the process that all jobs are forked from."""

import subprocess
import sys
from pathlib import Path

from agent_worker.server import PRELOADED

_LISTENS = """
import importlib, re, sys
for name in {preloaded!r}:
    importlib.import_module(name)

compiled, known = [], re._compiler.compile
def watched(pattern, flags=0):
    compiled.append(len(str(pattern)))
    return known(pattern, flags)
re._compiler.compile = watched
late = set(sys.modules)

from agent_worker.answering.words import weigh
from agent_worker.consent_words import objects, says_yes
from agent_worker.opt_out_phrases import is_opt_out
for said in ("Hello?", "Hi, you have reached Sam. Leave a message after the beep.", "Please stop calling me.", "Nein danke."):
    weigh(said), objects(said), says_yes(said), is_opt_out(said)
print(max(compiled, default=0), *sorted(name for name in set(sys.modules) - late if name.startswith("agent_worker")))
"""


def test_nothing_long_is_compiled_or_imported_once_somebody_speaks() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LISTENS.format(preloaded=PRELOADED)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    longest, *imported = done.stdout.split()
    # A short pattern compiles in well under a millisecond; a table of cues or a grammar took half a second of each call.
    assert int(longest) < 60
    assert imported == []
