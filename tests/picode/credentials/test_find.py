"""Keys: where they come from, in which order, and that they never show themselves."""

import asyncio
import json
import pickle
import sys
import threading
import traceback
from pathlib import Path

import pytest

from picode import credentials
from picode.credentials import Credentials, Found, Secret, keyring
from picode.credentials.keyring import bounded
from picode.errors import BadData, DiskFailed, Missing, NotAllowed, UsageError
from picode.tasks import spawn

KEY = "sk-very-secret"


@pytest.fixture
def file(home: Path) -> Path:
    return home / "config" / "credentials.json"


class Ring:
    """A keyring in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.asked = 0
        self.broken = False

    def get_password(self, service: str, name: str) -> str | None:
        self.asked += 1
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, key: str) -> None:
        self.kept[service, name] = key

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    made = Ring()

    def backend() -> Ring:
        if made.broken:
            raise RuntimeError("no D-Bus")
        return made

    monkeypatch.setattr(keyring, "backend", backend)
    return made


def test_a_secret_shows_itself_to_nobody() -> None:
    secret = Secret(KEY)
    found = Found(secret, "somewhere")
    for text in (
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret:>40}",
        repr(found),
        repr([secret]),
    ):
        assert KEY not in text
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    try:
        raise ValueError(secret)
    except ValueError:
        assert KEY not in traceback.format_exc()
    assert secret.reveal() == KEY
    assert secret == Secret(KEY)
    assert len({secret, Secret(KEY), Secret("other")}) == 2


def test_keys_are_looked_for_in_this_order(file: Path, home: Path, ring: Ring) -> None:
    """Flag, keyring or command, environment, encrypted file, pi's auth.json: the last of them is taken away first."""
    of_pi = home / "auth.json"
    of_pi.write_text(json.dumps({"mine": {"type": "api_key", "key": "sk-of-pi"}}))
    of_pi.chmod(0o600)
    environ = {"MINE_API_KEY": " sk-environment\n"}

    def found(environ: dict[str, str]) -> str:
        one = Credentials(file, environ, pi_file=of_pi).find("mine")
        return one.secret.reveal() if one else ""

    assert found({}) == "sk-of-pi"
    ring.broken = True
    Credentials(file, {}).add("mine", "sk-encrypted")
    assert found({}) == "sk-encrypted"
    assert found({"MINE_API_KEY": " "}) == "sk-encrypted"
    assert found(environ) == "sk-environment"
    ring.broken = False
    Credentials(file, {}).add("mine", "sk-keyring")
    assert found(environ) == "sk-keyring"
    Credentials(file, {}).add_command("mine", "echo sk-command")
    assert found(environ) == "sk-command"
    credentials.lend({"mine": Secret("sk-flag")})
    assert found(environ) == "sk-flag"
    credentials.lend({})
    whole = Credentials(file, environ, pi_file=of_pi)
    assert whole.rows() == [
        ("mine", ["the command echo …", "MINE_API_KEY in the environment", "pi's auth.json"])
    ]


def test_a_key_of_the_environment_counts_though_the_file_is_broken(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("nonsense")
    file.chmod(0o600)
    found = Credentials(file, {"OPENAI_API_KEY": KEY}).find("openai")
    assert found == Found(Secret(KEY), "OPENAI_API_KEY in the environment")


def test_without_a_keyring_the_key_is_in_a_file_of_its_owner(file: Path) -> None:
    kept = Credentials(file, {})
    assert kept.add("anthropic", f"{KEY}\n") == f"{file}, encrypted"
    assert file.stat().st_mode & 0o777 == 0o600
    assert kept.find("anthropic") == Found(Secret(KEY), str(file))
    assert KEY not in "".join(path.read_text() for path in file.parent.rglob("*") if path.is_file())
    assert {path.stat().st_mode & 0o077 for path in file.parent.rglob("*")} == {0}


def test_with_a_keyring_the_file_holds_no_key(file: Path, ring: Ring) -> None:
    kept = Credentials(file, {})
    assert kept.add("anthropic", KEY) == "the keyring"
    assert KEY not in file.read_text()
    assert kept.find("anthropic") == Found(Secret(KEY), "the keyring")
    assert kept.find("anthropic") == Found(Secret(KEY), "the keyring")
    assert ring.asked == 1
    assert kept.find("openai") is None
    assert ring.asked == 1
    assert kept.remove("anthropic") == "the keyring"
    assert kept.find("anthropic") is None
    assert ring.kept == {}


def test_a_new_key_counts_without_a_restart(file: Path) -> None:
    daemon = Credentials(file, {})
    assert daemon.find("openai") is None
    Credentials(file, {}).add("openai", "one")
    assert daemon.find("openai") == Found(Secret("one"), str(file))
    Credentials(file, {}).add("openai", "another")
    assert daemon.find("openai") == Found(Secret("another"), str(file))


def test_a_keyring_that_fails_is_none(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("no D-Bus")

    monkeypatch.setattr(keyring, "backend", broken)
    assert Credentials(file, {}).add("openai", KEY) == f"{file}, encrypted"


def test_a_keyring_that_never_answers_is_waited_for_within_a_bound(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = threading.Event()
    monkeypatch.setattr(keyring, "backend", never.wait)
    kept = Credentials(file, {}, keyring_wait=0.05)
    assert kept.add("openai", KEY) == f"{file}, encrypted"
    never.set()


def test_the_null_keyring_of_a_machine_without_one_is_none() -> None:
    assert bounded(keyring.backend, 20) is None


def test_looking_for_a_key_imports_no_keyring(file: Path) -> None:
    before = {name for name in sys.modules if name.startswith("keyring")}
    Credentials(file, {}).find("openai")
    assert {name for name in sys.modules if name.startswith("keyring")} == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
def test_a_file_that_others_can_read_is_refused(file: Path, mode: int) -> None:
    kept = Credentials(file, {})
    kept.add("openai", KEY)
    file.chmod(mode)
    with pytest.raises(NotAllowed, match="chmod 600"):
        kept.find("openai")


@pytest.mark.parametrize(
    "text", ["", "nonsense", "[]", "{}", '{"keys": []}', '{"keys": {"openai": "k"}}', "[" * 99999]
)
def test_a_file_that_is_none_is_told_and_kept(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text)
    file.chmod(0o600)
    for use in (
        lambda: Credentials(file, {}).find("openai"),
        lambda: Credentials(file, {}).add("openai", KEY),
    ):
        with pytest.raises(BadData, match="no file of keys"):
            use()
    assert file.read_text() == text


def test_a_file_that_cannot_be_written_is_told(home: Path) -> None:
    (home / "config").write_text("a file, and no directory")
    with pytest.raises(DiskFailed, match="cannot be"):
        Credentials(home / "config" / "credentials.json", {}).add("openai", KEY)


@pytest.mark.parametrize("key", ["", "  \n", "two words", "naïve", "a\x00b", "a\x1bb"])
def test_what_is_no_key_is_not_kept(file: Path, key: str) -> None:
    with pytest.raises(UsageError):
        Credentials(file, {}).add("openai", key)
    assert not file.exists()


def test_the_list_says_where_from_and_never_the_key(file: Path) -> None:
    kept = Credentials(file, {"GEMINI_API_KEY": "sk-gemini"})
    kept.add("openai", KEY)
    assert kept.listed() == [("openai", str(file)), ("gemini", "GEMINI_API_KEY in the environment")]


def test_removing_what_is_not_there_is_told(file: Path) -> None:
    with pytest.raises(Missing):
        Credentials(file, {}).remove("openai")


def test_what_is_not_known_here_survives(file: Path) -> None:
    kept = Credentials(file, {})
    kept.add("openai", KEY)
    whole = json.loads(file.read_text())
    whole["keys"]["other"] = {"brought": "x", "note": "mine"}
    file.write_text(json.dumps({**whole, "comment": "mine"}))
    kept.add("anthropic", KEY)
    assert json.loads(file.read_text())["keys"]["other"] == {"brought": "x", "note": "mine"}
    assert json.loads(file.read_text())["comment"] == "mine"


def test_keys_that_an_older_version_left_in_the_clear_are_read_and_sealed_at_the_next_change(
    file: Path,
) -> None:
    file.parent.mkdir()
    file.write_text(json.dumps({"version": 1, "keys": {"openai": {"key": KEY}, "gemini": {"keyring": True}}}))
    file.chmod(0o600)
    kept = Credentials(file, {})
    assert kept.find("openai") == Found(Secret(KEY), str(file))
    kept.add("anthropic", "sk-another-one")
    assert KEY not in file.read_text()
    assert Credentials(file, {}).find("openai") == Found(Secret(KEY), str(file))
    assert json.loads(file.read_text())["keys"]["gemini"] == {"keyring": True}


def test_every_key_that_is_in_use_is_known_and_is_taken_out_of_what_is_quoted() -> None:
    first = Secret("sk-in-use-all-the-time")
    for number in range(200):
        Secret(f"at-of-an-hour-{number:04}")
        first.reveal()
    known = credentials.known({"OPENAI_API_KEY": "sk-of-the-environment"})
    assert {"sk-in-use-all-the-time", "sk-of-the-environment", "at-of-an-hour-0199"} < set(known)
    assert len(known) < 70
    assert known == sorted(known, key=len, reverse=True)
    assert credentials.quoted(f"no:\x1b[31m {first.reveal()}\n!") == "no: [31m [key] !"
    assert credentials.quoted("x" * 500) == "x" * 199 + "…"


async def test_a_lent_key_comes_first_in_the_task_that_has_it_and_nowhere_else(file: Path) -> None:
    kept = Credentials(file, {"OPENAI_API_KEY": "sk-own"})

    async def borrower(key: str) -> str:
        credentials.lend({"openai": Secret(key)})
        await asyncio.sleep(0)
        found, other = kept.find("openai"), kept.find("anthropic")
        assert found is not None
        assert (found.origin, other) == ("--api-key", None)
        return found.secret.reveal()

    borrowed: list[str] = list(
        await asyncio.gather(spawn(borrower("sk-a"), "a"), spawn(borrower("sk-b"), "b"))
    )
    assert borrowed == ["sk-a", "sk-b"]
    found = kept.find("openai")
    assert found is not None
    assert found.secret.reveal() == "sk-own"
