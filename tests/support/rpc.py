"""A program that talks to `picode --mode rpc`: it sends commands and reads answers and events, in order."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

from support.daemon import executable

PATIENCE = 30.0
Object = dict[str, Any]


class RpcProgram:
    """`seen`: everything that came, in order."""

    def __init__(self, cwd: Path, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [executable(), "--mode", "rpc", *arguments],
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.seen: list[Object] = []
        self._lines: Queue[bytes] = Queue()
        self._reader = Thread(target=self._read)
        self._reader.start()
        self._number = 0

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)

    def send(self, data: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def begin(self, kind: str, **fields: Any) -> str:
        """Send a command; its id."""
        self._number += 1
        self.send(json.dumps({"id": f"n{self._number}", "type": kind, **fields}).encode() + b"\n")
        return f"n{self._number}"

    def until(self, holds: Callable[[Object], object]) -> Object:
        """The first object, seen already or to come, for which this holds."""
        for one in self.seen:
            if holds(one):
                return one
        while True:
            try:
                told: Object = json.loads(self._lines.get(timeout=PATIENCE))
            except Empty:
                raise AssertionError(f"It never came; seen: {self.seen}") from None
            self.seen.append(told)
            if holds(told):
                return told

    def answer(self, id_: str) -> Object:
        return self.until(lambda one: one.get("type") == "response" and one.get("id") == id_)

    def ask(self, kind: str, **fields: Any) -> Object:
        """The whole response."""
        return self.answer(self.begin(kind, **fields))

    def data(self, kind: str, **fields: Any) -> Any:
        """The data of a response that says success."""
        response = self.ask(kind, **fields)
        assert response["success"], response
        return response.get("data")

    def settled(self, count: int = 1) -> None:
        """Until the `count`th turn has ended."""
        self.until(lambda one: [o.get("type") for o in self.seen].count("agent_settled") >= count)

    def types(self) -> list[str]:
        return [str(one["type"]) for one in self.seen]

    def close(self) -> int:
        """End the input; the exit code."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            return self._process.wait(PATIENCE)
        finally:
            self._process.kill()
            self._process.wait()
            self._reader.join()
            assert self._process.stdout is not None
            self._process.stdout.close()
