"""The end of a process in which a native library runs."""

import subprocess
import sys

# As a thread of the native library does that is in the interpreter's way while it takes itself down.
ENDING = """
import atexit, os
from rehearsal.leaving import leave
atexit.register(os.abort)
print("all done")
leave(3)
"""


def test_a_process_ends_with_its_code_and_its_words_and_takes_nothing_down() -> None:
    ended = subprocess.run([sys.executable, "-c", ENDING], capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (3, "all done\n", "")
