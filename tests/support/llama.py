"""A real llama.cpp server with a model of the test's own making: `llama-server`, or the one within xllamacpp.

`python -m support.llama MODEL.gguf` runs the latter and prints its address.
"""

import contextlib
import importlib
import importlib.util
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.model_server import BOUND
from support.tiny_model import write


@pytest.fixture(scope="session")
def llama() -> Iterator[str]:
    """Its address; one for all tests."""
    program = shutil.which("llama-server")
    if program is None and importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("llama.cpp is not installed: neither llama-server nor the package xllamacpp is there")
    with tempfile.TemporaryDirectory() as folder:
        model = write(Path(folder) / "tiny.gguf")
        process = _within(model) if program is None else _program(program, model)
        try:
            address = _address(process) if program is None else _answers(process)
            yield address
        finally:
            process.kill()
            process.wait(BOUND)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


def _within(model: Path) -> "subprocess.Popen[bytes]":
    paths = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.Popen(
        [sys.executable, "-m", "support.llama", str(model)], env=paths, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _address(process: "subprocess.Popen[bytes]") -> str:
    """What it prints as soon as it listens."""
    assert process.stdout is not None
    readable, _, _ = select.select([process.stdout], [], [], BOUND)
    told = process.stdout.readline().decode().strip() if readable else ""
    assert told.startswith("http://127.0.0.1:"), f"llama.cpp did not start: {told!r}"
    return told


def _program(program: str, model: Path) -> "subprocess.Popen[bytes]":
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [program, "--host", "127.0.0.1", "--port", port, "-m", str(model), "-c", "512", "-t", "1"]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _answers(process: "subprocess.Popen[bytes]") -> str:
    """The address of `llama-server`, as soon as it has loaded its model."""
    assert isinstance(process.args, list)
    address, until = f"http://127.0.0.1:{process.args[4]}", time.monotonic() + BOUND
    while time.monotonic() < until:
        assert process.poll() is None, f"llama-server ended with {process.returncode}"
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"{address}/health", timeout=1).close()
            return address
        threading.Event().wait(0.05)
    raise AssertionError("llama-server did not start")


def main() -> None:
    # it is there on some machines only
    xllamacpp = importlib.import_module("xllamacpp")
    wanted = xllamacpp.CommonParams()
    wanted.model.path = sys.argv[1]
    wanted.port = 0
    wanted.n_ctx = 512
    wanted.n_parallel = 1
    wanted.warmup = False
    wanted.cpuparams.n_threads = 1
    server = xllamacpp.Server(wanted)
    print(server.listening_address, flush=True)
    # whoever started it has ended when this does
    sys.stdin.read()


if __name__ == "__main__":
    main()
