"""Bytes of models, tools, files and conversations reach no terminal as sequences: only what we make ourselves does."""

# ruff: noqa: E501 - the tables' cases are read one by one

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from picode import paths
from picode.client.blocking import connect
from picode.protocol import requests as r
from picode.protocol.values import Place
from picode.terminal.driver import Driven
from support.daemon import Running, executable
from support.model_script import Call, Say, Script
from support.model_server import ModelServer
from support.screen import Terminal

EVIL = (
    "\x1b]52;c;ZXZpbA==\x07\x1b]0;title\x07\x1b[2J\x1b[31;1mred\x9b31mc1\x90q\x9c\x1b]8;;http://evil\x1b\\link\x1bc"
    "\x1b[6n\x1bPq\x1b\\\u202eover\u2066\x08\x7f\x00\x0e\x1b[?1049h\x1b_apc\x1b\\"
)
OURS = re.compile(
    # colours, moving and erasing in the live area and coming back, modes that prompt_toolkit and the pane set; no string of any kind
    rb"\x1b\[[0-9;]*m|\x1b\[[0-9]*[ABCDGJKHd]|\x1b\[\?(?:1|7|12|25|1004|2004|2026)[hl]|\x1b\[[0-9]* q|\x1b\[>?[0-9]*u|\x1b[=>78]"
)
BROKEN = ("\x9b", "\x90", "\x9c", "\x9d", "\u202e", "\u2066")


def only_ours(seen: bytes) -> None:
    rest = OURS.sub(b"", seen)
    assert b"\x1b" not in rest, rest[max(0, rest.index(b"\x1b") - 60) :][:160]
    assert not re.findall(rb"[\x00-\x06\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]", rest)
    text = rest.decode("utf-8")
    assert not [char for char in BROKEN if char in text]


@pytest.fixture
def served(
    where: paths.Paths, model_server: ModelServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Running]:
    for name, value in {
        **model_server.environ(),
        "PICODE_MODELS_DEFAULT": "openai/local-model",
        "PICODE_NO_RECORD": "1",
        "PICODE_TOOLS_ALLOW": "bash",
    }.items():
        monkeypatch.setenv(name, value)
    project = home / "project"
    project.mkdir()
    (project / "evil\x1b]0;name\x07\u202e.txt").write_text(EVIL)
    running = Running(where).start()
    try:
        yield running
    finally:
        running.stop()


def script() -> list[Script]:
    return [
        Script(Say(f"first {EVIL}\n\n```sh{EVIL}\necho {EVIL}\n```\n"), Call("bash", {"command": f"echo '{EVIL}'"})),
        Script(Call("ls", {"path": "."})), Script(Call(f"no{EVIL}", {"a": EVIL})),
        Script(Call("read", {"path": f"gone{EVIL}"})),
        Script(*(Say(char) for char in EVIL), Say("\n\nthe very end")),
    ]  # fmt: skip


def opened(*arguments: str, cwd: Path) -> Driven:
    return Driven([executable(), *arguments], dict(os.environ), str(cwd), 100, 40)


def test_the_pane_writes_only_its_own_sequences(
    served: Running, home: Path, model_server: ModelServer
) -> None:
    model_server.enqueue(*script())
    pane = Terminal([executable(), "chat"], os.environ, home / "project", 100, 40)
    try:
        pane.wait_for("idle")
        pane.type("hello\r")
        pane.wait_for("the very end", "idle")
        model_server.enqueue(Script(status=400, error=f"bad {EVIL} request"))
        pane.type("again\r")
        pane.wait_for("request")
        only_ours(bytes(pane.raw))
    finally:
        pane.close()


def test_print_mode_and_lists_on_a_terminal(
    served: Running, home: Path, where: paths.Paths, model_server: ModelServer
) -> None:
    model_server.enqueue(*script())
    shown = opened("-p", f"hello {EVIL}".replace("\x00", ""), "--allow", "bash", cwd=home / "project")
    try:
        shown.ended(40)
        assert b"the very end" in shown.seen
        only_ours(shown.seen)
    finally:
        shown.hang_up()
    evil_place = home / "dir\x1b]0;x\x07\x1b[2J"
    evil_place.mkdir()
    with connect(where, start=False) as daemon:
        daemon.ask(r.Open(0, Place(str(evil_place)), "new"))
        daemon.ask(r.TerminalClosed(id=0, terminal=EVIL))
    with where.log.open("a") as log:
        log.write(f"planted {EVIL}\n")
    for arguments in (
        ("sessions", "--all"), ("daemon", "logs"), ("doctor",), ("models",), ("config", "get", f"x{EVIL[1:20]}"),
        ("-p", "x", "--session", "no\x1b[2J\x9b31m"), ("-p", "x", "--model", "no/\x1b]0;x\x07"), ("no\x1b[2Jcommand",),
        ("daemon", "status"), ("auth", "list"), ("config", "show"),
    ):  # fmt: skip
        listed = opened(*arguments, cwd=evil_place)
        try:
            listed.ended(40)
            only_ours(listed.seen)
        finally:
            listed.hang_up()
