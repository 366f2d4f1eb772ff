"""Which commands are never recorded."""

from pathlib import Path

import pytest

from picode.terminal.commands import PAUSED, WITHIN, Commands
from picode.terminal.marks import Mark
from picode.terminal.unrecorded import SPACE, Rules, why_not

RULES = Rules(("pass", "*vault*", "gpg --export*"), ("~/private", "/srv/*/keys"))


@pytest.mark.parametrize(
    "text",
    ["pass", "pass show mail", "cd x && pass show mail", "make\npass -c a", "VAULT=1 hashivault read", "echo a|pass i",
     "gpg --export-secret-keys"],
)  # fmt: skip
def test_a_command_that_fits_a_pattern_is_not_recorded(text: str) -> None:
    assert "shell.ignore_commands" in why_not(RULES, text, "/")


@pytest.mark.parametrize("text", ["passwd", "bypass x", "compass", "echo pass", "gpg --list-keys", "Pass x"])
def test_one_that_only_resembles_it_is(text: str) -> None:
    assert why_not(RULES, text, "/") == ""


def test_directories_count_with_all_below_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/u")
    for cwd in ("/home/u/private", "/home/u/private/a/b", "/srv/x/keys", "/srv/x/keys/old"):
        assert "shell.ignore_directories" in why_not(RULES, "ls", cwd)
    for cwd in ("/home/u", "/home/u/private2", "/srv/keys", "/"):
        assert why_not(RULES, "ls", cwd) == ""


def test_a_space_before_a_command_hides_it_unless_the_user_does_not_want_that() -> None:
    assert why_not(Rules(), " ls", "/") == SPACE
    assert why_not(Rules(), "\tls", "/") == SPACE
    assert why_not(Rules(space=False), " ls", "/") == ""


def test_when_the_rules_cannot_be_read_nothing_is_recorded() -> None:
    assert "x.toml:3" in why_not(Rules(broken="x.toml:3: no"), "ls", str(Path("/")))


# --- in the recorder


def recorder(kind: str = "zsh", rules: Rules = RULES) -> Commands:
    commands = Commands(kind, "/")
    commands.judge = lambda text, cwd: why_not(rules, text, cwd)
    commands.mark(Mark("P", [b"/work", b"az"]))
    return commands


def ran(commands: Commands, text: bytes, output: bytes = b"out") -> None:
    commands.mark(Mark("C", [b"", text]))
    commands.print(output)
    commands.mark(Mark("D", [b"0"]))
    commands.mark(Mark("P", [b"/work", b"az"]))


def test_nothing_is_kept_of_such_a_command_but_that_there_was_one() -> None:
    commands = recorder()
    ran(commands, b"pass show mail", b"hunter2")
    found = commands.find()
    assert found is not None
    assert (found.text, found.output, found.size, found.status) == ("", None, 0, 0)
    assert "ignore_commands" in found.why
    assert commands.kept(found) is None
    assert commands._ring.size == 0
    ran(commands, b"ls")
    last = commands.find()
    assert last is not None
    assert (last.number, last.text, last.why) == (2, "ls", "")


def test_it_is_decided_before_it_prints_and_holds_while_it_runs() -> None:
    commands = recorder()
    commands.mark(Mark("C", [b"", b" cat key"]))
    commands.print(b"hunter2")
    running = commands.find(running=True)
    assert running is not None
    assert (running.text, running.output, running.why) == ("", None, SPACE)


def test_bash_tells_the_text_at_the_end_and_then_it_is_dropped() -> None:
    commands = recorder("bash")
    commands.mark(Mark("C", [b"0"]))
    commands.print(b"hunter2")
    commands.mark(Mark("D", [b"0"]))
    commands.mark(Mark("H", [b"   17  pass show mail\r\n"]))
    commands.mark(Mark("P", [b"/work", b"az"]))
    found = commands.find()
    assert found is not None
    assert (found.text, commands.kept(found)) == ("", None)


def test_bashs_history_does_not_bring_back_a_command_that_began_with_a_space() -> None:
    commands = recorder("bash")
    ran(commands, b"", b"")
    commands.mark(Mark("H", [b"   17  ls\r\n"]))
    commands.print(b"$ \x1b]133;B\x07 ls\r\n")
    commands.mark(Mark("C", [b"0"]))
    commands.mark(Mark("H", [b"   17  ls\r\n"]))
    commands.mark(Mark("P", [b"/work", b"az"]))
    found = commands.find()
    assert found is not None
    assert (found.text, found.why) == ("", SPACE)


def test_pause_counts_at_once_and_resume_from_the_next_command_on() -> None:
    commands = recorder()
    commands.mark(Mark("C", [b"", b"picode pause"]))
    commands.print(b"before")
    commands.pause(True)
    commands.print(b"after")
    commands.mark(Mark("D", [b"0"]))
    commands.mark(Mark("P", [b"/work", b"az"]))
    ran(commands, b"ls")
    commands.mark(Mark("C", [b"", b"picode resume"]))
    commands.pause(False)
    commands.print(b"again")
    commands.mark(Mark("D", [b"0"]))
    commands.mark(Mark("P", [b"/work", b"az"]))
    ran(commands, b"date")
    assert [(one.text, one.why) for one in commands.finished] == [
        ("", PAUSED), ("", PAUSED), ("", PAUSED), ("date", ""),
    ]  # fmt: skip
    assert commands._ring.size == 3


def test_the_command_that_runs_an_inner_shell_does_not_keep_what_the_inner_one_must_not() -> None:
    commands = recorder("bash")
    commands.mark(Mark("C", [b"0", b"zsh"]))
    number = commands.join("zsh", 77)
    assert number
    commands.mark(Mark("P", [b"/work", b""], number))
    commands.mark(Mark("C", [b"", b"pass show mail"], number))
    commands.print(b"hunter2")
    commands.mark(Mark("D", [b"0"], number))
    commands.mark(Mark("P", [b"/work", b""], number))
    commands.print(b"the rest")
    outer = commands.find(number=1)
    assert outer is not None
    kept = commands.kept(outer)
    assert kept is not None
    assert kept.head == b"the rest"


def test_all_that_runs_within_a_command_that_is_not_recorded_is_not_either() -> None:
    commands = recorder("bash")
    commands.mark(Mark("C", [b"0", b" zsh"]))
    number = commands.join("zsh", 77)
    assert number
    commands.mark(Mark("P", [b"/work", b""], number))
    commands.mark(Mark("C", [b"", b"ls"], number))
    commands.print(b"hunter2")
    commands.mark(Mark("D", [b"0"], number))
    commands.mark(Mark("P", [b"/work", b""], number))
    assert [one.why for one in commands.finished] == [WITHIN]


def test_what_ran_before_the_rules_were_read_is_judged_then() -> None:
    commands = Commands("zsh", "/")
    commands.mark(Mark("P", [b"/work", b"az"]))
    ran(commands, b" cat key", b"hunter2")
    ran(commands, b"ls")
    commands.mark(Mark("C", [b"", b"pass"]))
    commands.judge = lambda text, cwd: why_not(RULES, text, cwd)
    commands.judge_again()
    assert [one.text for one in commands.finished] == ["", "ls"]
    assert commands._ring.size == 3
    assert commands.running is not None
    assert commands.running.output is None
