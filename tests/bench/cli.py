"""The command line's start: `picode --version` as a whole process against an empty interpreter."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from bench.row import Row, absolute, against

# a child's ru_maxrss counts what its parent had at the fork; the high-water mark of its own memory does not
MEMORY = """
import sys
sys.argv = ["picode", "--version"]
from picode.__main__ import main
main()
print(*(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def seconds(command: list[str]) -> float:
    """Wall time of one whole process."""
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    begun = time.perf_counter()
    os.waitpid(os.posix_spawn(command[0], command, os.environ, file_actions=quiet), 0)
    return time.perf_counter() - begun


def rows() -> list[Row]:
    ours = [str(Path(sys.executable).parent / "picode"), "--version"]
    bare = [sys.executable, "-I", "-c", "pass"]
    pairs = [(seconds(ours), seconds(bare)) for _ in range(41)]
    mine = statistics.median(pair[0] for pair in pairs) * 1e3
    theirs = statistics.median(pair[1] for pair in pairs) * 1e3
    told = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True)
    memory = int(told.stdout.split()[-1]) / 1024
    return [
        against(
            "picode --version, whole process, against python -I -c pass", mine, theirs, goal=2.5, unit="ms"
        ),
        absolute("picode --version, memory", memory, goal=20, unit="MB"),
    ]
