"""The encrypted file: what is in it, who can open it, and that no change of it can be half done."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from picode.credentials import Credentials, Secret, keyring, master, seal
from picode.credentials import file as files
from picode.credentials.master import Locked
from picode.credentials.oauth import Tokens
from picode.credentials.oauth_data import Client
from picode.errors import BadData, NotAllowed, TryLater, UsageError
from picode.paths import Paths

KEY = "sk-very-secret-0123"
PASSPHRASE = "correct horse battery"


class Ring:
    """A keyring in memory, which may be gone."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.gone = False

    def __call__(self) -> "Ring":
        if self.gone:
            raise RuntimeError("no keyring")
        return self

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get(name)

    def set_password(self, service: str, name: str, key: str) -> None:
        self.kept[name] = key

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[name]


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    made = Ring()
    monkeypatch.setattr(keyring, "backend", made)
    return made


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A passphrase is stretched less here."""
    monkeypatch.setattr(seal, "SCRYPT", {"n": 1 << 10, "r": 8, "p": 1})


def user(where: Paths, passphrase: str = "", **environ: str) -> Credentials:
    """As another process of the same user would see it; `passphrase`: what is typed when it is asked for."""
    return Credentials.at(where, environ, ask=lambda: Secret(passphrase) if passphrase else None)


def revealed(kept: Credentials, provider: str = "openai") -> str:
    found = kept.find(provider)
    return found.secret.reveal() if found else ""


def tokens(access: str = "at-0123456789") -> Tokens:
    return Tokens(
        Secret(access), Client("mine", "picode", token="http://127.0.0.1/token"), Secret("rt-0123456789")
    )


def test_without_keyring_and_passphrase_the_key_of_the_file_lies_in_another_directory(where: Paths) -> None:
    user(where).add("openai", KEY)
    [key] = (where.state / "keys").iterdir()
    assert key.stat().st_mode & 0o777 == 0o600
    assert where.credentials.stat().st_mode & 0o777 == 0o600
    assert where.state not in where.credentials.parents
    assert revealed(user(where)) == KEY
    key.chmod(0o644)
    with pytest.raises(NotAllowed, match="can be read by others"):
        user(where).find("openai")
    key.unlink()
    with pytest.raises(Locked, match="is gone"):
        user(where).find("openai")
    # and a way out
    kept = user(where)
    kept.remove("openai")
    kept.add("openai", "sk-another-0123")
    assert revealed(user(where)) == "sk-another-0123"


def test_a_keyring_has_the_keys_and_the_key_of_what_is_too_long_for_it(where: Paths, ring: Ring) -> None:
    kept = user(where)
    kept.add("openai", KEY)
    kept.add_tokens("mine", tokens())
    assert ring.kept["openai"] == KEY
    assert not (where.state / "keys").exists()
    assert revealed(user(where), "mine") == "at-0123456789"
    ring.gone = True
    other = user(where)
    assert other.find("openai") is None
    with pytest.raises(Locked, match="keyring that has the key for them does not answer"):
        other.find("mine")
    ring.gone = False
    kept.remove("openai")
    kept.remove("mine")
    assert list(ring.kept) == [
        f"key of the encrypted file {json.loads(where.credentials.read_text())['master']['id']}"
    ]


def test_with_a_passphrase_the_file_is_a_copy_that_outlives_the_keyring(where: Paths, ring: Ring) -> None:
    kept = user(where)
    kept.rotate(Secret(PASSPHRASE))
    assert kept.add("openai", KEY) == "the keyring"
    ring.gone = True
    assert revealed(user(where, PASSPHRASE)) == KEY
    with pytest.raises(Locked, match="locked with a passphrase"):
        user(where).find("openai")


def test_a_passphrase_locks_the_file_until_it_is_given(where: Paths) -> None:
    kept = user(where)
    kept.add("openai", KEY)
    assert "passphrase" in kept.rotate(Secret(PASSPHRASE))
    assert list((where.state / "keys").iterdir()) == []
    locked = user(where)
    with pytest.raises(Locked, match="picode auth unlock"):
        locked.find("openai")
    assert locked.rows() == [("openai", ["The keys are locked with a passphrase. Run `picode auth unlock`."])]
    with pytest.raises(Locked, match="This is not the passphrase"):
        locked.unlock(Secret("wrong horse battery"))
    locked.unlock(Secret(PASSPHRASE))
    assert revealed(locked) == KEY
    assert revealed(user(where, PICODE_PASSPHRASE=PASSPHRASE)) == KEY
    assert revealed(user(where, PASSPHRASE)) == KEY
    # a variable is not held up by it
    assert revealed(user(where, OPENAI_API_KEY="sk-environment")) == "sk-environment"
    with pytest.raises(UsageError, match="at least 8"):
        kept.rotate(Secret("short"))


def test_a_rotation_leaves_nothing_that_the_old_key_opens(where: Paths, ring: Ring) -> None:
    ring.gone = True
    kept = user(where)
    for name in ("openai", "gemini"):
        kept.add(name, KEY)
    kept.add_tokens("mine", tokens())
    before = json.loads(where.credentials.read_text())
    [old] = (where.state / "keys").iterdir()
    key = master._decoded(old.read_text())
    assert seal.unseal(key, "openai", before["keys"]["openai"]["sealed"])["key"] == KEY
    kept.rotate(None)
    assert not old.exists()
    after = json.loads(where.credentials.read_text())
    for name, entry in after["keys"].items():
        with pytest.raises(seal.Unsealable):
            seal.unseal(key, name, entry["sealed"])
    assert revealed(user(where), "mine") == "at-0123456789"
    ring.gone = False
    assert user(where).rotate(None) == "in the keyring"
    assert list((where.state / "keys").iterdir()) == []
    assert revealed(user(where)) == KEY


@pytest.mark.parametrize("step", ["write", "drop"])
def test_a_rotation_that_is_broken_off_leaves_a_file_that_opens(
    where: Paths, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    kept = user(where)
    kept.add("openai", KEY)

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as during:
        if step == "write":
            during.setattr(files, "write", broken)
        else:
            during.setattr(master.Master, "drop", broken)
        with pytest.raises(KeyboardInterrupt):
            kept.rotate(None)
    assert revealed(user(where)) == KEY
    user(where).rotate(None)
    assert revealed(user(where)) == KEY


def changed(where: Paths, **entries: Any) -> None:
    whole = json.loads(where.credentials.read_text())
    where.credentials.write_text(json.dumps({**whole, **entries}))


def test_what_was_changed_by_something_else_is_told(where: Paths) -> None:
    kept = user(where)
    kept.add("openai", KEY)
    kept.add("gemini", "sk-other-0123")
    keys = json.loads(where.credentials.read_text())["keys"]
    changed(where, keys={**keys, "openai": keys["gemini"]})
    with pytest.raises(BadData, match="openai was changed by something else"):
        user(where).find("openai")
    assert revealed(user(where), "gemini") == "sk-other-0123"
    for sealed in ("", "AAAA", "no base64", keys["openai"]["sealed"][:-8] + "AAAAAAA="):
        changed(where, keys={"openai": {"sealed": sealed or "=", "type": "api_key"}})
        with pytest.raises(BadData):
            user(where).find("openai")


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ({"from": "elsewhere"}, "in a way that is not known"),
        ({"from": "passphrase", "salt": "AAAA", "n": 1 << 40, "r": 8, "p": 1}, "does not say how"),
        ({"from": "passphrase", "salt": "!", "n": "x"}, "does not say how"),
    ],
)
def test_a_file_that_says_nonsense_of_its_key_is_told(where: Paths, said: dict[str, Any], part: str) -> None:
    user(where).add("openai", KEY)
    changed(where, master=said)
    with pytest.raises((Locked, BadData), match=part):
        user(where, PASSPHRASE).find("openai")


def test_a_newer_file_is_left_alone(where: Paths) -> None:
    user(where).add("openai", KEY)
    changed(where, version=99)
    text = where.credentials.read_text()
    with pytest.raises(BadData, match="newer PiCode"):
        user(where).add("gemini", KEY)
    assert where.credentials.read_text() == text


def test_many_who_change_the_file_at_once_lose_nothing(where: Paths) -> None:
    code = (
        "import sys\nfrom picode import paths\nfrom picode.credentials import Credentials\n"
        "for n in range(5):\n"
        "    Credentials.at(paths.resolve(), {}).add(f'{sys.argv[1]}{n}', 'sk-' + sys.argv[1] * 9)\n"
    )
    others = [subprocess.Popen([sys.executable, "-c", code, name]) for name in ("x", "y")]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: user(where).add(f"z{n}", KEY), range(10)))
    assert [other.wait(60) for other in others] == [0, 0]
    keys = json.loads(where.credentials.read_text())["keys"]
    assert set(keys) == {*(f"{name}{n}" for name in "xy" for n in range(5)), *(f"z{n}" for n in range(10))}
    assert revealed(user(where), "x4") == "sk-xxxxxxxxx"


def test_somebody_who_never_lets_go_of_the_file_is_told_of(
    where: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        files.locked(where.credentials),
        pytest.raises(TryLater, match="Another process is changing"),
        files.locked(where.credentials, wait=0.05),
    ):
        raise AssertionError


def test_nothing_heavy_is_loaded_for_a_key_of_the_environment() -> None:
    heavy = ("cryptography", "keyring", "httpx", "webbrowser")
    code = (
        "import sys, os\nfrom picode import paths\nfrom picode.credentials import Credentials\n"
        "assert Credentials.at(paths.resolve(), os.environ).find('openai')\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    environ = {**os.environ, "OPENAI_API_KEY": KEY}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environ, timeout=60
    )
    assert done.stdout == "[]\n", done.stderr


def test_a_passphrase_is_no_childs() -> None:
    environ = {"PICODE_PASSPHRASE": PASSPHRASE, "PATH": "/bin"}
    assert master.take_passphrase(environ) == Secret(PASSPHRASE)
    assert environ == {"PATH": "/bin"}
    assert master.take_passphrase(environ) is None


def test_keys_are_sealed_each_time_differently() -> None:
    key = seal.new_key()
    assert seal.seal(key, "a", {"key": KEY}) != seal.seal(key, "a", {"key": KEY})


def test_a_change_leaves_no_other_file_behind(where: Paths) -> None:
    user(where).add("openai", KEY)
    assert sorted(path.name for path in where.config.iterdir()) == ["credentials.json", "credentials.lock"]
