"""From marks and bytes to commands."""

import pytest

from picode.terminal.commands import Commands
from picode.terminal.marks import Mark


def kinds(commands: Commands, *marks: Mark) -> list[str]:
    return [event.kind for mark in marks for event in commands.mark(mark)]


def prompt(cwd: bytes = b"/work") -> Mark:
    return Mark("P", [cwd, b"az"])


def test_a_command_has_text_directory_status_and_output() -> None:
    commands = Commands("zsh", "/")
    assert kinds(commands, prompt(), Mark("C", [b"", b"make"])) == ["prompt", "started"]
    commands.print(b"out")
    assert commands.find() is None
    assert commands.find(running=True) is commands.running
    commands.mark(Mark("D", [b"2"]))
    commands.print(b"printed by a prompt hook")
    assert kinds(commands, prompt()) == ["finished", "prompt"]
    command = commands.find()
    assert command is not None
    assert (command.text, command.cwd, command.status, command.size) == ("make", "/work", 2, 3)
    kept = commands.kept(command)
    assert kept is not None
    assert kept.head == b"out"


def test_pasted_commands_end_where_the_next_begins() -> None:
    commands = Commands("bash", "/")
    told = kinds(commands, prompt(), Mark("C", [b"0"]), Mark("C", [b"4"]), Mark("D", [b"0"]), prompt())
    assert told == ["prompt", "started", "finished", "started", "finished", "prompt"]
    assert [command.status for command in commands.finished] == [4, 0]


def test_bash_tells_the_text_at_the_end_and_the_echo_stands_in_before() -> None:
    commands = Commands("bash", "/")
    commands.mark(prompt())
    commands.print(b"\x1b]133;A\x07$ \x1b]133;B\x07ecko\b\bho hi\r\n")
    commands.mark(Mark("C", [b"0"]))
    assert commands.running is not None
    assert commands.running.text == "echo hi"
    commands.mark(Mark("D", [b"0"]))
    commands.mark(Mark("H", [b"   17  echo  hi\r\n"]))
    commands.mark(prompt())
    assert commands.finished[-1].text == "echo  hi"


def test_a_command_that_history_ignores_keeps_its_echo() -> None:
    commands = Commands("bash", "/")
    commands.mark(Mark("H", [b"   17  earlier\r\n"]))
    commands.mark(Mark("D", [b"0"]))
    commands.mark(prompt())
    commands.print(b"$ \x1b]133;B\x07 hidden\r\n")
    commands.mark(Mark("C", [b"0"]))
    commands.mark(Mark("D", [b"0"]))
    commands.mark(Mark("H", [b"   18  hidden\r\n"]))
    commands.mark(prompt())
    assert commands.finished[-1].text == "hidden"


def test_an_edited_line_is_read_as_it_stood_at_last() -> None:
    commands = Commands("bash", "/")
    commands.mark(Mark("P", [b"/", b"az"]))
    commands.print(b"\x1b]133;A\x07top\r\n$ \x1b]133;B\x07wrong\r\x1b[C\x1b[C\x1b[K echo hi\r\n")
    commands.mark(Mark("C", [b"0"]))
    assert commands.running is not None
    assert commands.running.text == " echo hi"


def test_what_fish_prints_before_the_command_is_taken_off_once() -> None:
    commands = Commands("fish", "/")
    commands.mark(prompt())
    commands.mark(Mark("C", [b"", b"x"]))
    commands.print(b"\x1b[?2004l\x1b]0;x ~\x07\x1b[30m\x1b(B\x1b[m\r\x1b[mout")
    commands.mark(Mark("D", [b"0"]))
    commands.mark(prompt())
    kept = commands.kept(commands.finished[-1])
    assert kept is not None
    assert kept.head == b"\x1b[mout"


PROMPT = b"\x1b]133;A\x07$ \x1b]133;B\x07"


def at_prompt(typed: bytes, ran: bool = True) -> Commands:
    """A prompt after `typed` was typed at the one before it, and a command ran or did not."""
    commands = Commands("zsh", "/")
    commands.mark(prompt())
    commands.print(PROMPT)
    commands.keys(typed)
    if ran:
        kinds(commands, Mark("C", [b"", b"ls"]), Mark("D", [b"0"]))
    commands.mark(prompt())
    return commands


@pytest.mark.parametrize(
    ("typed", "ran", "shown", "empty"),
    [
        (b"ls\r", True, PROMPT, True),
        (b"\r", False, PROMPT, True),
        (b"ls\r", True, PROMPT + b"\x1b[K\x1b[?2004h\x1b]0;title\x07\r", True),
        (b"ls\r", True, PROMPT + b"pushed text", False),
        (b"ls\x0f", True, PROMPT, False),
        (b"text\x1bq", False, PROMPT, False),
        (b"text\x03", False, PROMPT, False),
        (b"ls\r", True, b"$ ", False),
        (b"ls\r", True, b"", False),
        (b"ls\rfoo", True, PROMPT, False),
    ],
)
def test_a_line_is_known_to_be_empty_only_without_doubt(
    typed: bytes, ran: bool, shown: bytes, empty: bool
) -> None:
    commands = at_prompt(typed, ran)
    commands.print(shown)
    assert commands.line_is_empty is empty


def test_a_key_typed_at_the_prompt_or_ahead_of_it_may_stand_on_the_line() -> None:
    commands = at_prompt(b"ls\r")
    commands.print(PROMPT)
    commands.keys(b"x")
    assert not commands.line_is_empty
    commands.keys(b"\x7f")
    assert not commands.line_is_empty
    commands = Commands("bash", "/")
    kinds(commands, prompt(), Mark("C", [b"0"]))
    commands.keys(b"typed ahead")
    commands.mark(prompt())
    commands.print(PROMPT)
    assert not commands.line_is_empty
    assert not Commands("bash", "/").line_is_empty
