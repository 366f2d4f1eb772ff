"""`picode auth`, as a person types it."""

import json
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from picode.cli import main
from picode.credentials import Credentials, browser
from picode.paths import Paths
from support.model_server import ModelServer
from support.oauth_server import OAuthServer, oauth_server, one_oauth_server

__all__ = ["oauth_server", "one_oauth_server"]

KEY = "sk-a-very-secret-key"


def auth(*arguments: str, given: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "picode", "auth", *arguments],
        input=given, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


class Done:
    def __init__(self, returncode: int, stdout: str, stderr: str) -> None:
        self.returncode, self.stdout, self.stderr = returncode, stdout, stderr


Typed = Callable[..., Done]


@pytest.fixture
def typed(
    where: Paths, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Typed:
    """The same within this process: nothing is started, and there is no terminal to ask at."""
    monkeypatch.setattr("picode.cli.auth._passphrase", lambda: None)

    def run(*arguments: str, given: str = "") -> Done:
        file = tmp_path / "given"
        file.write_text(given)
        with file.open() as opened:
            monkeypatch.setattr(sys, "stdin", opened)
            code = main.run(["auth", *arguments])
        return Done(code, *capfd.readouterr())

    return run


@pytest.fixture
def provider(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> ModelServer:
    """A server that takes one key, and says so as OpenAI does."""
    monkeypatch.setenv("OPENAI_BASE_URL", f"{model_server.url}/v1")
    return model_server


def test_a_piped_key_is_kept_listed_and_removed(typed: Typed, where: Paths) -> None:
    added = auth("add", "openai", "--no-test", given=f"{KEY}\n")
    assert (added.returncode, added.stderr) == (0, "")
    assert f"{where.credentials}, encrypted" in added.stdout
    assert where.credentials.stat().st_mode & 0o777 == 0o600
    assert KEY not in where.credentials.read_text()
    listed = typed("list")
    assert listed.stdout.split() == ["openai", str(where.credentials)]
    assert KEY not in added.stdout + listed.stdout
    assert typed("remove", "openai").returncode == 0
    assert "no keys" in typed("list").stdout


def test_what_is_not_there_cannot_be_removed(typed: Typed) -> None:
    assert typed("remove", "openai").returncode == 66


@pytest.mark.parametrize(
    ("arguments", "given", "code", "part"),
    [
        (["add"], "", 2, "Which provider?"),
        (["add", "nobody"], "x", 2, "no provider 'nobody'"),
        (["add", "openai"], "", 2, "The key is empty."),
        (["add", "openai"], "two words", 2, "This is no key"),
        (["add", "openai"], "!", 77, "printed nothing"),
        (["add", "openai"], "!exit 3", 77, "failed (exit status 3)"),
        (["frob"], "", 2, "invalid choice"),
        (["login", "openai"], "", 78, "client_id"),
        (["unlock"], "", 77, "No passphrase"),
        (["unlock"], "a passphrase", 2, "not locked with a passphrase"),
        (["import"], "", 66, "There is no file"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    typed: Typed, arguments: list[str], given: str, code: int, part: str
) -> None:
    done = typed(*arguments, given=given)
    assert done.returncode == code, done.stderr
    assert part in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["add", "openai", KEY], ["add", KEY, "openai", "more"], ["list", KEY]])
def test_a_key_is_no_argument_and_is_not_repeated(typed: Typed, arguments: list[str]) -> None:
    done = typed(*arguments)
    assert done.returncode == 2
    assert "a key is no argument" in done.stderr
    assert KEY not in done.stdout + done.stderr


def test_a_key_is_tested_before_it_is_kept(typed: Typed, where: Paths, provider: ModelServer) -> None:
    done = typed("add", "openai", given=KEY)
    assert (done.returncode, done.stderr) == (0, "")
    assert provider.listed[0].headers["authorization"] == f"Bearer {KEY}"
    tested = typed("test")
    assert (tested.returncode, tested.stdout.split()) == (
        0,
        ["openai", f"{where.credentials}:", "is", "taken"],
    )
    provider.list_error = f"Incorrect API key provided: {KEY}\x1b[31m."
    refused = typed("add", "openai", given=KEY.replace("very", "wrong"))
    assert refused.returncode == 77
    assert "openai refused the key (Incorrect API key provided: [key]" in refused.stderr
    assert "nothing was kept" in refused.stderr
    found = Credentials(where.credentials, {}, key_files=where.state / "keys").find("openai")
    assert found is not None
    assert found.secret.reveal() == KEY
    again = typed("test", "openai")
    assert again.returncode == 77
    assert "is refused: Incorrect API key" in again.stdout
    assert KEY not in refused.stderr + again.stdout
    assert typed("add", "openai", "--no-test", given=KEY).returncode == 0


def test_a_key_that_cannot_be_had_does_not_keep_the_others_from_being_tested(
    typed: Typed, provider: ModelServer
) -> None:
    typed("add", "gemini", "--no-test", "--command", "exit 3")
    typed("add", "openai", given=KEY)
    done = typed("test")
    assert done.returncode == 77
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["openai", "gemini"]
    assert "is taken" in done.stdout.splitlines()[0]
    assert "failed (exit status 3)" in done.stdout.splitlines()[1]
    alone = typed("test", "anthropic")
    assert (alone.returncode, "no key for anthropic" in alone.stdout) == (77, True)


def test_without_a_network_a_key_is_kept_untested(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    done = typed("add", "openai", given=KEY)
    assert done.returncode == 0
    assert "was not tested: 127.0.0.1 cannot be reached" in done.stderr
    assert typed("test", "openai").returncode == 0


def test_a_provider_of_ones_own_has_a_key_too(typed: Typed, where: Paths, provider: ModelServer) -> None:
    where.config.mkdir(parents=True)
    entry = {
        "baseUrl": f"{provider.url}/v1",
        "api": "openai-completions",
        "apiKey": "x",
        "models": [{"id": "m"}],
    }
    text = json.dumps({"providers": {"mine": entry}})
    (where.config / "models.json").write_text(f"// mine\n{text[:-1]},}}")
    done = typed("add", "mine", given=KEY)
    assert (done.returncode, done.stderr) == (0, "")
    assert provider.listed[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_provider_of_a_document_has_a_key_which_nobody_knows_how_to_test(
    typed: Typed, where: Paths
) -> None:
    where.config.mkdir(parents=True)
    where.settings.write_text('custom_providers = {shop = "shop.yaml"}\n')
    done = typed("add", "shop", given="user:password")
    assert done.returncode == 0
    assert "was not tested: it is not known where to ask" in done.stderr


def test_a_variable_that_goes_first_is_told(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other-0123456789")
    done = typed("add", "openai", "--no-test", given=KEY)
    assert "OPENAI_API_KEY is set here" in done.stderr
    assert "sk-other" not in done.stdout + done.stderr
    rows = json.loads(typed("list", "--json").stdout)
    assert rows[0]["origins"][0] == "OPENAI_API_KEY in the environment"
    assert len(rows[0]["origins"]) == 2


def test_a_command_is_kept_as_a_command(typed: Typed, where: Paths, provider: ModelServer) -> None:
    done = typed("add", "openai", given=f"!echo {KEY} | cat\n")
    assert done.returncode == 0, done.stderr
    assert provider.listed[0].headers["authorization"] == f"Bearer {KEY}"
    assert json.loads(where.credentials.read_text())["keys"]["openai"] == {"command": f"echo {KEY} | cat"}
    assert typed("list").stdout.split() == ["openai", "the", "command", "echo", "…"]
    assert typed("add", "openai", "--no-test", "--command", "pass show openai").returncode == 0
    assert typed("list").stdout.split() == ["openai", "the", "command", "pass", "…"]


def test_a_typed_key_is_not_shown(where: Paths) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-m", "picode", "auth", "add", "anthropic", "--no-test"])
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
    found = Credentials(where.credentials, {}, key_files=where.state / "keys").find("anthropic")
    assert found is not None
    assert found.secret.reveal() == KEY


def test_a_file_that_others_can_read_is_refused(typed: Typed, where: Paths) -> None:
    typed("add", "openai", "--no-test", given=KEY)
    where.credentials.chmod(0o644)
    done = typed("list")
    assert done.returncode == 77
    assert f"chmod 600 {Path(where.credentials)}" in done.stderr


def test_a_key_can_be_named_after_the_models_that_it_opens(typed: Typed) -> None:
    assert typed("add", "google", "--no-test", given=KEY).returncode == 0
    assert "gemini" in typed("list").stdout
    assert typed("remove", "google").returncode == 0


def test_pis_keys_are_taken_over(
    typed: Typed, where: Paths, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = home / "p" / ".pi" / "agent" / "auth.json"
    file.parent.mkdir(parents=True)
    file.write_text(
        json.dumps({
            "openai": {"type": "api_key", "key": KEY},
            "google": {"type": "api_key", "key": "$OTHER_NAME"},
            "groq": {"type": "api_key", "key": "!pass show groq"},
            "anthropic": {"type": "oauth", "refresh": "r" * 20, "access": "a" * 20, "expires": 1},
        })
    )  # fmt: skip
    file.chmod(0o600)
    monkeypatch.setenv("OTHER_NAME", "sk-of-google-0123")
    assert [line.split()[0] for line in typed("list").stdout.splitlines()] == ["openai", "gemini", "groq"]
    done = typed("import")
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert "openai: the key is in" in lines[0]
    assert "gemini: the key is in" in lines[1]
    assert lines[2] == "groq: the command is taken over."
    assert "its sign-in is left to pi" in lines[3]
    assert KEY not in done.stdout + where.credentials.read_text()
    assert "kept already" in typed("import", str(file)).stdout
    file.unlink()
    assert [line.split()[0] for line in typed("list").stdout.splitlines()] == ["openai", "gemini", "groq"]


def test_one_signs_in_with_a_browser_and_out_again(
    typed: Typed, where: Paths, oauth_server: OAuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    where.config.mkdir(parents=True)
    entry = {"issuer": oauth_server.url, "client_id": "picode"}
    (where.config / "oauth.json").write_text(json.dumps({"providers": {"mine": entry}}))
    visits: list[threading.Thread] = []

    def visit(address: str) -> bool:
        visits.append(threading.Thread(target=lambda: httpx.get(address, follow_redirects=True, timeout=60)))
        visits[-1].start()
        return True

    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(browser, "_open", visit)
    done = typed("login", "mine")
    assert done.returncode == 0, done.stderr
    visits[0].join(60)
    assert "Sign in in the browser that has opened" in done.stdout
    assert "You are signed in at mine" in done.stdout
    [token] = oauth_server.tokens
    assert typed("list").stdout.split() == ["mine", "a", "sign-in"]
    assert token["access_token"] not in done.stdout + where.credentials.read_text()
    out = typed("logout", "mine")
    assert "ended at the server, and removed from" in out.stdout
    assert not oauth_server.takes(token["access_token"])


def test_one_signs_in_with_a_code(
    typed: Typed, where: Paths, oauth_server: OAuthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    where.config.mkdir(parents=True)
    entry = {"issuer": oauth_server.url, "client_id": "picode"}
    (where.config / "oauth.json").write_text(json.dumps({"providers": {"mine": entry}}))
    monkeypatch.setattr(oauth_server, "types", True)
    done = typed("login", "mine", "--device")
    assert done.returncode == 0, done.stderr
    assert f"Open {oauth_server.url}/activate on any device" in done.stdout
    assert next(iter(oauth_server.typed)) in done.stdout
    assert typed("list").stdout.split() == ["mine", "a", "sign-in"]


def test_the_kept_keys_are_encrypted_anew(
    typed: Typed, where: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed("add", "openai", "--no-test", given=KEY)
    before = where.credentials.read_text()
    done = typed("rotate")
    assert f"in a file in {where.state / 'keys'}" in done.stdout
    assert where.credentials.read_text() != before
    assert len(list((where.state / "keys").iterdir())) == 1
    monkeypatch.setenv("PICODE_PASSPHRASE", "correct horse battery")
    assert "made from the passphrase" in typed("rotate", "--passphrase").stdout
    assert list((where.state / "keys").iterdir()) == []
    monkeypatch.delenv("PICODE_PASSPHRASE")
    locked = typed("list")
    assert (locked.returncode, "locked with a passphrase" in locked.stdout) == (0, True)
    wrong = typed("unlock", given="wrong horse battery\n")
    assert wrong.returncode == 77
    assert "This is not the passphrase" in wrong.stderr
