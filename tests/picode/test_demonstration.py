"""`make run` without a terminal, as a whole process."""

import os
import subprocess
import sys
from pathlib import Path

import psutil

from support.tools import need


def test_the_main_job_is_shown_once_and_nothing_is_left(home: Path) -> None:
    need("bash")
    (home / "tmp").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "picode.demonstration"],
        env={**os.environ, "TMPDIR": str(home / "tmp"), "ANTHROPIC_API_KEY": "sk-ant-not-used"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    shown = done.stdout.split("\n")
    places = [
        next(number for number, line in enumerate(shown) if text in line)
        for text in (
            "The daemon runs",
            "shop> python3",
            "KeyError: 'plum'",
            "Alt-a",
            "status 1",
            "tool: read",
            "stopped",
        )
    ]
    assert places == sorted(places)
    assert "\x1b" not in done.stdout
    assert list((home / "tmp").iterdir()) == []
    assert [one for one in psutil.process_iter() if str(home / "tmp") in _environ(one)] == []


def _environ(process: psutil.Process) -> str:
    try:
        return str(process.environ())
    except psutil.Error:
        return ""
