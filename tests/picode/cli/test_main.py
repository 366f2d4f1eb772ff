"""The command line: commands, exit codes, one sentence per failure, and nothing heavy at the start."""

import subprocess
import sys
from pathlib import Path

import pytest

from picode import __version__
from picode.cli import main
from picode.errors import ConfigError, Crashed, UsageError
from support.daemon import executable, strays

__all__ = ["strays"]


def picode(*arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "picode", *arguments], input=stdin, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize("option", ["--version", "-v", "-V"])
def test_version_is_one_line(option: str) -> None:
    done = picode(option)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"picode {__version__}\n", "")


def test_version_imports_nothing_but_the_package() -> None:
    script = (
        "import sys; sys.argv = ['', '--version']; import picode.__main__ as m; m.main(); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, text=True, timeout=60)
    modules = set(loaded.stdout.split())
    assert not modules & {
        "argparse",
        "asyncio",
        "zmq",
        "msgspec",
        "httpx",
        "rich",
        "prompt_toolkit",
        "platformdirs",
    }


def test_help_names_every_command() -> None:
    out = picode("--help").stdout
    assert [name for name in main.COMMANDS if f"picode {name}" not in out] == ["chat"]


@pytest.mark.parametrize("name", main.COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    done = picode(name, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: picode {name}")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["modles"], UsageError.exit_code, "There is no command 'modles'. Did you mean `picode models`?"),
        (["config", "get"], UsageError.exit_code, "The following arguments are required: name."),
        (["config", "get", "a.b"], ConfigError.exit_code, "There is no setting 'a.b'."),
    ],
)
def test_a_mistake_is_one_sentence_and_an_exit_code(arguments: list[str], code: int, said: str) -> None:
    done = picode(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(f"picode: {said}")
    assert "Traceback" not in done.stderr


def test_what_nobody_foresaw_is_written_down(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(arguments: list[str]) -> int:
        raise ValueError("unforeseen")

    monkeypatch.setattr(main, "_dispatch", fail)
    assert main.run([]) == Crashed.exit_code
    assert "Traceback" not in capsys.readouterr().err
    assert "ValueError: unforeseen" in (home / "p/state/crash.log").read_text()


def test_control_characters_in_an_error_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["\x1b]0;owned\x07"]) == UsageError.exit_code
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["-p", "hi", "--session", ""], ["chat", "--session="]])
def test_an_empty_id_is_no_new_conversation(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(arguments) == 2
    assert "The id after --session is empty." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("config show", 0),
        ("sessions", 0),
        ("models", 0),
        ("last", 69),
        ("init bash", 0),
        ("up", 66),
        ("-p hi", 0),
    ],
)
def test_in_a_directory_that_was_removed_nothing_crashes(
    tmp_path: Path, strays: None, command: str, code: int
) -> None:
    (tmp_path / "gone").mkdir()
    line = f"cd gone && rmdir ../gone && {executable()} {command}"
    done = subprocess.run(
        ["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60,
        check=False,
    )  # fmt: skip
    assert (done.returncode, "itself failed" in done.stderr) == (code, False), done.stderr


@pytest.mark.parametrize(
    "arguments", [["sessions", "--limit", "0"], ["daemon", "logs", "-n", "-5"], ["last", "-n", "0"]]
)
def test_a_number_of_things_is_one_or_more(arguments: list[str]) -> None:
    done = picode(*arguments)
    assert (done.returncode, done.stdout) == (UsageError.exit_code, "")
    assert "less than 1" in done.stderr
