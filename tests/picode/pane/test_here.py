"""What the pane does on this machine: settings, keybindings, the changelog, images, paths."""

import base64
import os
from pathlib import Path

import pytest

from picode import paths
from picode.credentials import Secret
from picode.errors import Unavailable
from picode.pane import here
from picode.pane.completions import paths as paths_from
from picode.pane.images import from_clipboard, from_paste
from picode.pane.lists import in_scope, next_model
from picode.pane.pastes import Pastes
from picode.pane.state import Found, Here

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def do(
    where: paths.Paths, what: str, name: str = "", value: str = "", secret: "Secret | None" = None
) -> Found:
    return here.do(where, "", Here(what, name, value, secret))  # type: ignore[arg-type]


def test_settings_have_their_value_sentence_origin_and_choices(where: paths.Paths) -> None:
    rows = {row.name: row for row in do(where, "settings").rows}
    assert rows["pane.keys"].choices == ("emacs", "vi")
    assert rows["shell.redact"].choices == ("true", "false")
    assert rows["pane.history"].value == "20"
    assert "from: default" in rows["pane.history"].told


def test_a_setting_is_checked_and_written_with_the_files_comments_kept(where: paths.Paths) -> None:
    where.settings.parent.mkdir(parents=True)
    where.settings.write_text("# mine\n[pane]\nhistory = 3 # few\n")
    assert "pane.keys" in do(where, "set", "pane.keys", "vi").told
    assert "# mine" in where.settings.read_text()
    assert 'keys = "vi"' in where.settings.read_text()
    before = where.settings.read_text()
    found = do(where, "set", "pane.history", "many")
    assert (found.level, where.settings.read_text()) == ("error", before)


def test_the_models_of_the_key_are_written_to_the_users_file(where: paths.Paths) -> None:
    assert do(where, "scope", value="a/one,b/two").scoped == ("a/one", "b/two")
    assert 'scoped = ["a/one", "b/two"]' in where.settings.read_text()
    assert do(where, "reload").scoped == ("a/one", "b/two")
    assert do(where, "scope", value="").scoped == ()


def test_reload_reads_the_keys_anew_and_tells_what_is_wrong(where: paths.Paths) -> None:
    where.keybindings.parent.mkdir(parents=True)
    where.keybindings.write_text('{"app.suspend": "f9", "nothing": "x"}')
    found = do(where, "reload")
    assert found.keymap is not None
    assert found.keymap.keys["app.suspend"] == ("f9",)
    assert "there is no action 'nothing'" in found.told


def test_the_changelog_shows_its_newest_part(where: paths.Paths) -> None:
    lines = do(where, "changelog").lines
    assert lines[0].startswith("## ")
    assert sum(line.startswith("## ") for line in lines) == 1
    assert len(lines) > 3


def test_patterns_of_models() -> None:
    names = ["anthropic/claude-a", "openai/gpt-b", "openai/mini"]
    assert in_scope(names, ["openai/*"]) == ["openai/gpt-b", "openai/mini"]
    assert in_scope(names, ["mini", "claude*:high"]) == ["openai/mini", "anthropic/claude-a"]
    assert in_scope(names, []) == names
    assert next_model(names, "openai/mini", 1) == "anthropic/claude-a"
    assert next_model(names, "elsewhere/x", -1) == "openai/mini"
    assert next_model(names[:1], names[0], 1) == ""


def test_an_image_comes_from_the_clipboards_own_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "image.png").write_bytes(PNG)
    program = tmp_path / "wl-paste"
    program.write_text(f"#!/bin/sh\nexec cat {tmp_path}/image.png\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    found = from_clipboard({"WAYLAND_DISPLAY": "wayland-0"})
    assert (found.mime_type, base64.b64decode(found.data)) == ("image/png", PNG)
    (tmp_path / "image.png").write_text("no image")
    with pytest.raises(Unavailable):
        from_clipboard({"WAYLAND_DISPLAY": "wayland-0"})
    with pytest.raises(Unavailable):
        from_clipboard({})


def test_a_pasted_path_of_an_image_is_the_image_and_nothing_else_is(tmp_path: Path) -> None:
    (tmp_path / "a b.png").write_bytes(PNG)
    (tmp_path / "no.png").write_text("text")
    for pasted in ("a b.png", f"'{tmp_path}/a b.png'", f"{tmp_path}/a\\ b.png "):
        found = from_paste(pasted, str(tmp_path))
        assert found is not None, pasted
        assert found.mime_type == "image/png"
    for pasted in ("no.png", "gone.png", "see a b.png", "a\nb.png", "'unclosed.png"):
        assert from_paste(pasted, str(tmp_path)) is None, pasted


def test_an_image_goes_with_its_mark() -> None:
    from picode.messages import Image

    pastes = Pastes()
    mark = pastes.image(Image("aGk=", "image/png"))
    assert mark.startswith("[image 1: PNG")
    assert pastes.images(f"see {mark} here") == (Image("aGk=", "image/png"),)
    assert pastes.images("it was deleted") == ()


def test_paths_are_completed_as_they_were_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text("")
    (tmp_path / ".hidden").write_text("")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert paths_from("s", str(tmp_path)) == ["src/"]
    assert paths_from("./src/a", str(tmp_path)) == ["./src/app.py "]
    assert paths_from("~/s", "/") == ["~/src/"]
    assert paths_from(".h", str(tmp_path)) == [".hidden "]
    assert paths_from("no/such", str(tmp_path)) == []
