"""From marks and bytes to commands."""

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
