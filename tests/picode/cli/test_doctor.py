import json
from pathlib import Path

import pytest

from picode.cli.doctor import in_lines
from picode.cli.main import run
from picode.installation.checkup import Finding
from support.tools import need_plugin, need_zellij

PARTS = {
    "python", "settings", "sockets", "daemon", "model", "zellij", "layout", "plugin", "permission", "bash",
    "recorder", "git", "ripgrep", "fd", "keyring", "disk", "terminal",
}  # fmt: skip


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    need_plugin()
    monkeypatch.setenv("SHELL", "/bin/bash")
    monkeypatch.setenv("PICODE_ZELLIJ", need_zellij())


def found(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, str]]:
    parts = json.loads(capsys.readouterr().out)["parts"]
    return {part["part"]: part for part in parts}


def test_after_set_up_every_part_is_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    run(["setup", "--yes"])
    capsys.readouterr()
    try:
        code = run(["doctor", "--json"])
        parts = found(capsys)
    finally:
        run(["daemon", "stop"])
    assert set(parts) >= PARTS
    assert [part for part in parts.values() if part["state"] == "fail"] == []
    assert code == 0


def test_what_is_missing_is_told_with_how_to_mend_it(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(["setup", "--yes"])
    (plugin,) = (home / "p/data/plugin").iterdir()
    plugin.write_bytes(b"something else")
    (home / ".bashrc").write_text("")
    (home / "p/config").mkdir(parents=True, exist_ok=True)
    (home / "p/config/config.toml").write_text("[models]\nmax_tokens = 'many'\n")
    capsys.readouterr()
    try:
        assert run(["doctor", "--json"]) == 69
        parts = found(capsys)
    finally:
        run(["daemon", "stop"])
    for part in ("plugin", "bash", "settings"):
        assert parts[part]["state"] == "fail"
        assert parts[part]["mend"]


def test_each_part_is_a_line_and_how_to_mend_it_another() -> None:
    assert in_lines(Finding("git", "ok", "2.39")) == ["ok    git         2.39"]
    assert in_lines(Finding("fd", "warn", "not\x1b installed", "Install it."))[1].strip() == "Install it."
    assert "\x1b" not in in_lines(Finding("fd", "warn", "not\x1b installed", "Install it."))[0]
