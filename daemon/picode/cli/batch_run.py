"""A batch at work: threads that ask the daemon, one writer of answers, and a bar on standard error."""

import json
import os
import queue
import sys
import threading
from pathlib import Path
from typing import Any

from picode.cli.batch_lines import Line
from picode.errors import DiskFailed, NotAllowed, PicodeError
from picode.paths import Paths, working_directory

WAIT = 1800.0
"""Seconds that one answer may take, with all tries."""
BAR = 24


class Run:
    """`total` questions, of which `before` were answered in an earlier run."""

    def __init__(self, where: Paths, output: Path, total: int, before: int, *, fresh: bool) -> None:
        self._where, self._total, self._before, self._fresh = where, total, before, fresh
        self._cwd, self._name = str(working_directory()), f"batch {output.name}"
        self.answered = self.failed = 0
        self.cost = 0.0
        self._stopped = ""
        self._wanted: queue.SimpleQueue[Line] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[dict[str, Any] | PicodeError | None] = queue.SimpleQueue()
        self._shows = sys.stderr.isatty()
        try:
            self._file = output.open("ab")
            if output.stat().st_size and output.read_bytes()[-1:] != b"\n":
                self._file.write(b"\n")  # a line that a crash cut
        except OSError as error:
            raise DiskFailed(f"The file {output} cannot be written: {error.strerror}.") from error

    def all(self, lines: list[Line], together: int) -> None:
        """Ask them; returns when all have an answer or an error, or when nothing more may be spent."""
        for line in lines:
            self._wanted.put(line)
        working = min(together, len(lines))
        for number in range(working):
            threading.Thread(target=self._work, name=f"batch {number}", daemon=True).start()
        self._show()
        while working:
            result = self._results.get()
            if result is None:
                working -= 1
            elif isinstance(result, PicodeError):
                self._stopped = self._stopped or str(result)
            else:
                self._write(result)
            self._show()

    def close(self) -> None:
        if self._shows:
            sys.stderr.write("\n")
        self._file.close()

    @property
    def left(self) -> int:
        """Questions without an answer and without an error."""
        return self._total - self._before - self.answered - self.failed

    def told(self) -> str:
        """How it went, in a sentence or two."""
        text = f"{self._before + self.answered} of {self._total} are answered"
        if self.failed:
            text += f", {self.failed} failed"
        text += f"; ${self.cost:.4f} were spent." + (f" {self._stopped}" if self._stopped else "")
        return text + (" Run it again for the rest." if self.failed or self.left else "")

    def _work(self) -> None:
        from picode.client.blocking import connect

        try:
            with connect(self._where, "batch") as daemon:
                while not self._stopped:
                    self._results.put(self._ask(daemon, self._wanted.get_nowait()))
        except queue.Empty:
            pass
        except PicodeError as error:
            self._results.put(error)
        finally:
            self._results.put(None)

    def _ask(self, daemon: Any, line: Line) -> dict[str, Any]:
        from picode.protocol.completing import Complete
        from picode.protocol.replies import Completed

        asked = Complete(
            id=0, prompt=line.prompt, system=line.system, model=line.model, max_tokens=line.max_tokens,
            cwd=self._cwd, batch=self._name, fresh=self._fresh,
        )  # fmt: skip
        try:
            found = daemon.ask_for(Completed, asked, WAIT)
        except NotAllowed:
            raise  # no key, or nothing more may be spent: so it is for all that follow
        except PicodeError as error:
            return {"key": line.key, "error": error.message}
        usage = found.usage
        return {
            "key": line.key, "text": found.text, "model": found.model, "stop": found.stop, "mark": line.mark,
            "usage": {"input": usage.input, "output": usage.output, "cost": usage.cost.total},
        }  # fmt: skip

    def _write(self, result: dict[str, Any]) -> None:
        self._file.write(json.dumps(result, ensure_ascii=False).encode() + b"\n")
        self._file.flush()
        if "error" in result:
            self.failed += 1
        else:
            self.answered += 1
            self.cost += result["usage"]["cost"]

    def _show(self) -> None:
        if not self._shows:
            return
        done = self._before + self.answered + self.failed
        filled = BAR * done // max(1, self._total)
        room = os.get_terminal_size(sys.stderr.fileno()).columns - 1
        text = f"{'█' * filled}{'░' * (BAR - filled)} {done}/{self._total}  {self.failed} failed  ${self.cost:.4f}"
        sys.stderr.write(f"\r{text[:room]}\x1b[K")
        sys.stderr.flush()
