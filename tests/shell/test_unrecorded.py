"""Commands and directories that are never recorded, in real shells."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from picode.errors import PicodeError
from picode.protocol.requests import CommandFinished, CommandStarted, Send, TerminalOpened
from picode.protocol.terminal import Commands as Told
from picode.protocol.terminal import Fetch, GetCommands
from picode.terminal.fetch import Unrecorded, ask, fetch
from support.daemon import executable
from support.key_daemon import KeyDaemon
from support.ptyshell import SHELLS, RecordedShell, write_start_file
from support.tools import need


@pytest.fixture
def daemon(home: Path) -> Iterator[KeyDaemon]:
    small = KeyDaemon(home / "p" / "run")
    yield small
    small.close()


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, home: Path, daemon: KeyDaemon) -> Iterator[RecordedShell]:
    need(request.param)
    config = home / "p" / "config"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(
        '[shell]\nignore_commands = ["printf secret*"]\nignore_directories = ["~/private"]\n'
    )
    (home / "private" / "deep").mkdir(parents=True)
    ignores = {"bash": "HISTCONTROL=ignorespace", "zsh": "setopt hist_ignore_space", "fish": ""}
    write_start_file(home, request.param, before=ignores[request.param])
    driven = RecordedShell(home, request.param, start_file=False).ready()
    yield driven
    driven.hang_up()


def why(shell: RecordedShell, text: str, number: int) -> str:
    """Type a command, and wait until the recorder says of it that it was not recorded."""
    told: list[str] = []

    def refused() -> bool:
        try:
            fetch(shell.socket, Fetch(number=number))
        except Unrecorded as error:
            told.append(error.message)
        except PicodeError:
            pass
        return bool(told)

    start = len(shell.seen)
    shell.send(text.encode() + b"\r")
    shell.until(refused)
    shell.until(lambda: shell._came_back(start))
    shell._ran = number
    return told[0]


def test_spaces_patterns_directories_and_a_pause_keep_commands_out_of_the_record(
    shell: RecordedShell, daemon: KeyDaemon
) -> None:
    assert shell.run("echo one").head == b"one\r\n"
    assert "begins with a space" in why(shell, " echo hidden-1", 2)
    assert "shell.ignore_commands" in why(shell, "printf secret-hidden-2", 3)
    assert shell.run("cd private/deep").status == 0
    assert "shell.ignore_directories" in why(shell, "echo hidden-3", 5)
    # leaving is a command of that directory, too
    assert "shell.ignore_directories" in why(shell, "cd ../..", 6)
    assert shell.run("echo two").head == b"two\r\n"
    picode = executable()
    assert "paused" in why(shell, f"{picode} pause", 8)
    assert "paused" in why(shell, "echo hidden-4", 9)
    assert "paused" in why(shell, f"{picode} resume", 10)
    assert shell.run("echo three").head == b"three\r\n"
    told = ask(shell.socket, GetCommands(limit=50))
    assert isinstance(told, Told)
    assert [note.command for note in told.notes] == ["echo one", "cd private/deep", "echo two", "echo three"]
    heard = [*daemon.of(CommandStarted), *daemon.of(CommandFinished)]
    assert not [one.note.command for one in heard if "hidden" in one.note.command]
    # it had begun before it was known what it would do
    [paused] = [one.note for one in daemon.of(CommandFinished) if one.note.number == 8]
    assert (paused.unrecorded, paused.command) == (True, "")
    assert [one.terminal.paused for one in daemon.of(TerminalOpened)][-2:] == [True, False]


def test_the_key_and_picode_last_say_that_it_was_not_recorded_and_why(
    shell: RecordedShell, daemon: KeyDaemon
) -> None:
    shell.run("echo one")
    why(shell, " echo hidden-1", 2)
    shell.send(b"\x1ba")
    shell.wait_for(b"the last command was not recorded: it begins with a space; nothing is sent.")
    start = len(shell.seen)
    shell.send(f"{executable()} last\r".encode())
    shell.wait_for(b"That command was not recorded: it begins with a space.", start)
    shell.until(lambda: shell._came_back(start))
    why(shell, " echo hidden-2", 4)
    shell.send(b"why?")
    shell.wait_for(b"why?", len(shell.seen) - 4 if shell.seen.endswith(b"why?") else start)
    shell.send(b"\x1ba")
    shell.wait_for(b"your question goes without it.")
    shell.until(lambda: len(daemon.of(Send)) == 1)
    [sent] = daemon.of(Send)
    assert (sent.text, sent.command) == ("why?", None)
