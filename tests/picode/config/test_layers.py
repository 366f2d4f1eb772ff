"""Layers of settings: who overrules whom, and what a person reads when a value is broken."""

from pathlib import Path

import pytest

from picode.config import layers
from picode.errors import ConfigError
from picode.paths import Paths


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_without_any_file_every_value_is_the_default(where: Paths) -> None:
    loaded = layers.load(where, {})
    assert loaded.settings.models.retries == 3
    assert set(loaded.origins.values()) == {"default"}


def test_each_layer_overrules_the_one_before_and_is_named(where: Paths, tmp_path: Path) -> None:
    user = write(
        where.settings, "[models]\nretries = 1\nmax_tokens = 100\ndefault = 'a/b'\n[pane]\nhistory = 5\n"
    )
    project = write(
        tmp_path / ".picode/config.toml", "[models]\nmax_tokens = 200\ndefault = 'c/d'\nidle_timeout = 9\n"
    )
    loaded = layers.load(
        where,
        {"PICODE_MODELS_DEFAULT": "e/f", "PICODE_MODELS_IDLE_TIMEOUT": "8"},
        tmp_path,
        {"models.idle_timeout": 7.0},
    )
    models = loaded.settings.models
    assert (models.retries, models.max_tokens, models.default, models.idle_timeout) == (1, 200, "e/f", 7.0)
    assert loaded.settings.pane.history == 5
    assert loaded.origins["models.retries"] == f"{user}:2"
    assert loaded.origins["models.max_tokens"] == f"{project}:2"
    assert loaded.origins["models.default"] == "PICODE_MODELS_DEFAULT"
    assert loaded.origins["models.idle_timeout"] == "command line"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[models]\n\nretries = 'x'\n", ":3: models.retries is 'x'; expected a whole number"),
        ("[models]\nretries = -1\n", ":2: models.retries is -1; expected int >= 0"),
        ("[pane]\nkeys = 'nano'\n", ":2: pane.keys is 'nano'; expected 'emacs' or 'vi'"),
        ("[models]\nretriez = 1\n", ":2: There is no setting 'models.retriez'"),
        ("retries = 1\n", ":1: 'retries' stands outside a table"),
        ("[models\n", "line 1, column 8: Expected ']'"),
        (
            "[models]\nretries = [\n",
            "line 2: Invalid value: the file ends where a value or a closing mark was",
        ),
    ],
)
def test_a_broken_file_is_told_with_file_line_and_what_was_expected(
    where: Paths, text: str, said: str
) -> None:
    write(where.settings, text)
    with pytest.raises(ConfigError) as error:
        layers.load(where, {})
    assert error.value.message.startswith(str(where.settings))
    assert said in error.value.message


def test_a_file_that_is_no_text_is_told(where: Paths) -> None:
    write(where.settings, "").write_bytes(b"[models]\n\xff")
    with pytest.raises(ConfigError, match="not UTF-8"):
        layers.load(where, {})


def test_a_broken_variable_is_named(where: Paths) -> None:
    with pytest.raises(ConfigError, match="PICODE_MODELS_RETRIES: models.retries is 'many'"):
        layers.load(where, {"PICODE_MODELS_RETRIES": "many"})


def test_a_project_cannot_hand_out_permissions(where: Paths, tmp_path: Path) -> None:
    write(tmp_path / ".picode/config.toml", "[tools]\nallow = ['all']\n")
    with pytest.raises(ConfigError, match="a project may not set tools.allow"):
        layers.load(where, {}, tmp_path)


def test_a_list_in_a_variable_is_written_with_commas(where: Paths) -> None:
    assert layers.load(where, {"PICODE_TOOLS_ALLOW": "edit, write"}).settings.tools.allow == ["edit", "write"]


def test_a_section_may_stand_in_another_one(where: Paths) -> None:
    user = write(where.settings, "[limits.spend]\nday = 5\n")
    loaded = layers.load(where, {"PICODE_LIMITS_SPEND_TURN": "0.5"})
    assert (loaded.settings.limits.spend.day, loaded.settings.limits.spend.turn) == (5, 0.5)
    assert loaded.origins["limits.spend.day"] == f"{user}:2"
    write(where.settings, "[limits.spend]\n\nday = -1\n")
    with pytest.raises(ConfigError, match=r":3: limits\.spend\.day is -1"):
        layers.load(where, {})


def test_a_project_may_lower_what_is_spent_and_not_raise_it(where: Paths, tmp_path: Path) -> None:
    write(where.settings, "[limits.spend]\nday = 5\nturn = 1\n")
    write(tmp_path / ".picode/config.toml", "[limits.spend]\nday = 2\nturn = 100\nrequest = 3\n")
    loaded = layers.load(where, {}, tmp_path)
    spend = loaded.settings.limits.spend
    assert (spend.day, spend.turn, spend.request) == (2, 1, 3)
    assert any("may only lower limits.spend.turn; 1 stays" in notice for notice in loaded.notices)
    write(tmp_path / ".picode/config.toml", "[limits.spend]\nday = 0\n")
    assert layers.load(where, {}, tmp_path).settings.limits.spend.day == 5
