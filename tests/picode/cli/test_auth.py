"""`picode auth`, as a person types it."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from picode.paths import Paths

KEY = "sk-a-very-secret-key"


def auth(
    *arguments: str, given: str = "", environ: "dict[str, str] | None" = None
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "picode", "auth", *arguments],
        input=given, capture_output=True, text=True, timeout=60, env={**os.environ, **(environ or {})}, check=False,
    )  # fmt: skip


def test_a_piped_key_is_kept_listed_and_removed(where: Paths) -> None:
    added = auth("add", "openai", given=f"{KEY}\n")
    assert (added.returncode, added.stderr) == (0, "")
    assert str(where.credentials) in added.stdout
    assert where.credentials.stat().st_mode & 0o777 == 0o600
    listed = auth("list")
    assert listed.stdout.split() == ["openai", str(where.credentials)]
    assert KEY not in added.stdout + listed.stdout
    assert auth("remove", "openai").returncode == 0
    assert "no keys" in auth("list").stdout
    assert auth("remove", "openai").returncode == 66


@pytest.mark.parametrize(
    ("arguments", "given", "code", "part"),
    [
        (["add"], "", 2, "Which provider?"),
        (["add", "nobody"], "x", 2, "no provider 'nobody'"),
        (["add", "openai"], "", 2, "The key is empty."),
        (["add", "openai"], "two words", 2, "This is no key"),
        (["frob"], "", 2, "invalid choice"),
    ],
)
def test_what_is_wrong_is_one_sentence(arguments: list[str], given: str, code: int, part: str) -> None:
    done = auth(*arguments, given=given)
    assert done.returncode == code
    assert part in done.stderr
    assert "Traceback" not in done.stderr


def test_a_variable_that_goes_first_is_told() -> None:
    done = auth("add", "openai", given=KEY, environ={"OPENAI_API_KEY": "sk-other"})
    assert "OPENAI_API_KEY is set here" in done.stderr
    assert "sk-other" not in done.stdout + done.stderr


def test_a_typed_key_is_not_shown(where: Paths) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-m", "picode", "auth", "add", "anthropic"])
    seen = b""
    while b"not shown" not in seen:
        seen += os.read(terminal, 1024)
    os.write(terminal, f"{KEY}\n".encode())
    try:
        while piece := os.read(terminal, 1024):
            seen += piece
    except OSError:
        pass  # the other side is gone
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert KEY.encode() not in seen
    assert KEY in where.credentials.read_text()


def test_a_file_that_others_can_read_is_refused(where: Paths) -> None:
    auth("add", "openai", given=KEY)
    where.credentials.chmod(0o644)
    done = auth("list")
    assert done.returncode == 77
    assert f"chmod 600 {Path(where.credentials)}" in done.stderr


def test_a_key_can_be_named_after_the_models_that_it_opens(where: Paths) -> None:
    assert auth("add", "google", given=KEY).returncode == 0
    assert "gemini" in auth("list").stdout
    assert auth("remove", "google").returncode == 0
